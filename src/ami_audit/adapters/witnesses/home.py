"""Where a witness lives: one folder with its name, the trails it serves, its key, and what it has seen.

`witness.json` names the witness and its logs, `keys/` holds its private key, `seen/` the last checkpoint of each trail.
"""

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ami_audit.domain.errors import ConfigurationError, FormatError, StoreError, UsageError
from ami_audit.domain.note import NoteKey

_CARD = "witness.json"


class WitnessHome:
    """One witness's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._card = folder / _CARD

    @property
    def keys_dir(self) -> Path:
        """Where its private key lies."""
        return self.folder / "keys"

    @property
    def memory_dir(self) -> Path:
        """Where what it has seen lies; it must never be set back to an older state."""
        return self.folder / "seen"

    def make(self, name: str, logs: Iterable[NoteKey]) -> None:
        """Make the folder for a witness of that name.

        Raises:
            UsageError: One lives there already.
            StoreError: The folder cannot be written.
        """
        if self._card.exists():
            raise UsageError(f"A witness lives in `{self.folder}` already: `{self.name}`.")
        with self._speaking_of("making"):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(name, [str(key) for key in logs])

    @property
    def name(self) -> str:
        """What the witness is called.

        Raises:
            ConfigurationError: No witness lives there, or its card cannot be read.
        """
        return self._read()[0]

    @property
    def logs(self) -> tuple[NoteKey, ...]:
        """The keys of the trails it serves.

        Raises:
            ConfigurationError: No witness lives there, or its card cannot be read.
        """
        try:
            return tuple(NoteKey.parse(text) for text in self._read()[1])
        except FormatError as error:
            raise ConfigurationError(str(self._card), str(error)) from error

    def add_logs(self, more: Iterable[NoteKey]) -> None:
        """Serve these trails from the next start on.

        Raises:
            ConfigurationError: No witness lives there.
            StoreError: The folder cannot be written.
        """
        name, logs = self._read()
        with self._speaking_of("writing"):
            self._write(name, list(dict.fromkeys((*logs, *(str(key) for key in more)))))

    def _read(self) -> tuple[str, list[str]]:
        try:
            card = json.loads(self._card.read_text(encoding="utf-8"))
            name, logs = card["name"], card["logs"]
        except FileNotFoundError as error:
            hint = "no witness lives here; make one with `ami-audit witness init --state FOLDER --name NAME`"
            raise ConfigurationError(str(self.folder), hint) from error
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ConfigurationError(str(self._card), f"it cannot be read: {error}") from error
        if not isinstance(name, str) or not isinstance(logs, list) or not all(isinstance(log, str) for log in logs):
            raise ConfigurationError(str(self._card), "it is not `{name, logs: [vkey, …]}`")
        return name, logs

    def _write(self, name: str, logs: list[str]) -> None:
        fresh = self._card.with_name(f".{_CARD}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            json.dump({"name": name, "logs": logs}, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._card)

    @contextmanager
    def _speaking_of(self, step: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"{step} `{self.folder}`", error.strerror or str(error)) from error
