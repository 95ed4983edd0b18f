"""Formatters: the built-in ones and those of installed plug-ins."""

from collections.abc import Callable

from ami_audit.entrypoints.bootstrap.plugins import plugins
from ami_audit.entrypoints.bootstrap.release import version
from ami_audit.ports.formatter import Formatter, VerdictFormatter


def formatters() -> dict[str, Callable[[], Formatter]]:
    """Return what makes each formatter, by name: the built-in ones and those of installed plug-ins."""
    return {**_OWN, **plugins("ami_audit.formatters", taken=set(_OWN))}


def formatter_maker(name: str) -> Callable[[], Formatter] | None:
    """Return what makes the formatter of that name, or None; plug-ins are asked only for a name of their own."""
    return _OWN.get(name) or formatters().get(name)


def verdict_formatters() -> dict[str, Callable[[], VerdictFormatter]]:
    """Return what makes each formatter that can write a verdict, by name."""

    def sarif() -> VerdictFormatter:
        from ami_audit.adapters.formatters.sarif import SarifFormatter

        return SarifFormatter(version())

    return {**formatters(), "sarif": sarif}


def verdict_formatter_maker(name: str) -> Callable[[], VerdictFormatter] | None:
    """Return what makes the formatter of verdicts of that name, or None."""
    return _OWN.get(name) or verdict_formatters().get(name)


def _terminal() -> Formatter:
    from ami_audit.adapters.formatters.terminal import TerminalFormatter

    return TerminalFormatter()


def _json() -> Formatter:
    from ami_audit.adapters.formatters.json import JsonFormatter

    return JsonFormatter()


def _markdown() -> Formatter:
    from ami_audit.adapters.formatters.markdown import MarkdownFormatter

    return MarkdownFormatter()


_OWN: dict[str, Callable[[], Formatter]] = {"terminal": _terminal, "json": _json, "markdown": _markdown}
