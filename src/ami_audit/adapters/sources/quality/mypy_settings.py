"""The project's settings for mypy, and what of them runs nothing and writes nothing."""

import configparser
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from ami_audit.adapters.sources.quality import reading
from ami_audit.adapters.sources.quality.place import Place, toml_table

# In the order in which mypy looks.
FILES = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")
_RUNNING = frozenset({"plugins", "python_executable", "install_types", "custom_typeshed_dir"})
_WRITING = frozenset({"cache_dir", "junit_xml"})
_REPORT = "_report"
# They are ami-audit's own need, or nothing but types: importing them runs nothing of the project.
_OURS = frozenset({"pydantic.mypy"})


class Kept(NamedTuple):
    """Settings that are safe.

    Attributes:
        path: The file that holds them.
        left_out: Names of settings that would have run code; others would only have written files.
    """

    path: Path
    left_out: tuple[str, ...]


def found(place: Place) -> Path | None:
    """Return the file with the settings that are nearest above the target; None when there is none."""
    for folder in place.folders():
        for name in FILES:
            path = folder / name
            if _has_settings(path, place.root):
                return path
    return None


def kept(settings: Path, folder: Path, *, root: Path, beside_us: bool) -> Kept:
    """Write those settings that neither run nor write anything into a file in `folder`.

    Args:
        settings: The project's.
        folder: Where ours may be written.
        root: What the project's must lie below.
        beside_us: Mypy lies in ami-audit's own environment, so that plugins which that holds are not the project's.

    Raises:
        ValueError: They cannot be read.
    """
    allowed = _OURS if beside_us else frozenset[str]()
    if settings.suffix == ".toml":
        return _kept_toml(settings, folder / "mypy.toml", allowed, root=root)
    return _kept_ini(settings, folder / "mypy.ini", allowed, root=root)


def _has_settings(path: Path, root: Path) -> bool:
    """Return whether there are any; a file that must not be read has none."""
    if path.name in FILES[:2]:
        return path.is_file() and not reading.leaves(path, root)
    if path.suffix == ".toml":
        return bool(toml_table(path, "tool", "mypy", root=root))
    try:
        return _ini(path, root).has_section("mypy")
    except (OSError, ValueError, configparser.Error):
        return False


def _ini(path: Path, root: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read_string(reading.text(path, root=root))
    return parser


def _reason(error: Exception) -> str:
    """Return what is wrong, without the lines that the parser quotes."""
    if isinstance(error, reading.UnreadError):
        return str(error)
    first = getattr(error, "errors", None) or [(getattr(error, "lineno", None), "")]
    return f"{type(error).__name__}" + (f" at line {first[0][0]}" if first[0][0] else "")


def _kept_ini(settings: Path, ours: Path, allowed: frozenset[str], *, root: Path) -> Kept:
    try:
        parser = _ini(settings, root)
    except (OSError, ValueError, configparser.Error) as error:
        raise ValueError(f"`{settings.name}` cannot be read: {_reason(error)}") from error
    said = {name: dict(parser[name]) for name in parser.sections() if name.startswith("mypy")}
    safe = configparser.RawConfigParser()
    left_out: list[str] = []
    for section, options in said.items():
        safe[section] = {name: _placed(value, settings) for name, value in options.items() if not _is_unsafe(name)}
        left_out += [name for name in options if _is_unsafe(name)]
    named = said.get("mypy", {}).get("plugins", "").replace("\n", ",").split(",")
    plugins = [name.strip() for name in named if name.strip()]
    if plugins and set(plugins) <= allowed:
        safe["mypy"]["plugins"] = ", ".join(plugins)
        left_out.remove("plugins")
    with ours.open("w", encoding="utf-8") as file:
        safe.write(file)
    return Kept(ours, _running(left_out))


def _kept_toml(settings: Path, ours: Path, allowed: frozenset[str], *, root: Path) -> Kept:
    said = toml_table(settings, "tool", "mypy", root=root)
    overrides = said.pop("overrides", [])
    left_out = [name for name in said if _is_unsafe(name)]
    lines = ["[tool.mypy]", *_written(said, settings)]
    plugins = said.get("plugins", [])
    if plugins and set(map(str, plugins if isinstance(plugins, list) else [plugins])) <= allowed:
        lines.append(f"plugins = {json.dumps(plugins)}")
        left_out.remove("plugins")
    for override in overrides if isinstance(overrides, list) else []:
        if isinstance(override, dict):
            lines += ["[[tool.mypy.overrides]]", *_written(override, settings)]
    ours.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Kept(ours, _running(left_out))


def _written(table: dict[str, Any], settings: Path) -> Iterable[str]:
    """Yield a table's lines; text and lists of text are written alike in JSON and TOML."""
    for name, value in table.items():
        if not _is_unsafe(name) and isinstance(value, str | bool | int | float | list):
            yield f"{json.dumps(name)} = {_placed(json.dumps(value, ensure_ascii=False), settings)}"


def _placed(text: str, settings: Path) -> str:
    return text.replace("$MYPY_CONFIG_FILE_DIR", str(settings.parent)).replace(
        "${MYPY_CONFIG_FILE_DIR}", str(settings.parent)
    )


def _is_unsafe(name: str) -> bool:
    name = name.replace("-", "_").lower()
    return name in _RUNNING or name in _WRITING or name.endswith(_REPORT)


def _running(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name.replace("-", "_").lower() in _RUNNING}))
