"""Gives a history to measure on: the one that AMI_BENCH_REPOSITORY names, or one of 12,000 commits made here once."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

from place import WORK

_COMMITS = 12_000
_BEGAN = 1_500_000_000
_WORDS = ("def", "class", "return", "import", "self", "value", "record", "chain", "hash", "verify", "store", "open")


def repository() -> Path:
    """Return a repository with at least 10,000 commits."""
    named = os.environ.get("AMI_BENCH_REPOSITORY")
    if named:
        return Path(named).resolve()
    place = WORK / f"history-{_COMMITS}.git"
    if not place.exists():
        _make(place)
    return place


def name_of(place: Path) -> str:
    """Return what the table calls the history: never where it lies."""
    return "a made history" if place.parent == WORK else f"the history of `{place.name.removesuffix('.git')}`"


def kept_as(bench: str) -> str:
    """Return the name under which a bench keeps its figures: those of a history of your own stand beside the others."""
    named = os.environ.get("AMI_BENCH_REPOSITORY")
    return f"{bench}-{Path(named).resolve().name.removesuffix('.git')}" if named else bench


def _make(place: Path) -> None:
    draft = place.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", draft], check=True, timeout=60)
    with subprocess.Popen(["git", "-C", draft, "fast-import", "--quiet"], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        for part in _stream(Random(7)):
            child.stdin.write(part)
    assert child.returncode == 0
    pack = ["git", "-C", draft, "repack", "-a", "-d", "-q", "--depth=50", "--window=10"]
    subprocess.run(pack, check=True, timeout=1200)
    draft.rename(place)


def _stream(chance: Random) -> Iterator[bytes]:
    files: dict[str, list[str]] = {}
    for number in range(_COMMITS):
        author = f"Author {chance.randrange(60)} <author{chance.randrange(60)}@example.org>"
        message = " ".join(chance.choices(_WORDS, k=chance.randrange(5, 40)))
        when = _BEGAN + 600 * number
        yield f"commit refs/heads/main\nauthor {author} {when} +0200\ncommitter {author} {when} +0200\n".encode()
        yield _data(message + "\n")
        for path in _touched(files, chance):
            yield f"M 100644 inline {path}\n".encode() + _data("".join(files[path]))
        yield b"\n"


def _touched(files: dict[str, list[str]], chance: Random) -> list[str]:
    """Change one to five files, most of them old ones, and return their paths."""
    paths: list[str] = []
    for _ in range(chance.randrange(1, 6)):
        if len(files) < 20 or chance.random() < 0.05:
            path = f"src/part_{chance.randrange(40)}/module_{len(files)}.py"
            files[path] = [_line(chance) for _ in range(chance.randrange(20, 240))]
        else:
            path = chance.choice(list(files))
            _edit(files[path], chance)
        paths.append(path)
    return list(dict.fromkeys(paths))


def _edit(lines: list[str], chance: Random) -> None:
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(lines) + 1)
        lines[at : at + chance.randrange(8)] = [_line(chance) for _ in range(chance.randrange(10))]


def _line(chance: Random) -> str:
    return "    " + " ".join(chance.choices(_WORDS, k=chance.randrange(1, 12))) + "\n"


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%s\n" % (len(raw), raw)
