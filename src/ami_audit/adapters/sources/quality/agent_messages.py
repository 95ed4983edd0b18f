"""Takes a message of ami-agent apart: one often packs several findings."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# `FAIL: Line 38: a; Line 75-76: b; Lines 80: c`; a line's name begins a finding only at such a place.
_LINE = re.compile(r"(?:(?<=[;\n.!?:])|^)\s{0,20}Lines?\s{1,3}(\d{1,9})(?:\s?[-–]\s?\d{1,9})?:\s?")
_FAIL = "FAIL:"


class Remark(NamedTuple):
    """A sentence beside the findings."""

    text: str


class Part(NamedTuple):
    """One finding; `line` is 0 when none is named."""

    line: int
    message: str


def split(message: str, line: int) -> Iterator[Remark | Part]:
    """Yield what one message packs: its findings, and before them a sentence that was glued to it.

    Args:
        message: As the agent gave it.
        line: Where the agent said it is; for findings that name no line of their own.
    """
    before, mark, packed = message.partition(_FAIL)
    if not mark:
        before, packed = "", message
    found = list(_LINE.finditer(packed))
    if not found or (not mark and (len(found) == 1 or found[0].start() > 0)):
        text = packed.strip() if mark else message.strip()
        if before.strip():
            yield Remark(before.strip())
        if text or not before.strip():
            yield Part(line, text)
        return
    glued = " ".join(piece for piece in (before.strip(), packed[: found[0].start()].strip(" ;\n")) if piece)
    if glued:
        yield Remark(glued)
    ends = [*(match.start() for match in found[1:]), len(packed)]
    for match, end in zip(found, ends, strict=True):
        name = match.group().strip().removesuffix(":")
        text = packed[match.end() : end].strip().rstrip(";").strip()
        # The name of a span (`Line 75-76`) says more than the line alone.
        yield Part(int(match[1]), f"{name}: {text}" if "-" in name or "–" in name else text)
