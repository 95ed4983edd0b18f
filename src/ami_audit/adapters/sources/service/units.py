"""systemd's units, as `systemctl show` tells them."""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ami_audit.adapters.sources.service.work import Work
from ami_audit.domain.moment import written

_PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "MainPID",
    "ExecMainStartTimestamp",
    "MemoryCurrent",
    "CPUUsageNSec",
    "NRestarts",
    "Result",
    "ExecMainStatus",
    "UnitFileState",
)
_UNKNOWN = frozenset({"", "[not set]", "infinity", "18446744073709551615"})
_NAMES_AT_ONCE = 200


class Unit(NamedTuple):
    """One unit; numbers are None when systemd does not tell them."""

    name: str
    load: str
    active: str
    sub: str
    pid: int | None
    started_at: datetime | None
    memory_bytes: int | None
    cpu_s: float | None
    restarts: int | None
    result: str
    exit_status: int | None
    enabled: str

    @property
    def is_there(self) -> bool:
        """Whether systemd has such a unit."""
        return self.load not in {"not-found", ""}

    @property
    def facts(self) -> dict[str, Any]:
        """What a record says of it."""
        started = written(self.started_at) if self.started_at else None
        found = {**self._asdict(), "started_at": started}
        return {name: value for name, value in found.items() if value is not None and value != ""}


class Units(NamedTuple):
    """Units by name, and why there are none when systemd cannot be asked."""

    by_name: dict[str, Unit]
    absent: str = ""


def ask_systemd(work: Work, names: Sequence[str], *, timeout_s: float) -> Units:
    """Return the units of these names (patterns such as `*.service` are allowed).

    Args:
        work: Runs `systemctl`.
        names: None at all asks nothing.
        timeout_s: For each run of it.
    """
    program = shutil.which("systemctl")
    if program is None:
        return Units({}, "systemd is not installed on this machine")
    if not Path("/run/systemd/system").is_dir():
        return Units({}, "this machine was not booted with systemd")
    found: dict[str, Unit] = {}
    for start in range(0, len(names), _NAMES_AT_ONCE):
        # After `--` a unit's name cannot be taken for an option.
        chosen = names[start : start + _NAMES_AT_ONCE]
        words = (program, "show", "--no-pager", f"--property={','.join(_PROPERTIES)}", "--", *chosen)
        try:
            ran = work.run(words, timeout_s=timeout_s, env={**os.environ, "LC_ALL": "C", "TZ": "UTC"})
        except OSError as error:
            return Units(found, f"systemctl cannot be run: {error.strerror}")
        if ran.status is None:
            return Units(found, f"systemctl did not answer within {timeout_s:g} s")
        if ran.status != 0 and not ran.output:
            return Units(found, f"systemctl failed: {ran.complaint or f'exit code {ran.status}'}")
        found |= {unit.name: unit for unit in read_units_shown(ran.output.decode("utf-8", "replace"))}
    return Units(found)


def read_units_shown(text: str) -> Iterator[Unit]:
    """Yield the units of what `systemctl show` has printed: `Name=value` lines, a blank line between units."""
    for block in text.split("\n\n"):
        facts = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if facts.get("Id"):
            yield _unit(facts)


def _unit(facts: dict[str, str]) -> Unit:
    cpu_ns = _number(facts.get("CPUUsageNSec", ""))
    return Unit(
        name=facts["Id"],
        load=facts.get("LoadState", ""),
        active=facts.get("ActiveState", ""),
        sub=facts.get("SubState", ""),
        pid=_number(facts.get("MainPID", "")) or None,
        started_at=_moment(facts.get("ExecMainStartTimestamp", "")),
        memory_bytes=_number(facts.get("MemoryCurrent", "")),
        cpu_s=None if cpu_ns is None else round(cpu_ns / 1e9, 3),
        restarts=_number(facts.get("NRestarts", "")),
        result=facts.get("Result", ""),
        exit_status=_number(facts.get("ExecMainStatus", "")),
        enabled=facts.get("UnitFileState", ""),
    )


def _number(text: str) -> int | None:
    return int(text) if text not in _UNKNOWN and text.isdigit() and len(text) < 18 else None


def _moment(text: str) -> datetime | None:
    """Return the moment of `Wed 2026-11-25 20:56:48 UTC`."""
    try:
        return datetime.strptime(text, "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    except ValueError:
        return None
