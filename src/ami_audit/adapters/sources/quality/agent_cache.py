"""Reads one entry of ami-agent's cache, and makes what the agent says fit for a record."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ami_audit.adapters.sources.quality import agent_reports, reading
from ami_audit.adapters.sources.quality.agent_messages import Remark, split
from ami_audit.adapters.sources.quality.violation import Broken
from ami_audit.domain.masking import masked

_LONGEST = 2_000
_LONGEST_NAME = 200
_MOST_REMARKS = 100
_MOST_SECONDS = 1e9
_MOST_LINES = 1_000_000_000


class Entry(NamedTuple):
    """What an entry says.

    Attributes:
        path: The file it is about, as it says.
        broken: In its order.
        facts: What else it says.
    """

    path: str
    broken: tuple[Broken, ...]
    facts: dict[str, Any]


def read(path: Path, root: Path) -> Entry:
    """Return what an entry says.

    Raises:
        ValueError: It is no entry.
        TypeError: Likewise: a value in it is of another kind.
        OSError: It cannot be read.
    """
    try:
        said = json.loads(reading.read(path, root=root))
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    violations = said.get("violations") or [] if isinstance(said, dict) else None
    if not isinstance(violations, list) or not isinstance(said.get("file_path"), str):
        raise TypeError("it names no file, or no list of violations")
    broken: list[Broken] = []
    remarks: list[str] = []
    for violation in violations:
        if not isinstance(violation, dict):
            raise TypeError("a violation in it is none")
        _take(violation, broken, remarks)
    facts: dict[str, Any] = {"status": name(str(said.get("status", "")))}
    seconds = said.get("execution_time")
    # Neither NaN nor infinity is less than anything.
    if isinstance(seconds, int | float) and 0 <= seconds < _MOST_SECONDS:
        facts["execution_s"] = seconds
    return Entry(said["file_path"], tuple(broken), facts | remarked(remarks))


def remarked(remarks: list[str] | tuple[str, ...]) -> dict[str, Any]:
    """Return remarks as facts of a record: without secrets, and not too many or too long ones."""
    if not remarks:
        return {}
    facts: dict[str, Any] = {"remarks": [text(it, longest=_LONGEST) for it in remarks[:_MOST_REMARKS]]}
    if len(remarks) > _MOST_REMARKS:
        facts["remarks_left_out"] = len(remarks) - _MOST_REMARKS
    return facts


def text(said: str, *, longest: int | None = None) -> str:
    """Return what an agent says as text that JSON can hold, without secrets; a longer one is cut."""
    shown = masked(said.encode("utf-8", "backslashreplace").decode("utf-8")).text
    return shown if longest is None or len(shown) <= longest else f"{shown[:longest]}…"


def name(said: str) -> str:
    """Return a short text, such as a status or a rule."""
    return text(said, longest=_LONGEST_NAME)


def _take(violation: Mapping[str, Any], broken: list[Broken], remarks: list[str]) -> None:
    severity = agent_reports.severity_of(str(violation.get("severity", "")))
    rule = name(str(violation.get("pattern_id") or agent_reports.RULE))
    line = violation.get("line")
    known = line if isinstance(line, int) and 0 < line < _MOST_LINES else 0
    for part in split(str(violation.get("message", "")), known):
        if isinstance(part, Remark):
            remarks.append(part.text)
        else:
            broken.append(Broken(rule, severity, text(part.message), part.line or None))
