"""Which words are banned: three generations of one file, told apart by their keys."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from re import escape
from typing import Any, NamedTuple

from ami_audit.adapters.sources.quality import reading
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.ports.word_matcher import WordRule

_NAME = "banned_words.yaml"
_EXCEPTIONS = "banned_words_exceptions.yaml"
# Where the file lies, below the audited folder or one above it.
USUAL = (
    f"config/{_NAME}",
    f"res/config/{_NAME}",
    f"config/patterns/{_NAME}",
    f"scripts/config/patterns/{_NAME}",
    f"scripts/config/{_NAME}",
    _NAME,
)
# Of patterns and of exempt paths over all patterns: aliases make many of a small file.
_MOST = 100_000
_EVERYTHING = ".*"


class Ban(NamedTuple):
    """One banned thing: how it is searched for, why it is banned, and what kind of thing it is."""

    rule: WordRule
    reason: str
    category: str


class Bans(NamedTuple):
    """All that is banned.

    Attributes:
        bans: In the order of the file.
        generation: 2, 3 or 4.
        ignored: Paths that are left out whole.
        files: The files that say so.
    """

    bans: tuple[Ban, ...]
    generation: int
    ignored: tuple[str, ...]
    files: tuple[str, ...]


class BansError(Exception):
    """The file cannot be used; says why."""


class Exempt:
    """Which paths are exempt from which patterns."""

    def __init__(self) -> None:
        self._paths: dict[str, dict[str, None]] = {}
        self._size = 0

    def add_exceptions(self, said: Mapping[str, Any]) -> None:
        """Take in a file of exceptions: paths for one pattern each."""
        for table in _tables(said.get("exceptions")):
            self._add([table.get("pattern")], table.get("paths"))

    def add_universal(self, said: Mapping[str, Any]) -> None:
        """Take in exceptions that stand in the list itself: paths for several patterns."""
        for table in _tables(said.get("universal_exceptions")):
            self._add(table.get("patterns"), table.get("paths"))

    def paths(self, pattern: str) -> tuple[str, ...]:
        """Return the paths that are exempt from a pattern."""
        return tuple({**self._paths.get(_EVERYTHING, {}), **self._paths.get(pattern, {})})

    def _add(self, patterns: object, paths: object) -> None:
        if not isinstance(patterns, list) or not isinstance(paths, list):
            return
        # Counted before anything is made of them.
        self._size += 1 + len(patterns) * max(1, len(paths))
        _check(self._size)
        named = dict.fromkeys(_texts(paths))
        for pattern in _texts(patterns):
            self._paths.setdefault(pattern, {}).update(named)


def find(place: Place, named: str) -> Path | None:
    """Return the file that bans words: the one that is named, else the first of the usual ones above the target."""
    if named:
        return Path(named)
    candidates = (folder / name for folder in place.folders() for name in USUAL)
    return next((path for path in candidates if path.is_file()), None)


def read(path: Path, place: Place, *, is_named: bool) -> Bans:
    """Return what a file bans, with the exceptions beside it and those of the project.

    Args:
        path: The file.
        place: What is checked.
        is_named: The user has named it, so that it may lie anywhere.

    Raises:
        BansError: It, or a file of exceptions, cannot be read or makes no sense.
    """
    said = _mapping(path, None if is_named else place.root)
    exempt = Exempt()
    files = [path]
    for beside in dict.fromkeys((path.with_name(_EXCEPTIONS), place.root / "config" / _EXCEPTIONS)):
        if beside.is_file():
            files.append(beside)
            exempt.add_exceptions(_mapping(beside, None if is_named and beside.parent == path.parent else place.root))
    told = tuple(place.relative(str(file)) for file in files)
    if "global_banned_words" in said or "directory_specific_banned_words" in said:
        return Bans(_bounded(_second(said, exempt)), 2, tuple(_texts(said.get("ignored_files"))), told)
    if "dir_rules" in said or any("exception_regex" in it for it in _tables(said.get("banned"))):
        return Bans(_bounded(_later(said, exempt, folders="dir_rules")), 3, (), told)
    if "banned" in said or "directory_rules" in said or "filename_rules" in said:
        exempt.add_universal(said)
        return Bans(_bounded(_later(said, exempt, folders="directory_rules")), 4, (), told)
    raise BansError(f"`{told[0]}` bans nothing: it has neither `banned` nor `global_banned_words`")


def _mapping(path: Path, root: Path | None) -> Mapping[str, Any]:
    try:
        from ami_audit.adapters.sources.quality import banned_yaml
    except ImportError as error:
        raise BansError("reading YAML needs PyYAML: `pip install 'ami-audit[quality]'`") from error
    try:
        said = banned_yaml.load(reading.read(path, root=root))
    except (OSError, ValueError) as error:
        raise BansError(f"`{path.name}` cannot be read: {error}") from error
    if not isinstance(said, Mapping):
        raise BansError(f"`{path.name}` holds no mapping")
    return said


def _second(said: Mapping[str, Any], exempt: Exempt) -> Iterator[Ban]:
    for pattern in _texts(said.get("global_banned_words")):
        yield Ban(WordRule(pattern, ignore_case=True, except_paths=exempt.paths(pattern)), "", "")
    for folder, patterns in _folders(said.get("directory_specific_banned_words")):
        for pattern in _texts(patterns):
            rule = WordRule(pattern, ignore_case=True, below=folder, except_paths=exempt.paths(pattern))
            yield Ban(rule, f"not below `{folder}`", "directory")
    for pattern in _texts(said.get("banned_filename_patterns")):
        rule = WordRule(_ending(pattern), ignore_case=True, in_names=True, except_paths=exempt.paths(pattern))
        yield Ban(rule, f"file names must not end in `{pattern}`", "filename")


def _ending(pattern: str) -> str:
    """Return a name's ending as a pattern: `_v1` is banned in `api_v1.py` and not in `api_v10.py`."""
    is_literal = all(letter.isalnum() or letter in "_.-" for letter in pattern)
    return rf"{escape(pattern)}(?:\.|$)" if is_literal else pattern


def _later(said: Mapping[str, Any], exempt: Exempt, *, folders: str) -> Iterator[Ban]:
    for table in _tables(said.get("banned")):
        yield from _ban(table, exempt)
    for folder, tables in _folders(said.get(folders)):
        for table in _tables(tables):
            yield from _ban(table, exempt, below=folder)
    for table in _tables(said.get("filename_rules")):
        yield from _ban(table, exempt, in_names=True)


def _ban(table: Mapping[str, Any], exempt: Exempt, *, below: str = "", in_names: bool = False) -> Iterator[Ban]:
    pattern = table.get("pattern")
    if not isinstance(pattern, str) or not pattern:
        return
    excepted = table.get("exception_regex")
    rule = WordRule(
        pattern,
        in_names=in_names,
        below=below,
        except_lines=excepted if isinstance(excepted, str) else "",
        except_paths=exempt.paths(pattern),
    )
    yield Ban(rule, _text(table.get("reason")), _text(table.get("category")))


def _bounded(bans: Iterable[Ban]) -> tuple[Ban, ...]:
    held: list[Ban] = []
    size = 0
    for ban in bans:
        size += 1 + len(ban.rule.except_paths)
        _check(size)
        held.append(ban)
    return tuple(held)


def _check(size: int) -> None:
    if size > _MOST:
        raise BansError(f"the list says too much: over {_MOST:,} patterns and paths that are exempt from them")


def _text(said: object) -> str:
    return str(said) if isinstance(said, str | int | float) and said else ""


def _texts(said: object) -> list[str]:
    return [it for it in said if isinstance(it, str) and it] if isinstance(said, list) else []


def _tables(said: object) -> list[Mapping[str, Any]]:
    return [it for it in said if isinstance(it, Mapping)] if isinstance(said, list) else []


def _folders(said: object) -> Iterable[tuple[str, Any]]:
    if not isinstance(said, Mapping):
        return ()
    _check(sum(len(value) for value in said.values() if isinstance(value, list)))
    return [(str(name).strip("/"), value) for name, value in said.items()]
