"""What the Python files of a module import and which tests they hold, parsed in a process of its own."""

from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

from ami_audit.adapters.sources.module.complexity import json_lines, listed_run
from ami_audit.adapters.sources.module.naming import Setting, finding, short
from ami_audit.adapters.sources.module.sources import Sources
from ami_audit.domain.finding import AuditFinding

_TIMEOUT_S = 600.0
_MOST_TOLD = 20


class Outline(NamedTuple):
    """What was parsed.

    Attributes:
        files: By path relative to the module: `imports` and `tests`, as the script tells them.
        findings: What could not be parsed.
    """

    files: dict[str, dict[str, Any]]
    findings: list[AuditFinding]


def outlined(root: Path, sources: Sources, setting: Setting) -> Generator[None, None, Outline]:
    """Return the outline of every Python file."""
    paths = [path for path in sources.fit if path.endswith(".py")]
    if not paths and not sources.unfit:
        return Outline({}, [])
    answer = yield from listed_run("outline.py", root, paths, timeout_s=_TIMEOUT_S)
    found = {it["path"]: it for it in json_lines(answer.output)}
    findings = []
    if answer.fault or answer.status:
        # What a parser dies of is the file after the last one it told.
        next_one = next((path for path in paths if path not in found), "?")
        why = answer.fault or answer.complaint
        description = f"Parsing stopped at `{short(next_one)}`: {short(why)}. The files after it were not looked at."
        findings.append(finding("unparsed-source", description, location=setting.place(next_one)))
    faults = {path: {"fault": why} for path, why in sources.unfit}
    faults |= {path: it for path, it in found.items() if "fault" in it}
    for path, it in list(faults.items())[:_MOST_TOLD]:
        line = f", line {it['line']}" if it.get("line") else ""
        description = f"`{short(path)}`{line} cannot be parsed: {short(it['fault'])}."
        findings.append(finding("unparsed-source", description, location=setting.place(path)))
    return Outline({path: it for path, it in found.items() if "fault" not in it}, findings)
