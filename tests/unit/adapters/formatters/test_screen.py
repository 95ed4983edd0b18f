"""What is known of a screen from its stream and environment."""

import fcntl
import io
import os
import pty
import struct
import termios
from collections.abc import Iterator

import pytest

from ami_audit.adapters.formatters.terminal import Screen


@pytest.fixture
def terminal() -> Iterator[io.TextIOWrapper]:
    """A real pseudo-terminal, 100 columns wide."""
    leader, follower = pty.openpty()
    os.set_blocking(leader, False)
    with os.fdopen(follower, "w", encoding="utf-8") as stream:
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        yield stream
    os.close(leader)


def _pipe(encoding: str = "utf-8") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


def test_a_terminal_has_its_own_width_and_colours(terminal: io.TextIOWrapper) -> None:
    """What is written must fit the window it is written to."""
    assert Screen.of(terminal, {"TERM": "xterm-256color"}) == Screen(width=100, is_coloured=True, is_unicode=True)


def test_columns_in_the_environment_win(terminal: io.TextIOWrapper) -> None:
    """A person who sets COLUMNS means it."""
    assert Screen.of(terminal, {"COLUMNS": "72"}).width == 72


@pytest.mark.parametrize("columns", ["", "wide", "0", "-5", "\u0661\u0662"])
def test_columns_that_are_no_width_are_passed_over(terminal: io.TextIOWrapper, columns: str) -> None:
    """A broken variable must not break the answer."""
    assert Screen.of(terminal, {"COLUMNS": columns}).width == 100


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_colours_can_be_refused(terminal: io.TextIOWrapper, environment: dict[str, str]) -> None:
    """no-color.org: any value refuses them, whatever else is set."""
    assert not Screen.of(terminal, environment).is_coloured


def test_an_empty_no_color_refuses_nothing(terminal: io.TextIOWrapper) -> None:
    """no-color.org: present and not an empty string."""
    assert Screen.of(terminal, {"NO_COLOR": "", "TERM": "xterm"}).is_coloured


def test_a_pipe_gets_plain_text() -> None:
    """What is piped is read by programs and kept in files."""
    screen = Screen.of(_pipe(), {"TERM": "xterm-256color"})
    assert not screen.is_coloured
    assert screen.width == 120


def test_a_pipe_gets_colours_when_they_are_asked_for() -> None:
    """`ami-audit report | less -R`, and the logs of build servers."""
    assert Screen.of(_pipe(), {"FORCE_COLOR": "1"}).is_coloured


@pytest.mark.parametrize(
    ("encoding", "is_unicode"), [("utf-8", True), ("UTF8", True), ("ascii", False), ("latin-1", False)]
)
def test_the_encoding_says_which_characters_may_be_written(encoding: str, *, is_unicode: bool) -> None:
    """An answer must not end in a UnicodeEncodeError."""
    assert Screen.of(_pipe(encoding), {}).is_unicode is is_unicode
