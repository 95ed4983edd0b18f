"""Checks that what opens committed values is what the records committed to, and that what is gone was erased."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, cast

from ami_audit.domain.disclosure import digest_bytes, reveal
from ami_audit.domain.erasure import BY_LIST, ERASED, is_said_by
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.linkage import ErasedValue, SealedDisclosure, SealedRecord
from ami_audit.domain.redaction import ValueState
from ami_audit.domain.verification import Fault, broken_by
from ami_audit.ports.stores import RecordStore
from ami_audit.services.disclosing import COMMITTED, Opener

_ERASURE = f'{{"action":"{ERASED}"'.encode()


def with_values(store: RecordStore, opener: Opener) -> RecordStore:
    """Return the same store, whose `compare` judges committed values as well."""
    return cast("RecordStore", _ComparingValues(store, opener))


class _ComparingValues:
    """Hands everything on to a store, and adds what is wrong with values to what is wrong with columns."""

    def __init__(self, store: RecordStore, opener: Opener) -> None:
        self._store = store
        self._values = _Values(store, opener)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def compare(self, records: Sequence[SealedRecord]) -> Sequence[Fault]:
        return [*await self._store.compare(records), *await self._values.faults(records)]


class _Values:
    """Judges the committed values of consecutive records.

    What is sealed can only be opened by the holder of the keys: without them a changed byte in it stays unseen, and
    the values count as withheld.
    """

    def __init__(self, store: RecordStore, opener: Opener) -> None:
        self._store = store
        self._opener = opener
        self._said: dict[int, bool] = {}

    async def faults(self, records: Sequence[SealedRecord]) -> list[Fault]:
        """Return every fault of these records' values; two reads for a chunk in which there are none."""
        if not records:
            return []
        first, count = records[0].sequence, records[-1].sequence - records[0].sequence + 1
        stored: dict[int, list[SealedDisclosure]] = defaultdict(list)
        erased: dict[int, list[ErasedValue]] = defaultdict(list)
        for row in await self._store.disclosures(first, count=count):
            stored[row.sequence].append(row)
        for value in await self._store.erased(first, count=count):
            erased[value.sequence].append(value)
        found: list[Fault] = []
        for record in records:
            if record.canonical.startswith(COMMITTED) or record.sequence in stored or record.sequence in erased:
                found += self._record(record, stored[record.sequence], erased[record.sequence])
                found += await self._erased(record, erased[record.sequence])
            elif record.canonical.startswith(_ERASURE) and not await self._is_said(record.sequence):
                found.append(_fault(record, "the values that it erased are not those that it says"))
        return found

    def _record(
        self, record: SealedRecord, stored: Sequence[SealedDisclosure], erased: Sequence[ErasedValue]
    ) -> Iterator[Fault]:
        digests = committed(record)
        kept, gone = {row.digest for row in stored}, {value.digest for value in erased}
        for row in stored:
            if row.digest not in digests:
                yield _fault(record, "a disclosure belongs to no commitment of this record")
            else:
                yield from self._disclosure(record, row, digests[row.digest])
        if gone - digests.keys():
            yield _fault(record, "a value that it never committed to is said to be erased")
        if kept & gone:
            yield _fault(record, "a value that is said to be erased is still there")
        for digest, place in digests.items():
            if digest not in kept and digest not in gone:
                yield _fault(record, "its disclosure is missing, and no erasure says why", place)

    def _disclosure(self, record: SealedRecord, row: SealedDisclosure, place: str) -> Iterator[Fault]:
        judged = self._opener.judge(row, record.record_id)
        if judged.state is ValueState.TAMPERED:
            yield _fault(record, "tampered: the disclosure is not what the record committed to", place)
        elif judged.state is ValueState.ERASED and not self._opener.was_erased(row.sequence, row.digest):
            yield _fault(record, "tampered: its subject was erased, but this value was none of theirs", place)
        elif judged.state is ValueState.WITHHELD and self._opener.has_keys:
            yield _fault(record, "tampered: its subject is none of those whose keys are here", place)

    async def _erased(self, record: SealedRecord, erased: Sequence[ErasedValue]) -> list[Fault]:
        found = [
            _fault(record, f"record {erasure}, which is said to have erased a value, does not say so")
            for erasure in {value.erasure for value in erased} - {BY_LIST}
            if not await self._is_said(erasure)
        ]
        if any(value.erasure == BY_LIST and not self._opener.was_erased(*value[:2]) for value in erased):
            found.append(_fault(record, "a value is gone, and neither a record nor a list here says why"))
        return found

    async def _is_said(self, erasure: int) -> bool:
        """Return whether a record says that it erased what was erased in its name."""
        if erasure not in self._said:
            rows = await self._store.read(erasure, count=1)
            content = _content(rows[0]) if rows and rows[0].sequence == erasure else {}
            self._said[erasure] = is_said_by(content, await self._store.erased_by(erasure))
        return self._said[erasure]


def committed(record: SealedRecord) -> dict[bytes, str]:
    """Return the digests in a record's content, each with the place it stands for."""
    if not record.canonical.startswith(COMMITTED):
        return {}
    try:
        found = reveal(_content(record), {}).digests
    except MalformedError:
        return {}
    return {digest_bytes(digest.text): digest.place for digest in found}


def _content(record: SealedRecord) -> dict[str, Any]:
    try:
        content = json.loads(record.canonical)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _fault(record: SealedRecord, detail: str, field: str | None = None) -> Fault:
    return Fault(
        check="disclosure",
        where=f"record {record.sequence}",
        detail=detail,
        sequence=record.sequence,
        record_id=record.record_id,
        field=field,
        breaks=broken_by("disclosure"),
    )
