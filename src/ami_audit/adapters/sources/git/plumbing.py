"""The git program, reading one repository's objects and refs and none of its settings.

It is run in a private git directory that borrows the audited one's objects and refs. So nothing that the audited
repository configures can run, fetch, lock or change an answer: no hooks, filters, drivers, promisor remotes,
attributes, replacements or owners' checks; the same commit gives the same lines whatever is checked out.
"""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import NamedTuple, Self

from ami_audit.adapters.sources.git.child import Child
from ami_audit.adapters.sources.git.location import Location
from ami_audit.adapters.sources.git.odd_files import refuse_odd_files
from ami_audit.adapters.sources.git.settings import Settings
from ami_audit.domain.errors import SourceError

_CONFIG = """\
[core]
\trepositoryFormatVersion = 1
\tbare = true
\tattributesFile = /dev/null
\thooksPath = /dev/null
\tfsmonitor = false
\tcommitGraph = {commit_graph}
[extensions]
\tobjectFormat = {object_format}
{ref_storage}[diff]
\trenames = true
\trenameLimit = 1000
\talgorithm = myers
[protocol]
\tallow = never
[gc]
\tauto = 0
"""

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    # Whole buffers instead of one write for each commit; `flush` lines ask for the rest.
    "GIT_FLUSH": "0",
    # Otherwise glibc returns the memory of each large file to the kernel and asks for it again: a fifth of the time.
    "MALLOC_MMAP_THRESHOLD_": str(64 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
    "MALLOC_TOP_PAD_": str(4 << 20),
    "LC_ALL": "C",
}
_BORROWED = ("refs", "packed-refs", "reftable")


class Finished(NamedTuple):
    """What a command ended with; `complaint` is its last line on standard error."""

    status: int
    output: bytes
    complaint: str


class Plumbing:
    """Runs git against one repository's objects; a context manager that leaves no child and no file behind."""

    def __init__(self, location: Location, settings: Settings) -> None:
        """Find git; nothing is made before the context is entered.

        Raises:
            SourceError: The git program is not installed.
        """
        program = shutil.which("git")
        if program is None:
            raise SourceError(str(location.root), "the `git` program is not on the PATH; install git.")
        self._program = program
        self._location = location
        self._settings = settings
        self._children: set[Child] = set()
        self._running: set[Child] = set()

    def __enter__(self) -> Self:
        refuse_odd_files(self._location)
        self._temporary = TemporaryDirectory(prefix="ami-audit-git-")
        self.folder = Path(self._temporary.name)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            **_ENVIRONMENT,
            "GIT_DIR": str(self.folder),
            "GIT_OBJECT_DIRECTORY": str(self._location.objects),
            "GIT_GRAFT_FILE": str(self.folder / "grafts"),
        }
        self._furnish()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in list(self._children):
            self.stop(child)
        self._temporary.cleanup()

    def _furnish(self) -> None:
        (self.folder / "HEAD").write_text("ref: refs/heads/\n")
        self._configure(commit_graph=True)
        for name in _BORROWED:
            place = self._location.common_dir / name
            if place.is_file() or place.is_dir():
                (self.folder / name).symlink_to(place)
        if self._settings.shallow:
            (self.folder / "shallow").write_text("".join(f"{name}\n" for name in self._settings.shallow))

    def _configure(self, *, commit_graph: bool) -> None:
        storage = self._settings.ref_storage
        text = _CONFIG.format(
            commit_graph=str(commit_graph).lower(),
            object_format=self._settings.object_format,
            ref_storage=f"\trefStorage = {storage}\n" if storage != "files" else "",
        )
        (self.folder / "config").write_text(text)

    def graft(self, parents: dict[str, list[str]]) -> None:
        """Make git take each commit for the child of the given parents only, from the next command on."""
        lines = (" ".join((child, *kept)) for child, kept in sorted(parents.items()))
        (self.folder / "grafts").write_text("".join(f"{line}\n" for line in lines))
        # A commit-graph knows parents by number and would look past the graft.
        self._configure(commit_graph=False)

    def start(self, *arguments: str | bytes) -> Child:
        """Start a git command; it ends when it is stopped or when the context is left."""
        child = Child([self._program, *arguments], self._environment, self.folder)
        self._children.add(child)
        return child

    def stop(self, child: Child) -> None:
        """End a command that `start` began."""
        self._children.discard(child)
        child.close()

    def run(self, *arguments: str | bytes, stdin: bytes = b"", timeout_s: float | None = None) -> Finished:
        """Run a git command to its end; its whole output is held in memory.

        Args:
            arguments: The command and its arguments.
            stdin: What it reads.
            timeout_s: When it is ended as failed; None: never.
        """
        child = self.start(*arguments)
        self._running.add(child)
        try:
            output = child.converse(stdin, timeout_s=timeout_s)
            return Finished(child.status(), output, child.complaint())
        except subprocess.TimeoutExpired:
            return Finished(-1, b"", f"no answer within {timeout_s:g} seconds")
        finally:
            self._running.discard(child)
            self.stop(child)

    def interrupt(self) -> None:
        """End every command that `run` is waiting for in another thread."""
        for child in list(self._running):
            child.kill()

    def index_commits(self, tip: str) -> None:
        """Make what `tip` reaches faster to search by path; this costs some 50 microseconds a commit.

        The audited repository is not touched: the index lies in a folder of this run. Where the repository has such an
        index already, or history is grafted, nothing is done.
        """
        information = self._location.objects / "info"
        if self._settings.shallow or any((information / name).exists() for name in ("commit-graph", "commit-graphs")):
            return
        objects = self.folder / "objects"
        (objects / "info").mkdir(parents=True)
        (objects / "info" / "alternates").write_bytes(os.fsencode(self._location.objects) + b"\n")
        self._environment["GIT_OBJECT_DIRECTORY"] = str(objects)
        self.run("commit-graph", "write", "--stdin-commits", "--changed-paths", "--no-progress", stdin=tip.encode())


@cache
def git_version() -> str:
    """Return the git program's version (`2.39.5`), or empty when it is not installed."""
    program = shutil.which("git")
    if program is None:
        return ""
    answer = subprocess.run(  # noqa: S603 (no shell)
        [program, "version"], capture_output=True, check=False, timeout=20
    )
    return answer.stdout.decode("ascii", "replace").removeprefix("git version ").strip()
