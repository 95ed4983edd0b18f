"""What a source of modules needs: how much code there is, in which languages, and what of it stands there twice."""

from collections.abc import Generator
from typing import Any, NamedTuple, Protocol


class CodeRequest(NamedTuple):
    """What to count and what to leave out.

    Attributes:
        target: A folder.
        ignore: Lines in the syntax of `.gitignore`, relative to `target`, left out whatever ignore files say.
        follow_ignore_files: Honour `.gitignore` and its like.
        include_vendored: Count vendored and build folders too.
        largest_bytes: Files of more bytes are told and not read.
        least_lines: Lines from which equal code is called duplicated; 0 looks for none.
    """

    target: str
    ignore: tuple[str, ...] = ()
    follow_ignore_files: bool = True
    include_vendored: bool = False
    largest_bytes: int = 16 << 20
    least_lines: int = 10


class CodeCount(NamedTuple):
    """What was counted; the same for the same tree.

    Attributes:
        languages: By name: `files`, `size_bytes`, `code`, `comments`, `blanks`.
        largest: The files with most code, largest first: `path`, `language`, `code`, `comments`, `blanks`.
        skipped: Paths that were left out, with the reason, in the order of the paths.
        duplication: `lines` looked at and `duplicated` of them, `block_count`, and the weightiest `blocks`: `lines`,
            `place_count` and `places` (path, first line, last line). None: not looked for, or far too much code.
    """

    languages: dict[str, dict[str, int]]
    largest: list[dict[str, Any]]
    skipped: list[tuple[str, str]]
    duplication: dict[str, Any] | None


class CodeCounter(Protocol):
    """Counts code below folders. Stateless, safe from any thread; nothing but regular files is ever opened."""

    def count(self, request: CodeRequest) -> Generator[int, None, CodeCount]:
        """Yield how many files are done, some times a second, and return the count; closing it stops the work.

        Raises:
            SourceError: The target is no folder that can be opened.
            UsageError: A line to ignore is no pattern.
        """
        ...

    def version(self) -> str:
        """Return the version of what tells code from comments."""
        ...
