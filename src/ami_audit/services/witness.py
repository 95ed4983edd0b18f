"""Cosigns what only grows: a witness's whole judgement, without the network.

A witness signs at most one root for each size of a trail. It remembers the last one it signed, asks for a proof that
the next continues it, and writes the new one down, by compare-and-swap, before anybody sees its signature.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.cosignature import Cosignature, cosigned_message
from ami_audit.domain.errors import FormatError, SignatureFormatError, StoreError
from ami_audit.domain.linkage import EMPTY_ROOT
from ami_audit.domain.note import KeyKind, NoteKey, NoteSignature
from ami_audit.domain.witnessing import CosignRequest, WitnessAnswer, conflict
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.guard import CheckpointGuard

_Sign = Callable[[bytes], bytes]


class Witness:
    """One witness. Safe from any thread, and beside other processes on the same memory."""

    def __init__(
        self,
        core: ChainCore,
        *,
        key: NoteKey,
        sign: _Sign,
        logs: Iterable[NoteKey],
        memory_of: Callable[[str], CheckpointGuard],
        clock: Callable[[], datetime],
    ) -> None:
        """Args: `logs` are the keys of the trails it serves; `memory_of` gives where a trail's last one is kept."""
        self._core = core
        self._key = key
        self._sign = sign
        self._logs = tuple(logs)
        self._memory_of = memory_of
        self._clock = clock

    @property
    def origins(self) -> frozenset[str]:
        """The trails that it serves."""
        return frozenset(key.name for key in self._logs)

    def add_checkpoint(self, raw: bytes) -> WitnessAnswer:
        """Answer one request: 200 and the cosignature, or why not.

        Raises:
            StoreError: What it remembers cannot be read or written; nothing was signed.
        """
        try:
            request = CosignRequest.parse(raw)
        except SignatureFormatError as error:
            return _refusal(403, f"invalid signature: {error.reason}")
        except FormatError as error:
            return _refusal(400, str(error))
        checkpoint = request.signed.checkpoint
        refused = self._judge_sender(request)
        if refused is not None:
            return refused
        memory = self._memory_of(checkpoint.origin)
        note = memory.last()
        last = _remembered(note, memory)
        refused = self._judge_growth(request, last)
        if refused is not None:
            return refused
        if checkpoint != last and not memory.keep(self._evidence(request.signed).note(), after=note):
            newer = _remembered(memory.last(), memory)  # somebody else was served meanwhile
            return conflict(newer.size if newer else 0)
        return WitnessAnswer(200, self._cosigned(checkpoint).line())

    def _judge_sender(self, request: CosignRequest) -> WitnessAnswer | None:
        checkpoint = request.signed.checkpoint
        keys = [key for key in self._logs if key.name == checkpoint.origin and key.kind == KeyKind.ED25519]
        if not keys:
            return _refusal(404, f"unknown log: `{checkpoint.origin[:200]}` is not served here")
        said = [(key, line) for key in keys for line in request.signed.signatures if key.is_named_by(line)]
        if not said:
            return _refusal(403, "no signature by a key of this log that is known here")
        if not all(self._holds(key, line, checkpoint) for key, line in said):
            return _refusal(403, "invalid signature by a key of this log")
        if request.old_size > checkpoint.size:
            return _refusal(400, f"the old size {request.old_size} is larger than the checkpoint's {checkpoint.size}")
        return None

    def _judge_growth(self, request: CosignRequest, last: Checkpoint | None) -> WitnessAnswer | None:
        checkpoint = request.signed.checkpoint
        last_size, last_root = (last.size, last.root) if last else (0, EMPTY_ROOT)
        if request.old_size != last_size:
            return conflict(last_size)
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            return _refusal(422, "the root of an empty tree is another one")
        if checkpoint.size == last_size and checkpoint.root != last_root:
            return _refusal(422, f"another root was cosigned at size {last_size}: this log has forked")
        holds = self._core.verify_consistency(
            last_root, checkpoint.root, old_size=last_size, new_size=checkpoint.size, proof=request.proof
        )
        return None if holds else _refusal(422, f"the consistency proof from size {last_size} does not hold")

    def _holds(self, key: NoteKey, line: NoteSignature, checkpoint: Checkpoint) -> bool:
        is_whole = len(line.signature) == 64
        return is_whole and self._core.verify_signature(key.public_key, checkpoint.body().encode(), line.signature)

    def _evidence(self, signed: SignedCheckpoint) -> SignedCheckpoint:
        """Return what is remembered: the checkpoint with the signatures that were verified, and no other."""
        own = [line for line in signed.signatures if any(key.is_named_by(line) for key in self._logs)]
        return SignedCheckpoint(signed.checkpoint, tuple(own))

    def _cosigned(self, checkpoint: Checkpoint) -> NoteSignature:
        time = int(self._clock().timestamp())
        return Cosignature(time, self._sign(cosigned_message(checkpoint, time))).line(self._key)


def _remembered(note: str | None, memory: CheckpointGuard) -> Checkpoint | None:
    if note is None:
        return None
    try:
        return SignedCheckpoint.parse(note).checkpoint
    except FormatError as error:
        raise StoreError(
            "reading what this witness cosigned last",
            f"`{memory.location}` is damaged, so nothing more is cosigned for its trail; restore the file",
        ) from error


def _refusal(status: int, reason: str) -> WitnessAnswer:
    return WitnessAnswer(status, f"{reason}\n")
