"""Writes answers for a person at a terminal, as wide and as colourful as the screen allows.

Imports rich, which takes tens of milliseconds: import this package where it is used.
"""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

from ami_audit.adapters.formatters.page import Limits, Page
from ami_audit.adapters.formatters.pages.bundle import bundle_page
from ami_audit.adapters.formatters.pages.keys import keys_page
from ami_audit.adapters.formatters.pages.records import records_page
from ami_audit.adapters.formatters.pages.report import report_page
from ami_audit.adapters.formatters.pages.run import run_page
from ami_audit.adapters.formatters.pages.status import status_page
from ami_audit.adapters.formatters.pages.store import store_page
from ami_audit.adapters.formatters.pages.verification import verification_page
from ami_audit.adapters.formatters.terminal.ink import Ink
from ami_audit.adapters.formatters.terminal.layout import Layout
from ami_audit.adapters.formatters.terminal.screen import Screen
from ami_audit.domain.approvals import ApprovalState
from ami_audit.domain.bundle_report import BundleReport
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Findings, TrailReport
from ami_audit.domain.run import RunSummary
from ami_audit.domain.status import StatusAnswer
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.domain.verification import VerificationReport

__all__ = ["Screen", "TerminalFormatter"]

_LIMITS = Limits(faults=20, findings=5, examples=3, is_short=True)


class TerminalFormatter:
    """`Formatter` for a terminal, or for plain text where there is none."""

    name = "terminal"
    media_type = "text/plain"

    def __init__(self, screen: Screen | None = None) -> None:
        """Args: `screen` is what is written for; what stdout can show when it is left out."""
        self._screen = screen or Screen.of()

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
        return self._drawn(
            run_page(summary, findings=findings, verification=verification, records=records, told=told, limits=_LIMITS)
        )

    def verification(self, report: VerificationReport) -> str:
        """Return a verdict; its first words are the level."""
        return self._drawn(verification_page(report, limits=_LIMITS))

    def bundle(self, report: BundleReport) -> str:
        """Return a verdict on a bundle."""
        return self._drawn(bundle_page(report, limits=_LIMITS))

    def records(
        self,
        records: Sequence[AuditRecord],
        *,
        next_cursor: int | None = None,
        newest_first: bool = False,
        approvals: Sequence[ApprovalState] = (),
    ) -> str:
        """Return records as a table."""
        page = records_page(records, next_cursor=next_cursor, newest_first=newest_first, approvals=approvals)
        return self._drawn(page)

    def report(self, report: TrailReport) -> str:
        """Return a report."""
        return self._drawn(report_page(report, limits=_LIMITS))

    def status(self, answer: StatusAnswer) -> str:
        """Return how a place stands."""
        return self._drawn(status_page(answer))

    def store_check(self, answer: StoreCheckAnswer) -> str:
        """Return whether a store is whole."""
        return self._drawn(store_page(answer, limits=_LIMITS))

    def keys(self, keys: Sequence[KeyFacts]) -> str:
        """Return keys, one after another."""
        return self._drawn(keys_page(keys))

    def _drawn(self, page: Page) -> str:
        console = _console(self._screen)
        layout = Layout(console, Ink(is_unicode=self._screen.is_unicode), width=self._screen.width)
        lines = layout.page(page)
        if not self._screen.is_coloured:
            return "".join(f"{line.plain}\n" for line in lines)
        with console.capture() as capture:
            console.print(Text("\n").join(lines), soft_wrap=True)
        return capture.get()


def _console(screen: Screen) -> Console:
    return Console(
        file=StringIO(),
        width=screen.width,
        height=100,
        force_terminal=screen.is_coloured,
        color_system="standard" if screen.is_coloured else None,
        no_color=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )
