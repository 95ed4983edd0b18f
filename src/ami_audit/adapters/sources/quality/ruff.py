"""Ruff: broken rules by the project's own choice of rules, which are data and run nothing."""

from collections.abc import Iterator
from typing import IO

import msgspec

from ami_audit.adapters.sources.quality import settings
from ami_audit.adapters.sources.quality.lines import read_lines
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.adapters.sources.quality.program import Program
from ami_audit.adapters.sources.quality.tool import GarbledError, Job, Workshop, path_argument
from ami_audit.adapters.sources.quality.violation import Broken, Checked
from ami_audit.domain.kinds import AuditSeverity

# A program with one of these does not run as it is written; the rest is style and risk.
_ERRORS = ("invalid-syntax", "syntax-error", "E9", "F63", "F7", "F82", "PLE")


class Spot(msgspec.Struct):
    """Where, counted from 1."""

    row: int
    column: int


class RuffLine(msgspec.Struct):
    """One line of ruff's JSON, as far as it is read."""

    filename: str
    message: str
    location: Spot
    code: str | None = None
    cell: int | None = None


class Ruff:
    """`Tool`."""

    name = "ruff"
    program = "ruff"
    distribution = "ruff"

    def job(self, program: Program, workshop: Workshop) -> Job:
        """Return `ruff check`, which mends and writes nothing whatever the project's settings say."""
        place = workshop.place
        options = ("--output-format=json-lines", "--no-cache", "--no-fix", "--no-show-fixes")
        left_out = settings.unsafe_for_ruff(place)

        def run(*isolated: str) -> Job:
            command = (program.path, "check", *options, *isolated, "--", path_argument(place.target, place.root))
            return Job(command, place.root, read=lambda file: _checked(file, place))

        # Ruff checks `pyproject.toml` itself, and would wait at a pipe of that name.
        job = run("--isolated", "--extend-exclude=pyproject.toml,ruff.toml,.ruff.toml") if left_out else run()
        job.findings = left_out
        if not left_out:
            job.without_settings = run("--isolated")
        return job


def _checked(file: IO[bytes], place: Place) -> Iterator[Checked]:
    for path, group in by_file(file):
        yield Checked(place.relative(path), [_broken(line) for line in group])


def by_file(file: IO[bytes]) -> Iterator[tuple[str, list[RuffLine]]]:
    """Yield each file's lines; ruff sorts them by file.

    Raises:
        GarbledError: What follows is not what ruff writes; what came before was yielded.
    """
    held: list[RuffLine] = []
    try:
        for some in read_lines(file, RuffLine):
            for line in some:
                if held and held[0].filename != line.filename:
                    yield held[0].filename, held
                    held = []
                held.append(line)
    except GarbledError:
        if held:
            yield held[0].filename, held
        raise
    if held:
        yield held[0].filename, held


def _broken(line: RuffLine) -> Broken:
    rule = line.code or "invalid-syntax"
    severity = AuditSeverity.ERROR if rule.startswith(_ERRORS) else AuditSeverity.WARNING
    message = line.message if line.cell is None else f"cell {line.cell}: {line.message}"
    return Broken(rule, severity, message, line.location.row, line.location.column)
