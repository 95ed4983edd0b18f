"""Bandit: insecure patterns in Python."""

import configparser
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO

import msgspec

from ami_audit.adapters.sources.quality import reading, settings
from ami_audit.adapters.sources.quality.findings import finding
from ami_audit.adapters.sources.quality.place import Place, toml_table
from ami_audit.adapters.sources.quality.program import Program
from ami_audit.adapters.sources.quality.tool import GarbledError, Job, Workshop, path_argument
from ami_audit.adapters.sources.quality.violation import Broken, Checked
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity

_MOST_BYTES = 1 << 30
# Bandit's own list, and where other people's code lies.
_EXCLUDED = (
    *(".svn", "CVS", ".bzr", ".hg", ".git", "__pycache__", ".tox", ".eggs", "*.egg"),
    *("/.venv/", "/venv/", "/node_modules/", "/site-packages/"),
)
_SEVERITIES = {"HIGH": AuditSeverity.ERROR, "MEDIUM": AuditSeverity.WARNING, "LOW": AuditSeverity.INFO}
# Of `.bandit`; the others say where to write and what to read.
_KEPT = ("tests", "skips")


class Result(msgspec.Struct):
    """One result, as far as it is read."""

    filename: str
    issue_confidence: str
    issue_severity: str
    issue_text: str
    line_number: int
    test_id: str
    col_offset: int = -1


class Unread(msgspec.Struct):
    """A file that bandit could not read."""

    filename: str
    reason: str


class Report(msgspec.Struct):
    """Bandit's JSON, as far as it is read."""

    errors: list[Unread]
    results: list[Result]


class Bandit:
    """`Tool`."""

    name = "bandit"
    program = "bandit"
    distribution = "bandit"

    def job(self, program: Program, workshop: Workshop) -> Job:
        """Return the run; of the project's settings only those count that choose tests and files."""
        place = workshop.place
        ini = workshop.folder / "bandit.ini"
        excluded = _written_settings(place, ini)
        project = place.root / "pyproject.toml"
        chosen = ("-c", str(project)) if toml_table(project, "tool", "bandit", root=place.root) else ()
        options = ("-f", "json", "-q", "--ini", str(ini), "-x", ",".join((*_EXCLUDED, *excluded)), *chosen)
        command = (program.path, "-r", *options, "--", path_argument(place.target, place.root))
        job = Job(command, place.root, read=lambda file: _checked(file, place))
        job.findings = settings.unread(place, (".bandit", "pyproject.toml"))
        return job


def _written_settings(place: Place, ours: Path) -> list[str]:
    """Write what counts of the project's `.bandit`, and return what it excludes."""
    theirs = configparser.RawConfigParser()
    for folder in place.folders():
        try:
            theirs.read_string(reading.text(folder / ".bandit", root=place.root))
        except (OSError, ValueError, configparser.Error):
            continue
        break
    said = dict(theirs["bandit"]) if theirs.has_section("bandit") else {}
    kept = configparser.RawConfigParser()
    kept["bandit"] = {name: said[name] for name in _KEPT if name in said}
    with ours.open("w", encoding="utf-8") as file:
        kept.write(file)
    return [name.strip() for name in said.get("exclude", "").split(",") if name.strip()]


def _checked(file: IO[bytes], place: Place) -> Iterator[Checked]:
    text = file.read(_MOST_BYTES)
    try:
        report = msgspec.json.decode(text, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GarbledError(str(error)) from error
    for unread in sorted(report.errors, key=attrgetter("filename")):
        path = place.relative(unread.filename)
        yield Checked(path, (), findings=(_unread(path, unread.reason),))
    results = sorted(report.results, key=attrgetter("filename"))
    for path, group in groupby(results, key=attrgetter("filename")):
        found = list(group)
        confidence: dict[str, int] = {}
        for result in found:
            name = result.issue_confidence.lower()
            confidence[name] = confidence.get(name, 0) + 1
        yield Checked(place.relative(path), [_broken(it) for it in found], {"confidence": confidence})


def _broken(result: Result) -> Broken:
    severity = _SEVERITIES.get(result.issue_severity.upper(), AuditSeverity.INFO)
    column = result.col_offset + 1 if result.col_offset >= 0 else None
    return Broken(result.test_id, severity, result.issue_text, result.line_number, column)


def _unread(path: str, reason: str) -> AuditFinding:
    return finding("file-unchecked", f"Bandit could not read it: {reason}", where=path)
