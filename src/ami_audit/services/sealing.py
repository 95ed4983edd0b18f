"""Turns drafts into sealed records that follow a head: hashes, links, signatures, tree."""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import accumulate, count, islice, pairwise
from typing import NamedTuple

from ami_audit.domain.content import content_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.keyring import events_of
from ami_audit.domain.linkage import Head, KeyEvent, SealedBatch, SealedDisclosure, SealedRecord, Tile
from ami_audit.domain.moment import microseconds, read, written
from ami_audit.domain.values import frozen
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.chain_values import Encoded
from ami_audit.ports.signer import Signer
from ami_audit.services.protection import Protector

_MINING_SLICE = 1 << 22
_AT_A_TIME = 64
# Records that are signed together, while those after them are still being written down.
_PORTION = 128
_KEY_TARGETS = frozenset(("key", "trail"))


class Entry(NamedTuple):
    """One draft on its way into a trail, with the run it belongs to."""

    draft: AuditDraft
    run_id: str = ""


class Sealer:
    """Seals batches for one trail."""

    def __init__(
        self,
        core: ChainCore,
        *,
        origin: str,
        difficulty_bits: int = 0,
        threads: int = 1,
        protector: Protector | None = None,
    ) -> None:
        """Args: `difficulty_bits` is what genesis asks of every record hash; `threads` mine in parallel."""
        self._protector = protector
        self._core = core
        self._origin = origin
        self._tag = core.record_tag(origin)
        self._difficulty_bits = difficulty_bits
        self._threads = threads

    def seal(
        self,
        entries: Sequence[Entry],
        *,
        head: Head,
        edges: list[bytes],
        moment: datetime,
        signers: Sequence[Signer],
    ) -> tuple[SealedBatch, list[bytes]]:
        """Return the entries sealed after `head`, and the tree's new partial tiles.

        Args:
            entries: At least one.
            head: What the batch follows.
            edges: The partial tile of each level at `head` (see ChainCore.grow).
            moment: Now; a clock that went back is held at the head's own time.
            signers: Who signs each record.

        Raises:
            MalformedError: A draft cannot be sealed; names the path of the value. Nothing was sealed.
        """
        recorded = max(written(moment), head.recorded_at)
        ids = _ids(self._core, entries)
        contents: Iterable[dict[str, object]] = (
            content_of(draft, record_id=record_id, run_id=run_id, sequence=sequence, recorded_at=recorded)
            for sequence, (draft, run_id), record_id in zip(count(head.size), entries, ids, strict=False)
        )
        disclosures: Sequence[SealedDisclosure] = ()
        if self._protector is not None:
            contents, disclosures = self._protector.protect(list(contents))
        canonical, hashes, nonces, blocks = self._signed(contents, head.record_hash, recorded=recorded, signers=signers)
        places, previous = count(head.size), [head.record_hash, *hashes[:-1]]
        rows = zip(places, ids, previous, nonces, hashes, canonical, blocks, strict=False)
        records = [SealedRecord._make(row) for row in rows]
        new_head, tiles, new_edges = self._grow(records, head, edges=edges, recorded=recorded)
        return SealedBatch(records, new_head, tiles, _key_events(entries, canonical), disclosures), new_edges

    def _signed(
        self, contents: Iterable[dict[str, object]], previous: bytes, *, recorded: str, signers: Sequence[Signer]
    ) -> tuple[list[bytes], list[bytes], list[int], list[bytes]]:
        """Link portion after portion, and sign each of them while the next one is linked."""
        sign = partial(self._sign, recorded=recorded, signers=signers)
        rest = iter(contents)
        canonical, hashes, nonces = self._link(islice(rest, _PORTION if signers else None), previous)
        if len(hashes) < _PORTION or not signers:
            return canonical, hashes, nonces, sign(b"".join(hashes))
        with ThreadPoolExecutor(1, "ami-audit-sign") as hand:
            signing = [hand.submit(sign, b"".join(hashes))]
            while some := list(islice(rest, _PORTION)):
                with _after(len(hashes)):
                    texts, linked, found = self._link(some, hashes[-1])
                signing.append(hand.submit(sign, b"".join(linked)))
                canonical += texts
                hashes += linked
                nonces += found
            return canonical, hashes, nonces, [block for portion in signing for block in portion.result()]

    def _link(
        self, contents: Iterable[dict[str, object]], previous: bytes
    ) -> tuple[list[bytes], list[bytes], list[int]]:
        texts, ends, is_canonical = self._encode(contents)
        if self._difficulty_bits:
            return self._mine(_pieces(texts, ends), previous)
        if is_canonical:
            record_hashes = self._core.chain(texts, ends, tag=self._tag, previous_hash=previous)
        else:
            texts, ends, _, record_hashes = self._core.link(texts, ends, tag=self._tag, previous_hash=previous)
        return _pieces(texts, ends), cut(record_hashes, 32), [0] * len(ends)

    def _encode(self, contents: Iterable[dict[str, object]]) -> Encoded:
        """Write the contents some at a time, while the processor has what was just made at hand."""
        texts: list[bytes] = []
        ends = [0]
        is_canonical = True
        rest = iter(contents)
        while some := list(islice(rest, _AT_A_TIME)):
            with _after(len(ends) - 1):
                part = self._written(some)
            texts.append(part.texts)
            ends += [ends[-1] + end for end in part.ends]
            is_canonical &= part.is_canonical
        return Encoded(b"".join(texts), ends[1:], is_canonical)

    def _written(self, contents: list[dict[str, object]]) -> Encoded:
        try:
            return self._core.encode(contents)
        except MalformedError:
            # Frozen, a mapping of another kind is a plain one; what no JSON holds is refused with its path.
            return self._core.encode([_plain(content, index) for index, content in enumerate(contents)])

    def _mine(self, texts: Sequence[bytes], previous: bytes) -> tuple[list[bytes], list[bytes], list[int]]:
        canonical: list[bytes] = []
        hashes: list[bytes] = []
        nonces: list[int] = []
        for text in texts:
            linked = self._core.link(text, [len(text)], tag=self._tag, previous_hash=previous)
            canonical.append(linked.canonical)
            payload = linked.payload_hashes
            nonces.append(self._nonce(previous, payload))
            previous = self._core.record_hash(self._tag, previous, payload, nonce=nonces[-1])
            hashes.append(previous)
        return canonical, hashes, nonces

    def _nonce(self, previous: bytes, payload: bytes) -> int:
        for start in count(0, _MINING_SLICE):
            nonce = self._core.search_nonce(
                self._tag,
                previous,
                payload,
                difficulty_bits=self._difficulty_bits,
                start=start,
                budget=_MINING_SLICE,
                threads=self._threads,
            )
            if nonce is not None:
                return nonce
        raise AssertionError("count() never ends")

    def _sign(self, record_hashes: bytes, *, recorded: str, signers: Sequence[Signer]) -> list[bytes]:
        timestamp_us = microseconds(read(recorded))
        signed = [self._blocks(record_hashes, timestamp_us, signer) for signer in signers]
        if not signed:
            return [b""] * (len(record_hashes) // 32)
        if len(signed) == 1:
            return signed[0]
        # An entry begins with its algorithm byte, then key id and signature: entries sort as the format asks.
        return [b"".join(sorted(entries)) for entries in zip(*signed, strict=True)]

    def _blocks(self, record_hashes: bytes, timestamp_us: int, signer: Signer) -> list[bytes]:
        signatures = signer.sign_records(origin=self._origin, timestamp_us=timestamp_us, record_hashes=record_hashes)
        joined, ends = self._core.signature_blocks(
            signer.key_id,
            signer=signer.signer,
            timestamp_us=timestamp_us,
            signatures=signatures,
        )
        return _pieces(joined, ends)

    def _grow(
        self,
        records: Sequence[SealedRecord],
        head: Head,
        *,
        edges: list[bytes],
        recorded: str,
    ) -> tuple[Head, list[Tile], list[bytes]]:
        leaves = leaf_hashes(self._core, records)
        root, frontier, new_edges, tiles = self._core.grow(
            head.size, frontier=head.frontier, edges=edges, leaves=leaves
        )
        new_head = Head(head.size + len(records), records[-1].record_hash, root, frontier, recorded)
        return new_head, [Tile(*tile) for tile in tiles], new_edges


def _plain(content: dict[str, object], position: int) -> object:
    with _after(position):
        return frozen(content)


@contextmanager
def _after(done: int) -> Iterator[None]:
    """Count the record that is refused from the first of the batch, `done` before the work that refuses it."""
    try:
        yield
    except MalformedError as error:
        error.position += done
        raise


def leaf_hashes(core: ChainCore, records: Sequence[SealedRecord]) -> bytes:
    """Return the RFC 6962 leaf hashes of consecutive records, 32 bytes each."""
    return core.leaf_hashes(
        records[0].sequence,
        b"".join(record.record_hash for record in records),
        blocks=b"".join(record.signatures for record in records),
        ends=list(accumulate(len(record.signatures) for record in records)),
    )


def _pieces(joined: bytes, ends: Sequence[int]) -> list[bytes]:
    return [joined[start:end] for start, end in pairwise([0, *ends])]


def cut(joined: bytes, length: int) -> list[bytes]:
    """Return `joined` in pieces of `length` bytes."""
    return [joined[start : start + length] for start in range(0, len(joined), length)]


def _ids(core: ChainCore, entries: Sequence[Entry]) -> list[str]:
    fresh = iter(core.uuid7(sum(not entry.draft.record_id for entry in entries)) if entries else ())
    return [entry.draft.record_id or next(fresh) for entry in entries]


def _key_events(entries: Sequence[Entry], canonical: Sequence[bytes]) -> list[KeyEvent]:
    return [
        event
        for entry, text in zip(entries, canonical, strict=True)
        if entry.draft.target_type in _KEY_TARGETS
        for event in events_of(json.loads(text))
    ]
