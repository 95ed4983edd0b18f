"""Drafts in batches."""

from collections.abc import Iterable, Iterator
from itertools import islice

from ami_audit.domain.draft import AuditDraft

_BATCH = 256


def in_batches(drafts: Iterable[AuditDraft]) -> Iterator[list[AuditDraft]]:
    """Yield the drafts some hundreds at a time; nothing when there are none."""
    rest = iter(drafts)
    while batch := list(islice(rest, _BATCH)):
        yield batch
