"""Keeps what a bench has measured, and tells it to its reader."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from duel import Line
from machine import described, refuse_debug_build
from place import RESULTS, WORK

_HEADER = "| work | ours | against | ratio | CPU ratio | goal |\n|---|---|---|---|---|---|"


def begin(name: str) -> None:
    """Refuse a debug build and say what is measured where."""
    refuse_debug_build()
    machine = described(WORK)
    print(f"{name}: {machine}", flush=True)
    _file(name).write_text(json.dumps({"machine": machine, "lines": []}), encoding="utf-8")


def tell(name: str, lines: Iterable[Line]) -> None:
    """Print the lines and keep them for the table; may be called several times after `begin`."""
    kept = json.loads(_file(name).read_text(encoding="utf-8"))
    for line in lines:
        print(f"  {_row(line)}", flush=True)
        kept["lines"].append(line.as_dict())
    _file(name).write_text(json.dumps(kept, indent=1), encoding="utf-8")


def table(names: Iterable[str]) -> str:
    """Return the Markdown table of what was kept under the names, in their order."""
    return "\n".join([_HEADER, *(_row(line) for name in names for line in _kept(name))])


def machine_of(names: Iterable[str]) -> str:
    """Return the line on the machine that the last of the named benches ran on."""
    found = [json.loads(_file(name).read_text(encoding="utf-8"))["machine"] for name in names if _file(name).exists()]
    return str(found[-1]) if found else ""


def _file(name: str) -> Path:
    return RESULTS / f"{name}.json"


def _kept(name: str) -> Iterator[Line]:
    if _file(name).exists():
        for line in json.loads(_file(name).read_text(encoding="utf-8"))["lines"]:
            yield Line(**line)


def _row(line: Line) -> str:
    ours = f"{line.ours}: {_rate(line.our_rate, line)}"
    peer = f"{line.peer}: {_rate(line.peer_rate, line)}" if line.peer else "–"
    ratio = f"**{_figure(line.ratio)}×** ({_figure(line.lowest)}–{_figure(line.highest)})" if line.peer else "–"
    processor = f"{_figure(line.cpu_ratio)}×" if line.peer else "–"
    work = f"{line.work}; {line.note}" if line.note else line.work
    return f"| {work} | {ours} | {peer} | {ratio} | {processor} | {_verdict(line)} |"


def _rate(rate: float, line: Line) -> str:
    if line.unit == "start":
        return f"{1000 / rate:.0f} ms"
    if line.unit == "run":
        return f"{1 / rate:.2f} s"
    return f"{_figure(rate)} {line.unit}/s"


def _figure(value: float) -> str:
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _verdict(line: Line) -> str:
    if line.is_met is None:
        return "–"
    goal = line.goal.replace(">=", "≥").replace("<=", "≤") + ("" if line.goal.endswith("ms") else "×")
    return f"{goal} {'met' if line.is_met else '**missed**'}"
