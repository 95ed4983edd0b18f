"""Turns stored rows back into records."""

import base64
import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import overload

from ami_audit.domain.errors import IntegrityError, MalformedError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.linkage import ZERO_HASH, SealedRecord
from ami_audit.domain.record import GENESIS_PREVIOUS, AuditRecord
from ami_audit.domain.signature import AuditSignature
from ami_audit.services.disclosing import View

_ENTRY = struct.Struct(">B32s64sqH")
_ALGORITHMS = {1: "Ed25519"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def records_of(
    sealed: Iterable[SealedRecord], *, origin: str, ring: KeyRing, view: View | None = None
) -> list[AuditRecord]:
    """Return stored rows as records, with the public keys the trail names, as their reader sees them.

    Raises:
        IntegrityError: A row's canonical bytes or signatures cannot be read.
    """
    seen = view or View()
    return [_record(row, origin, ring=ring, view=seen) for row in sealed]


class Receipts(Sequence[AuditRecord]):
    """Records that were just sealed; each is made into a value when it is looked at, for most callers look at few."""

    def __init__(self, sealed: Sequence[SealedRecord], *, origin: str, ring: KeyRing) -> None:
        self._sealed = sealed
        self._origin = origin
        self._ring = ring

    def __len__(self) -> int:
        return len(self._sealed)

    @overload
    def __getitem__(self, index: int) -> AuditRecord: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[AuditRecord]: ...

    def __getitem__(self, index: int | slice) -> AuditRecord | Sequence[AuditRecord]:
        if isinstance(index, slice):
            return Receipts(self._sealed[index], origin=self._origin, ring=self._ring)
        return _record(self._sealed[index], self._origin, ring=self._ring, view=View())


def _record(row: SealedRecord, origin: str, *, ring: KeyRing, view: View) -> AuditRecord:
    try:
        content, protected = view.shown(row, json.loads(row.canonical))
        return AuditRecord.from_content(
            content,
            protected=protected,
            origin=origin,
            record_hash=row.record_hash.hex(),
            previous_hash=GENESIS_PREVIOUS if row.previous_hash == ZERO_HASH else row.previous_hash.hex(),
            nonce=row.nonce,
            signatures=tuple(_signatures(row.signatures, ring)),
        )
    except (
        MalformedError,
        ValueError,
        TypeError,
        AttributeError,
        struct.error,
        RecursionError,
    ) as error:
        raise IntegrityError(
            f"Record {row.sequence} is damaged and cannot be read; `ami-audit verify` says what is wrong with it."
        ) from error


def _signatures(block: bytes, ring: KeyRing) -> Iterator[AuditSignature]:
    start = 0
    while start < len(block):
        algorithm, key_id, signature, timestamp_us, length = _ENTRY.unpack_from(block, start)
        start += _ENTRY.size
        signer = block[start : start + length].decode()
        start += length
        known = ring.named(key_id)
        yield AuditSignature(
            signer=signer,
            signature=base64.b64encode(signature).decode(),
            algorithm=_ALGORITHMS[algorithm],
            timestamp=_EPOCH + timedelta(microseconds=timestamp_us),
            key_id=key_id.hex(),
            public_key=base64.b64encode(known.public_key).decode() if known else None,
        )


def only(found: Sequence[SealedRecord], name: str) -> SealedRecord | None:
    """Return the one row that a name stands for, or None.

    Raises:
        IntegrityError: Several rows carry that name in full, or it begins several names.
    """
    if len(found) > 1:
        raise IntegrityError(f"`{name}` names {len(found)} records; write more of it.")
    return found[0] if found else None
