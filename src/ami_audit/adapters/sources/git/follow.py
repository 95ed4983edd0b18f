"""Where a file was before it was renamed, and which commits touched it under each of its names."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ami_audit.adapters.sources.git.history import History, read_history
from ami_audit.adapters.sources.git.listing import Listing
from ami_audit.adapters.sources.git.plumbing import Plumbing

# A file that is said to have had more names than this is somebody's joke.
_MOST_NAMES = 100
_CHUNK = 2_000


class Name(NamedTuple):
    """One name that a file had.

    Attributes:
        path: From the repository's root; bytes that are no text are surrogate-escaped.
        renamed_to: The name it was given next; empty for the name that was asked for.
        renamed_by: The commit that gave it the next name; empty for the name that was asked for.
    """

    path: str
    renamed_to: str = ""
    renamed_by: str = ""


class Followed(NamedTuple):
    """A file's history under all its names.

    Attributes:
        touched: The commits that touched it.
        names: Its names, newest first.
        unknown: Commits in which it appeared and of which git cannot tell whether they renamed it.
    """

    touched: set[str]
    names: list[Name]
    unknown: list[str]


def spec_of(path: str) -> bytes:
    """Return the pathspec of exactly this path."""
    return f":(top,literal){path}".encode("utf-8", "surrogateescape")


def follow(plumbing: Plumbing, path: str, history: History) -> Followed:
    """Return the file's history across renames.

    A file is followed to its old name where a commit that made it also removed a file like it. Under the old name
    only what the renaming commit descends from counts, so another file that has the old name later is not mixed in.

    Args:
        plumbing: Where the objects are.
        path: The file's name.
        history: The commits that touched it under that name.
    """
    names = [Name(path)]
    unknown: list[str] = []
    touched = set(_hashes(history))
    waiting = [(names[0], history)]
    seen = {(path, "")}
    while waiting:
        name, commits = waiting.pop(0)
        for made_by, old_path in _origins(plumbing, name.path, commits):
            if old_path is None:
                unknown.append(made_by)
            elif (old_path, made_by) not in seen and len(names) < _MOST_NAMES:
                seen.add((old_path, made_by))
                names.append(Name(old_path, name.path, made_by))
                before = read_history(plumbing, _parents(plumbing, made_by), paths=[spec_of(old_path)])
                touched.update(_hashes(before))
                waiting.append((names[-1], before))
    return Followed(touched, names, unknown)


def joined(plumbing: Plumbing, followed: Sequence[Followed], history: History, *, tips: Sequence[str]) -> History:
    """Return the history with what touched the files under their old names, in order.

    Args:
        plumbing: Where the objects are.
        followed: The files.
        history: The commits that touched what was asked for, under today's names.
        tips: What the history is reached from.
    """
    old = [spec_of(name.path) for file in followed for name in file.names[1:]]
    if not old:
        return history
    touched = set(_hashes(history)).union(*(file.touched for file in followed))
    names = [spec_of(file.names[0].path) for file in followed]
    everything = read_history(plumbing, tips, paths=[*names, *old])
    ordered = everything.like()
    for chunk in everything.chunks(_CHUNK):
        ordered.extend(" ".join(name for name in chunk if name in touched))
    return ordered


def _hashes(history: History) -> Iterator[str]:
    for chunk in history.chunks(_CHUNK):
        yield from chunk


def _origins(plumbing: Plumbing, path: str, commits: History) -> Iterator[tuple[str, str | None]]:
    """Yield each commit that renamed a file to `path`, with its old name; None when git cannot tell."""
    made = Listing(plumbing, "--no-renames", "--diff-filter=A", paths=[spec_of(path)])
    makers = [
        name
        for name, entries in made.entries(_hashes(commits))
        if entries is not None and any(entry.path == path for entry in entries)
    ]
    for name, entries in Listing(plumbing, "-M", "--diff-filter=R").entries(makers):
        if entries is None:
            yield name, None
        for entry in entries or ():
            if entry.path == path:
                yield name, entry.old_path


def _parents(plumbing: Plumbing, commit: str) -> list[str]:
    finished = plumbing.run("rev-parse", f"{commit}^@")
    return finished.output.decode("ascii").split() if finished.status == 0 else []
