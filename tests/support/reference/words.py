"""The search for banned words in plain Python: each pattern on each line, as a checker of one file would."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_HEAD = 8000


class Rule(NamedTuple):
    """One rule, as the core is told it."""

    pattern: str
    ignore_case: bool = False
    in_names: bool = False
    below: str = ""
    except_lines: str = ""
    except_paths: tuple[str, ...] = ()


def search_words(rules: Sequence[Rule], path: str, content: bytes) -> list[tuple[int, int, int]]:
    """Return (rule, line, column) of all that is banned in a file, by line, column and rule; line 0 is its name."""
    found: list[tuple[int, int, int]] = []
    name = path.rpartition("/")[2]
    for number, rule in enumerate(rules):
        if rule.in_names and _holds(rule, path):
            match = _compiled(rule.pattern, rule.ignore_case).search(name)
            if match:
                found.append((number, 0, match.start() + 1))
    if b"\0" in content[:_HEAD]:
        return found
    places: list[tuple[int, int, int]] = []
    for number, rule in enumerate(rules):
        if not rule.in_names and _holds(rule, path):
            places += [(line, column, number) for line, column in _lines(rule, content.decode("utf-8", "replace"))]
    return found + [(number, line, column) for line, column, number in sorted(places)]


def _lines(rule: Rule, text: str) -> list[tuple[int, int]]:
    pattern = _compiled(rule.pattern, rule.ignore_case)
    exempt = _compiled(rule.except_lines, rule.ignore_case) if rule.except_lines else None
    found = []
    *ended, last = text.split("\n")
    for number, line in enumerate([*ended, last] if last else ended, 1):
        bare = line.removesuffix("\r")
        # `re` lets `$` stand before a line's end, and what is no `$` may also match the end itself.
        match = pattern.search(bare) or (pattern.search(bare + "\n") if number <= len(ended) else None)
        if match and not (exempt and exempt.search(bare)):
            found.append((number, match.start() + 1))
    return found


def _holds(rule: Rule, path: str) -> bool:
    above = not rule.below or path.startswith(f"{rule.below}/") or f"/{rule.below}/" in path
    return above and not any(re.search(it, path) for it in rule.except_paths)


def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 (two arguments that say themselves)
    flags = re.IGNORECASE if ignore_case else 0
    try:
        return re.compile(pattern, flags)
    except re.error:
        return re.compile(re.escape(pattern), flags)
