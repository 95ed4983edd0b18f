"""Reads JSON values that stand one a line, a piece at a time."""

from collections.abc import Iterator
from typing import IO, TypeVar

import msgspec

from ami_audit.adapters.sources.quality.tool import GarbledError

_PIECE = 1 << 20
_Told = TypeVar("_Told")
_MALFORMED = (msgspec.DecodeError, UnicodeDecodeError)


def read_lines(file: IO[bytes], kind: type[_Told]) -> Iterator[list[_Told]]:
    """Yield the values of some lines at a time; needs memory for one piece and the longest line.

    Raises:
        GarbledError: A line is no JSON, or not of that form.
    """
    decoder = msgspec.json.Decoder(kind)
    rest = b""
    while piece := file.read(_PIECE):
        whole, newline, rest_of_piece = piece.rpartition(b"\n")
        if newline:
            yield from _decoded(decoder, rest + whole)
            rest = rest_of_piece
        else:
            rest += piece
    if rest.strip():
        yield from _decoded(decoder, rest)


def _decoded(decoder: "msgspec.json.Decoder[_Told]", text: bytes) -> Iterator[list[_Told]]:
    try:
        yield decoder.decode_lines(text)
    except _MALFORMED:
        yield from _one_by_one(decoder, text)


def _one_by_one(decoder: "msgspec.json.Decoder[_Told]", text: bytes) -> Iterator[list[_Told]]:
    for line in text.splitlines():
        if line.strip():
            try:
                told = decoder.decode(line)
            except _MALFORMED as error:
                raise GarbledError(str(error)) from error
            yield [told]
