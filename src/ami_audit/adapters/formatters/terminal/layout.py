"""Lays blocks out: which text stands in which line and column of a screen."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from rich.console import Console
from rich.text import Text

from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Cut,
    Facts,
    Item,
    Items,
    Kind,
    Line,
    Note,
    Page,
    Section,
    Span,
    Step,
    Steps,
    Table,
    Tone,
    quoted,
    said,
    words,
)
from ami_audit.adapters.formatters.terminal.ink import Ink

_INDENT = 2
# A column keeps this many cells even where the screen is too narrow for all of them.
_NARROWEST = 4


class Layout:
    """Lays out for one width, in cells."""

    def __init__(self, console: Console, ink: Ink, *, width: int) -> None:
        self._console = console
        self._ink = ink
        self._width = width

    def page(self, page: Page) -> Iterator[Text]:
        """Yield the page's lines."""
        aside = (words(f"  ({page.aside})", Tone.FAINT),) if page.aside else ()
        yield from self._wrapped(self._ink.text((*page.headline, *aside)), self._width)
        for section in page.sections:
            if section.blocks:
                yield Text("")
                yield from self._section(section)

    def _section(self, section: Section) -> Iterator[Text]:
        indent = _INDENT if section.heading else 0
        heading, blocks = _opened(section)
        if heading:
            yield from self._hanging(Text(""), self._ink.text(heading), width=self._width, indent=indent)
        for index, block in enumerate(blocks):
            if index and isinstance(block, Table):
                yield Text("")
            yield from (_moved(line, indent) for line in self._block(block, self._width - indent))

    def _block(self, block: Block, width: int) -> Iterable[Text]:
        match block:
            case Note():
                return self._wrapped(self._ink.text(block.line), width)
            case Facts():
                return self._facts(block, width)
            case Table():
                return self._table(block, width)
            case Items():
                return self._items(block.items, width)
            case Steps():
                return self._steps(block.steps, width)

    def _facts(self, facts: Facts, width: int) -> Iterator[Text]:
        labels = max((len(label) for label, _ in facts.rows), default=0) + 2
        for label, line in facts.rows:
            mark = self._ink.text(said(label.ljust(labels), Tone.FAINT))
            yield from self._hanging(mark, self._ink.text(line), width=width, indent=labels)

    def _items(self, items: Sequence[Item], width: int) -> Iterator[Text]:
        marks = max((len(item.mark.text) for item in items), default=0) + 2
        for index, item in enumerate(items):
            if index:
                yield Text("")
            mark = self._ink.text((item.mark._replace(text=item.mark.text.ljust(marks)),))
            yield from self._hanging(mark, self._ink.text(item.first), width=width, indent=marks)
            for line in item.rest:
                blank = Text(" " * marks)
                yield from self._hanging(blank, self._ink.text(line), width=width, indent=marks)

    def _steps(self, steps: Sequence[Step], width: int) -> Iterator[Text]:
        commands = [self._ink.text((Span(step.command, Kind.COMMAND),)) for step in steps]
        room = width - max((len(step.why) for step in steps), default=0) - 2
        first = max((command.cell_len for command in commands if command.cell_len <= room), default=0) + 2
        for step, command in zip(steps, commands, strict=True):
            why = self._ink.text(quoted(step.why, Tone.FAINT if step.command else Tone.PLAIN))
            if not step.command:
                yield from self._wrapped(why, width)
            elif command.cell_len < first:
                yield Text.assemble(command, " " * (first - command.cell_len), why)
            else:
                yield command  # never broken, so that it can be copied
                yield from (_moved(line, _INDENT) for line in self._wrapped(why, width - _INDENT))

    def _table(self, table: Table, width: int) -> Iterator[Text]:
        titles = [] if table.is_bare else [[said(column.title, Tone.FAINT) for column in table.columns]]
        lines = [*titles, *table.rows]
        texts = [[self._ink.text(line) for line in row] for row in lines]
        gap, widths = _widths(table.columns, texts, width)
        for row, inked in zip(lines, texts, strict=True):
            cells = [
                self._cell(text, _cut(column, line), room)
                for text, line, column, room in zip(inked, row, table.columns, widths, strict=True)
            ]
            for parts in zip_longest(*cells, fillvalue=Text("")):
                yield _row(parts, table.columns, widths=widths, gap=gap)

    def _cell(self, text: Text, cut: Cut, width: int) -> list[Text]:
        if cut is Cut.WRAP:
            return self._wrapped(text, width)
        return [text if cut is Cut.NEVER else self._ink.fitted(text, width, cut=cut)]

    def _hanging(self, mark: Text, text: Text, *, width: int, indent: int) -> Iterator[Text]:
        room = width - (indent if mark.plain else 0)
        first, *rest = self._wrapped(text, room) or [Text("")]
        yield Text.assemble(mark, first)
        for line in rest:
            yield _moved(line, indent)

    def _wrapped(self, text: Text, width: int) -> list[Text]:
        lines = list(text.wrap(self._console, max(width, _NARROWEST), overflow="fold"))
        for line in lines:
            line.rstrip()
        return lines


def _opened(section: Section) -> tuple[Line, Sequence[Block]]:
    """Return a section's heading and its blocks; a single note that comes first stands beside the heading."""
    if not section.heading:
        return (), section.blocks
    first, *rest = section.blocks
    if isinstance(first, Note) and not any(isinstance(block, Note) for block in rest[:1]):
        return (*said(f"{section.heading}: ", Tone.STRONG), *first.line), rest
    return said(section.heading, Tone.STRONG), section.blocks


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int) -> tuple[int, list[int]]:
    """Return the gap between columns and the width of each, in cells: as wide as needed while there is room."""
    widths = [min(width, max((row[index].cell_len for row in rows), default=0)) for index in range(len(columns))]
    is_tight = sum(widths) + 2 * (len(columns) - 1) > width and all(column.cut is not Cut.WRAP for column in columns)
    gap = 1 if is_tight else 2
    excess = sum(widths) + gap * (len(columns) - 1) - width
    for least in ([column.least for column in columns], [_NARROWEST] * len(columns)):
        excess = _shrink(widths, columns, least=least, excess=excess)
    return gap, widths


def _shrink(widths: list[int], columns: Sequence[Column], *, least: Sequence[int], excess: int) -> int:
    """Take from the widest column that may yield, a cell at a time; return what could not be taken."""
    while excess > 0:
        yielding = [i for i, column in enumerate(columns) if column.cut is not Cut.NEVER and widths[i] > least[i]]
        if not yielding:
            break
        widths[max(yielding, key=lambda index: widths[index])] -= 1
        excess -= 1
    return excess


def _cut(column: Column, line: Line) -> Cut:
    return Cut.END if column.cut is Cut.NAME and len(line) > 1 else column.cut


def _row(cells: Sequence[Text], columns: Sequence[Column], *, widths: Sequence[int], gap: int) -> Text:
    row = Text()
    for cell, column, width in zip(cells, columns, widths, strict=True):
        space = " " * (width - cell.cell_len)
        row.append_text(Text.assemble(space, cell) if column.is_number else Text.assemble(cell, space))
        row.append(" " * gap)
    row.rstrip()
    return row


def _moved(line: Text, indent: int) -> Text:
    return Text.assemble(" " * indent, line) if line.plain else line
