"""The reading of logs, beside Drain3, lnav and an `orjson` loop; and how right its templates are.

Ours finds format, time, level, ids and template of every line and counts them by level, minute and template. Drain3,
with the masks of its README, only mines templates, and gets messages without what stands before them. lnav counts by
level and by its own template. The loop with `orjson` parses every line and counts levels.

With AMI_BENCH_LABELLED naming a folder of `*_structured.csv` files (columns Content and EventId), the grouping accuracy
is measured too: the share of messages whose group is exactly the labelled one.
"""

import csv
import os
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import logs
import orjson
from drain3 import TemplateMiner  # type: ignore[import-untyped]
from drain3.masking import MaskingInstruction  # type: ignore[import-untyped]
from drain3.template_miner_config import TemplateMinerConfig  # type: ignore[import-untyped]
from duel import Duel, Line, Side
from outcome import begin, tell

from ami_audit.adapters.chain_core.log_reader import NativeLogReader
from ami_audit.ports.log_reader import LogRequest

_BEFORE, _AFTER = r"((?<=[^A-Za-z0-9])|^)", r"((?=[^A-Za-z0-9])|$)"
# The masks of Drain3's README.
_MASKS = {
    rf"{_BEFORE}(([0-9a-f]{{2,}}:){{3,}}([0-9a-f]{{2,}})){_AFTER}": "ID",
    rf"{_BEFORE}(\d{{1,3}}\.\d{{1,3}}\.\d{{1,3}}\.\d{{1,3}}){_AFTER}": "IP",
    rf"{_BEFORE}([0-9a-f]{{6,}} ?){{3,}}{_AFTER}": "SEQ",
    rf"{_BEFORE}([0-9A-F]{{4}} ?){{4,}}{_AFTER}": "SEQ",
    rf"{_BEFORE}(0x[a-f0-9A-F]+){_AFTER}": "HEX",
    rf"{_BEFORE}([\-\+]?\d+){_AFTER}": "NUM",
    r"(?<=executed cmd )(\".+?\")": "CMD",
}
_SAMPLE = 20_000
_LNAV = ";SELECT log_level, log_msg_format, count(*) FROM all_logs GROUP BY log_level, log_msg_format"


def _ours(files: Sequence[Path]) -> int:
    request = LogRequest(tuple(map(str, files)))
    return sum(it.lines for batch in NativeLogReader().read(request) for it in batch.summaries)


def _drain3(messages: Sequence[str]) -> list[int]:
    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(mask, name) for mask, name in _MASKS.items()]
    miner = TemplateMiner(config=config)
    return [miner.add_log_message(message)["cluster_id"] for message in messages]


def _lnav(files: Sequence[Path], lines: int) -> int:
    with TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home}
        command = ["lnav", "-n", "-c", _LNAV, *map(str, files)]
        answer = subprocess.check_output(command, env=environment, stdin=subprocess.DEVNULL, timeout=600)
    assert b"log_level" in answer
    return lines


def _orjson(file: Path) -> int:
    levels: Counter[str] = Counter()
    with file.open("rb") as lines:
        for line in lines:
            levels[orjson.loads(line)["level"]] += 1
    return levels.total()


def _speed() -> list[Line]:
    files, structured = logs.files(), logs.json_lines()
    lines, messages = _ours(files), logs.messages(_SAMPLE)
    sides = {
        "ours": Side("`LogReader`", lambda: _ours(files)),
        "drain3": Side("Drain3, its README's masks", lambda: len(_drain3(messages))),
        "json": Side("`LogReader`", lambda: _ours([structured])),
        "orjson": Side("`orjson.loads` a line", lambda: _orjson(structured)),
    }
    if shutil.which("lnav"):
        sides["lnav"] = Side("lnav, levels and templates", lambda: _lnav(files, lines))
    else:
        print("  not measured: lnav is not installed")
    duel = Duel(sides).run()
    work = f"parse, level and template, {logs.name()}, {lines:,} lines"
    found = [duel.line(work, "ours", "drain3", unit="lines", goal=">= 40")]
    if "lnav" in sides:
        found.append(duel.line(work, "ours", "lnav", unit="lines", goal=">= 10"))
    return [*found, duel.line("JSON lines of 270 bytes", "json", "orjson", unit="lines", goal=">= 1.5")]


def _our_groups(messages: Sequence[str]) -> list[int]:
    with TemporaryDirectory() as folder:
        place = Path(folder, "messages")
        place.write_text("".join(f"{message}\n" for message in messages), encoding="utf-8")
        request = LogRequest((str(place),), events=True, messages=True)
        batches = NativeLogReader().read(request)
        found = {event.line: event.template for batch in batches for event in batch.events}
    return [found.get(number, 0) for number in range(1, len(messages) + 1)]


def _accuracy(found: Sequence[Hashable], labels: Sequence[Hashable]) -> float:
    """Return the share of messages whose group is exactly the labelled one."""
    groups, wanted = (defaultdict(set), defaultdict(set))
    for number, (group, label) in enumerate(zip(found, labels, strict=True)):
        groups[group].add(number)
        wanted[label].add(number)
    right = {frozenset(group) for group in wanted.values()}
    return sum(len(group) for group in groups.values() if frozenset(group) in right) / len(labels)


def _rightness(folder: Path) -> list[Line]:
    ours, theirs = [], []
    for file in sorted(folder.rglob("*_structured.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            labelled = [(" ".join(row["Content"].splitlines()), row["EventId"]) for row in csv.DictReader(rows)]
        messages, labels = zip(*labelled, strict=True)
        ours.append(_accuracy(_our_groups(messages), labels))
        theirs.append(_accuracy(_drain3(messages), labels))
        print(f"  {file.stem.partition('_')[0]}: {ours[-1]:.3f}, Drain3 {theirs[-1]:.3f}", flush=True)
    ratio = mean(ours) / mean(theirs)
    work = f"mean grouping accuracy, {len(ours)} labelled sets"
    peer = "Drain3, its README's masks"
    return [Line(work, "`LogReader`", peer, "share", ">= 1", ratio, ratio, ratio, ratio, mean(ours), mean(theirs))]


if __name__ == "__main__":
    begin("logs")
    tell("logs", _speed())
    if "AMI_BENCH_LABELLED" in os.environ:
        tell("logs", _rightness(Path(os.environ["AMI_BENCH_LABELLED"])))
    else:
        print("  not measured: how right the templates are; AMI_BENCH_LABELLED names a folder of labelled sets")
