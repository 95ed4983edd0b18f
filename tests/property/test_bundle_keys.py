"""Do the two verifiers of bundles believe the same changes of keys, and those that a plain model believes?"""

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.bundles import MALLORY, ORIGIN, about_key, both, standalone
from tests.support.golden import ALICE, BOB, CORE, SeedSigner
from tests.support.reference.proofs import inclusion_proof
from tests.support.sealing import BEGAN

from ami_audit.domain.bundle import SCHEMA, Bundle, BundledRecord
from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.keyring import signers_of
from ami_audit.domain.linkage import Head, SealedRecord
from ami_audit.domain.note import NoteSignature, key_hash
from ami_audit.services.sealing import Entry, Sealer, cut, leaf_hashes

_PEOPLE = (ALICE, BOB, MALLORY)
_DETAIL = "it changes who may sign, and is not signed by those who may say so"
_GENESIS = about_key("trail.created", ALICE, origin=ORIGIN, difficulty_bits=0)


class _Step(NamedTuple):
    """One record about keys: who comes, who goes, who has signed it."""

    action: str
    key: SeedSigner
    new: SeedSigner
    signers: tuple[SeedSigner, ...]

    def draft(self) -> AuditDraft:
        """Return the record."""
        return about_key(self.action, self.key, self.new if self.action == "key.rotated" else None)


_person = st.sampled_from(_PEOPLE)
_steps = st.builds(
    _Step,
    st.sampled_from(["key.added", "key.rotated", "key.revoked"]),
    _person,
    _person,
    st.lists(_person, unique_by=lambda person: person.signer).map(tuple),
)


def _refused(steps: Sequence[_Step]) -> list[str]:
    """Return which records a trail that Alice began does not believe: a set of who may sign, and nothing else."""
    may = {ALICE.signer}
    refused = []
    for place, step in enumerate(steps, start=1):
        signed = {person.signer for person in step.signers}
        comes = {"key.added": {step.key.signer}, "key.rotated": {step.new.signer}}.get(step.action, set())
        goes = set() if step.action == "key.added" else {step.key.signer}
        retired = goes if step.action == "key.rotated" else set()
        if not (signed & may and retired <= signed & may and comes <= signed):
            refused.append(f"record {place}")
        may = may - goes | comes
    return refused


def _bundle(steps: Sequence[_Step]) -> bytes:
    """Return the bundle of a trail with these records, all of them picked."""
    sealer, head, edges = Sealer(CORE, origin=ORIGIN), Head(), list[bytes]()
    records: list[SealedRecord] = []
    for draft, signers in [(_GENESIS, (ALICE,)), *((step.draft(), step.signers) for step in steps)]:
        batch, edges = sealer.seal([Entry(draft)], head=head, edges=edges, moment=BEGAN, signers=signers)
        records += batch.records
        head = batch.head
    leaves = cut(leaf_hashes(CORE, records), 32)
    value = Checkpoint(ORIGIN, head.size, head.root)
    line = NoteSignature(ORIGIN, key_hash(ORIGIN, ALICE.public_key), ALICE.sign(value.body().encode()))
    return Bundle(
        checkpoint=SignedCheckpoint(value, (line,)).note(),
        completeness=None,
        disclosures=(),
        filter=None,
        records=tuple(
            BundledRecord.of(record, proof=b"".join(inclusion_proof(leaves, record.sequence))) for record in records
        ),
        schema=SCHEMA,
    ).text()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_steps, max_size=5))
@example([_Step("key.added", MALLORY, MALLORY, (MALLORY,)), _Step("key.added", BOB, BOB, (MALLORY, BOB))])
@example([_Step("key.rotated", ALICE, BOB, (ALICE, BOB)), _Step("key.rotated", ALICE, MALLORY, (ALICE, MALLORY))])
@example([_Step("key.added", BOB, BOB, (ALICE, BOB)), _Step("key.rotated", ALICE, MALLORY, (BOB, MALLORY))])
def test_both_believe_what_the_model_believes(steps: list[_Step]) -> None:
    """Any history of three keys, signed by whomever."""
    verdict = both(_bundle(steps))
    assert verdict is not None
    assert [fault["where"] for fault in verdict["faults"] if fault["detail"] == _DETAIL] == _refused(steps)


_entries = st.builds(
    lambda kind, key, rest, name: bytes([kind]) + key + rest + len(name).to_bytes(2, "big") + name,
    st.integers(0, 2),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=72, max_size=72),
    st.binary(max_size=4),
)


@given(st.lists(_entries, max_size=4), st.binary(max_size=120), st.integers(0, 8))
def test_both_read_the_same_signers(entries: list[bytes], rest: bytes, lacking: int) -> None:
    """Of a whole block and of a broken one; of the broken one nothing is believed, but the report names the same."""
    block = b"".join(entries) + rest
    block = block[: len(block) - lacking]
    found = signers_of(block)
    assert found == standalone().signers_of(block)
    if not rest and not lacking:
        assert found == {entry[1:33] for entry in entries}
