"""What the documents for users say: their pages, blocks, commands, links and tables."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import typer
from markdown_it import MarkdownIt

from ami_audit.entrypoints.cli.app import application
from tests.support.house import ROOT

GUIDE = ROOT / "docs" / "guide"
README = ROOT / "README.md"
PAGES = (README, *sorted(GUIDE.glob("*.md")))

_MARKS = MarkdownIt("gfm-like", {"linkify": False})
_COMMAND = re.compile(r"(?<![\w/.-])ami-audit(?: .*|$)")


class Block(NamedTuple):
    """One fenced block: its language, its text, and the line where it begins."""

    language: str
    text: str
    line: int


class Step(NamedTuple):
    """One command of a console block, and the lines that the page shows as its answer."""

    command: str
    answer: tuple[str, ...]
    line: int


def text_of(page: Path) -> str:
    """Return what the page says."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    """Return the page's fenced blocks, in order."""
    return [
        Block(token.info.strip(), token.content, token.map[0] + 1)
        for token in _MARKS.parse(text_of(page))
        if token.type == "fence" and token.map
    ]


def steps(block: Block) -> Iterator[Step]:
    """Yield the commands of a console block: lines that begin with `$ `, each with what follows it."""
    command, answer, line = "", list[str](), block.line
    for number, text in enumerate(block.text.splitlines(), block.line + 1):
        if text.startswith("$ "):
            if command:
                yield Step(command, tuple(answer), line)
            command, answer, line = text[2:], [], number
        else:
            answer.append(text)
    assert command, f"line {block.line}: a console block without a command"
    yield Step(command, tuple(answer), line)


def commands(page: Path) -> list[str]:
    """Return every `ami-audit …` that the page names, in blocks and in the text, each once."""
    typed = [line for block in blocks(page) for line in _typed(block)]
    inline = [
        child.content
        for token in _MARKS.parse(text_of(page))
        for child in token.children or ()
        if child.type == "code_inline" and child.content.startswith("ami-audit ")
    ]
    return sorted({found[0] for line in (*typed, *inline) if (found := _COMMAND.search(line))})


def _typed(block: Block) -> list[str]:
    if block.language == "console":
        return [step.command for step in steps(block)]
    return block.text.splitlines() if block.language in {"bash", "sh"} else []


def tables(page: Path) -> Iterator[list[list[str]]]:
    """Yield the page's tables as rows of cells, the heading first; cells are Markdown."""
    rows: list[list[str]] = []
    tokens = _MARKS.parse(text_of(page))
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            rows[-1].append(tokens[index + 1].content)
        elif token.type == "table_close":
            yield rows
            rows = []


def links(page: Path) -> Iterator[str]:
    """Yield where the page's links lead."""
    for token in _MARKS.parse(text_of(page)):
        yield from (str(child.attrGet("href")) for child in token.children or () if child.type == "link_open")


def anchors(page: Path) -> set[str]:
    """Return the names of the page's headings, as GitHub makes them."""
    tokens = _MARKS.parse(text_of(page))
    headings = [tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def program() -> dict[tuple[str, ...], frozenset[str]]:
    """Return every command of the program, by its words, with the options it knows."""
    return dict(_commands_of(typer.main.get_command(application()), ()))


def _commands_of(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    yield words, frozenset({*options, "--debug", "--help", "-h"})
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands_of(inner, (*words, name))


def named(line: str) -> tuple[tuple[str, ...], set[str]]:
    """Return the words that name the command in an `ami-audit …` line, and the options after them."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    words = list(takewhile(lambda word: not set(word) <= set("|&;<>()"), reader))[1:]
    name: tuple[str, ...] = ()
    while words and (*name, words[0]) in program():
        name = (*name, words.pop(0))
    return name, {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
