"""Verifies a bundle with the native core; the single-file verifier that bundles carry must say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from ami_audit.domain.bundle import Bundle
from ami_audit.domain.bundle_report import BundledKey, BundleFault, BundleReport, Cosigned, asked_by, level_with
from ami_audit.domain.checkpoint import Checkpoint, SignedCheckpoint
from ami_audit.domain.disclosed import committed, digest_of, value_in
from ami_audit.domain.errors import FormatError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.domain.witnessed import Witnessed, witnessed
from ami_audit.ports.chain_core import ChainCore
from ami_audit.services.checkpoints import signed_by
from ami_audit.services.verification.bundled import Begun, BundledRecords, begun, content_of
from ami_audit.services.verification.whole import Wholeness


class Pin(NamedTuple):
    """A key that is trusted (its id), for the trail of one origin or for any."""

    key_id: bytes
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """What the caller trusts.

    Attributes:
        pins: Keys of which one must have begun the trail.
        policy: Whose cosignatures are asked for; the logs that it names are pins, too.
    """

    pins: Sequence[Pin] = ()
    policy: QuorumPolicy | None = None


def verify_bundle(
    bundle: Bundle, core: ChainCore, *, trust: Trust, required: VerificationLevel = VerificationLevel.HASHES
) -> BundleReport:
    """Return how far a bundle is proven.

    Raises:
        FormatError: Its checkpoint cannot be read.
    """
    try:
        note = SignedCheckpoint.parse(bundle.checkpoint)
    except FormatError as error:
        raise FormatError("bundle", f"its checkpoint cannot be read: {error.reason}") from error
    judging = _Judging(bundle, core, note=note, trust=trust)
    return judging.report(required)


class _Judging:
    """One bundle, while it is judged."""

    def __init__(self, bundle: Bundle, core: ChainCore, *, note: SignedCheckpoint, trust: Trust) -> None:
        self._bundle = bundle
        self._core = core
        self._note = note
        self._trust = trust
        first = begun(bundle)
        self._records = self._read(first) if first else None
        self._whole = self._wholeness(self._records) if self._records else None

    def _read(self, first: Begun) -> BundledRecords:
        bits = first.difficulty_bits
        return BundledRecords(self._bundle, self._core, origin=first.origin, difficulty_bits=bits)

    def _wholeness(self, records: BundledRecords) -> Wholeness:
        return Wholeness(self._bundle, records, self._core, size=self._value.size)

    @property
    def _value(self) -> Checkpoint:
        return self._note.checkpoint

    def report(self, required: VerificationLevel) -> BundleReport:
        """Return the verdict."""
        faults = tuple(self._faults())
        standing = self._standing()
        reached, lacks = self._reached(standing)
        level = level_with(reached, faults)
        quorum = standing.verdict if standing else None
        is_filtered = self._whole is not None and self._bundle.filter is not None
        report = BundleReport(
            complete=is_filtered and not faults,
            faults=faults,
            filter=asked_by(self._bundle.filter),
            keys=tuple(BundledKey.of(entry) for entry in self._records.ring.entries()) if self._records else (),
            level=level,
            matching=len(self._whole.matching) if self._whole and is_filtered else None,
            not_proven=(*lacks, *self._not_proven()),
            origin=self._records.origin if self._records else self._value.origin,
            proven=(),
            records=len(self._bundle.records),
            required=required,
            root=self._value.root.hex(),
            size=self._value.size,
            unsigned=self._records.unsigned if self._records else 0,
            witnesses=Cosigned(cosigned=quorum.cosigned, of=quorum.witnesses) if quorum else None,
        )
        return report if faults else report.model_copy(update={"proven": tuple(_proven(report, self._bundle))})

    def _faults(self) -> Iterator[BundleFault]:
        if self._records is None or self._whole is None:
            yield _fault("genesis", "record 0", "it is missing, or does not say which trail it begins")
            return
        yield from self._records.faults(size=self._value.size, root=self._value.root)
        if self._value.origin != self._records.origin:
            yield _fault("checkpoint", "checkpoint", "it is of another trail")
        elif signed_by(self._note, self._records.ring, core=self._core) is None:
            yield _fault("checkpoint", "checkpoint", "no key of the trail that was valid there has signed it")
        yield from self._whole.faults()
        yield from self._whole.wrong_indexes()
        yield from _disclosure_faults(self._records, self._bundle.disclosures)

    def _standing(self) -> Witnessed | None:
        """Return how the checkpoint stands under the policy; None without one."""
        policy = self._trust.policy
        return witnessed(self._note, policy, check=self._core.verify_signature) if policy else None

    def _reached(self, standing: Witnessed | None) -> tuple[VerificationLevel, list[str]]:
        """Return the level that a bundle without faults reaches, and why not a higher one."""
        if self._records is None:
            return VerificationLevel.NONE, []
        if self._records.unsigned:
            return VerificationLevel.HASHES, [f"{self._records.unsigned} records carry no signature."]
        lack = self._lack_of_trust(self._records)
        if lack:
            return VerificationLevel.SIGNATURES, [lack]
        lack = self._lack_of_witnesses(self._records, standing)
        return (VerificationLevel.CHECKPOINT, [lack]) if lack else (VerificationLevel.WITNESSED, [])

    def _lack_of_trust(self, records: BundledRecords) -> str:
        policy = self._trust.policy
        logs = (Pin(sha256(log.key.public_key).digest(), log.key.name) for log in (policy.logs if policy else ()))
        trusted = (*self._trust.pins, *logs)
        if not trusted:
            return "Whose key began the trail: name one that you trust."
        first = {entry.key_id for entry in records.ring.entries() if entry.valid_from == 0}
        is_trusted = any(pin.key_id in first and pin.origin in {None, records.origin} for pin in trusted)
        return "" if is_trusted else "The trail was begun with a key that is not among the trusted ones."

    def _lack_of_witnesses(self, records: BundledRecords, standing: Witnessed | None) -> str:
        policy = self._trust.policy
        if policy is None or standing is None:
            return "No policy was given, so nothing shows that others saw the same trail."
        if not policy.knows_log(records.origin):
            return "The policy is about another trail."
        if not standing.has_log:
            return "None of the logs that the policy names has signed the checkpoint."
        if not standing.verdict.witnesses:
            return "The policy asks for no witness."
        return "" if standing.is_reached else "Too few of the policy's witnesses have cosigned the checkpoint."

    def _not_proven(self) -> Iterator[str]:
        if self._records is not None:
            disclosed = set(map(digest_of, self._bundle.disclosures))
            withheld = len(committed(_contents(self._records), self._bundle.disclosures) - disclosed)
            if withheld:
                yield f"What {withheld} withheld values are: the records are committed to them, and do not say."
        if self._bundle.completeness is None:
            yield "That nothing was left out: the bundle does not claim it."
        elif self._whole is not None and not all(map(self._whole.holds, self._whole.claims())):
            yield "That each index lists what its segment holds: whoever has the whole trail can check it."


def _proven(report: BundleReport, bundle: Bundle) -> Iterator[str]:
    places = f"at their places among the first {report.size} of `{report.origin}`"
    yield f"{report.records} records are as they were sealed, {places}."
    if not report.unsigned:
        yield "Each of them is signed with a key that the trail names as valid at its place."
    if report.matching is not None:
        yield f"No record that answers the filter was left out: {report.matching} of {report.size} do."
    if bundle.completeness is not None:
        yield "No record that says something about keys was left out."
    if bundle.disclosures:
        yield f"{len(bundle.disclosures)} withheld values are disclosed as they were sealed."
    if report.level is VerificationLevel.WITNESSED and report.witnesses is not None:
        yield f"{report.witnesses.cosigned} of {report.witnesses.of} witnesses have cosigned the checkpoint."


def _disclosure_faults(records: BundledRecords, disclosures: Sequence[str]) -> Iterator[BundleFault]:
    """Yield each disclosure whose digest no record of the bundle, and no other disclosure, holds."""
    wanted = committed(_contents(records), disclosures)
    for index, text in enumerate(disclosures):
        if value_in(text) is None or digest_of(text) not in wanted:
            yield _fault("disclosure", f"disclosure {index}", "no record in the bundle is committed to it")


def _contents(records: BundledRecords) -> list[dict[str, Any]]:
    return [content_of(record.canonical) for record in records.held.values()]


def _fault(check: str, where: str, detail: str) -> BundleFault:
    return BundleFault(check=check, where=where, detail=detail)
