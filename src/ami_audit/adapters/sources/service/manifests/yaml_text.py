"""YAML that a stranger wrote, as JSON values: bounded, and with what is odd in it told.

A value is built from the parsed nodes here, not by the library's constructor, so that a key that stands twice is seen,
an alias that would unfold without end is refused, and no tag makes an object.
"""

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault

_DEEPEST = 60
_MOST_NODES = 100_000
_LARGEST_INTEGER = 2**53 - 1
_MERGE = "tag:yaml.org,2002:merge"
_STANDARD = "tag:yaml.org,2002:"


class NotYamlError(Exception):
    """A text that is not YAML, or not such that it may be unfolded."""

    def __init__(self, kind: str, reason: str, line: int = 0) -> None:
        super().__init__(kind, reason, line)
        self.kind = kind
        self.reason = reason
        self.line = line


@dataclass(slots=True)
class _Reading:
    path: str
    constructor: Any
    faults: list[Fault] = field(default_factory=list)
    built: int = 0

    def told(self, kind: str, reason: str, node: Any) -> None:
        self.faults.append(Fault(kind, reason, f"{self.path}:{node.start_mark.line + 1}"))


def read_yaml(text: str, path: str) -> tuple[Any, list[Fault]]:
    """Return the value of the first document, and what was odd about it.

    Args:
        text: At most some MiB; the caller bounds it.
        path: For the faults.

    Raises:
        NotYamlError: It is not YAML, is nested too deeply, or unfolds to too much.
    """
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = _bounded(yaml, loader_class, text)
        if documents == 0:
            return None, []
        loader = loader_class(text)
        try:
            loader.check_node()
            root = loader.get_node()
            reading = _Reading(path, loader)
            if documents > 1:
                reading.told("manifest-documents", f"Only the first of {documents} documents is read", root)
            return _value(reading, root, ()), reading.faults
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it has a character that YAML forbids"
        raise NotYamlError("manifest-syntax", str(reason), mark.line + 1 if mark else 0) from error


def _bounded(yaml: Any, loader_class: Any, text: str) -> int:
    """Return the number of documents; nothing is built before depth and number of nodes are known to be small."""
    depth = documents = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=loader_class)):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise NotYamlError(
                "manifest-too-deep", f"it is nested deeper than {_DEEPEST} levels", event.start_mark.line + 1
            )
        if nodes > _MOST_NODES:
            raise NotYamlError("manifest-too-large", f"it has more than {_MOST_NODES:,} nodes")
    return documents


def _value(reading: _Reading, node: Any, above: tuple[int, ...]) -> Any:
    reading.built += 1
    if reading.built > _MOST_NODES:
        raise NotYamlError("manifest-too-large", f"its aliases unfold to more than {_MOST_NODES:,} nodes")
    if id(node) in above or len(above) > _DEEPEST:
        raise NotYamlError("manifest-too-deep", "an alias leads into itself", node.start_mark.line + 1)
    if node.id == "scalar":
        return _scalar(reading, node)
    inside = (*above, id(node))
    if node.id == "sequence":
        return [_value(reading, item, inside) for item in node.value]
    return _mapping(reading, node, inside)


def _mapping(reading: _Reading, node: Any, inside: tuple[int, ...]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for key, value in node.value:
        if key.tag == _MERGE:
            _merge(reading, merged, _value(reading, value, inside), node=value)
            continue
        name = _value(reading, key, inside)
        if isinstance(name, dict | list):
            reading.told("manifest-type", "A key is no text, and is left out", key)
            continue
        name = name if isinstance(name, str) else str(key.value)
        if name in own:
            reading.told("manifest-duplicate-key", f"The key `{name}` stands here again; the last one counts", key)
        own[name] = _value(reading, value, inside)
    return {**merged, **own}


def _merge(reading: _Reading, merged: dict[str, Any], value: Any, *, node: Any) -> None:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for name, inner in item.items():
                merged.setdefault(name, inner)
        else:
            reading.told("manifest-type", "A merge key (`<<`) takes mappings only", node)


def _scalar(reading: _Reading, node: Any) -> Any:
    if not node.tag.startswith(_STANDARD):
        reading.told("manifest-tag", f"The tag `{node.tag[:80]}` makes nothing here; its text is kept", node)
        return str(node.value)
    try:
        return _plain(reading.constructor.construct_object(node), node.value)
    except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError):
        reading.told("manifest-type", "A value is not what it looks like; its text is kept", node)
        return str(node.value)


def _plain(value: Any, text: str) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_INTEGER else text
    if isinstance(value, float):
        return value if math.isfinite(value) and abs(value) <= _LARGEST_INTEGER else text
    return value.isoformat() if isinstance(value, date) else text
