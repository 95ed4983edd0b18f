"""What an answer says to a person, before anybody decides how it looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """Whose words they are."""

    WORDS = "our own"
    PROSE = "a sentence that may quote audited text, its names in backticks"
    DATA = "audited text"
    COMMAND = "something to type"


class Tone(Enum):
    """How much they matter."""

    PLAIN = "plain"
    FAINT = "faint"
    STRONG = "strong"
    GOOD = "good"
    NOTICE = "notice"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    WORST = "worst"


class Span(NamedTuple):
    """Some text of one kind and tone."""

    text: str
    kind: Kind = Kind.WORDS
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]


class Cut(Enum):
    """What happens to a cell for which there is no room."""

    NEVER = "never"
    END = "its end is left out"
    NAME = "its middle is left out; of several spans, the end"
    WRAP = "it goes on below"


class Column(NamedTuple):
    """One column: `least` is how narrow it may become, in cells."""

    title: str
    cut: Cut = Cut.NEVER
    least: int = 0
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under titles; without titles when `is_bare`."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Line]]
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what they stand for."""

    rows: Sequence[tuple[str, Line]]


class Item(NamedTuple):
    """One of several things: a mark before it, its first line, and what else is said of it."""

    mark: Span
    first: Line
    rest: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """Several things, told one by one."""

    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence."""

    line: Line


class Step(NamedTuple):
    """Something to do: a command, or empty, and why."""

    command: str
    why: str


@dataclass(frozen=True, slots=True)
class Steps:
    """What to do next."""

    steps: Sequence[Step]


Block = Table | Facts | Items | Note | Steps


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under one heading; without one when it is empty."""

    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its headline, what stands beside it, and its sections."""

    headline: Line
    aside: str
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a long list a page tells."""

    faults: int
    findings: int
    examples: int
    is_short: bool


def words(text: str, tone: Tone = Tone.PLAIN) -> Span:
    """Return our own words."""
    return Span(text, Kind.WORDS, tone)


def data(text: str, tone: Tone = Tone.PLAIN) -> Span:
    """Return audited text."""
    return Span(text, Kind.DATA, tone)


def prose(text: str, tone: Tone = Tone.PLAIN) -> Span:
    """Return a sentence that may quote audited text."""
    return Span(text, Kind.PROSE, tone)


def said(text: str, tone: Tone = Tone.PLAIN) -> Line:
    """Return a line of our own words."""
    return (words(text, tone),)


def quoted(text: str, tone: Tone = Tone.PLAIN) -> Line:
    """Return a line of audited text."""
    return (data(text, tone),)
