"""A witness's judgement: what only grows is cosigned, and two faces never are."""

from collections import defaultdict
from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.logs import GrowingLog
from tests.support.witnesses import CORE, log_key, seed_of, witness_key

from ami_audit.domain.cosignature import cosigned_at
from ami_audit.domain.errors import StoreError
from ami_audit.domain.note import NoteKey, NoteSignature
from ami_audit.domain.quorum import QuorumPolicy, profile
from ami_audit.domain.witnessing import WitnessAnswer, last_size_in
from ami_audit.services.witness import Witness

_NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_LOG = GrowingLog("example.org/trail")


class Memory:
    """A `CheckpointGuard` in memory; `between` runs once, just before something is kept."""

    location = "memory"

    def __init__(self) -> None:
        self.note: str | None = None
        self.between = lambda: None

    def last(self) -> str | None:
        """Return the last note kept."""
        return self.note

    def keep(self, note: str, *, after: str | None) -> bool:
        """Keep the note if nothing came between."""
        between, self.between = self.between, lambda: None
        between()
        if self.note != after:
            return False
        self.note = note
        return True


def _witness(name: str = "w1", *, memory: Memory | None = None, logs: tuple[NoteKey, ...] = (_LOG.key,)) -> Witness:
    kept = memory or Memory()
    return Witness(
        CORE,
        key=witness_key(name),
        sign=lambda message: CORE.sign(seed_of(name), message),
        logs=logs,
        memory_of=lambda _: kept,
        clock=lambda: _NOW,
    )


def _ask(witness: Witness, text: str) -> WitnessAnswer:
    return witness.add_checkpoint(text.encode())


def test_growth_with_a_proof_is_cosigned() -> None:
    """The cosignature verifies, and says when."""
    witness = _witness()
    assert _ask(witness, _LOG.request(0, 3)).status == 200
    answer = _ask(witness, _LOG.request(3, 11))
    line = NoteSignature.parse(answer.body.removesuffix("\n"))
    checkpoint = _LOG.checkpoint(11).checkpoint
    when = cosigned_at(line, witness_key("w1"), checkpoint=checkpoint, check=CORE.verify_signature)
    assert when == int(_NOW.timestamp())


def test_the_same_checkpoint_may_be_cosigned_again() -> None:
    """An answer that was lost on the way must not close the door for ever."""
    witness = _witness()
    first = _ask(witness, _LOG.request(0, 3))
    assert _ask(witness, _LOG.request(3, 3)) == first


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("", 400, "request:"),
        ("old 3\n", 400, "request:"),
        ("new 3\n\n", 400, "request:"),
        (_LOG.request(3, 5).replace("old 3", "old 03"), 400, "not a tree size"),
        (_LOG.request(3, 5).replace("old 3", "old -3"), 400, "not a tree size"),
        (_LOG.request(3, 5).replace("old 3", f"old {2**63}"), 400, "not a tree size"),
        (_LOG.request(3, 5).replace("old 3\n", "old 3\nAAAA\n"), 400, "32 bytes"),
        (_LOG.request(3, 5).replace("old 3\n", "old 3\n" + "A" * 43 + "=\n" * 64), 400, "request:"),
        (_LOG.request(3, 5) + "more\n", 400, "signature line"),
        (GrowingLog("example.org/other").request(0, 1), 404, "unknown log"),
        (_LOG.request(3, 5).replace("\u2014 example.org/trail", "\u2014 example.org/other"), 403, "no signature"),
        (_LOG.request(0, 5).replace("old 0", "old 9"), 400, "larger"),
        (_LOG.request(0, 5), 409, "3\n"),
        (_LOG.request(2, 5), 409, "3\n"),
        (_LOG.request(2, 2), 409, "3\n"),
        (_LOG.request(2, 5).replace("old 2", "old 3"), 422, "consistency proof"),
        (GrowingLog("example.org/trail", face="b").request(3, 5), 422, "consistency proof"),
        (GrowingLog("example.org/trail", face="b").request(3, 3), 422, "forked"),
    ],
)
def test_what_is_not_growth_is_refused_with_its_own_code(text: str, status: int, said: str) -> None:
    """A log that is told why can mend what it may, and an operator sees who tried what."""
    witness = _witness()
    _ask(witness, _LOG.request(0, 3))
    answer = _ask(witness, text)
    assert answer.status == status
    assert said in answer.body
    assert last_size_in(answer) == (3 if status == 409 else None)


def test_the_first_request_brings_no_proof_and_a_true_empty_root() -> None:
    """Every tree continues the empty one, which has one root only."""
    spare = _LOG.request(0, 5).replace("old 0\n", "old 0\n" + "A" * 43 + "=\n")
    assert _ask(_witness(), spare).status == 422
    assert _ask(_witness(), _LOG.request(0, 0)).status == 200


def test_one_false_signature_spoils_a_true_one() -> None:
    """A line that names a key and does not hold means that the note is not what it was."""
    line = _LOG.request(0, 3).splitlines(keepends=True)[-1]
    forged = line.replace(" example.org/trail ", " example.org/trail ")[:-5] + "AAA=\n"
    assert _ask(_witness(), _LOG.request(0, 3) + forged).status == 403


def test_signatures_of_others_are_ignored_and_not_kept() -> None:
    """Other witnesses' lines may come along; what is remembered is only what was verified."""
    memory = Memory()
    stranger = NoteSignature("example.org/stranger", b"hash", bytes(64)).line()
    assert _ask(_witness(memory=memory), _LOG.request(0, 3) + stranger).status == 200
    assert memory.note == _LOG.checkpoint(3).note()


def test_a_log_may_have_two_keys() -> None:
    """After a rotation both are known for a while."""
    assert _ask(_witness(logs=(log_key("example.org/trail"), _LOG.key)), _LOG.request(0, 3)).status == 200


def test_of_two_requests_at_once_one_wins() -> None:
    """The loser is told the winner's size, and nothing is cosigned for it."""
    memory = Memory()
    witness, other = _witness(memory=memory), GrowingLog("example.org/trail", face="b")
    memory.between = lambda: _ask(witness, other.request(0, 7))
    answer = _ask(witness, _LOG.request(0, 5))
    assert (answer.status, last_size_in(answer)) == (409, 7)
    assert memory.note == other.checkpoint(7).note()


def test_a_witness_that_has_lost_its_memory_signs_nothing() -> None:
    """A damaged file must not be taken for none: that would open the door to a second face."""
    memory = Memory()
    memory.note = ""
    with pytest.raises(StoreError, match="damaged"):
        _ask(_witness(memory=memory), _LOG.request(0, 3))


_FACES = ("left", "right")
_FORK = 4


class TwoFaces(RuleBasedStateMachine):
    """A log's owner shows two faces to five witnesses, in any order, with any sizes."""

    @initialize()
    def begin(self) -> None:
        """Five witnesses that have seen nothing."""
        self.names = [f"w{number}" for number in range(1, 6)]
        self.witnesses = [_witness(name) for name in self.names]
        self.policy = QuorumPolicy.parse(profile([(witness_key(name), "") for name in self.names]).encode())
        self.cosigned: dict[tuple[int, bytes], set[str]] = defaultdict(set)
        self.faces = {face: GrowingLog("example.org/trail", face=face, forks_at=_FORK) for face in _FACES}

    @rule(number=st.integers(0, 4), face=st.sampled_from(_FACES), sizes=st.tuples(st.integers(0, 9), st.integers(0, 9)))
    def ask(self, number: int, face: str, sizes: tuple[int, int]) -> None:
        """Ask one witness, as a liar would: with whatever old size it wants to hear."""
        old, new = min(sizes), max(sizes)
        answer = _ask(self.witnesses[number], self.faces[face].request(old, new))
        last = last_size_in(answer)
        if last is not None and last <= new:
            answer = _ask(self.witnesses[number], self.faces[face].request(last, new))
        if answer.status == 200:
            root = self.faces[face].checkpoint(new).checkpoint.root
            self.cosigned[new, root].add(self.names[number])

    @invariant()
    def no_two_faces_are_both_witnessed(self) -> None:
        """Whatever was cosigned by four of five lies on one and the same face."""
        reached = [key for key, names in self.cosigned.items() if self.policy.judge(names).is_reached]
        shown = {
            face
            for face in _FACES
            for size, root in reached
            if size > _FORK and self.faces[face].checkpoint(size).checkpoint.root == root
        }
        assert len(shown) <= 1

    @invariant()
    def no_witness_signs_two_roots_of_one_size(self) -> None:
        """That would be two faces by itself."""
        seen: dict[tuple[str, int], bytes] = {}
        for (size, root), names in self.cosigned.items():
            assert all(seen.setdefault((name, size), root) == root for name in names)


TwoFaces.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_two_faces_are_never_both_witnessed = TwoFaces.TestCase
