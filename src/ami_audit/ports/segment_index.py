"""What the chain needs of its arithmetic to index a segment of the trail."""

from collections.abc import Sequence
from typing import Protocol


class SegmentIndex(Protocol):
    """Indexes a segment of the trail by the fields of its records (see `domain.segment`)."""

    def segment_columns(self, texts: bytes, ends: Sequence[int]) -> list[bytes]:
        """Return one column for each of `domain.segment.FIELDS`; columns of parts that follow one another are joined.

        Args:
            texts: Canonical texts of records that follow one another, concatenated.
            ends: Where each text ends in `texts`.
        """

    def segment_root(self, column: bytes, first_sequence: int) -> tuple[int, bytes]:
        """Return how many different keys a column has, and the RFC 6962 root over their leaves.

        Args:
            column: From `segment_columns`.
            first_sequence: The sequence of the column's first record.
        """
