"""Fills in the variables of a Compose file: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`.

What comes out is used to find ports and containers and is never recorded: the environment holds secrets, and the file
is a stranger's.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from ami_audit.adapters.sources.service.place import UnreadableError, read_below

_NAME = re.compile(r"[A-Za-z_]\w*")
_DEEPEST = 8
_LARGEST_BYTES = 256 * 1024


class MissingVariableError(Exception):
    """A variable that has to be set and is not."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(name, message)
        self.name = name
        self.message = message


def filled_in(text: str, values: Mapping[str, str], *, depth: int = 0) -> str:
    """Return the text with its variables filled in; one that is not set and has no default is empty.

    Raises:
        MissingVariableError: A `${NAME:?message}` is not set.
    """
    parts: list[str] = []
    place = 0
    while (sign := text.find("$", place)) >= 0:
        parts.append(text[place:sign])
        if text.startswith("$$", sign):
            parts.append("$")
            place = sign + 2
        elif text.startswith("${", sign) and (end := _end(text, sign + 2)) > 0:
            parts.append(_expanded(text[sign + 2 : end], values, depth))
            place = end + 1
        elif found := _NAME.match(text, sign + 1):
            parts.append(values.get(found[0], ""))
            place = found.end()
        else:
            parts.append("$")
            place = sign + 1
    return "".join((*parts, text[place:]))


def _end(text: str, start: int) -> int:
    depth = 1
    for index in range(start, len(text)):
        if text.startswith("${", index):
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return -1


def _expanded(inner: str, values: Mapping[str, str], depth: int) -> str:
    found = _NAME.match(inner)
    if found is None:
        return ""
    name, rest = found[0], inner[found.end() :]
    value = values.get(name)
    is_there = bool(value) if rest.startswith(":") else value is not None
    rest = rest.removeprefix(":")
    how, word = rest[:1], rest[1:]
    if how == "+":
        return _again(word, values, depth) if is_there else ""
    if is_there:
        return value or ""
    if how == "?":
        raise MissingVariableError(name, word)
    return _again(word, values, depth) if how == "-" else ""


def _again(word: str, values: Mapping[str, str], depth: int) -> str:
    return filled_in(word, values, depth=depth + 1) if depth < _DEEPEST else ""


def dotenv(root: Path, folder: str) -> dict[str, str]:
    """Return what the `.env` beside a Compose file sets; nothing when it cannot be read.

    Args:
        root: The audited place.
        folder: The Compose file's folder, below the root.
    """
    try:
        text = read_below(root, f"{folder}/.env", most_bytes=_LARGEST_BYTES).decode("utf-8", "replace")
    except UnreadableError:
        return {}
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        if sign and _NAME.fullmatch(name.strip()):
            found[name.strip()] = value.strip().strip("\"'")
    return found
