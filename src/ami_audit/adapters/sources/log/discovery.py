"""Which files below a place are read as logs, and what is left out."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.log.place import Place
from ami_audit.domain.errors import SourceError
from ami_audit.domain.log_names import COMPRESSED, LogName, is_log_name, log_name
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.text import readable_path
from ami_audit.ports.progress import Progress

# Never logs, whatever they hold: version control, the trail itself, what was installed or built.
_NEVER = frozenset({".git", ".hg", ".svn", ".bzr", ".audit"})
_VENDORED = frozenset(
    {"node_modules", "site-packages", "vendor", ".venv", "venv", "__pycache__", ".tox", ".mypy_cache"}
)
_JOURNAL = (".journal", ".journal~")
_ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2", ".7z", ".rar")


class LogFile(NamedTuple):
    """One file to read.

    Attributes:
        path: Where it is opened; names that are no text are surrogate-escaped.
        target: How records name it.
        name: What its target says of its place in a rotation.
    """

    path: str
    target: str
    name: LogName


class Refused(NamedTuple):
    """A place that could not be looked into: how records name it, and what the operating system said."""

    target: str
    reason: str


class Found(NamedTuple):
    """What is to be read, each log's files together and the oldest first, and what could not be looked into."""

    files: Sequence[LogFile]
    refused: Sequence[Refused]
    troubles: Sequence[Refused] = ()

    @property
    def journals(self) -> list[LogFile]:
        """The files of journals, which are not made of lines."""
        return [file for file in self.files if file.path.endswith(_JOURNAL)]

    def with_journals(self, exports: Sequence[LogFile], *, troubles: Sequence[Refused]) -> "Found":
        """Return the same with journals' exports in the place of their files, and what went wrong with them."""
        files = [file for file in self.files if not file.path.endswith(_JOURNAL)]
        return self._replace(files=(*files, *exports), troubles=troubles)


def logs_at(place: Place, options: AuditOptions, *, progress: Progress) -> Found:
    """Return the files to read, in an order that their names alone decide.

    Raises:
        SourceError: The target is not there, or cannot be opened.
    """
    found: list[LogFile] = []
    refused: list[Refused] = []
    for path in _starts(place, options):
        if not Path(path).is_dir():
            _add(found, path, place)
            continue
        walk = _Walk(path, place, any_name=options.any_name, vendored=options.include_vendored, progress=progress)
        found += walk.files()
        refused += walk.refused
    unique = _without_copies({file.path: file for file in found}, progress)
    return Found(sorted(unique, key=lambda file: (file.name.family, file.name.order, file.target)), refused)


def _without_copies(found: dict[str, LogFile], progress: Progress) -> list[LogFile]:
    """Return the files but those that are being compressed, and still lie beside their compressed form."""
    kept = []
    for path, file in found.items():
        if any(path.endswith(ending) and path.removesuffix(ending) in found for ending in COMPRESSED):
            progress.skipped(file.target, why="its uncompressed form is read")
        else:
            kept.append(file)
    return kept


def _starts(place: Place, options: AuditOptions) -> list[str]:
    if options.pattern:
        return sorted(glob.glob(place.path, recursive=True))  # noqa: PTH207 (it may begin anywhere)
    try:
        Path(place.path).stat()
    except OSError as error:
        raise SourceError(place.path, f"it cannot be opened: {(error.strerror or str(error)).lower()}") from error
    return [place.path]


def _add(found: list[LogFile], path: str, place: Place) -> None:
    """Add one file that was named; what it is, its reader says."""
    target = place.target(path)
    found.append(LogFile(path, target, log_name(target)))


class _Walk:
    """One walk below a folder."""

    def __init__(self, folder: str, place: Place, *, any_name: bool, vendored: bool, progress: Progress) -> None:
        self.refused: list[Refused] = []
        self._start = folder
        self._root = os.path.realpath(folder)
        self._place = place
        self._any_name = any_name
        self._never = _NEVER if vendored else _NEVER | _VENDORED
        self._progress = progress

    def files(self) -> Iterator[LogFile]:
        folders = [self._start]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    listed = sorted(entries, key=lambda entry: os.fsencode(entry.name))
            except OSError as error:
                self.refused.append(Refused(self._place.target(folder), (error.strerror or str(error)).lower()))
                continue
            below: list[str] = []
            for entry in listed:
                if entry.is_dir(follow_symlinks=False):
                    below += self._entered(entry)
                elif self._is_wanted(entry):
                    yield self._file(entry)
            folders += reversed(below)

    def _entered(self, entry: "os.DirEntry[str]") -> list[str]:
        if entry.name not in self._never:
            return [entry.path]
        if entry.name in _VENDORED:
            self._skip(entry.path + "/", "vendored")
        return []

    def _is_wanted(self, entry: "os.DirEntry[str]") -> bool:
        why = self._why_not(entry)
        if why:
            self._skip(entry.path, why)
        return not why

    def _why_not(self, entry: "os.DirEntry[str]") -> str:
        if entry.is_symlink():
            return self._link(entry.path)
        if not entry.is_file(follow_symlinks=False):
            return "neither a file nor a folder"
        if entry.name.lower().endswith(_ARCHIVES):
            return "an archive"
        return "" if self._any_name or is_log_name(self._place.target(entry.path)) else "not called as logs are"

    def _link(self, path: str) -> str:
        leads_to = Path(os.path.realpath(path))
        if not leads_to.exists():
            return "a link that leads nowhere"
        if leads_to.is_relative_to(self._root):
            return "a link to what is read under its own name"
        return "a link that leads out"

    def _file(self, entry: "os.DirEntry[str]") -> LogFile:
        target = self._place.target(entry.path)
        return LogFile(entry.path, target, log_name(target))

    def _skip(self, path: str, why: str) -> None:
        self._progress.skipped(readable_path(os.path.relpath(path, self._start)) + "/" * path.endswith("/"), why=why)
