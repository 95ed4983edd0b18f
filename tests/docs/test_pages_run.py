"""README and guide: everything they tell a reader to run does what they say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.documents import PAGES, Block, Step, blocks, steps
from tests.support.repositories import Repository
from tests.support.shell import Answer, Shell

RUN = [page for page in PAGES if any(block.language in {"console", "bash", "python"} for block in blocks(page))]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A reader with an empty home, standing in a repository of two commits."""
    repository = Repository(tmp_path / "desk" / "project")
    repository.git("config", "user.name", "Ann")
    repository.git("config", "user.email", "ann@example.org")
    ann = "Ann <ann@example.org>"
    repository.commit({"cart.py": "total = 0\n"}, message="Begin the shop", author=ann)
    repository.commit({"cart.py": "total = 1\n"}, message="Count from one", author=ann)
    with Shell(tmp_path / "desk", repository.path) as opened:
        yield opened


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_happens(page: Path, shell: Shell) -> None:
    """A reader copies these lines; an answer that is shown and does not come costs their trust."""
    before = Answer("", 0)
    found = blocks(page)
    for block, following in zip(found, [*found[1:], None], strict=True):
        if block.language == "python":
            before = shell.run_python(block.text)
            assert before.code == 0, f"{page.name}:{block.line}\n{before.text}"
            if following and following.language == "text":
                _compare(shell, before, following.text.splitlines(), place=f"{page.name}:{following.line}")
        elif block.language in {"console", "bash"}:
            _run(page, block, shell)


def _run(page: Path, block: Block, shell: Shell) -> None:
    for step, following in _pairs(block):
        answer = shell.run(step.command)
        place = f"{page.name}:{step.line}: {step.command}"
        is_told = following is not None and following.command == "echo $?"
        assert is_told == (answer.code != 0), f"{place} ended with {answer.code}\n{answer.text}"
        assert "Traceback" not in answer.text, f"{place}\n{answer.text}"
        _compare(shell, answer, step.answer, place=place)


def _pairs(block: Block) -> Iterator[tuple[Step, Step | None]]:
    found = list(steps(block))
    yield from zip(found, [*found[1:], None], strict=True)


def _compare(shell: Shell, answer: Answer, shown: tuple[str, ...] | list[str], *, place: str) -> None:
    for line in shown:
        for part in line.split("…"):
            assert shell.shows(answer, part), f"{place}\nshown: {part}\nsaid:\n{answer.text}"
