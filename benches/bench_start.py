"""How long the command line and `import ami_audit` take to start, beside a Python that does nothing."""

import os
import subprocess
import sys
from pathlib import Path

from duel import Duel, Line, Side
from outcome import begin, tell
from place import ROOT, scratch
from trails import fill, store_in
from workload import drafts

_ROUNDS = 15
_RECORDS = 2000


def _started(command: list[str], folder: Path) -> int:
    environment = {
        **os.environ,
        "AMI_AUDIT_KEYS_DIR": str(folder / "keys"),
        "AMI_AUDIT_STATE_DIR": str(folder / "state"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=60)
    return 1


def _lines(folder: Path) -> list[Line]:
    (folder / ".audit").mkdir()
    with store_in(folder, ".audit/audit.db") as store:
        fill(store, drafts(_RECORDS), is_signed=True)
    program = str(ROOT / ".venv" / "bin" / "ami-audit")
    commands = {
        "version": ("`ami-audit --version`", [program, "--version"]),
        "status": (f"`ami-audit status`, a trail of {_RECORDS + 1:,} records", [program, "status"]),
        "query": ("`ami-audit query --limit 3`, the same trail", [program, "query", "--limit", "3"]),
        "verify": ("`ami-audit verify`, the same trail", [program, "verify", "--quiet"]),
        "import": ("`python -c 'import ami_audit'`", [sys.executable, "-c", "import ami_audit"]),
        "nothing": ("`python -c pass`", [sys.executable, "-c", "pass"]),
    }
    sides = {
        key: Side(name, lambda command=command: _started(command, folder)) for key, (name, command) in commands.items()
    }
    duel = Duel(sides, rounds=_ROUNDS).run()
    goals = {
        "version": "<= 120 ms",
        "status": "<= 250 ms",
        "query": "<= 250 ms",
        "verify": "<= 250 ms",
        "import": "<= 150 ms",
    }
    return [duel.line("start", key, "nothing", unit="start", goal=goal) for key, goal in goals.items()]


if __name__ == "__main__":
    begin("start")
    with scratch() as place:
        tell("start", _lines(place))
