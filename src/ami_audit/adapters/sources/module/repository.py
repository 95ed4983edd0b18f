"""The repository of a module, looked into without obeying its configuration or waiting for its files."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import IO, NamedTuple, cast

from ami_audit.adapters.sources.module.documents import BrokenError, Folder

_TIMEOUT_S = 20.0
_BLOCK_BYTES = 1 << 20
_MOST_LINKS = 10_000
_SMALL_BYTES = 1 << 20
_CONFIG = "[core]\n\trepositoryFormatVersion = 0\n\tbare = true\n"
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


class GitFolders(NamedTuple):
    """Where a repository with a work tree keeps its parts.

    Attributes:
        top: The work tree.
        own: The folder with `HEAD` and the index.
        common: The folder with refs, objects and rules; `own` itself but for linked work trees.
    """

    top: Path
    own: Path
    common: Path


def folders_at(top: Path) -> GitFolders | None:
    """Return the parts of the repository whose work tree this is; None when it is none."""
    own = top / ".git"
    if not own.is_dir():
        word, _, where = small_file(own).partition(b":")
        if word != b"gitdir":
            return None
        own = top / os.fsdecode(where.strip())
    common = own / os.fsdecode(small_file(own / "commondir").strip())
    return GitFolders(top, own, common) if (common / "objects").is_dir() else None


def folders_around(folder: Path) -> GitFolders | None:
    """Return the parts of the repository that a folder lies in; None outside one."""
    found = (folders_at(top) for top in (folder, *folder.parents) if os.path.lexists(top / ".git"))
    try:
        return next(found, None)
    except (OSError, ValueError):
        return None


def small_file(path: Path) -> bytes:
    """Return the content of a regular file of at most 1 MiB; nothing when there is none that can be read."""
    try:
        return Folder(path.parent, Path("/")).read(path.name, largest=_SMALL_BYTES)
    except BrokenError:
        return b""


def gitlinks(top: Path) -> list[tuple[bytes, str]]:
    """Return path and commit of each submodule in `HEAD`'s tree; none when there is no commit yet.

    Raises:
        BrokenError: The tree cannot be read, or not in time.
    """
    folders = folders_at(top)
    git = shutil.which("git")
    if folders is None or git is None:
        raise BrokenError("it is no repository" if git else "the `git` program is not on the PATH")
    with TemporaryDirectory(prefix="ami-audit-module-") as folder:
        _furnish(Path(folder), folders)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            **_ENVIRONMENT,
            "GIT_DIR": folder,
            "GIT_OBJECT_DIRECTORY": str(folders.common / "objects"),
        }
        commit = b"".join(_words([git, "rev-parse", "--quiet", "--verify", "HEAD"], environment, quiet=True)).strip()
        if not commit:
            return []
        words = _words([git, "ls-tree", "-r", "-z", "--full-tree", commit.decode("ascii", "replace")], environment)
        found: list[tuple[bytes, str]] = []
        for word in words:
            facts, _, path = word.partition(b"\t")
            if facts.startswith(b"160000 ") and len(found) < _MOST_LINKS:
                found.append((path, facts.rpartition(b" ")[2].decode("ascii", "replace")))
    return sorted(found)


def _furnish(folder: Path, folders: GitFolders) -> None:
    (folder / "HEAD").write_bytes(small_file(folders.own / "HEAD") or b"broken\n")
    (folder / "config").write_text(_CONFIG)
    for name in ("refs", "packed-refs"):
        place = (folders.common / name).absolute()
        if place.is_file() or place.is_dir():
            (folder / name).symlink_to(place)


def _words(command: list[str], environment: dict[str, str], *, quiet: bool = False) -> Iterator[bytes]:
    """Yield what git writes, cut at each NUL; what takes too long is ended.

    Raises:
        BrokenError: It failed, unless `quiet`, or did not end in time.
    """
    process = subprocess.Popen(  # noqa: S603 (no shell; the program was found on the PATH)
        command,
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    timer = Timer(_TIMEOUT_S, process.kill)
    timer.start()
    try:
        rest = b""
        with cast("IO[bytes]", process.stdout) as output:
            while block := output.read(_BLOCK_BYTES):
                *whole, rest = (rest + block).split(b"\0")
                yield from whole
        if rest:
            yield rest
        status = process.wait()
    finally:
        timer.cancel()
        process.kill()
        process.wait()
    if status < 0:
        raise BrokenError(f"git gave no answer within {_TIMEOUT_S:g} seconds")
    if status and not quiet:
        raise BrokenError("git cannot read it")
