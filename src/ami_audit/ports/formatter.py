"""How answers look: each method returns the whole answer as text, ending in a newline."""

from collections.abc import Sequence
from typing import Protocol

from ami_audit.domain.approvals import ApprovalState
from ami_audit.domain.bundle_report import BundleReport
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Findings, TrailReport
from ami_audit.domain.run import RunSummary
from ami_audit.domain.status import StatusAnswer
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.domain.verification import VerificationReport


class VerdictFormatter(Protocol):
    """Writes verdicts; some forms hold nothing else."""

    def verification(self, report: VerificationReport) -> str:
        """Return a verdict; the level always stands in it."""


class TrailFormatter(VerdictFormatter, Protocol):
    """Writes what is said about a trail.

    Audited text (messages, names, paths) is hostile: what a method returns makes nobody's terminal or reader do
    anything.
    """

    def run(
        self,
        summary: RunSummary,
        *,
        findings: Findings | None = None,
        verification: VerificationReport | None = None,
        records: Sequence[AuditRecord] | None = None,
        told: Sequence[AuditRecord] = (),
    ) -> str:
        """Return what a run did.

        Args:
            summary: The run.
            findings: What was judged about its records, the worst spelled out; None when nobody looked.
            verification: How far the trail was then proven; None when it was not verified.
            records: Its first records; None when only the summary is wanted.
            told: Those of its records that say what a reader wants to know (`ami_audit.domain.told`), in order.
        """

    def report(self, report: TrailReport) -> str:
        """Return a report."""

    def status(self, answer: StatusAnswer) -> str:
        """Return how a place stands."""

    def bundle(self, report: BundleReport) -> str:
        """Return a verdict on a bundle; the level always stands in it."""

    def store_check(self, answer: StoreCheckAnswer) -> str:
        """Return whether a store is whole."""


class ListFormatter(Protocol):
    """Writes lists."""

    def records(
        self,
        records: Sequence[AuditRecord],
        *,
        next_cursor: int | None = None,
        newest_first: bool = False,
        approvals: Sequence[ApprovalState] = (),
    ) -> str:
        """Return records in the order given.

        Args:
            records: The records.
            next_cursor: The sequence after which the next ones follow (`AuditFilter.after`), or before which they do
                (`AuditFilter.before`) when the newest come first; None at the end.
            newest_first: Their order, for what is said about the next ones.
            approvals: How far those of them are approved whose action asks for it.
        """

    def keys(self, keys: Sequence[KeyFacts]) -> str:
        """Return keys in the order given."""


class Formatter(TrailFormatter, ListFormatter, Protocol):
    """Writes every answer in one form."""

    @property
    def name(self) -> str:
        """What `--format` calls it."""

    @property
    def media_type(self) -> str:
        """What the text is (RFC 6838): `application/json`."""
