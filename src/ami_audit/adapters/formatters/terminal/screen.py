"""What the screen can show that an answer is written for."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TextIO

_NARROWEST = 40
_WIDEST = 160
# A file or a pipe has no width; this loses little and still reads well.
_UNBOUNDED = 120


@dataclass(frozen=True, slots=True)
class Screen:
    """How wide it is, in cells, and whether it knows colours and characters beyond ASCII."""

    width: int = 80
    is_coloured: bool = False
    is_unicode: bool = True

    @classmethod
    def of(cls, stream: TextIO | None = None, environment: Mapping[str, str] | None = None) -> Self:
        """Return what a stream can show: stdout and the process's environment when they are left out.

        Honours `COLUMNS`, `TERM`, and the conventions of `NO_COLOR` (no-color.org) and `FORCE_COLOR`.
        """
        stream = sys.stdout if stream is None else stream
        environment = os.environ if environment is None else environment
        is_terminal = stream.isatty()
        return cls(
            width=max(_NARROWEST, min(_WIDEST, _width(stream, environment, is_terminal=is_terminal))),
            is_coloured=_is_coloured(environment, is_terminal=is_terminal),
            is_unicode=(stream.encoding or "ascii").lower().replace("-", "").startswith("utf"),
        )


def _width(stream: TextIO, environment: Mapping[str, str], *, is_terminal: bool) -> int:
    asked = environment.get("COLUMNS", "")
    if asked.isascii() and asked.isdigit() and int(asked) > 0:
        return int(asked)
    if not is_terminal:
        return _UNBOUNDED
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return shutil.get_terminal_size().columns


def _is_coloured(environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    if environment.get("NO_COLOR"):
        return False
    return bool(environment.get("FORCE_COLOR")) or (is_terminal and environment.get("TERM") != "dumb")
