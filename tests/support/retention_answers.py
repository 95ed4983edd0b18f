"""Answers about erasures and retention, as the use cases give them."""

from datetime import UTC, datetime

from ami_audit.domain.archive import ArchiveVerdict
from ami_audit.domain.erasure import ErasureAnswer
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.retention import Hold, PruneAnswer, RetentionStatus
from ami_audit.domain.verification import Fault

_ORIGIN = "example.org/shop"


def an_erasure() -> ErasureAnswer:
    """Return what an erasure did."""
    return ErasureAnswer(
        origin=_ORIGIN,
        subject="00112233445566778899aabbccddeeff",
        values=8,
        records=2,
        sequence=17,
        record_id="01900000-0000-7000-8000-000000000017",
        is_scrubbed=True,
    )


def a_retention() -> RetentionStatus:
    """Return how retention stands, with a hold in the way."""
    hold = Hold(name="case 7", reason="subpoena", since=datetime(2026, 1, 1, tzinfo=UTC), sequence=12)
    return RetentionStatus(
        origin=_ORIGIN,
        size=2000,
        has_policy=True,
        keep=365,
        held_from=256,
        pruned_by=900,
        prunable=512,
        cut=768,
        checkpoint_size=2000,
        holds=(hold,),
        blocked_by=("The legal hold `case 7` is in force; end it with `ami-audit retention release`.",),
    )


def a_pruning() -> PruneAnswer:
    """Return what a pruning did."""
    return PruneAnswer(
        origin=_ORIGIN,
        cut=768,
        pruned=766,
        kept=2,
        sequence=822,
        record_id="01900000-0000-7000-8000-000000000822",
        archive="/var/audit/archive/audit-before-768.jsonl",
        archive_sha256="ab" * 32,
        bytes_before=1_000_000,
        bytes_after=300_000,
        is_scrubbed=True,
    )


def an_archive_verdict() -> ArchiveVerdict:
    """Return what a check of a damaged archive found."""
    return ArchiveVerdict(
        location="archive.jsonl",
        origin=_ORIGIN,
        first=0,
        cut=768,
        records=768,
        unsigned=0,
        checkpoint_size=822,
        signer="ann@desk",
        key_id="cd" * 32,
        level=VerificationLevel.LINKS,
        reasons=("Whose archive it is, is not proven.",),
        faults=(
            Fault(check="hash", where="record 10", detail="its record_hash is not what it hashes to", sequence=10),
        ),
    )
