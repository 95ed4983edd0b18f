"""What a project's own files say about settings: read as a stranger's, who may not choose where secrets lie."""

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ami_audit.domain.errors import ConfigurationError

_MOST_BYTES = 1 << 20
# Whoever wrote the audited project would have keys and memory of trails where they can reach them, or see more.
_THE_USERS_OWN = ("keys_dir", "state_dir", "subjects_dir", "clearance")


def project_layers(root: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return what `pyproject.toml` and `.audit/config.toml` below `root` say, weakest first, with the file's name.

    Raises:
        ConfigurationError: A file cannot be read, or says what is not a project's to say.
    """
    project = root / "pyproject.toml"
    own = root / ".audit" / "config.toml"
    tables = [
        (project, _inner(_inner(_table(project), "tool", project), "ami-audit", project)),
        (own, _table(own)),
    ]
    return [(str(file), _allowed(table, file, root)) for file, table in tables]


def _inner(table: Mapping[str, Any], name: str, file: Path) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise ConfigurationError(str(file), f"`{name}` is no table")
    return found


def _allowed(table: dict[str, Any], file: Path, root: Path) -> dict[str, Any]:
    """Return the table with its store, if any, as a path inside the root."""
    for name in _THE_USERS_OWN:
        if name in table:
            instead = f"AMI_AUDIT_{name.upper()}" + (" or --clearance" if name == "clearance" else "")
            raise ConfigurationError(str(file), f"`{name}` is not a project's to choose; use {instead}")
    store = table.get("store")
    return table | {"store": _inside(store, file, root)} if isinstance(store, str) and store else table


def _inside(store: str, file: Path, root: Path) -> str:
    """Return where a store lies, links resolved; one that is not absolute is named from the root."""
    scheme, separator, rest = store.partition("://")
    place, real = (rest if separator else store), ""
    try:
        base = os.path.realpath(root)
        real = os.path.realpath(root / Path(place).expanduser())
        is_inside = os.path.commonpath([base, real]) == base
    except (OSError, ValueError, RuntimeError):
        is_inside = False
    if not is_inside or (separator and scheme != "sqlite"):
        raise ConfigurationError(
            str(file),
            f"`store`: `{store}` lies outside the project; set AMI_AUDIT_STORE or --store to keep the trail elsewhere",
        )
    return real


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_content(file).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigurationError(str(file), f"it cannot be read: {error.strerror}; check who owns it") from error
    # Beside its own error the reader lets through what Python says of too many digits and of too deep a nesting.
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(str(file), f"it cannot be read: {error}") from error


def _content(file: Path) -> bytes:
    # Without waiting: opening a pipe to read would wait for whoever writes to it.
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ConfigurationError(str(file), "it cannot be read: it is not a regular file")
        content = b""
        while len(content) <= _MOST_BYTES and (block := os.read(handle, _MOST_BYTES + 1)):
            content += block
    finally:
        os.close(handle)
    if len(content) > _MOST_BYTES:
        raise ConfigurationError(str(file), f"it cannot be read: it is larger than {_MOST_BYTES >> 10:,} KiB")
    return content
