"""What git prints, read by the compiled core."""

from collections.abc import Sequence

import orjson

from ami_audit.adapters.chain_core import _native
from ami_audit.ports.history_parser import ChangesRow, CommitRow


class NativeHistoryParser:
    """`HistoryParser` in Rust."""

    def commits(self, objects: Sequence[bytes]) -> list[CommitRow | None]:
        """Return a row for each raw commit; None for one that must be read with care."""
        rows = orjson.loads(_native.git_commits(objects))
        return [None if row is None else CommitRow._make(row) for row in rows]

    def changes(self, block: bytes) -> list[ChangesRow]:
        """Return a row for each commit in a block of whole words that `git diff-tree -z --raw --numstat` printed."""
        return list(map(ChangesRow._make, orjson.loads(_native.git_changes(block))))
