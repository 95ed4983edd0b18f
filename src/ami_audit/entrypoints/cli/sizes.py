"""Sizes as people write them: `500k`, `10MB`, `1.5 GiB`."""

import re
from typing import Annotated

import typer

_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)\s*(?:([kmgt])(i?)b?|b|bytes?)?", re.IGNORECASE | re.ASCII)
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4}


def size_of(text: str | int) -> int:
    """Return how many bytes a person means: `k` and `kB` are 1,000, `KiB` 1,024, no unit is bytes.

    Raises:
        BadParameter: It is no size, or less than one byte.
    """
    found = _SIZE.fullmatch(str(text).strip())
    if found is None:
        raise typer.BadParameter(f"`{text}` is no size; write one such as `500k`, `10MB` or `1.5GiB`.")
    value, unit, binary = found.groups()
    power = _POWERS[unit.lower()] if unit else 0
    size = int(float(value) * (1024 if binary else 1000) ** power)
    if size < 1:
        raise typer.BadParameter("a size is at least one byte.")
    return size


Size = Annotated[
    int | None,
    typer.Option(
        "--large",
        metavar="SIZE",
        parser=size_of,
        help="Also every content of at least this size in the whole history: `500k`, `10MB`.",
    ),
]
