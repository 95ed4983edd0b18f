"""Gives logs to measure on: the folder that AMI_BENCH_LOGS names, or four files of four formats made here once."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from place import WORK

_LINES = 100_000
_JSON_LINES = 400_000
_BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_LEVELS = ("INFO", "INFO", "INFO", "INFO", "WARN", "ERROR", "DEBUG")


def files() -> list[Path]:
    """Return logs of different formats, one format each."""
    named = os.environ.get("AMI_BENCH_LOGS")
    if named:
        return sorted(file for file in Path(named).resolve().rglob("*.log") if file.is_file())
    place = WORK / f"logs-{_LINES}"
    if not place.exists():
        _make(place)
    return sorted(place.glob("*.log"))


def name() -> str:
    """Return what the table calls the logs: never where they lie."""
    return "named logs" if os.environ.get("AMI_BENCH_LOGS") else "made logs of four formats"


def json_lines() -> Path:
    """Return a file of JSON lines, 270 bytes each."""
    place = WORK / f"logs-{_JSON_LINES}.jsonl"
    if not place.exists():
        draft = place.with_suffix(".draft")
        chance = Random(3)
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(_event(number, chance))}\n" for number in range(_JSON_LINES))
        draft.rename(place)
    return place


def messages(count: int) -> list[str]:
    """Return that many messages of the made logs, without what stands before them."""
    chance = Random(5)
    return [_message(chance) for _ in range(count)]


def _make(place: Path) -> None:
    draft = place.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for number, line in enumerate((_syslog, _java, _apache, _access)):
        chance = Random(number)
        with (draft / f"{line.__name__.strip('_')}.log").open("w", encoding="utf-8") as file:
            file.writelines(f"{line(moment, chance)}\n" for moment in _moments(chance))
    draft.rename(place)


def _moments(chance: Random) -> Iterator[datetime]:
    moment = _BEGAN
    for _ in range(_LINES):
        moment += timedelta(milliseconds=chance.randrange(400))
        yield moment


def _syslog(moment: datetime, chance: Random) -> str:
    program = chance.choice(("sshd", "cron", "systemd", "kernel", "dhclient"))
    writer = f"host{chance.randrange(9)} {program}[{chance.randrange(32_000)}]"
    return f"{moment:%b %d %H:%M:%S} {writer}: {_message(chance)}"


def _java(moment: datetime, chance: Random) -> str:
    level = chance.choice(_LEVELS)
    stamp = f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03}"
    return f"{stamp} {level:5} [worker-{chance.randrange(16)}] org.example.Core: {_message(chance)}"


def _apache(moment: datetime, chance: Random) -> str:
    level = chance.choice(("notice", "error", "warn"))
    return f"[{moment:%a %b %d %H:%M:%S %Y}] [{level}] {_message(chance)}"


def _access(moment: datetime, chance: Random) -> str:
    path = f"/api/v1/{chance.choice(('users', 'orders', 'items'))}/{chance.randrange(9999)}"
    status = chance.choice((200, 200, 200, 304, 404, 500))
    size = chance.randrange(90_000)
    address = f"10.0.{chance.randrange(250)}.{chance.randrange(250)}"
    request = f'"GET {path} HTTP/1.1" {status} {size} "-" "curl/8.5"'
    return f"{address} - - [{moment:%d/%b/%Y:%H:%M:%S} +0000] {request}"


def _message(chance: Random) -> str:
    number, address = chance.randrange(100_000), f"10.1.{chance.randrange(250)}.{chance.randrange(250)}"
    return chance.choice(
        (
            f"Accepted publickey for deploy from {address} port {number} ssh2",
            f"Connection from {address}:{number} closed after {number % 900} ms",
            f"Received block blk_{number * 7919} of size {number} from /{address}",
            f"failed to open /var/lib/service/{number:x}/state.db: no such file or directory",
            f"task {number:08x} finished in {number % 70}.{number % 10}s, {number % 13} retries",
            f"session opened for user app{number % 40} by (uid={number % 1000})",
            "cache is warm",
            f"request id=0x{number:x} took longer than {number % 9000} ms, giving up",
        )
    )


def _event(number: int, chance: Random) -> dict[str, object]:
    moment = _BEGAN + timedelta(milliseconds=137 * number)
    return {
        "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z",
        "level": chance.choice(("info", "info", "info", "warning", "error", "debug")),
        "logger": f"agent.hooks:{number // 1000}",
        "message": f"{chance.choice(('hook_execution', 'cache miss', 'query done'))} for user {chance.randrange(5000)}",
        "session_id": f"s-{number // 1000}",
        "execution_id": f"{chance.getrandbits(64):016x}",
        "decision": "allow",
        "duration": chance.random(),
        "exit_code": 0,
        "reason": None,
    }
