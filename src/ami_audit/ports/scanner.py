"""What a source of files needs: a walk over a tree that tells what it saw."""

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple, Protocol


class ScanRequest(NamedTuple):
    """What to look at and what to leave out.

    Attributes:
        target: A directory, or one entry of one; names that are no text are surrogate-escaped.
        glob: Only what matches, relative to `target`; `**` crosses directories, `*` does not.
        ignore: Lines in the syntax of `.gitignore`, relative to `target`, left out whatever ignore files say.
        paths: Only these, relative to `target`, and what is below them; empty means everything.
        follow_ignore_files: Honour `.gitignore` and `.git/info/exclude`.
        include_vendored: Walk vendored and build directories too.
        read_content: Read and hash; else only what the directory tells.
        since_us: Only what was modified at or after this, microseconds since 1970.
        until_us: Only what was modified before this.
    """

    target: str
    glob: str | None = None
    ignore: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    follow_ignore_files: bool = True
    include_vendored: bool = False
    read_content: bool = True
    since_us: int | None = None
    until_us: int | None = None


class ScannedFile(NamedTuple):
    """What was seen of one entry.

    Attributes:
        target: The record's target: the path relative to the repository that holds it, else to the walk's directory;
            for one entry named alone outside a repository, its absolute path.
        owner: The owner's number; None when it could not be known.
        group: The group's number; None when it could not be known.
        observed: Hex SHA-256 of kind, mode, owner and content or link target: the same for the same facts.
        facts: A record's context, its keys in canonical order; where owner and group are known, `owner` and `group`
            stand in it as None, for who has names to fill in; `modified_at` is absent when no calendar can write it.
        faults: What could not be known: pairs of kind (`unreadable`) and reason.
    """

    target: str
    owner: int | None
    group: int | None
    observed: str
    facts: dict[str, Any]
    faults: list[list[str]]


class ScanBatch(NamedTuple):
    """Some entries, in order, and what was left out meanwhile.

    Attributes:
        files: Perhaps none: the walk is still busy with a large file.
        skipped: Triples of what was left out, why, and how many; a directory ends in a slash, files go by their rule.
        read_bytes: Content read so far, that of files still to come included.
        linked: Regular files of several names, read or not: the record's target, the same text for the same file
            (volume and inode, with a colon), how many names it has.
        taken: How many files were not read because their stamp was known; they are not among `files`.
    """

    files: list[ScannedFile]
    skipped: list[tuple[str, str, int]]
    read_bytes: int
    linked: Sequence[tuple[str, str, int]] = ()
    taken: int = 0


class FileScanner(Protocol):
    """Walks trees. Stateless, safe from any thread; nothing but regular files is ever opened."""

    def scan(self, request: ScanRequest, *, stamps: bytes = b"") -> Generator[ScanBatch]:
        """Yield batches in the order of their paths' bytes; closing the generator stops the walk at once.

        Needs memory for the largest single directory. The target is opened before the first batch.

        Args:
            request: What to look at.
            stamps: From `stamps`; a file that still has one of these is counted and not read.

        Raises:
            SourceError: The target cannot be opened at all.
            UsageError: A glob is none.
        """
        ...

    def place(self, target: str) -> str:
        """Return how records name what a scan of `target` begins at; `.` for the root of a repository or of the walk.

        Raises:
            SourceError: The target cannot be opened at all.
        """
        ...

    def stamps(self, records: Sequence[bytes], *, except_mime: Sequence[str]) -> bytes:
        """Return what the texts of records tell of files that were read, 16 bytes a file; they may be put together.

        A file has such a stamp for as long as path, device, inode, size, times, mode and owner stay the same.

        Args:
            records: Canonical texts of `file.observed` and `file.seen`; others tell nothing.
            except_mime: Media types of files that are to be read in any case.
        """
        ...

    def version(self) -> str:
        """Return the version of what walks and hashes."""
        ...
