r"""Makes audited text harmless to show: no character of it can move a cursor, change a title or turn the line around.

File names and commit messages are written by strangers. What a terminal obeys (escape sequences, control characters),
what reorders or hides text (bidirectional and zero-width marks), what breaks a line or passes for a space, and what no
encoding can write is shown as the escape a programmer knows: `\x1b`, `\u202e`.
"""

import unicodedata

_MARKS = frozenset({"Mn", "Me"})
# More combining marks than any script stacks on one letter run over the lines above and below.
_MOST_MARKS = 4
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def harmless(text: str) -> str:
    """Return text on one line that can be shown; everything else in it is written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        is_shown = character.isprintable() and marks <= _MOST_MARKS
        shown.append(character if is_shown else _escape(character))
    return "".join(shown)


def plain_ascii(text: str) -> str:
    """Return text in ASCII: every other character as an escape."""
    return text if text.isascii() else "".join(c if c.isascii() else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
