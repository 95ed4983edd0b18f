"""Writes answers as JSON objects that name their schema; the schemas are published in docs/schemas."""

from collections.abc import Sequence

from pydantic import BaseModel

from ami_audit.adapters.formatters.answers import KeysAnswer, RecordsAnswer, RunAnswer, VerificationAnswer, What
from ami_audit.domain.answer import as_json
from ami_audit.domain.approvals import ApprovalState
from ami_audit.domain.bundle_report import BundleReport
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Findings, TrailReport
from ami_audit.domain.run import RunSummary
from ami_audit.domain.status import StatusAnswer
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.domain.verification import VerificationReport


class JsonFormatter:
    """`Formatter` for programs."""

    name = "json"
    media_type = "application/json"

    def run(
        self,
        summary: RunSummary,
        *,
        findings: Findings | None = None,
        verification: VerificationReport | None = None,
        records: Sequence[AuditRecord] | None = None,
        told: Sequence[AuditRecord] = (),
    ) -> str:
        """Return what a run did."""
        held = None if records is None else tuple(records)
        return _written(
            "run",
            RunAnswer(**dict(summary), judged=findings, verification=verification, records=held, told=tuple(told)),
        )

    def verification(self, report: VerificationReport) -> str:
        """Return a verdict with every fault."""
        return _written("verification", VerificationAnswer(**dict(report)))

    def bundle(self, report: BundleReport) -> str:
        """Return a verdict on a bundle."""
        return _written("bundle-verification", report)

    def records(
        self,
        records: Sequence[AuditRecord],
        *,
        next_cursor: int | None = None,
        newest_first: bool = False,
        approvals: Sequence[ApprovalState] = (),
    ) -> str:
        """Return records, every field of them."""
        return _written(
            "records",
            RecordsAnswer(
                records=tuple(records), next_cursor=next_cursor, newest_first=newest_first, approvals=tuple(approvals)
            ),
        )

    def report(self, report: TrailReport) -> str:
        """Return a report."""
        return _written("report", report)

    def status(self, answer: StatusAnswer) -> str:
        """Return how a place stands."""
        return _written("status", answer)

    def store_check(self, answer: StoreCheckAnswer) -> str:
        """Return whether a store is whole."""
        return _written("store-check", answer)

    def keys(self, keys: Sequence[KeyFacts]) -> str:
        """Return keys."""
        return _written("keys", KeysAnswer(keys=tuple(keys)))


def _written(what: What, answer: BaseModel) -> str:
    return as_json(what, answer.model_dump(mode="json"))
