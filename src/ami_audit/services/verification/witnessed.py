"""Checks every cosignature that a store keeps, and says how many witnesses vouch for the trail."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.cosignature import cosigned_at, kept_line
from ami_audit.domain.errors import FormatError
from ami_audit.domain.linkage import StoredCosignature
from ami_audit.domain.note import NoteKey
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.rules import InForce, Rules, quorum_history
from ami_audit.domain.verification import Fault, Witnessing, broken_by
from ami_audit.domain.witnessed import Witnessed, witnessed
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import CosignatureStore
from ami_audit.services.stated_rules import witnessing

# So many earlier checkpoints that were cosigned are looked at, where not all are read.
_RECENT = 8
_GIVEN = "given"
_UNREAD = "Whether witnesses vouch for it is said when everything is checked, or with `--policy FILE`."
_NO_POLICY = "No witness is asked: the trail has no policy of witnesses, and none was given with `--policy FILE`."
_NO_NOTE = "No checkpoint that holds could be cosigned by the policy's witnesses."
_NO_LOG = "None of the logs that the policy names has signed a checkpoint of this trail."
_NO_WITNESS = "The policy asks for no witness."
_PENDING = "The policy of record {} is not in force: no checkpoint after it was cosigned as the one before it asks."
_TOO_FEW = (
    "Of {} witnesses {} have cosigned the checkpoint of {} records, and the policy asks for {} or more: "
    "`ami-audit checkpoint cosign` collects them."
)


class _Standing(NamedTuple):
    """One checkpoint under the policy that is in force there."""

    size: int
    stated: str
    required: int
    found: Witnessed


class Witnesses:
    """The cosignatures of one trail, judged by a policy that was given or by the trail's own."""

    def __init__(self, core: ChainCore, *, policy: QuorumPolicy | None = None) -> None:
        """Args: `policy` is the caller's; without one the trail's own counts, as its records state it."""
        self._core = core
        self._policy = policy
        self._kept: Sequence[StoredCosignature] = ()

    async def read(self, store: CosignatureStore, *, after: int = -1) -> frozenset[int]:
        """Read what is kept of checkpoints larger than `after`; return the sizes of smaller ones that were read, too.

        Under a policy that was given, these are the latest that were cosigned: the last of them may be too new for it.
        """
        found = await store.cosignatures()
        earlier = {cosignature.size for cosignature in found if cosignature.size <= after}
        recent = frozenset(sorted(earlier)[-_RECENT:] if self._policy is not None else ())
        self._kept = [cosignature for cosignature in found if cosignature.size > after or cosignature.size in recent]
        return recent

    def pinned(self, origin: str) -> frozenset[bytes]:
        """Return the ids of the keys that the given policy names for that trail: its owner's word counts as a pin."""
        logs = self._policy.logs if self._policy else ()
        return frozenset(sha256(log.key.public_key).digest() for log in logs if log.key.name == origin)

    def faults(self, notes: Mapping[int, SignedCheckpoint]) -> list[Fault]:
        """Return what is wrong with the cosignatures, given the store's notes by their sizes."""
        return [fault for kept in self._kept if (fault := self._fault_of(kept, notes.get(kept.size))) is not None]

    def judge(
        self, notes: Sequence[SignedCheckpoint], stated: Sequence[Rules] | None
    ) -> tuple[Witnessing | None, list[str]]:
        """Return how many witnesses vouch for the trail, and why it is not proven by them.

        Args:
            notes: The checkpoints that hold, by size.
            stated: The trail's own rules; None where they were not read.
        """
        if self._policy is not None:
            return self._judged(notes, [InForce(0, self._policy)])
        if stated is None:
            return None, [_UNREAD]
        history = quorum_history(stated, witnessing(notes, self._core))
        if all(part.policy is None for part in history):
            return None, [_NO_POLICY]
        return self._judged(notes, history)

    def _judged(
        self, notes: Sequence[SignedCheckpoint], history: Sequence[InForce]
    ) -> tuple[Witnessing | None, list[str]]:
        reasons = [_PENDING.format(part.pending.sequence) for part in history if part.pending is not None]
        judged = [self._standing(note, _in_force(history, note.checkpoint.size)) for note in reversed(notes)]
        standings = [standing for standing in judged if standing is not None]
        if not standings:
            return None, [*reasons, _NO_NOTE]
        # The largest checkpoint that is proven; where none is, the largest one says how far it has come.
        standing = next((standing for standing in standings if standing.found.is_reached), standings[0])
        return _answer(standing), [*reasons, *_shortcomings(standing)]

    def _standing(self, note: SignedCheckpoint, part: InForce) -> _Standing | None:
        if part.policy is None:
            return None
        found = witnessed(note, part.policy, check=self._core.verify_signature)
        stated = _GIVEN if self._policy is not None else f"record {max(part.size - 1, 0)}"
        return _Standing(note.checkpoint.size, stated, part.policy.fewest, found)

    def _fault_of(self, kept: StoredCosignature, note: SignedCheckpoint | None) -> Fault | None:
        try:
            key, line = NoteKey.parse(kept.witness), kept_line(kept)
        except FormatError as error:
            return _fault(kept.size, kept.witness, error.reason)
        if note is None:
            return _fault(kept.size, key.name, "no checkpoint of that size is kept")
        if cosigned_at(line, key, checkpoint=note.checkpoint, check=self._core.verify_signature) is None:
            return _fault(kept.size, key.name, "it is not the witness's signature over that checkpoint")
        return None


def _in_force(history: Sequence[InForce], size: int) -> InForce:
    return next(part for part in reversed(history) if part.size <= size)


def _answer(standing: _Standing) -> Witnessing:
    found = standing.found
    return Witnessing(
        cosigned=found.verdict.cosigned,
        witnesses=found.verdict.witnesses,
        required=standing.required,
        is_reached=found.is_reached,
        size=standing.size,
        cosigned_at=_moment(max(found.times.values(), default=None)),
        policy=standing.stated,
    )


def _shortcomings(standing: _Standing) -> list[str]:
    found = standing.found
    if found.is_reached:
        return []
    if not found.has_log:
        return [_NO_LOG]
    if not found.verdict.witnesses:
        return [_NO_WITNESS]
    return [_TOO_FEW.format(found.verdict.witnesses, found.verdict.cosigned, standing.size, standing.required)]


def _fault(size: int, witness: str, detail: str) -> Fault:
    where = f"cosignature of {witness[:80]} on checkpoint {size}"
    return Fault(check="cosignature", where=where, detail=detail, breaks=broken_by("cosignature"))


def _moment(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):  # a witness whose clock is out of all bounds
        return None
