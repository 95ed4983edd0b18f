"""Writes a command's answer: to stdout or to a file, in the format that was asked for."""

import os
import shutil
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from ami_audit.domain.errors import UsageError
from ami_audit.entrypoints.bootstrap.formatters import (
    formatter_maker,
    formatters,
    verdict_formatter_maker,
    verdict_formatters,
)
from ami_audit.ports.formatter import Formatter, VerdictFormatter

_BY_ENDING = {".json": "json", ".md": "markdown", ".markdown": "markdown"}
_VERDICT_BY_ENDING = {**_BY_ENDING, ".sarif": "sarif"}


def formatter(name: str, output: Path | None) -> Formatter:
    """Return the formatter to use; an output file's ending decides when no format was asked for.

    A file never gets the terminal's colours: without a telling ending it is Markdown.
    """
    chosen = _chosen(name, output, _BY_ENDING)
    return (formatter_maker(chosen) or formatters()[chosen])()


def verdict_formatter(name: str, output: Path | None) -> VerdictFormatter:
    """Return the formatter to use for a verdict, by the same rules."""
    chosen = _chosen(name, output, _VERDICT_BY_ENDING)
    return (verdict_formatter_maker(chosen) or verdict_formatters()[chosen])()


def _chosen(name: str, output: Path | None, by_ending: Mapping[str, str]) -> str:
    if output is not None and name == "terminal":
        return by_ending.get(output.suffix.lower(), "markdown")
    return name


def announce(text: str) -> None:
    """Tell the user something beside the answer: on stderr, wrapped to a readable width."""
    width = min(shutil.get_terminal_size().columns, 100)
    print(textwrap.fill(text, width=width, break_long_words=False, break_on_hyphens=False), file=sys.stderr)


def deliver(answer: str, output: Path | None, *, private: bool = False) -> None:
    """Write the answer to `output`, whole or not at all, or to stdout; a `private` file is its owner's alone.

    Raises:
        UsageError: The file cannot be written.
    """
    text = answer if answer.endswith("\n") else answer + "\n"
    if output is None:
        _to_stdout(text)
        return
    fresh = output.with_name(f".{output.name}.{os.getpid()}.new")
    try:
        fresh.touch(mode=0o600 if private else 0o666, exist_ok=False)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(output)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UsageError(f"The answer cannot be written to `{output}`: {error.strerror}.") from error


def _to_stdout(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()
