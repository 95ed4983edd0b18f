"""How bytes that claim to be text are written in a record."""


def readable(raw: bytes) -> str:
    r"""Return bytes as text that JSON can hold: UTF-8, each invalid byte written `\xNN`.

    When that loses nothing the text encodes back to `raw`; see `is_exact`.
    """
    return raw.decode("utf-8", "backslashreplace")


def is_exact(raw: bytes, text: str) -> bool:
    """Return whether `text` encodes back to exactly `raw`."""
    try:
        return text.encode() == raw
    except UnicodeEncodeError:
        return False


def readable_path(path: str) -> str:
    r"""Return a path from the operating system (surrogate-escaped) as text that JSON can hold."""
    return path if path.isascii() else readable(path.encode("utf-8", "surrogateescape"))


def one_line(text: str) -> str:
    r"""Return a text as one line that no terminal obeys: what cannot be printed is written `\n`, `\x1b`, `\u202e`."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
