"""Writes records with all that proves them into one file, and checks such a file by itself."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from itertools import islice

from ami_audit.domain.archive import ArchiveHead, ArchiveVerdict, read_record, record_line
from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import FormatError, IntegrityError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.linkage import ZERO_HASH, SealedDisclosure, SealedRecord, StoredCheckpoint
from ami_audit.domain.retention import TILE, PrunedFacts
from ami_audit.domain.verification import Fault, broken_by, proven
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordStore
from ami_audit.services.checkpoints import signing
from ami_audit.services.genesis import genesis_of
from ami_audit.services.proving import Prover
from ami_audit.services.verification.values import committed
from ami_audit.services.verification.walk import Walk

_CHUNK = 512


async def archive_lines(
    store: RecordStore, core: ChainCore, *, before: PrunedFacts | None, cut: int, checkpoint: StoredCheckpoint
) -> AsyncIterator[str]:
    """Yield the lines of an archive of all records below `cut` that were not archived before.

    Args:
        store: The trail.
        core: The arithmetic.
        before: What the last pruning says, where there was one.
        cut: Where the archive ends.
        checkpoint: One at or above the cut.
    """
    facts = await genesis_of(store) or {}
    first = before.cut if before else 0
    frontier, edges = await _tree_at(store, core, first)
    proof = await Prover(store, core).consistency(old_size=cut, new_size=checkpoint.size)
    yield ArchiveHead(
        origin=str(facts["origin"]),
        first=first,
        cut=cut,
        difficulty_bits=int(facts["difficulty_bits"]),
        previous_hash=(before.record_hash if before else ZERO_HASH).hex(),
        recorded_at=before.recorded_at if before else "",
        frontier=frontier.hex(),
        edges=tuple(edge.hex() for edge in edges),
        keys=ArchiveHead.keys_of(await store.key_events(), cut=cut),
        checkpoint=checkpoint.note,
        consistency=proof.hex(),
    ).line()
    while first < cut:
        rows = await store.read(first, count=min(_CHUNK, cut - first))
        opening = await store.disclosures(first, count=_CHUNK)
        for row in rows:
            yield record_line(row, [one for one in opening if one.sequence == row.sequence])
        first = rows[-1].sequence + 1


async def _tree_at(store: RecordStore, core: ChainCore, size: int) -> tuple[bytes, list[bytes]]:
    frontier, edges = b"", list[bytes]()
    for index in range(size // TILE):
        tiles = await store.tiles(0, first=index, count=1)
        if not tiles or tiles[0].index != index:
            raise IntegrityError(f"Tile 0/{index} is missing; `ami-audit verify` says what is wrong.")
        _, frontier, edges, _ = core.grow(index * TILE, frontier=frontier, edges=edges, leaves=tiles[0].hashes)
    return frontier, edges


def check_archive(
    lines: Iterable[str], core: ChainCore, *, location: str, pinned: Collection[bytes] = ()
) -> ArchiveVerdict:
    """Return what an archive proves: every hash, link and signature, and that its records are the checkpoint's.

    It names its keys itself, so whose it is shows only where its checkpoint is signed with a key that is `pinned`.

    Raises:
        FormatError: It is no archive.
    """
    text = iter(lines)
    head = ArchiveHead.parse(next(text, ""))
    walk = Walk(core, origin=head.origin, difficulty_bits=head.difficulty_bits)
    earlier = [event for event in head.events() if event.sequence < head.first]
    faults: list[Fault] = []
    try:
        walk.resume(head.before(b""), edges=[bytes.fromhex(edge) for edge in head.edges], events=earlier, unsigned=0)
        for rows in _chunks(text):
            faults += walk.check([record for record, _ in rows])
            faults += [fault for record, opening in rows for fault in _disclosure_faults(record, opening)]
    except ValueError as error:
        raise FormatError("archive", "line 1 describes no tree") from error
    note = SignedCheckpoint.parse(head.checkpoint)
    faults += _key_faults(head, walk)
    signers = list(signing(note, walk.ring, core=core))
    signer = next((entry for entry in signers if entry.key_id in pinned), signers[0] if signers else None)
    faults += _ending(head, walk, note, core=core, is_signed=signer is not None)
    level, reasons = _level(walk, is_pinned=signer is not None and signer.key_id in pinned)
    return ArchiveVerdict(
        location=location,
        origin=head.origin,
        first=head.first,
        cut=head.cut,
        records=walk.head.size - head.first,
        unsigned=walk.unsigned,
        checkpoint_size=note.checkpoint.size,
        signer=signer.signer if signer else None,
        key_id=signer.key_id.hex() if signer else None,
        level=proven(level, faults),
        reasons=reasons,
        faults=tuple(faults),
    )


def _level(walk: Walk, *, is_pinned: bool) -> tuple[VerificationLevel, tuple[str, ...]]:
    if walk.unsigned:
        return VerificationLevel.HASHES, (f"{walk.unsigned} records carry no signature.",)
    if not is_pinned:
        told = "Whose archive it is, is not proven: its checkpoint is signed with no key that is known here as one to"
        return VerificationLevel.SIGNATURES, (f"{told} trust; name it with `--pin KEY_ID`.",)
    return VerificationLevel.PINNED_KEYS, ()


def _key_faults(head: ArchiveHead, walk: Walk) -> Iterator[Fault]:
    """Yield what is wrong with the keys that the first line names; its records say all about those named in them."""
    if head.events() != walk.key_events:
        yield _fault("key", "line 1", "the keys that it names differ from what the records say")


def _disclosure_faults(record: SealedRecord, opening: Sequence[SealedDisclosure]) -> Iterator[Fault]:
    digests = [one.digest for one in opening]
    if digests and (len(set(digests)) < len(digests) or set(digests) - committed(record).keys()):
        yield _fault("disclosure", f"record {record.sequence}", "a disclosure belongs to no commitment of this record")


def _chunks(lines: Iterator[str]) -> Iterator[list[tuple[SealedRecord, tuple[SealedDisclosure, ...]]]]:
    number = 2
    while part := list(islice(lines, _CHUNK)):
        yield [read_record(line, number + index) for index, line in enumerate(part)]
        number += len(part)


def _ending(
    head: ArchiveHead, walk: Walk, note: SignedCheckpoint, *, core: ChainCore, is_signed: bool
) -> Iterator[Fault]:
    value = note.checkpoint
    if walk.head.size != head.cut:
        yield _fault("sequence", "its end", f"it holds records up to {walk.head.size}, not up to {head.cut}")
        return
    if value.origin != head.origin or value.size < head.cut:
        yield _fault("checkpoint", "its checkpoint", "it is of another trail, or does not cover these records")
        return
    proof, root = bytes.fromhex(head.consistency), walk.head.root
    if len(proof) % 32 or not core.verify_consistency(
        root, value.root, old_size=head.cut, new_size=value.size, proof=proof
    ):
        yield _fault("tile", "its tree", "its records are not those that the checkpoint covers")
    if not is_signed:
        yield _fault("checkpoint", "its checkpoint", "no key of the trail that was valid there has signed it")


def _fault(check: str, where: str, detail: str) -> Fault:
    return Fault(check=check, where=where, detail=detail, breaks=broken_by(check))
