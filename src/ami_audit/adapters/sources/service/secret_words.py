"""Which words of a command line are secrets because of the program that they are given to.

A program is known wherever it stands: behind `sudo`, in `docker exec db mysql …`, in a text for `sh -c`.
"""

import re
from collections.abc import Iterator, Sequence

HIDDEN = "…"

# Programs, and the option that takes a secret: glued to it, or as the next word.
_GLUED = re.compile(r"(?:mysql\w*|mariadb[\w-]*|sshpass|mongo\w*)")
_NEXT = (
    (re.compile(r"sshpass|mongo\w*"), re.compile(r"-p")),
    (re.compile(r"(?:redis|valkey|keydb)-(?:cli|benchmark)"), re.compile(r"-a")),
    (re.compile(r"curl"), re.compile(r"-[A-Za-z]*[uU]|--user|--proxy-user")),
    (re.compile(r"ldap\w+"), re.compile(r"-w")),
    (re.compile(r"sqlcmd|bcp"), re.compile(r"-P")),
)
_CURL = re.compile(r"(?P<name>--(?:proxy-)?user=|-[uU])(?P<value>.+)", re.DOTALL)
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*=)(?P<value>.+)", re.DOTALL)
_GIVES_VARIABLE = frozenset({"-e", "--env", "--build-arg"})
_VARIABLE = re.compile(r"(?P<name>(?:-e|--env=|--build-arg=)[A-Za-z_]\w*=)(?P<value>.+)", re.DOTALL)
# Words before the program that is meant.
_WRAPPERS = frozenset(
    {
        "env",
        "sudo",
        "doas",
        "exec",
        "export",
        "nohup",
        "nice",
        "ionice",
        "time",
        "timeout",
        "setsid",
        "CMD",
        "CMD-SHELL",
        *("if", "while", "then", "else", "do", "!", "{"),
    }
)
_REFERENCE = re.compile(r"\$\w+|\$\{\w+\}")
_WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"';|&()`])+|["']|[;|&()`]+""", re.DOTALL)
_DEEPEST = 4


def without_secrets(words: Sequence[str], *, is_command: bool, depth: int = 0) -> list[str]:
    """Return the words, those hidden that a program takes as secrets.

    Args:
        words: A command line, or a list that may be one.
        is_command: It surely is one: assignments before the program are variables of it.
        depth: How many texts for a shell lie around it.
    """
    return list(_shown(words, is_command=is_command, depth=depth))


def line_without_secrets(line: str, *, is_command: bool, depth: int = 0) -> str:
    """Return a command line that is one text, likewise; what is between its words stays."""
    found = list(_WORD.finditer(line))
    words = [_bare(item[0]) for item in found]
    shown = without_secrets(words, is_command=is_command, depth=depth)
    told, end = [], 0
    for item, word, after in zip(found, words, shown, strict=True):
        told.append(line[end : item.start()])
        told.append(item[0] if after == word else _quoted_as(item[0], after))
        end = item.end()
    return "".join([*told, line[end:]])


def _bare(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word


def _quoted_as(before: str, after: str) -> str:
    return f"{before[0]}{after}{before[0]}" if before[0] in "\"'" and before[-1] == before[0] else after


def _shown(words: Sequence[str], *, is_command: bool, depth: int) -> Iterator[str]:
    program, last, is_start = "", "", is_command
    for word in words:
        if word and not word.strip(";|&()`"):
            program, is_start, shown = "", is_command, word
        elif _takes_next(program, last):
            shown = HIDDEN
        elif (is_start or last in _GIVES_VARIABLE) and (found := _ASSIGNMENT.fullmatch(word)):
            shown = _assigned(found)
        else:
            shown = _own(program, word, depth)
            program = _program(word) or program
            is_start = is_start and _goes_before_a_program(word, last)
        yield shown
        last = word


def _goes_before_a_program(word: str, last: str) -> bool:
    """Return whether a word is a wrapper, an option of one, or what follows such an option (`sudo -u me`)."""
    return word.rpartition("/")[2] in _WRAPPERS or word.startswith("-") or word.isdigit() or last.startswith("-")


def _own(program: str, word: str, depth: int) -> str:
    """Return a word that stands for itself."""
    if found := _VARIABLE.fullmatch(word):
        return _assigned(found)
    if word.startswith("-p") and len(word) > len("-p") and _GLUED.fullmatch(program):
        return f"-p{HIDDEN}"
    if program == "curl" and (found := _CURL.fullmatch(word)):
        return _assigned(found)
    if depth < _DEEPEST and any(sign.isspace() for sign in word):
        return line_without_secrets(word, is_command=True, depth=depth + 1)
    return word


def _assigned(found: re.Match[str]) -> str:
    value = _bare(found["value"])
    return found[0] if _REFERENCE.fullmatch(value) else f"{found['name']}{HIDDEN}"


def _program(word: str) -> str:
    name = word.rpartition("/")[2]
    return name if _GLUED.fullmatch(name) or any(program.fullmatch(name) for program, _ in _NEXT) else ""


def _takes_next(program: str, option: str) -> bool:
    return bool(program) and any(it.fullmatch(program) and takes.fullmatch(option) for it, takes in _NEXT)
