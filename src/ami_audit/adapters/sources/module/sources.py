"""Which Python files are fit for the programs that parse them."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.module.tree import Survey

# Past this it is data, or meant to keep a parser busy.
_LARGEST = 4 << 20
_BEGINNING = 8_000


class Sources(NamedTuple):
    """The Python files of a module: those to parse, and those that are not, with the reason."""

    fit: tuple[str, ...]
    unfit: tuple[tuple[str, str], ...]


def python_sources(root: Path, survey: Survey) -> Sources:
    """Return the Python files; of each only the beginning is read."""
    fit, unfit = [], []
    for path in survey.ending(".py", ".pyi"):
        reason = _reason(root / path)
        if reason:
            unfit.append((path, reason))
        else:
            fit.append(path)
    return Sources(tuple(fit), tuple(unfit))


def _reason(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        return (error.strerror or "it cannot be read").lower()
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return "it is no regular file"
        if status.st_size > _LARGEST:
            return f"it is larger than {_LARGEST >> 20} MiB"
        return "it holds NUL bytes" if b"\0" in file.read(_BEGINNING) else ""
