"""Writes a command's answer: to stdout or to a file, in the format that was asked for."""

import errno
import os
import secrets
import shutil
import sys
import textwrap
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ami_audit.domain.errors import AuditError, UsageError
from ami_audit.entrypoints.bootstrap.formatters import (
    formatter_maker,
    formatters,
    verdict_formatter_maker,
    verdict_formatters,
)
from ami_audit.ports.formatter import Formatter, VerdictFormatter

_OF_THE_DISK = (errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC)
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
        UsageError: The file cannot be written there.
        AuditError: The disk is full or fails; what was there is as it was.
    """
    text = answer if answer.endswith("\n") else answer + "\n"
    if output is None:
        _to_stdout(text)
        return
    place = Path(os.path.realpath(output))  # a link stays a link, and leads to the answer
    fresh = place.with_name(f".{place.name}.{secrets.token_hex(4)}.new")
    try:
        if place.exists() and not place.is_file():  # a device or a pipe is written to, never replaced
            place.write_text(text, encoding="utf-8")
            return
        _write(fresh, text, mode=0o600 if private else 0o666)
        fresh.replace(place)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        kind = AuditError if error.errno in _OF_THE_DISK else UsageError
        raise kind(f"The answer cannot be written to `{output}`: {error.strerror}.") from error


def _write(fresh: Path, text: str, *, mode: int) -> None:
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)  # else a crash after the rename leaves an empty file in the place of the old one


def _to_stdout(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()
