"""What the quality source needs to look for banned words: many patterns against many files."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class WordRule(NamedTuple):
    """One thing that is banned.

    Attributes:
        pattern: A regular expression in Python's syntax; what is none is taken as it stands.
        ignore_case: Whether `Mock` is `mock`.
        in_names: It is looked for in file names, not in lines.
        below: Only below folders of this name, wherever they lie; empty means everywhere.
        except_lines: A pattern of lines that are exempt; empty means none.
        except_paths: Patterns of paths that are exempt.
    """

    pattern: str
    ignore_case: bool = False
    in_names: bool = False
    below: str = ""
    except_lines: str = ""
    except_paths: tuple[str, ...] = ()


class WordPlace(NamedTuple):
    """Where a rule was broken; `line` and `column` (in characters) count from 1, line 0 is the file's name."""

    rule: int
    line: int
    column: int


class WordFile(NamedTuple):
    """What one file holds.

    Attributes:
        path: Which of the paths that were searched.
        sha256: Hex digest of the content that was searched.
        found: In the order of lines and columns; each rule once a line.
        costly: Pairs of rule and line: matching was given up there, as it cost too much.
    """

    path: int
    sha256: str
    found: tuple[WordPlace, ...]
    costly: tuple[tuple[int, int], ...]


class WordSearch(NamedTuple):
    """What one search saw.

    Attributes:
        files: Those that hold something, in the order of the paths.
        searched: Files whose lines were searched.
        lines: Lines in them.
        binary: Files that are no text.
        ignored: Files that the rules leave out whole.
        unread: Pairs of path and why it could not be read.
    """

    files: tuple[WordFile, ...]
    searched: int
    lines: int
    binary: int
    ignored: int
    unread: tuple[tuple[int, str], ...]


class WordMatcher(Protocol):
    """Rules that are ready to be searched for; safe from any thread."""

    def forms(self) -> Sequence[str]:
        """Return what each pattern was taken for: `regex`, `backtracking`, `literal`, or `unusable: ` and why."""
        ...

    def search(self, root: str, paths: Sequence[str]) -> WordSearch:
        """Return what the files hold; all cores work, and hostile patterns have a budget.

        Args:
            root: The folder that the paths are relative to.
            paths: Regular files, surrogate-escaped; links are not followed.
        """
        ...


class WordMatcherMaker(Protocol):
    """Compiles rules."""

    def __call__(self, rules: Sequence[WordRule], *, ignored: Sequence[str] = ()) -> WordMatcher:
        """Return a matcher of the rules; `ignored` are paths that are left out whole."""
        ...
