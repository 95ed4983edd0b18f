"""Which key signs which trail, as one small file says it."""

import json
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.signers.file.private import read_private
from ami_audit.adapters.signers.file.writing import replace
from ami_audit.domain.errors import KeyStoreError


class Choices(NamedTuple):
    """Names of keys.

    Attributes:
        default: The key for every trail without its own; empty when none was chosen.
        trails: The keys of single trails, by origin.
    """

    default: str
    trails: dict[str, str]

    def name_for(self, origin: str) -> str:
        """Return the key of that trail, else the default, else nothing."""
        return self.trails.get(origin) or self.default

    def with_choice(self, name: str, *, origin: str) -> "Choices":
        """Return the choices with one more made."""
        return Choices(self.default, {**self.trails, origin: name}) if origin else Choices(name, self.trails)

    def without(self, name: str) -> "Choices":
        """Return the choices without a key that is no more."""
        left = {origin: chosen for origin, chosen in self.trails.items() if chosen != name}
        return Choices("" if self.default == name else self.default, left)


def read_choices(path: Path) -> Choices:
    """Return what the file says; no choices when there is no file.

    Raises:
        KeyStoreError: The file is not to be trusted, or is damaged.
    """
    try:
        said = json.loads(read_private(path))
        return Choices(_name(said["default"]), {origin: _name(name) for origin, name in said["trails"].items()})
    except FileNotFoundError:
        return Choices("", {})
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise KeyStoreError(
            f"`{path}`, which says which key signs which trail, is damaged; delete it and choose the default key again."
        ) from error


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("the name of a key is text")
    return value


def write_choices(path: Path, choices: Choices) -> None:
    """Write the file anew."""
    replace(path, json.dumps(choices._asdict(), ensure_ascii=False, indent=2, sort_keys=True) + "\n")
