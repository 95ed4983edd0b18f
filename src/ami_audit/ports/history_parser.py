"""What a source of histories needs: a fast reader of what git prints."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol


class CommitRow(NamedTuple):
    """A commit whose headers are as git writes them and whose text is UTF-8.

    Attributes:
        author_name: Before any mailmap.
        author_email: Before any mailmap.
        author_date: `date`, and `date_raw` where RFC 3339 says less than git does.
        moment: The author's date in UTC, as records have it.
        committer_name: None when the committer is the author at the same moment.
        committer_email: None in that case.
        committer_date: None in that case.
        facts: A record's context; `author`, `committer` and `signature` stand in it as None, to be filled in.
        signature: The armoured signature, or None.
    """

    author_name: str
    author_email: str
    author_date: dict[str, str]
    moment: str
    committer_name: str | None
    committer_email: str | None
    committer_date: dict[str, str] | None
    facts: dict[str, Any]
    signature: str | None


class ChangesRow(NamedTuple):
    """What one commit changed.

    Attributes:
        name: The commit's hash.
        files: How many files.
        added: Lines added; binary files count none.
        deleted: Lines deleted.
        entries: Each file as it stands in a record; None when the commit must be read with care.
        begin: Where in the block the commit's words begin.
        end: Where they end.
    """

    name: str
    files: int
    added: int
    deleted: int
    entries: list[dict[str, Any]] | None
    begin: int
    end: int


class HistoryParser(Protocol):
    """Reads the usual and says what is not. Stateless, safe from any thread."""

    def commits(self, objects: Sequence[bytes]) -> list[CommitRow | None]:
        """Return a row for each raw commit; None for one that must be read with care."""
        ...

    def changes(self, block: bytes) -> list[ChangesRow]:
        """Return a row for each commit in a block of whole words that `git diff-tree -z --raw --numstat` printed."""
        ...
