"""What JSON answers hold beside the values they are about."""

from typing import Literal

from pydantic import BaseModel, computed_field

from ami_audit.domain.approvals import ApprovalAnswer, ApprovalState
from ami_audit.domain.archive import ArchiveVerdict
from ami_audit.domain.bundle_report import BundleReport
from ami_audit.domain.cosigning import CosigningAnswer
from ami_audit.domain.erasure import ErasureAnswer
from ami_audit.domain.finding import VALUE
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.next_steps import NextStep, after_run, after_verification
from ami_audit.domain.proven import (
    CheckpointAnswer,
    ConsistencyAnswer,
    ProofAnswer,
    ProofVerdict,
    TilesAnswer,
)
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Findings, TrailReport
from ami_audit.domain.retention import PruneAnswer, RetentionStatus
from ami_audit.domain.rules import RulesAnswer
from ami_audit.domain.run import RunSummary, cursor_after
from ami_audit.domain.status import StatusAnswer
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.domain.verification import VerificationReport

What = Literal[
    "run",
    "verification",
    "records",
    "record",
    "report",
    "status",
    "store-check",
    "keys",
    "bundle-verification",
    "checkpoint",
    "cosigning",
    "approval",
    "rules",
    "proof",
    "consistency",
    "proof-verdict",
    "tiles",
    "erasure",
    "retention",
    "pruning",
    "archive",
]


class RunAnswer(RunSummary):
    """What one collection run did, and where the trail then ended.

    Attributes:
        judged: The findings of this run's records, the worst spelled out; null when nobody looked.
        verification: How far the trail was then proven; null when it was not verified.
        records: The first records of the run; null when only the summary was asked for.
        told: Those of its records that say what a reader wants to know, whatever else was asked for.
    """

    judged: Findings | None = None
    verification: VerificationReport | None = None
    records: tuple[AuditRecord, ...] | None = None
    told: tuple[AuditRecord, ...] = ()

    @computed_field(description="The sequence after which its next records follow; null when none do.")  # type: ignore[prop-decorator]
    @property
    def next_cursor(self) -> int | None:
        """The sequence after which its next records follow; None when none do."""
        return cursor_after(self, self.records or ())

    @computed_field(description="Records that all sources brought.")  # type: ignore[prop-decorator]
    @property
    def recorded(self) -> int:
        """Records that all sources brought."""
        return super().recorded

    @computed_field(description="Facts that were recorded before and not again.")  # type: ignore[prop-decorator]
    @property
    def unchanged(self) -> int:
        """Facts that were recorded before and not again."""
        return super().unchanged

    @computed_field(description="What to do next.")  # type: ignore[prop-decorator]
    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What to do next."""
        return after_run(self)


class VerificationAnswer(VerificationReport):
    """The answer to "is this trail as it was sealed?"."""

    @computed_field(description="Nothing is wrong and the required level is reached.")  # type: ignore[prop-decorator]
    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong and the required level is reached."""
        return super().is_sound

    @computed_field(description="What to do next.")  # type: ignore[prop-decorator]
    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What to do next."""
        return after_verification(self)


class RecordsAnswer(BaseModel):
    """Some of a trail's records.

    Attributes:
        next_cursor: The sequence after which the next records follow, or before which they do when the newest come
            first; null at the end.
        newest_first: The order of the records, by sequence.
        approvals: How far those of them are approved whose action asks for it.
    """

    model_config = VALUE

    records: tuple[AuditRecord, ...]
    next_cursor: int | None = None
    newest_first: bool = False
    approvals: tuple[ApprovalState, ...] = ()


class KeysAnswer(BaseModel):
    """Keys, of a trail and of this machine."""

    model_config = VALUE

    keys: tuple[KeyFacts, ...]


ANSWERS: dict[What, type[BaseModel]] = {
    "run": RunAnswer,
    "verification": VerificationAnswer,
    "records": RecordsAnswer,
    "record": AuditRecord,
    "report": TrailReport,
    "status": StatusAnswer,
    "store-check": StoreCheckAnswer,
    "keys": KeysAnswer,
    "bundle-verification": BundleReport,
    "checkpoint": CheckpointAnswer,
    "cosigning": CosigningAnswer,
    "approval": ApprovalAnswer,
    "rules": RulesAnswer,
    "proof": ProofAnswer,
    "consistency": ConsistencyAnswer,
    "proof-verdict": ProofVerdict,
    "tiles": TilesAnswer,
    "erasure": ErasureAnswer,
    "retention": RetentionStatus,
    "pruning": PruneAnswer,
    "archive": ArchiveVerdict,
}
