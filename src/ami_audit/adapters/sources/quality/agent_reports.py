"""Reads what ami-agent leaves: a Markdown report a file, in a folder a day."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.quality import reading
from ami_audit.adapters.sources.quality.agent_messages import Remark, split
from ami_audit.adapters.sources.quality.violation import Broken
from ami_audit.domain.kinds import AuditSeverity

_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_FIELD = re.compile(r"\*\*([A-Z][A-Za-z ]{1,40})\*\*:\s*(.*)")
_ENTRY = re.compile(r"- Line (\d{1,9}):\s?")
_SEVERITY = re.compile(r"\s*\(severity:\s*([A-Za-z]{1,20})\)\s*$")
_WHOLE = "CONSOLIDATED.md"
RULE = "ami-agent"


class AgentReport(NamedTuple):
    """One report.

    Attributes:
        path: The file it is about, as it says.
        status: As it says: `PASS`, `FAIL`, `ERROR`, `completed`, `failed`, `timeout`.
        audited_at: As it says, without a zone.
        execution_s: How long the agent took; None when it does not say.
        broken: In its order.
        remarks: Sentences beside the violations.
        counted: How many violations its heading counts; None without one.
    """

    path: str
    status: str
    audited_at: str
    execution_s: float | None
    broken: tuple[Broken, ...]
    remarks: tuple[str, ...]
    counted: int | None


def reports_below(folder: Path) -> Iterator[Path]:
    """Yield the reports of all days, the oldest day first; days are dates, not text."""
    days: list[tuple[tuple[int, ...], Path]] = []
    for entry in folder.iterdir():
        day = _DAY.fullmatch(entry.name)
        if day and entry.is_dir() and not entry.is_symlink():
            days.append((tuple(int(part) for part in reversed(day.groups())), entry))
    for _, place in sorted(days):
        for path in sorted(place.rglob("*.md")):
            if path.name != _WHOLE and path.is_file() and not path.is_symlink():
                yield path


def read(path: Path, root: Path) -> AgentReport:
    """Return what a report says.

    Raises:
        ValueError: It is no report.
        OSError: It cannot be read.
    """
    text = reading.read(path, root=root).decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    head, _, body = text.partition("\n## Violations")
    fields = {name: value.strip() for name, value in _FIELD.findall(head)}
    if "File" not in fields or "Status" not in fields:
        raise ValueError("it names no file and no status")
    counted = re.match(r"\s*\((\d{1,9})\)", body)
    broken: list[Broken] = []
    remarks: list[str] = []
    for line, severity, message in _entries(body):
        for part in split(message, line):
            if isinstance(part, Remark):
                remarks.append(part.text)
            else:
                broken.append(Broken(RULE, severity, part.message, part.line or None))
    return AgentReport(
        path=fields["File"].strip("`"),
        status=fields["Status"],
        audited_at=fields.get("Audit Date", ""),
        execution_s=_seconds(fields.get("Execution Time", "")),
        broken=tuple(broken),
        remarks=tuple(remarks),
        counted=int(counted[1]) if counted else None,
    )


def moment(audited_at: str) -> str | None:
    """Return a report's time as records write it; it names no zone, and is taken as UTC."""
    try:
        found = datetime.strptime(audited_at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return f"{found.year:04}-{found:%m-%dT%H:%M:%S}.000000Z"


def severity_of(word: str) -> AuditSeverity:
    """Return what the agent's word for a severity means here; one that is not known is a warning."""
    try:
        return AuditSeverity(word)
    except ValueError:
        return AuditSeverity.WARNING


def _entries(body: str) -> Iterator[tuple[int, AuditSeverity, str]]:
    """Yield the violations: line, severity and message, which may run over many lines and hold fenced code."""
    for entry in _pieces(body.splitlines()):
        first = _ENTRY.match(entry)
        if first:
            message = entry[first.end() :].strip()
            found = _SEVERITY.search(message)
            severity = severity_of(found[1]) if found else AuditSeverity.WARNING
            yield int(first[1]), severity, message[: found.start()] if found else message


def _pieces(lines: list[str]) -> Iterator[str]:
    held: list[str] = []
    fenced = False
    # A fence that is never closed hides no entry.
    closes = sum(line.lstrip().startswith("```") for line in lines) % 2 == 0
    for line in lines:
        begins = _ENTRY.match(line) is not None or line.startswith("## ")
        if begins and not (fenced and closes):
            yield "\n".join(held)
            held, fenced = [], False
        fenced ^= line.lstrip().startswith("```")
        held.append(line)
    yield "\n".join(held)


def _seconds(text: str) -> float | None:
    found = re.match(r"(\d{1,9}(?:\.\d{1,9})?)\s*s", text)
    return float(found[1]) if found else None
