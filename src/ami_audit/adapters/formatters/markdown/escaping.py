"""Makes audited text harmless in Markdown: it stands in code spans, where nothing is obeyed.

A code span holds no HTML, link, image, emphasis, mention or table cell, in CommonMark and in every dialect of it. Of a
sentence that quotes audited text only words of letters and digits stay outside.
"""

import re

from ami_audit.adapters.formatters.harmless import harmless

_TICKS = re.compile("`+")
_TOKENS = re.compile(r"`[^`\s][^`]*`[.,:;!?)]*|\S+")
_QUOTED = re.compile(r"`([^`]+)`([.,:;!?)]*)")
_CALM = re.compile(r"[(]?[^\W_]+(?:['’-][^\W_]+)*[.,:;!?)]*")
_LIST_MARK = re.compile(r"\d+[.)]")


def code(text: str, *, in_table: bool = False) -> str:
    """Return text as one code span; nothing for nothing."""
    shown = harmless(text)
    if not shown:
        return ""
    if in_table:
        shown = _without_cell_ends(shown)
    longest = max((len(ticks) for ticks in _TICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    # CommonMark takes one space from each end, but none from a span of nothing else.
    needs_room = shown.strip() != "" and (shown[0] in " `" or shown[-1] in " `")
    return f"{fence} {shown} {fence}" if needs_room else f"{fence}{shown}{fence}"


def sentence(text: str, *, in_table: bool = False) -> str:
    """Return a sentence whose every word that is not plainly a word stands in a code span."""
    parts: list[str] = []
    strange: list[str] = []
    for token in _TOKENS.findall(harmless(text)):
        named = _QUOTED.fullmatch(token)
        if not named and not _is_calm(token):
            strange.append(token)
            continue
        parts += [code(" ".join(strange), in_table=in_table)] if strange else []
        strange = []
        parts.append(code(named[1], in_table=in_table) + named[2] if named else token)
    parts += [code(" ".join(strange), in_table=in_table)] if strange else []
    return " ".join(parts)


def _is_calm(token: str) -> bool:
    return _CALM.fullmatch(token) is not None and _LIST_MARK.fullmatch(token) is None


def _without_cell_ends(text: str) -> str:
    # GFM gives `\|` back as a bar; dialects disagree about a backslash before it, so that bar is named instead.
    return text.replace("\\|", "\\\\x7c").replace("|", "\\|")
