"""FileSource: every file below a place, as one draft each."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from ami_audit.adapters.sources.file.drafts import Drafter
from ami_audit.adapters.sources.file.pattern import split
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.moment import microseconds
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.scanner import FileScanner, ScanBatch, ScanRequest
from ami_audit.ports.source import AuditSource, Known, nothing_known

SOURCE = "file_source/1"


class FileSource(AuditSource):
    """Observes files: content hash, kind, rights, owner, times, and where links lead."""

    def __init__(self, scanner: FileScanner) -> None:
        """Args: `scanner` walks and hashes."""
        self._scanner = scanner

    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,  # noqa: ARG002 - whether a fact is known shows only once its file has been hashed
        progress: Progress = silent,
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield drafts in the order of their paths' bytes, with memory for the largest single directory.

        A batch may be empty: the walk is busy with a large file, and the caller gets its turn to stop.

        Raises:
            SourceError: The target cannot be opened at all.
            UsageError: A glob is none.
        """
        drafter = Drafter(SOURCE)
        done = 0
        with closing(self._scanner.scan(_request(target, options))) as batches:
            for batch in batches:
                done += len(batch.files)
                _tell(progress, batch, done)
                yield drafter.drafts(batch.files)

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether these are files."""
        return target_type is AuditTargetType.FILE

    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name and the version of what walks and hashes for it."""
        return {"name": "file", "version": SOURCE, "tools": {"scanner": self._scanner.version()}}


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
