"""The project's settings for tools: which of them are not read, and why."""

import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ami_audit.adapters.sources.quality import reading
from ami_audit.adapters.sources.quality.findings import finding
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.domain.finding import AuditFinding

_RUFF = ("ruff.toml", ".ruff.toml", "pyproject.toml")
_MOST_TOLD = 20


def unread(place: Place, names: Iterable[str]) -> list[AuditFinding]:
    """Return a finding for each file of settings from the target up to the root that is not read."""
    told: list[AuditFinding] = []
    for path in _nearest(place, tuple(names)):
        try:
            reading.text(path, root=place.root)
        except reading.UnreadError as error:
            told.append(_left_out(path, place, str(error)))
    return told


def unsafe_for_ruff(place: Place) -> list[AuditFinding]:
    """Return a finding for each file of ruff's settings that it must not read, or that leads it out of the place.

    Ruff reads those of every folder itself, and quotes what it cannot read.
    """
    told: list[AuditFinding] = []
    seen: set[str] = set()
    for path in (*_nearest(place, _RUFF), *_below(place)):
        reason = _why_unsafe(path, place, seen)
        if reason and len(told) < _MOST_TOLD:
            told.append(_left_out(path, place, reason))
    return told


def _nearest(place: Place, names: tuple[str, ...]) -> Iterator[Path]:
    return (folder / name for folder in place.folders() for name in names if os.path.lexists(folder / name))


def _below(place: Place) -> Iterator[Path]:
    for folder, _, names in os.walk(place.target):
        yield from (Path(folder) / name for name in _RUFF if name in names)


def _why_unsafe(path: Path, place: Place, seen: set[str]) -> str:
    """Return why ruff must not read a file; empty when it may. Follows what it extends."""
    while (real := os.path.realpath(path)) not in seen:
        seen.add(real)
        try:
            text = reading.text(path, root=place.root)
        except reading.UnreadError as error:
            return str(error)
        try:
            said = tomllib.loads(text)
        except (ValueError, RecursionError):
            # What ruff cannot read either it refuses by itself; but it may know more of TOML than is known here.
            return "it is no TOML" if "extend" in text or "\\" in text else ""
        table = said.get("tool", {}) if path.name == "pyproject.toml" else {"ruff": said}
        ruff = table.get("ruff") if isinstance(table, dict) else None
        extended = ruff.get("extend") if isinstance(ruff, dict) else None
        if not isinstance(extended, str):
            return ""
        # Ruff replaces variables and `~`, which lead anywhere.
        if "$" in extended or extended.startswith("~") or reading.leaves(path.parent / extended, place.root):
            return "what it extends leads out of the audited place"
        path = path.parent / extended
    return ""


def _left_out(path: Path, place: Place, reason: str) -> AuditFinding:
    where = place.relative(str(path))
    return finding(
        "setting-left-out",
        f"The settings of `{where}` were left out: {reason}.",
        where=where,
        do="Keep settings in regular files of the project.",
    )
