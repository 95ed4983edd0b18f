"""FileSource: every file below a place, as one draft each."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from copy import copy
from typing import TYPE_CHECKING, Any, Self

from ami_audit.adapters.sources.file.archives.mimes import MIMES
from ami_audit.adapters.sources.file.drafts import Drafter
from ami_audit.adapters.sources.file.hard_links import HardLinks
from ami_audit.adapters.sources.file.pattern import split
from ami_audit.adapters.sources.file.seen import Seen
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.moment import microseconds
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.scanner import FileScanner, ScanBatch, ScanRequest
from ami_audit.ports.source import Known, Recall, RecallingSource, nothing_known, nothing_recalled

if TYPE_CHECKING:
    from ami_audit.adapters.sources.file.archives.inspecting import Archives

SOURCE = "file_source/1"
_FAMILY = "file_source"
_BY_STATUS = "not read again: size, times, inode, rights and owner as recorded (--rehash reads them)"


class FileSource(RecallingSource):
    """Observes files: content hash, kind, rights, owner, times, attributes, and where links lead."""

    def __init__(self, scanner: FileScanner, recall: Recall = nothing_recalled) -> None:
        """Args: `scanner` walks and hashes, `recall` gives back what was recorded before."""
        self._scanner = scanner
        self._recall = recall

    def recalling(self, recall: Recall) -> Self:
        """Return this source, with a trail to look at: it then leaves unread what is as it was."""
        other = copy(self)
        other._recall = recall  # noqa: SLF001 (its own)
        return other

    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,
        progress: Progress = silent,
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield drafts in the order of their paths' bytes, with memory for the largest single directory.

        A batch may be empty: the walk is busy with a large file, and the caller gets its turn to stop.

        Raises:
            SourceError: The target cannot be opened at all.
            UsageError: A glob is none.
        """
        request = _request(target, options)
        stamps, records = bytearray(), 0
        for texts in self._recalled(request, options):
            stamps += self._scanner.stamps(texts, except_mime=MIMES if options.archives else ())
            records += len(texts)
            progress.step("earlier records", done=records)
            yield []
        place = self._scanner.place(request.target)
        drafter, links = Drafter(SOURCE), HardLinks(SOURCE)
        seen = Seen(SOURCE, place, known if self._may_recall(options) else nothing_known)
        archives = _archives(request.target, place, known=known, progress=progress) if options.archives else None
        done = taken = 0
        try:
            with closing(self._scanner.scan(request, stamps=bytes(stamps))) as batches:
                for batch in batches:
                    done, taken = done + len(batch.files) + batch.taken, taken + batch.taken
                    _tell(progress, batch, done)
                    drafts = drafter.drafts(batch.files)
                    yield [*drafts, *links.add(batch.linked)]
                    if archives:
                        yield from archives.look_into(drafts)
                    if again := seen.add(drafts):
                        yield again
            yield [*links.rest(), *seen.rest()]
        finally:
            _tell_end(progress, place, taken=taken, ungrouped=links.ungrouped)

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether these are files."""
        return target_type is AuditTargetType.FILE

    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name and the version of what walks and hashes for it."""
        return {"name": "file", "version": SOURCE, "tools": {"scanner": self._scanner.version()}}

    def _may_recall(self, options: AuditOptions) -> bool:
        reads_all = options.rehash or options.full or not options.include_hash
        return self._recall is not nothing_recalled and not reads_all

    def _recalled(self, request: ScanRequest, options: AuditOptions) -> Iterator[Sequence[bytes]]:
        """Yield the texts that may say what was read; none where everything is to be read."""
        if self._may_recall(options):
            place = self._scanner.place(request.target)
            yield from self._recall("file.observed", source=_FAMILY, under="" if place == "." else place)
            yield from self._recall("file.seen", source=_FAMILY)


def _archives(root: str, place: str, *, known: Known, progress: Progress) -> "Archives":
    from ami_audit.adapters.sources.file.archives.inspecting import Archives

    return Archives(SOURCE, root, place, known=known, progress=progress)


def _request(target: str, options: AuditOptions) -> ScanRequest:
    place, glob = split(target) if options.pattern else (target, None)
    return ScanRequest(
        target=place,
        glob=glob,
        ignore=options.ignore,
        paths=tuple(path.removeprefix("./").strip("/") for path in options.paths),
        follow_ignore_files=options.follow_ignore_files,
        include_vendored=options.include_vendored,
        read_content=options.include_hash,
        since_us=None if options.since is None else microseconds(options.since),
        until_us=None if options.until is None else microseconds(options.until),
    )


def _tell(progress: Progress, batch: ScanBatch, done: int) -> None:
    progress.step("files", done=done)
    progress.step("bytes", done=batch.read_bytes)
    for what, why, count in batch.skipped:
        progress.skipped(what, why=why, count=count)


def _tell_end(progress: Progress, place: str, *, taken: int, ungrouped: int) -> None:
    if taken:
        progress.unchanged(taken)
        progress.skipped(place, why=_BY_STATUS, count=taken)
    if ungrouped:
        progress.skipped(place, why="too many files of several names at once: not grouped", count=ungrouped)
