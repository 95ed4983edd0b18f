"""Writes answers as Markdown: a page to keep, to mail or to put beside a pull request."""

from collections.abc import Sequence

from ami_audit.adapters.formatters.markdown.layout import laid_out
from ami_audit.adapters.formatters.page import Limits
from ami_audit.adapters.formatters.pages.bundle import bundle_page
from ami_audit.adapters.formatters.pages.keys import keys_page
from ami_audit.adapters.formatters.pages.records import records_page
from ami_audit.adapters.formatters.pages.report import report_page
from ami_audit.adapters.formatters.pages.run import run_page
from ami_audit.adapters.formatters.pages.status import status_page
from ami_audit.adapters.formatters.pages.store import store_page
from ami_audit.adapters.formatters.pages.verification import verification_page
from ami_audit.domain.approvals import ApprovalState
from ami_audit.domain.bundle_report import BundleReport
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Findings, TrailReport
from ami_audit.domain.run import RunSummary
from ami_audit.domain.status import StatusAnswer
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.domain.verification import VerificationReport

__all__ = ["MarkdownFormatter"]

_LIMITS = Limits(faults=1000, findings=20, examples=5, is_short=False)


class MarkdownFormatter:
    """`Formatter` for readers of pages."""

    name = "markdown"
    media_type = "text/markdown"

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
        return laid_out(
            run_page(summary, findings=findings, verification=verification, records=records, told=told, limits=_LIMITS)
        )

    def verification(self, report: VerificationReport) -> str:
        """Return a verdict; its heading is the level."""
        return laid_out(verification_page(report, limits=_LIMITS))

    def bundle(self, report: BundleReport) -> str:
        """Return a verdict on a bundle."""
        return laid_out(bundle_page(report, limits=_LIMITS))

    def records(
        self,
        records: Sequence[AuditRecord],
        *,
        next_cursor: int | None = None,
        newest_first: bool = False,
        approvals: Sequence[ApprovalState] = (),
    ) -> str:
        """Return records as a table."""
        return laid_out(records_page(records, next_cursor=next_cursor, newest_first=newest_first, approvals=approvals))

    def report(self, report: TrailReport) -> str:
        """Return a report."""
        return laid_out(report_page(report, limits=_LIMITS))

    def status(self, answer: StatusAnswer) -> str:
        """Return how a place stands."""
        return laid_out(status_page(answer))

    def store_check(self, answer: StoreCheckAnswer) -> str:
        """Return whether a store is whole."""
        return laid_out(store_page(answer, limits=_LIMITS))

    def keys(self, keys: Sequence[KeyFacts]) -> str:
        """Return keys, one after another."""
        return laid_out(keys_page(keys))
