"""Turns lines into styled text that a terminal can be trusted with."""

from rich.cells import cell_len
from rich.text import Text

from ami_audit.adapters.formatters.harmless import harmless, plain_ascii
from ami_audit.adapters.formatters.page import Cut, Kind, Line, Span, Tone

# Only what every terminal's own palette has: it knows whether it is dark or light.
_STYLES = {
    Tone.PLAIN: "",
    Tone.FAINT: "dim",
    Tone.STRONG: "bold",
    Tone.GOOD: "green",
    Tone.NOTICE: "cyan",
    Tone.DOUBTFUL: "yellow",
    Tone.BAD: "red",
    Tone.WORST: "bold red",
}


class Ink:
    """Writes lines for one screen."""

    def __init__(self, *, is_unicode: bool) -> None:
        self._is_unicode = is_unicode
        self._gap = "…" if is_unicode else "..."

    def text(self, line: Line) -> Text:
        """Return a line as styled text without any character that a terminal would obey."""
        text = Text(end="")
        for span in line:
            text.append(self._shown(span), style=_style(span))
        return text

    def fitted(self, text: Text, width: int, *, cut: Cut) -> Text:
        """Return text of at most `width` cells, a part of it left out if it is longer."""
        if text.cell_len <= width:
            return text
        room = width - cell_len(self._gap)
        if room < 1:
            return text[: _reach(text.plain, width)]
        if cut is Cut.NAME:
            # The end of a path says more than its beginning.
            return self._joined(text, room // 3, room - room // 3)
        return self._joined(text, room, 0)

    def _joined(self, text: Text, before: int, after: int) -> Text:
        start = _reach(text.plain, before)
        end = len(text.plain) - _reach(text.plain[::-1], after)
        return Text.assemble(text[:start], (self._gap, "dim"), text[end:] if after else "", end="")

    def _shown(self, span: Span) -> str:
        shown = harmless(span.text)
        return shown if self._is_unicode else plain_ascii(shown)


def _reach(text: str, width: int) -> int:
    """Return how many characters of the text fit into `width` cells."""
    taken = 0
    for index, character in enumerate(text):
        taken += cell_len(character)
        if taken > width:
            return index
    return len(text)


def _style(span: Span) -> str:
    return "bold" if span.kind is Kind.COMMAND and span.tone is Tone.PLAIN else _STYLES[span.tone]
