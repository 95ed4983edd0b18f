"""Lays blocks out as Markdown (GitHub's tables, else CommonMark)."""

from collections.abc import Iterator, Sequence

from ami_audit.adapters.formatters.markdown.escaping import code, sentence
from ami_audit.adapters.formatters.page import (
    Block,
    Column,
    Facts,
    Item,
    Items,
    Kind,
    Line,
    Note,
    Page,
    Span,
    Step,
    Steps,
    Table,
    Tone,
)

_LOUD = {Tone.STRONG, Tone.BAD, Tone.WORST}


def laid_out(page: Page) -> str:
    """Return the page as Markdown."""
    return "\n\n".join(_parts(page)) + "\n"


def _parts(page: Page) -> Iterator[str]:
    yield f"# {_plain(page.headline)}" + (f" ({page.aside})" if page.aside else "")
    for section in page.sections:
        if section.blocks:
            if section.heading:
                yield f"## {section.heading}"
            yield from (_block(block) for block in section.blocks)


def _block(block: Block) -> str:
    match block:
        case Note():
            return _inline(block.line)
        case Facts():
            return "\n".join(f"- **{label}**: {_inline(line)}" for label, line in block.rows)
        case Table():
            return "\n".join(_table(block))
        case Items():
            return "\n".join(_item(item) for item in block.items)
        case Steps():
            return "\n".join(_step(step) for step in block.steps)


def _table(table: Table) -> Iterator[str]:
    yield _row([column.title for column in table.columns])
    yield _row([_rule(column) for column in table.columns])
    for row in table.rows:
        yield _row([_inline(cell, in_table=True) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(column: Column) -> str:
    return "---:" if column.is_number else "---"


def _item(item: Item) -> str:
    rest = "".join(f"  \n  {_inline(line)}" for line in item.rest if line)
    return f"- **{item.mark.text}** {_inline(item.first)}{rest}"


def _step(step: Step) -> str:
    return f"- {code(step.command)}: {sentence(step.why)}" if step.command else f"- {sentence(step.why)}"


def _plain(line: Line) -> str:
    return _inline(tuple(span._replace(tone=Tone.PLAIN) for span in line))


def _inline(line: Line, *, in_table: bool = False) -> str:
    return "".join(_span(span, in_table=in_table) for span in line)


def _span(span: Span, *, in_table: bool) -> str:
    match span.kind:
        case Kind.WORDS:
            return _loud(span)
        case Kind.PROSE:
            return sentence(span.text, in_table=in_table)
        case Kind.DATA | Kind.COMMAND:
            return code(span.text, in_table=in_table)


def _loud(span: Span) -> str:
    # Emphasis may not begin or end with a space.
    text = span.text.strip()
    return span.text.replace(text, f"**{text}**", 1) if text and span.tone in _LOUD else span.text
