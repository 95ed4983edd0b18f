"""Gives files to measure on: the folder that AMI_BENCH_TREE names, or 20,000 files made here once."""

import os
import shutil
from pathlib import Path
from random import Random

from place import WORK

_FILES = 20_000
_LARGEST = 2 << 20


def folder() -> Path:
    """Return a folder with at least 20,000 files."""
    named = os.environ.get("AMI_BENCH_TREE")
    if named:
        return Path(named).resolve()
    place = WORK / f"tree-{_FILES}"
    if not place.exists():
        _make(place)
    return place


def name_of(place: Path) -> str:
    """Return what the table calls the files: never where they lie."""
    return "made files" if place.parent == WORK else f"the files of `{place.name}`"


def _make(place: Path) -> None:
    chance, draft = Random(11), place.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    for number in range(_FILES):
        file = (
            draft
            / f"part_{number % 40}"
            / f"unit_{number % 1200}"
            / f"file_{number}.{chance.choice(('py', 'md', 'bin'))}"
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        # Sizes as source trees have them: most a few kB, some a hundred times that.
        size = min(int(chance.lognormvariate(8.3, 1.4)), _LARGEST)
        file.write_bytes(_content(file.suffix, size, chance))
    draft.rename(place)


def _content(suffix: str, size: int, chance: Random) -> bytes:
    if suffix == ".bin":
        return chance.randbytes(size)
    line = f"{chance.getrandbits(64):x} a line of text, as source code has them\n".encode()
    return (line * (size // len(line) + 1))[:size]
