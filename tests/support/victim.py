"""A process that forks one child an order: the child does one thing to a trail, and one of its system calls goes wrong.

    LD_PRELOAD=faults.so python -m tests.support.victim faults.so

Each line on stdin is an order, each line on stdout says how its child ended; see faults.py. The child tells what was
acknowledged through a file in memory, which outlives its death.
"""

import ctypes
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ami_audit.domain.errors import AuditError
from ami_audit.domain.installed import arithmetic
from ami_audit.domain.query import AuditFilter
from ami_audit.entrypoints.bootstrap import keys as _keys  # noqa: F401 (loaded before the first fork)
from ami_audit.entrypoints.cli.answers import deliver
from ami_audit.services.portal import portal
from tests.support.places import BATCH, drafts, key_store_in, opened_in, settings_in

_UNKNOWN = 86


class _Teller:
    """Writes what happened where death does not take it away."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def tell(self, kind: str, value: Any) -> None:
        os.write(self._descriptor, json.dumps([kind, value]).encode() + b"\n")


def _append(folder: Path, teller: _Teller, *, count: int = BATCH) -> None:
    with opened_in(folder) as store:
        teller.tell("asked", count)
        for record in portal.run(store.append(drafts(count))):
            teller.tell("acknowledged", [record.record_id, record.record_hash])


def _index(folder: Path, teller: _Teller) -> None:
    with opened_in(folder) as store:
        assert portal.run(store.query_records(AuditFilter(limit=3)))


def _rebuild(folder: Path, teller: _Teller) -> None:
    with opened_in(folder) as store:
        portal.run(_rebuilt(store))


async def _rebuilt(store: Any) -> None:
    await (await store.session()).store.rebuild()


def _key(folder: Path, teller: _Teller) -> None:
    keys = key_store_in(folder)
    made = keys.add(bytes(range(32)), signer="a@b", created=arithmetic_moment(), passphrase=None)
    keys.choose(made.name)
    teller.tell("acknowledged", [made.name, made.key_id.hex()])


def _answer(folder: Path, teller: _Teller) -> None:
    deliver("a new answer\n" * 2000, folder / "answer.txt")
    teller.tell("acknowledged", ["answer.txt", ""])


def _export(folder: Path, teller: _Teller) -> None:
    _command(folder, teller, "export", "tiles", str(folder / "export"))


def _export_check(folder: Path, teller: _Teller) -> None:
    _command(folder, teller, "export", "check", str(folder / "export"))


def _command(folder: Path, teller: _Teller, *words: str) -> None:
    """Run a command of the program here, and tell its exit code."""
    from ami_audit.entrypoints.cli.app import application  # noqa: PLC0415 (a writer does not load it)
    from ami_audit.entrypoints.cli.failures import guarded  # noqa: PLC0415 (the same)

    values = settings_in(folder).values
    names = ("store", "keys_dir", "state_dir")
    os.environ |= {f"AMI_AUDIT_{name.upper()}": getattr(values, name) for name in names}
    for stream in (1, 2):  # they are the forking process's own
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    teller.tell("acknowledged", [words[1], str(guarded(application(words), words))])


def arithmetic_moment() -> Any:
    """Return a fixed moment."""
    from tests.support.sealing import BEGAN  # noqa: PLC0415 (what a victim does not need is not loaded)

    return BEGAN


_SCENARIOS: dict[str, Callable[[Path, _Teller], None]] = {
    "append": _append,
    "index": _index,
    "rebuild": _rebuild,
    "key": _key,
    "answer": _answer,
    "export": _export,
    "export-check": _export_check,
}


def _child(order: dict[str, Any], faults: Any, *, told: int, calls: int) -> None:
    """Do what is ordered; after an error do it once more, as a service does that goes on."""
    teller = _Teller(told)
    scenario, folder = _SCENARIOS[order["scenario"]], Path(order["folder"])
    code = 0
    faults.faults_arm(os.fsencode(folder), ctypes.c_long(order["at"]), order["kind"], order["error"], calls)
    try:
        for _ in range(2):
            try:
                scenario(folder, teller)
                break
            except AuditError as error:
                teller.tell("error", str(error))
    except BaseException:  # noqa: BLE001 (whatever it is, the test is told, and this process ends)
        traceback.print_exc()
        code = _UNKNOWN
    faults.faults_disarm()
    os._exit(code)


def _carried_out(order: dict[str, Any], faults: Any) -> dict[str, Any]:
    told, calls = os.memfd_create("told"), os.memfd_create("calls")
    child = os.fork()
    if child == 0:
        _child(order, faults, told=told, calls=calls)
    _, status = os.waitpid(child, 0)
    lines = [json.loads(line) for line in _text(told).splitlines()]
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not died and os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{order}: ended with {status}")
    return {
        "died": died,
        "acknowledged": [value for kind, value in lines if kind == "acknowledged"],
        "asked": sum(value for kind, value in lines if kind == "asked"),
        "errors": [value for kind, value in lines if kind == "error"],
        "calls": _text(calls).splitlines(),
    }


def _text(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        return file.read()


def main() -> None:
    """Carry out orders until there are no more."""
    faults = ctypes.CDLL(sys.argv[1])
    arithmetic()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_carried_out(json.loads(line), faults)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
