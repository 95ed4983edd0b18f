"""Takes what a manifest should say out of what it says; a value of the wrong type becomes a fault."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault

_MOST = 2_000


class Taker:
    """Takes values of one manifest, and keeps what was wrong with them."""

    def __init__(self, path: str) -> None:
        """Args: `path` is the manifest's."""
        self.path = path
        self.faults: list[Fault] = []

    def wrong(self, where: str, wanted: str, value: object) -> None:
        """Keep that a value is of the wrong type; the value itself may be secret and is not told."""
        self.told("manifest-type", f"`{where}` should be {wanted}, not {_kind(value)}; it is left out")

    def told(self, kind: str, reason: str) -> None:
        """Keep a fault of this manifest."""
        self.faults.append(Fault(kind, reason, self.path))

    def mapping(self, value: object, where: str) -> dict[str, Any]:
        """Return a mapping; an empty one for what is none."""
        if isinstance(value, dict):
            return value
        if value is not None:
            self.wrong(where, "a mapping", value)
        return {}

    def items(self, value: object, where: str) -> list[Any]:
        """Return a list; one value alone becomes a list of it."""
        if isinstance(value, list):
            return value[:_MOST]
        if isinstance(value, str):
            return [value]
        if value is not None:
            self.wrong(where, "a list", value)
        return []

    def text(self, value: object, where: str) -> str:
        """Return a text; a number becomes one."""
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None:
            self.wrong(where, "a text", value)
        return ""

    def texts(self, value: object, where: str) -> tuple[str, ...]:
        """Return a list of texts; what else is in it is told and left out."""
        if isinstance(value, dict):  # `depends_on` of Compose may be a mapping with conditions
            return tuple(value)
        found = [self.text(item, f"{where}[{index}]") for index, item in enumerate(self.items(value, where))]
        return tuple(dict.fromkeys(text for text in found if text))

    def flag(self, value: object, where: str) -> bool:
        """Return a yes or no; no for what is neither."""
        if value is None or isinstance(value, bool):
            return bool(value)
        self.wrong(where, "true or false", value)
        return False

    def port(self, value: object, where: str) -> int:
        """Return a port's number, or 0 for what is none."""
        number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
        if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 65_536:
            return number
        if value is not None:
            self.wrong(where, "a port from 1 to 65535", value)
        return 0

    def seconds(self, value: object, where: str) -> float | None:
        """Return a span in seconds: a number, or a text like `30s`, `1m30s`, `500ms`."""
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 86_400:
            return float(value)
        spoken = _spoken(value) if isinstance(value, str) else None
        if spoken is None:
            self.wrong(where, "a number of seconds", value)
        return spoken

    def command(self, value: object, where: str) -> tuple[str, ...]:
        """Return a command's words; of a shell line, its words as a shell would split them."""
        if isinstance(value, list):
            return tuple(self.text(item, f"{where}[{index}]") for index, item in enumerate(value[:_MOST]))
        text = self.text(value, where)
        try:
            return tuple(shlex.split(text))
        except ValueError:
            self.told("manifest-type", f"`{where}` is no command: its quotes do not match")
            return ()

    def named(self, value: object, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield names and mappings of a list of `{name, …}`, or of a mapping by name."""
        if isinstance(value, list):
            yield from self._listed(value, where)
            return
        for name, item in list(self.mapping(value, where).items())[:_MOST]:
            if item is None or isinstance(item, dict):
                yield name, item or {}
            elif isinstance(item, str):
                yield name, {"command": item}
            else:
                self.wrong(f"{where}.{name}", "a mapping", item)

    def _listed(self, value: list[Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for index, item in enumerate(value[:_MOST]):
            if isinstance(item, str):
                yield item, {}
            elif isinstance(item, dict) and (name := self.text(item.get("name"), f"{where}[{index}].name")):
                yield name, item
            else:
                self.wrong(f"{where}[{index}]", "a mapping with a name", item)


_UNITS = {"ms": 0.001, "us": 0.000_001, "ns": 1e-9, "s": 1.0, "m": 60.0, "h": 3600.0}


def _spoken(text: str) -> float | None:
    total, rest = 0.0, text.strip().lower()
    if rest.replace(".", "", 1).isdigit() and rest.isascii():
        return float(rest)
    while rest:
        digits = len(rest) - len(rest.lstrip("0123456789."))
        unit = next((name for name in _UNITS if rest.startswith(name, digits)), None)
        if unit is None or not rest[:digits].replace(".", "", 1).isdigit():
            return None
        total += float(rest[:digits]) * _UNITS[unit]
        rest = rest[digits + len(unit) :]
    return total if 0 < total < 86_400 else None


def _kind(value: object) -> str:
    names = {
        dict: "a mapping",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "nothing of use")


def rest_of(value: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return what stands under keys that nobody here knows."""
    return {name: item for name, item in value.items() if name not in known}
