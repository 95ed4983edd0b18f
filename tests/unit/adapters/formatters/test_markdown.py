"""Markdown answers: audited text in them is text, whatever it looks like."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.support import answers
from tests.support.answers import HOSTILE

from ami_audit.adapters.formatters.harmless import harmless
from ami_audit.adapters.formatters.markdown import MarkdownFormatter
from ami_audit.adapters.formatters.markdown.escaping import code, sentence

_READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
_TAG = re.compile(r"</?([a-z0-9]+)([^>]*)>")
_OURS = {"h1", "h2", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td", "br"}
# What a dialect may make a link, a mention or markup of, outside code.
_STRANGE = re.compile(r"[<>@#\[\]*_~^|\\$]|https?:|www\.")
_FORMATTER = MarkdownFormatter()

# Looks like markup of every kind there is.
_TEMPTING = st.text(st.sampled_from("`|\\*_[]()<>#@!~-+.: \n\tahtps1"), max_size=40) | st.text(max_size=40)

_ANSWERS: dict[str, Callable[[], str]] = {
    "run": lambda: _FORMATTER.run(answers.a_run(target=HOSTILE, location=HOSTILE), findings=answers.some_findings()),
    "verdict": lambda: _FORMATTER.verification(answers.a_verdict(origin=HOSTILE, faults=answers.some_faults(3))),
    "records": lambda: _FORMATTER.records([answers.a_record(target=HOSTILE, actor=HOSTILE), answers.a_commit()]),
    "report": lambda: _FORMATTER.report(answers.a_report(origin=HOSTILE, filters={"text": HOSTILE})),
    "status": lambda: _FORMATTER.status(answers.a_status(origin=HOSTILE, guard=HOSTILE)),
    "bundle": lambda: _FORMATTER.bundle(answers.a_bundle_report()),
    "bad bundle": lambda: _FORMATTER.bundle(answers.a_bad_bundle_report()),
    "store": lambda: _FORMATTER.store_check(
        answers.a_store_check(location=HOSTILE, missing=(HOSTILE,), leftovers=(HOSTILE,))
    ),
    "keys": lambda: _FORMATTER.keys([answers.a_key(signer=HOSTILE, name=HOSTILE, where=HOSTILE, fault=HOSTILE)]),
}


def _tags(html: str) -> set[tuple[str, str]]:
    return {(name, more.strip()) for name, more in _TAG.findall(html)}


@pytest.mark.parametrize("name", _ANSWERS)
def test_an_answer_holds_only_our_own_markup(name: str) -> None:
    """A commit message must not become a script, an image or a link in somebody's pull request."""
    for tag, more in _tags(_READER.render(_ANSWERS[name]())):
        assert tag in _OURS
        assert more in {"", "/", 'style="text-align:right"'}


def test_bold_words_do_not_run_into_each_other() -> None:
    """`**a****b**` is bold in one dialect and asterisks in another."""
    damaged = [_FORMATTER.report(answers.a_report(level="links", faults=2)), *(write() for write in _ANSWERS.values())]
    assert [page for page in damaged if "****" in page] == []


@given(_TEMPTING)
def test_any_text_in_a_code_span_is_given_back_as_it_is(text: str) -> None:
    """Escaping that changes what is shown would be lying about the evidence."""
    html = _READER.render(f"x {code(text)} y")
    assert unescape(re.sub(r"</?(?:p|code)>", "", html)).rstrip("\n") == (f"x {harmless(text)} y" if text else "x  y")


@given(_TEMPTING)
def test_any_text_leaves_a_table_its_columns(text: str) -> None:
    """One bar too many and every column after it says something else."""
    cell = code(text, in_table=True)
    html = _READER.render(f"| a | b | c |\n| - | - | - |\n| 1 | {cell} | 3 |\n")
    assert [unescape(found) for found in re.findall(r"<td>(.*?)</td>", html, re.DOTALL)][::2] == ["1", "3"]
    assert html.count("<td>") == 3


@given(_TEMPTING)
def test_outside_code_a_sentence_holds_nothing_but_words(text: str) -> None:
    """Links, mentions, emphasis and HTML need marks; no word with a mark stays outside."""
    html = _READER.render(f"Note: {sentence(text)}")
    outside = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
    assert _STRANGE.search(re.sub(r"</?p>", "", outside)) is None


@given(_TEMPTING)
def test_a_sentence_is_one_paragraph(text: str) -> None:
    """A line that begins like a heading or a list would tear the page apart."""
    html = _READER.render(sentence(text) or "nothing")
    assert _tags(html) <= {("p", ""), ("code", "")}


def test_a_sentence_of_words_reads_as_it_was_written() -> None:
    """Most sentences are ours; they must not look like a ransom note."""
    told = "The file `etc/secret.key` cannot be read, so its content isn't known."
    assert sentence(told) == told


def test_a_number_that_would_begin_a_list_does_not() -> None:
    """CommonMark takes `1.` at the start of a line for a list."""
    assert "<ol>" not in _READER.render(sentence("1. first"))


@pytest.mark.parametrize("level", ["none", "links", "witnessed"])
def test_the_level_stands_in_the_heading(level: str) -> None:
    """A page is skimmed by its headings."""
    assert _FORMATTER.verification(answers.a_verdict(level=level)).startswith(f"# Proven to: {level} (")


def test_a_page_names_far_more_faults_than_a_screen() -> None:
    """It is kept as evidence."""
    page = _FORMATTER.verification(answers.a_verdict(level=0, faults=answers.some_faults(1_001)))
    assert "`record 2015`" in page
    assert "and 1 more" in page
