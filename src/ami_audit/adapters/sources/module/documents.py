"""Reading the documents of a hostile tree: bounded, inside the tree, nothing but regular files."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

_LARGEST = 64 << 20
_LARGEST_YAML = 1 << 20
_MOST_NODES = 100_000
# What the library raises for a scalar that is not what its tag says, such as `!!int ""`.
_WRONG_VALUES = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError)


class BrokenError(Exception):
    """A document that cannot be used; says why in half a sentence."""


class Folder:
    """One folder, and what may be read below it.

    Links are followed as long as they lead to something inside `fence`.
    """

    def __init__(self, root: Path, fence: Path) -> None:
        """Args: `fence` holds all that may be read; `root` lies in it."""
        self.root = root
        self._fence = os.path.realpath(fence)

    def path(self, name: str) -> Path:
        """Return where a name below the folder stands.

        Raises:
            BrokenError: It leads out of the fence.
        """
        real = os.path.realpath(self.root / name)
        if os.path.commonpath([real, self._fence]) != self._fence:
            raise BrokenError("it leads out of the repository")
        return Path(real)

    def read(self, name: str, *, largest: int = _LARGEST) -> bytes:
        """Return a document's bytes.

        Raises:
            BrokenError: It cannot be read, is no regular file, or is too large.
        """
        try:
            descriptor = os.open(self.path(name), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (OSError, ValueError) as error:
            raise BrokenError(_said(error)) from error
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise BrokenError("it is no regular file")
            if status.st_size > largest:
                raise BrokenError(f"it is larger than {largest >> 20} MiB")
            return file.read(largest)

    def text(self, name: str) -> str:
        """Return a document's text.

        Raises:
            BrokenError: As `read`, or it is not UTF-8.
        """
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BrokenError(f"it is not UTF-8 at byte {error.start}") from error

    def toml(self, name: str) -> dict[str, Any]:
        """Return a TOML document.

        Raises:
            BrokenError: As `text`, or it is not TOML.
        """
        try:
            return tomllib.loads(self.text(name))
        except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
            raise BrokenError(f"it is not TOML: {_said(error)}") from error

    def json(self, name: str) -> dict[str, Any]:
        """Return a JSON object.

        Raises:
            BrokenError: As `read`, or it is no JSON object.
        """
        import orjson

        try:
            found = orjson.loads(self.read(name))
        except orjson.JSONDecodeError as error:
            raise BrokenError(f"it is not JSON: {_said(error)}") from error
        if not isinstance(found, dict):
            raise BrokenError("it is no JSON object")
        return found

    def yaml(self, name: str) -> dict[str, Any]:
        """Return a YAML mapping.

        Raises:
            BrokenError: As `read`, or it is no YAML mapping.
        """
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            found = _loaded(loader(self.read(name, largest=_LARGEST_YAML)))
        except (yaml.YAMLError, *_WRONG_VALUES) as error:
            raise BrokenError(f"it is not YAML: {_said(error)}") from error
        if not isinstance(found, dict):
            raise BrokenError("it is no YAML mapping")
        return found


def _loaded(loader: Any) -> Any:
    """Return the only document's value; nothing is built before it is known how much its aliases unfold to."""
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        if _unfolded(root, {}) > _MOST_NODES:
            raise BrokenError(f"its YAML aliases unfold to more than {_MOST_NODES:,} nodes")
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _unfolded(node: Any, known: dict[int, int]) -> int:
    """Return how many nodes a node is when each alias is written out; one that holds itself has no end."""
    if isinstance(node.value, str):
        return 1
    if id(node) not in known:
        known[id(node)] = _MOST_NODES + 1
        inner = (part for item in node.value for part in (item if isinstance(item, tuple) else (item,)))
        known[id(node)] = 1 + sum(_unfolded(part, known) for part in inner)
    return known[id(node)]


def mapping(value: object) -> dict[str, Any]:
    """Return a mapping whose keys are texts; what is something else counts as empty."""
    return {key: it for key, it in value.items() if isinstance(key, str)} if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """Return the mappings in a list."""
    return [mapping(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """Return the texts in a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text, or none when it is something else."""
    return value if isinstance(value, str) else ""


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        return (error.strerror or "it cannot be read").lower()
    lines = str(error).strip().splitlines()
    return " ".join(line.strip() for line in lines[:3])[:200] or type(error).__name__
