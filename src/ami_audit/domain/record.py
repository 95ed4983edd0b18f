"""A record: one fact, who and what it is about, and its place in a trail."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import BaseModel, Field

from ami_audit.domain.content import content_of, encoded
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import UsageError
from ami_audit.domain.finding import VALUE, AuditFinding, AuditViolation, Facts
from ami_audit.domain.installed import arithmetic, new_id, now
from ami_audit.domain.kinds import (
    ActorType,
    AuditSeverity,
    AuditStatus,
    AuditTargetType,
    DataClassification,
    Outcome,
    SignatureState,
)
from ami_audit.domain.moment import Moment, written
from ami_audit.domain.redaction import ProtectedValue, recommitted
from ami_audit.domain.signature import AuditSignature, signed_message

GENESIS_PREVIOUS = "0"
_ZERO = bytes(32)
_SLICE = 1 << 22


class AuditRecord(BaseModel):
    """One fact about the world, sealed or about to be.

    A record is a value: every verb returns a new one. `record_id` to `classification` are hashed (but for what the
    trail alone knows before sealing); `status` and `signatures` are not.

    Attributes:
        record_hash: SHA-256 of the header, hex; empty before sealing.
        sequence: The position in the trail; None before sealing.
        origin: The name of the trail that sealed it; empty before sealing.
        timestamp: When it happened.
        recorded_at: When it was sealed; None before sealing.
        previous_hash: The record before, hex; `"0"` for the first.
        protected: What became, for this reader, of each value that not everybody may read.
    """

    model_config = VALUE

    record_id: str = Field(default_factory=new_id)
    record_hash: str = ""
    sequence: int | None = None
    origin: str = ""
    run_id: str = ""

    timestamp: Moment = Field(default_factory=now)
    recorded_at: Moment | None = None
    actor: str
    actor_type: ActorType = ActorType.UNKNOWN
    action: str
    outcome: Outcome = Outcome.SUCCESS
    target: str
    target_type: AuditTargetType
    source: str
    reason: str | None = None

    context: Facts = Field(default_factory=dict, validate_default=True)
    metadata: Facts = Field(default_factory=dict, validate_default=True)

    previous_hash: str = GENESIS_PREVIOUS
    nonce: int = Field(default=0, ge=0, lt=1 << 64)

    signatures: tuple[AuditSignature, ...] = ()
    findings: tuple[AuditFinding, ...] = ()
    violations: tuple[AuditViolation, ...] = ()

    severity: AuditSeverity = AuditSeverity.INFO
    classification: DataClassification = DataClassification.INTERNAL
    status: AuditStatus = AuditStatus.RECORDED
    protected: tuple[ProtectedValue, ...] = ()

    @classmethod
    def from_draft(cls, draft: AuditDraft, *, run_id: str = "") -> Self:
        """Return an unsealed record of the draft's facts."""
        record_id = draft.record_id or new_id()
        content = content_of(draft, record_id=record_id, run_id=run_id, sequence=None, recorded_at=None)
        return cls.from_content({**content, "timestamp": content["timestamp"] or written(now())})

    @classmethod
    def from_content(cls, content: Mapping[str, Any], **linkage: Any) -> Self:
        """Return the record whose hashed part is `content`; `linkage` is the part that is not hashed."""
        facts = {name: value for name, value in content.items() if name != "format"}
        return cls.model_validate({**facts, **linkage})

    def draft(self) -> AuditDraft:
        """Return the record's own facts, for sealing in a trail."""
        metadata = {name: value for name, value in self.metadata.items() if name != "observed"}
        return AuditDraft(
            action=self.action,
            target=self.target,
            target_type=self.target_type,
            source=self.source,
            actor=self.actor,
            actor_type=self.actor_type,
            timestamp=self.timestamp,
            outcome=self.outcome,
            reason=self.reason,
            context=self.context,
            metadata=metadata,
            findings=self.findings,
            violations=self.violations,
            severity=self.severity,
            classification=self.classification,
            observed=str(self.metadata.get("observed", "")),
            record_id=self.record_id,
        )

    def content(self) -> dict[str, Any]:
        """Return the object that is hashed: digests stand in the place of committed values, whoever reads.

        Raises:
            UsageError: The record's class withholds values that the trail holds in clear.
        """
        if any(not value.digest for value in self.protected):
            raise UsageError(
                f"Record {self.record_id} is shown without its values, so its hash cannot be computed from it; "
                "`ami-audit verify --record` checks it where it is stored."
            )
        return recommitted(self._content(), self.protected)

    def shown(self) -> bytes:
        """Return the RFC 8785 bytes of `content()` without what the record's class withholds from this reader."""
        committed = [value for value in self.protected if value.digest]
        return arithmetic().canonicalize(encoded(recommitted(self._content(), committed)))

    def _content(self) -> dict[str, Any]:
        return content_of(
            self.draft(),
            record_id=self.record_id,
            run_id=self.run_id,
            sequence=self.sequence,
            recorded_at=written(self.recorded_at) if self.recorded_at else None,
        )

    def canonical(self) -> bytes:
        """Return the RFC 8785 bytes of `content()`.

        Raises:
            MalformedError: A value that cannot be sealed; names its path.
        """
        return arithmetic().canonicalize(encoded(self.content()))

    def calculate_hash(self) -> str:
        """Return the SHA-256 of this record's header, hex, from its present values."""
        return self._hash_of(self.nonce, self._payload_hash())

    def mine_block(self, difficulty: int, *, threads: int = 1) -> Self:
        """Return this record with the lowest nonce whose hash begins with `difficulty` zero bits.

        Cost doubles with each bit: about 2^difficulty tries. Interrupted by Ctrl-C.

        Raises:
            ValueError: `difficulty` is not 0 to 256.
        """
        if not 0 <= difficulty <= 256:
            raise ValueError(f"difficulty is counted in bits, 0 to 256: {difficulty}")
        payload = self._payload_hash()
        search = arithmetic().search_nonce
        tag = arithmetic().record_tag(self.origin)
        nonce, start = None, 0
        while nonce is None:
            nonce = search(
                tag,
                self._previous(),
                payload,
                difficulty_bits=difficulty,
                start=start,
                budget=_SLICE,
                threads=threads,
            )
            start += _SLICE
        return self.model_copy(update={"nonce": nonce, "record_hash": self._hash_of(nonce, payload)})

    def verify(self) -> bool:
        """Return whether `record_hash` is what this record's values hash to."""
        return bool(self.record_hash) and self.record_hash == self.calculate_hash()

    def sign(self, private_key: str, signer: str) -> Self:
        """Return this record with one more signature; its hash stays.

        Args:
            private_key: An Ed25519 private key: PKCS#8 PEM, or the 32-byte seed as hex or base64.
            signer: Who signs.

        Raises:
            KeyStoreError: The private key cannot be read.
        """
        core = arithmetic()
        seed = core.seed_from_text(private_key)
        record_hash = self.record_hash or self.calculate_hash()
        moment = now()
        message = signed_message(
            origin=self.origin,
            record_hash=record_hash,
            signer=signer,
            timestamp=written(moment),
        )
        public_key = core.public_key(seed)
        signature = AuditSignature(
            signer=signer,
            signature=base64.b64encode(core.sign(seed, message)).decode(),
            timestamp=moment,
            key_id=core.key_id(public_key).hex(),
            public_key=base64.b64encode(public_key).decode(),
        )
        return self.model_copy(
            update={
                "record_hash": record_hash,
                "signatures": (*self.signatures, signature),
            }
        )

    def verify_signatures(self, trusted: Iterable[str] | None = None) -> SignatureState:
        """Return what is known of this record's signatures: true only when all of them verify.

        Args:
            trusted: Key ids (hex) that may sign; None takes each signature's own key, which proves that the values are
                what that key signed, not whose key it is.
        """
        if not self.signatures:
            return SignatureState.UNSIGNED
        keys = None if trusted is None else set(trusted)
        states = {self._state(signature, keys) for signature in self.signatures}
        for state in (SignatureState.INVALID, SignatureState.UNKNOWN_KEY):
            if state in states:
                return state
        return SignatureState.VALID

    def _state(self, signature: AuditSignature, trusted: set[str] | None) -> SignatureState:
        key = signature.key_bytes()
        if key is None or (trusted is not None and signature.key_id not in trusted):
            return SignatureState.UNKNOWN_KEY
        message = signature.message(origin=self.origin, record_hash=self.calculate_hash())
        valid = signature.algorithm == "Ed25519" and arithmetic().verify_signature(
            key, message, signature.signature_bytes()
        )
        return SignatureState.VALID if valid else SignatureState.INVALID

    def _payload_hash(self) -> bytes:
        return arithmetic().payload_hash(self.canonical())

    def _previous(self) -> bytes:
        return _ZERO if self.previous_hash == GENESIS_PREVIOUS else bytes.fromhex(self.previous_hash)

    def _hash_of(self, nonce: int, payload_hash: bytes) -> str:
        core = arithmetic()
        tag = core.record_tag(self.origin)
        return core.record_hash(tag, self._previous(), payload_hash, nonce=nonce).hex()
