"""Does every decision say when it holds, why, what it costs, and what else was thought of?"""

import re
from pathlib import Path

import pytest
from tests.support.house import ROOT

_DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
_SECTIONS = ["Status", "Context", "Decision", "Consequences"]
_ONE_PAGE = 60


@pytest.mark.parametrize("file", _DECISIONS, ids=lambda file: file.stem)
def test_a_decision_is_one_page_with_four_parts(file: Path) -> None:
    """Whoever questions a choice finds the reasons in one place and in one reading."""
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == _SECTIONS
    assert len(text.splitlines()) <= _ONE_PAGE


@pytest.mark.parametrize("file", _DECISIONS, ids=lambda file: file.stem)
def test_a_decision_names_what_was_ruled_out(file: Path) -> None:
    """A choice without its alternatives is asked for again next year."""
    assert "**Ruled out**" in file.read_text(encoding="utf-8")


def test_decisions_are_numbered_without_a_gap() -> None:
    """A number names one decision for ever; a gap means that one was lost."""
    numbers = [int(file.stem.partition("-")[0]) for file in _DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers
    headings = [file.read_text(encoding="utf-8").splitlines()[0] for file in _DECISIONS]
    assert [
        heading for number, heading in zip(numbers, headings, strict=True) if f"# {number:04}. " not in heading
    ] == []
