"""What is told beside the commits when it is asked for, one kind after the other."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from ami_audit.adapters.sources.git.blame import Blamed, blame_drafts, blamed
from ami_audit.adapters.sources.git.blaming import files_at, side_by_side
from ami_audit.adapters.sources.git.blob_drafts import blob_drafts
from ami_audit.adapters.sources.git.blobs import large_files
from ami_audit.adapters.sources.git.contributions import Contributions
from ami_audit.adapters.sources.git.follow import Followed
from ami_audit.adapters.sources.git.history import History, read_history
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.location import Location
from ami_audit.adapters.sources.git.lockfiles import LOCKFILES, Lockfiles, Readers
from ami_audit.adapters.sources.git.naming import Setting
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.path_drafts import path_draft
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.reflog_drafts import Reflogs
from ami_audit.adapters.sources.git.selection import Selection
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress
from ami_audit.ports.source import Known

# From so many files on, an index of the history saves more than making it costs.
_MANY_FILES = 64


class Asked(NamedTuple):
    """What is asked of one repository, and what answers.

    Attributes:
        plumbing: Runs git.
        reader: Reads objects.
        location: Where the repository lies.
        specs: Pathspecs that limit the history; empty means all of it.
        tips: What the history is reached from.
        head: The commit of `HEAD`, or empty.
        options: What was asked for.
        identities: Who knows the authors.
        selection: Which commits were asked for.
        setting: What all drafts of the run share.
    """

    plumbing: Plumbing
    reader: ObjectReader
    location: Location
    specs: tuple[bytes, ...]
    tips: Sequence[str]
    head: str
    options: AuditOptions
    identities: Identities
    selection: Selection
    setting: Setting


class Analyses:
    """Tells what was asked for beside the commits."""

    def __init__(self, asked: Asked, *, known: Known, progress: Progress) -> None:
        """Take what is asked."""
        self._asked = asked
        self._known = known
        self._progress = progress

    def all(
        self, history: History, followed: Sequence[Followed], summed: Contributions | None
    ) -> Iterator[Iterable[AuditDraft]]:
        """Yield the drafts of each analysis.

        Args:
            history: The commits asked for, under today's names.
            followed: The files that were followed across renames.
            summed: What was added up on the way, or None.
        """
        options = self._asked.options
        yield (self._path(file) for file in followed if file.touched)
        if summed is not None:
            yield summed.drafts(self._asked.setting, has_lines=options.line_counts)
        if options.include_lockfiles:
            yield self._lockfiles(history)
        if options.large_blob_bytes is not None:
            yield self._blobs(history, options.large_blob_bytes)
        if options.include_reflog:
            yield self._reflogs()
        if options.include_blame:
            yield self._blame()

    def _path(self, file: Followed) -> AuditDraft:
        asked = self._asked
        name = f"{asked.head}:{file.names[0].path}"
        is_there = bool(asked.head) and asked.reader.read_one(name).is_there
        return path_draft(file, asked.reader, is_there=is_there, identities=asked.identities, setting=asked.setting)

    def _lockfiles(self, history: History) -> Iterator[AuditDraft]:
        asked = self._asked
        readers = Readers(asked.reader, asked.identities, asked.selection, asked.setting)
        specs = asked.specs or LOCKFILES
        commits = history if asked.specs else read_history(asked.plumbing, self._sound_tips(history), paths=specs)
        return Lockfiles(readers, known=self._known, progress=self._progress).drafts(asked.plumbing, commits, specs)

    def _sound_tips(self, history: History) -> list[str]:
        lost = history.damage.lost if history.damage else {}
        return [tip for tip in self._asked.tips if tip not in lost]

    def _blobs(self, history: History, least_bytes: int) -> Iterator[AuditDraft]:
        asked = self._asked
        found = large_files(asked.plumbing, history, least_bytes=least_bytes, head=asked.head)
        if found.left_out:
            self._progress.skipped("large contents", why="only the 10,000 largest are told", count=found.left_out)
        for name in found.unknown:
            self._progress.skipped(name, why="trees are missing: no word on large files")
        return blob_drafts(found.files, asked.reader, identities=asked.identities, setting=asked.setting)

    def _reflogs(self) -> Iterator[AuditDraft]:
        asked = self._asked
        return Reflogs(asked.plumbing, asked.location, tips=asked.tips).drafts(asked.identities, asked.setting)

    def _blame(self) -> Iterator[AuditDraft]:
        asked = self._asked
        files = files_at(asked.plumbing, asked.head, asked.specs) if asked.head else []
        if not files:
            self._progress.skipped("blame", why="no text file of that name at HEAD")
            return iter(())
        if len(files) >= _MANY_FILES:
            asked.plumbing.index_commits(asked.head)
        answers = side_by_side(asked.plumbing, partial(blamed, asked.plumbing, asked.head), files)
        return chain.from_iterable(self._of_file(answer, done, len(files)) for done, answer in enumerate(answers, 1))

    def _of_file(self, answer: Blamed, done: int, total: int) -> Iterator[AuditDraft]:
        self._progress.step("files blamed", done=done, total=total)
        asked = self._asked
        return blame_drafts(answer, asked.head, identities=asked.identities, setting=asked.setting)
