"""Gives code to measure on: Python as others have written it, from this machine's own Python and its packages."""

import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from place import WORK


def folder(lines: int) -> Path:
    """Return a folder with Python files of at least so many lines, as far as this machine has them."""
    place = WORK / f"code-{lines}"
    if not place.exists():
        draft = place.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        _copy(draft, lines)
        draft.rename(place)
    return place


def lines_of(files: list[Path]) -> int:
    """Return how many lines the files have."""
    return sum(file.read_bytes().count(b"\n") for file in files)


def files_in(place: Path) -> list[Path]:
    """Return its Python files."""
    return sorted(place.rglob("*.py"))


def _copy(draft: Path, lines: int) -> None:
    left = lines
    for number, file in enumerate(_sources()):
        # Folders of other names: tools leave out what is called `site-packages`.
        target = draft / f"part_{number % 50:02}" / f"file_{number}_{file.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        left -= file.read_bytes().count(b"\n")
        if left <= 0:
            return


def _sources() -> Iterator[Path]:
    standard, packages = (Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib"))
    yield from (file for file in sorted(standard.rglob("*.py")) if "site-packages" not in file.parts)
    yield from sorted(packages.rglob("*.py"))
