"""Lines of code of a large tree of real code, beside the programs tokei and cloc.

The tree is what is installed in .venv, or AMI_BENCH_CODE. Everybody reads from a warm page cache, takes hidden files as
tokei does, and obeys no ignore file. Ours also looks for duplicated code, which the others do not; a line without says
what that costs.
"""

import json
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from duel import Duel, Line, Side
from outcome import begin, tell

from ami_audit.adapters.chain_core.code_counter import NativeCodeCounter
from ami_audit.ports.code_counter import CodeRequest

_TREE = Path(os.environ.get("AMI_BENCH_CODE") or sysconfig.get_path("purelib"))
_KINDS = ("code", "comments", "blanks")


def ours(*, least_lines: int) -> int:
    """Return how many lines the core told apart."""
    request = CodeRequest(
        str(_TREE), follow_ignore_files=False, include_vendored=True, largest_bytes=1 << 32, least_lines=least_lines
    )
    counting = NativeCodeCounter().count(request)
    while True:
        try:
            next(counting)
        except StopIteration as ended:
            return sum(lines[kind] for lines in ended.value.languages.values() for kind in _KINDS)


def tokei() -> int:
    """Return how many lines tokei told apart."""
    answer = subprocess.run(["tokei", "--no-ignore", "-o", "json", _TREE], capture_output=True, check=True)
    total = json.loads(answer.stdout)["Total"]
    return int(sum(total[kind] for kind in _KINDS))


def cloc() -> int:
    """Return how many lines cloc told apart."""
    command = ["cloc", "--quiet", "--json", "--processes=2", "--skip-uniqueness", _TREE]
    answer = subprocess.run(command, capture_output=True, check=True)
    total = json.loads(answer.stdout)["SUM"]
    return int(total["code"] + total["comment"] + total["blank"])


def _lines() -> list[Line]:
    sides = {
        "ours": Side("`CodeCounter`, duplication too", lambda: ours(least_lines=10)),
        "plain": Side("`CodeCounter`, lines only", lambda: ours(least_lines=0)),
    }
    for name, work in (("tokei", tokei), ("cloc", cloc)):
        if shutil.which(name):
            sides[name] = Side(f"`{name}`", work)
        else:
            print(f"  not measured: {name} is not installed")
    duel = Duel(sides).run()
    # By the run, not by the line: what counts as a line of which language differs between the tools.
    for key, found in duel.measures.items():
        duel.measures[key] = [measure._replace(units=1) for measure in found]
    count = ours(least_lines=0)
    work = f"lines of code, {count:,} lines"
    lines = [duel.line(work, "ours", "tokei", unit="run", goal="<= 2")] if "tokei" in sides else []
    lines += [duel.line(work, "plain", "tokei", unit="run")] if "tokei" in sides else []
    return [*lines, duel.line(work, "ours", "cloc", unit="run", goal=">= 10")] if "cloc" in sides else lines


if __name__ == "__main__":
    begin("module")
    tell("module", _lines())
