"""Formatters: the built-in ones and those of installed plug-ins."""

from collections.abc import Callable

from ami_audit.entrypoints.bootstrap.plugins import plugins
from ami_audit.entrypoints.bootstrap.release import version
from ami_audit.ports.formatter import Formatter, VerdictFormatter


def formatters() -> dict[str, Callable[[], Formatter]]:
    """Return what makes each formatter, by name: the built-in ones and those of installed plug-ins."""

    def terminal() -> Formatter:
        from ami_audit.adapters.formatters.terminal import TerminalFormatter

        return TerminalFormatter()

    def json() -> Formatter:
        from ami_audit.adapters.formatters.json import JsonFormatter

        return JsonFormatter()

    def markdown() -> Formatter:
        from ami_audit.adapters.formatters.markdown import MarkdownFormatter

        return MarkdownFormatter()

    own = {"terminal": terminal, "json": json, "markdown": markdown}
    return {**own, **plugins("ami_audit.formatters", taken=set(own))}


def verdict_formatters() -> dict[str, Callable[[], VerdictFormatter]]:
    """Return what makes each formatter that can write a verdict, by name."""

    def sarif() -> VerdictFormatter:
        from ami_audit.adapters.formatters.sarif import SarifFormatter

        return SarifFormatter(version())

    return {**formatters(), "sarif": sarif}
