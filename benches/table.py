"""Prints the table of what the benches last measured; `--write` puts it into the README."""

import sys
from pathlib import Path

from outcome import machine_of, table
from place import RESULTS

NAMES = (
    "canonical",
    "mining",
    "verify",
    "append",
    "proof",
    "bundle",
    "git",
    "file",
    "logs",
    "services",
    "module",
    "quality",
    "repo",
    "start",
)
_README = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- measured -->\n", "<!-- /measured -->"


def _kept() -> list[str]:
    """Return what the benches have kept, in the order of the table; histories of your own after the made one."""
    return [file.stem for name in NAMES for file in sorted(RESULTS.glob(f"{name}*.json"), key=lambda file: file.stem)]


def _written() -> str:
    before, _, rest = _README.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\nMeasured on {machine_of(_kept())}.\n\n{table(_kept())}\n\n{_END}{after}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        _README.write_text(_written(), encoding="utf-8")
    else:
        print(table(_kept()))
