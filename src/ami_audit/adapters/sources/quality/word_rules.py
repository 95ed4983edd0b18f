"""Which words are banned: three generations of one file, told apart by their keys."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from re import escape
from typing import Any, NamedTuple

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
_MOST_BYTES = 4 << 20
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


def find(place: Place, named: str) -> Path | None:
    """Return the file that bans words: the one that is named, else the first of the usual ones above the target."""
    if named:
        return Path(named)
    candidates = (folder / name for folder in place.folders() for name in USUAL)
    return next((path for path in candidates if path.is_file()), None)


def read(path: Path, place: Place) -> Bans:
    """Return what a file bans, with the exceptions beside it and those of the project.

    Raises:
        BansError: It, or a file of exceptions, cannot be read or makes no sense.
    """
    said = _mapping(path)
    exempt: dict[str, list[str]] = {}
    files = [path]
    for beside in dict.fromkeys((path.with_name(_EXCEPTIONS), place.root / "config" / _EXCEPTIONS)):
        if beside.is_file():
            files.append(beside)
            _add_exceptions(exempt, _mapping(beside))
    told = tuple(place.relative(str(file)) for file in files)
    if "global_banned_words" in said or "directory_specific_banned_words" in said:
        return Bans(tuple(_second(said, exempt)), 2, tuple(_texts(said.get("ignored_files"))), told)
    if "dir_rules" in said or any("exception_regex" in it for it in _tables(said.get("banned"))):
        return Bans(tuple(_later(said, exempt, folders="dir_rules")), 3, (), told)
    if "banned" in said or "directory_rules" in said or "filename_rules" in said:
        _add_universal(exempt, said)
        return Bans(tuple(_later(said, exempt, folders="directory_rules")), 4, (), told)
    raise BansError(f"`{told[0]}` bans nothing: it has neither `banned` nor `global_banned_words`")


def _mapping(path: Path) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise BansError("reading YAML needs PyYAML: `pip install 'ami-audit[quality]'`") from error
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BansError(f"`{path.name}` is larger than 4 MiB")
        said = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (safe)
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise BansError(f"`{path.name}` cannot be read: {' '.join(str(error).split())[:300]}") from error
    if not isinstance(said, Mapping):
        raise BansError(f"`{path.name}` holds no mapping")
    return said


def _second(said: Mapping[str, Any], exempt: Mapping[str, list[str]]) -> Iterator[Ban]:
    for pattern in _texts(said.get("global_banned_words")):
        yield Ban(WordRule(pattern, ignore_case=True, except_paths=_paths(exempt, pattern)), "", "")
    for folder, patterns in _folders(said.get("directory_specific_banned_words")):
        for pattern in _texts(patterns):
            rule = WordRule(pattern, ignore_case=True, below=folder, except_paths=_paths(exempt, pattern))
            yield Ban(rule, f"not below `{folder}`", "directory")
    for pattern in _texts(said.get("banned_filename_patterns")):
        rule = WordRule(_ending(pattern), ignore_case=True, in_names=True, except_paths=_paths(exempt, pattern))
        yield Ban(rule, f"file names must not end in `{pattern}`", "filename")


def _ending(pattern: str) -> str:
    """Return a name's ending as a pattern: `_v1` is banned in `api_v1.py` and not in `api_v10.py`."""
    is_literal = all(letter.isalnum() or letter in "_.-" for letter in pattern)
    return rf"{escape(pattern)}(?:\.|$)" if is_literal else pattern


def _later(said: Mapping[str, Any], exempt: Mapping[str, list[str]], *, folders: str) -> Iterator[Ban]:
    for table in _tables(said.get("banned")):
        yield from _ban(table, exempt)
    for folder, tables in _folders(said.get(folders)):
        for table in _tables(tables):
            yield from _ban(table, exempt, below=folder)
    for table in _tables(said.get("filename_rules")):
        yield from _ban(table, exempt, in_names=True)


def _ban(
    table: Mapping[str, Any], exempt: Mapping[str, list[str]], *, below: str = "", in_names: bool = False
) -> Iterator[Ban]:
    pattern = table.get("pattern")
    if not isinstance(pattern, str) or not pattern:
        return
    excepted = table.get("exception_regex")
    rule = WordRule(
        pattern,
        in_names=in_names,
        below=below,
        except_lines=excepted if isinstance(excepted, str) else "",
        except_paths=_paths(exempt, pattern),
    )
    yield Ban(rule, str(table.get("reason") or ""), str(table.get("category") or ""))


def _add_exceptions(exempt: dict[str, list[str]], said: Mapping[str, Any]) -> None:
    for table in _tables(said.get("exceptions")):
        if isinstance(table.get("pattern"), str):
            exempt.setdefault(table["pattern"], []).extend(_texts(table.get("paths")))


def _add_universal(exempt: dict[str, list[str]], said: Mapping[str, Any]) -> None:
    for table in _tables(said.get("universal_exceptions")):
        for pattern in _texts(table.get("patterns")):
            exempt.setdefault(pattern, []).extend(_texts(table.get("paths")))


def _paths(exempt: Mapping[str, list[str]], pattern: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*exempt.get(_EVERYTHING, ()), *exempt.get(pattern, ()))))


def _texts(said: object) -> list[str]:
    return [it for it in said if isinstance(it, str) and it] if isinstance(said, list) else []


def _tables(said: object) -> list[Mapping[str, Any]]:
    return [it for it in said if isinstance(it, Mapping)] if isinstance(said, list) else []


def _folders(said: object) -> Iterable[tuple[str, Any]]:
    return [(str(name).strip("/"), value) for name, value in said.items()] if isinstance(said, Mapping) else ()
