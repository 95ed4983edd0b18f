"""A repository with a trail where something goes wrong, and what the tests of it share."""

import os
import subprocess
from pathlib import Path

from tests.cli.conftest import PROGRAM

OPENING = "ami-audit: The store failed while opening `{trail}`: "


# Root may do everything; without its capabilities it may do what any owner may.
AS_OWNER = () if os.geteuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


class Place:
    """A repository with a trail, a key and a kept checkpoint, where something goes wrong."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.trail = folder / ".audit" / "audit.db"
        self.keys = home / ".config" / "ami-audit" / "keys"
        self.checkpoints = home / ".local" / "state" / "ami-audit" / "checkpoints"

    @property
    def key(self) -> Path:
        """The private key's file."""
        return next(self.keys.glob("*.pem"))

    @property
    def checkpoint(self) -> Path:
        """The checkpoint kept outside the store."""
        return next(self.checkpoints.glob("*.checkpoint"))

    def run(self, *words: str, before: tuple[str, ...] = (), **environment: str) -> "subprocess.CompletedProcess[str]":
        """Return what the program says here; `before` is a command that runs it."""
        return subprocess.run(
            [*before, PROGRAM, *words],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.home), "COLUMNS": "100", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def told(self, sentence: str) -> str:
        """Return a sentence of a test with this place's names in it."""
        names = {"trail": self.trail, "key": self.key, "keys": self.keys, "checkpoint": self.checkpoint}
        return sentence.format(**names, folder=self.folder, checkpoints=self.checkpoints)
