"""AIDE with a configuration of its own: hashes by SHA-256, keeps rights, owners, sizes and times."""

import os
import re
import shutil
import subprocess
from pathlib import Path


class Aide:
    """AIDE over one folder; its database lies in another."""

    def __init__(self, place: Path, scratch_folder: Path) -> None:
        """Args: `place` is looked at, `scratch_folder` takes configuration and database."""
        self._config = scratch_folder / "aide.conf"
        self._made = scratch_folder / "aide.db.new"
        self._database = scratch_folder / "aide.db"
        quoted = re.sub(r"([^\w/-])", r"\\\1", str(place))
        self._config.write_text(
            f"database_out=file:{self._made}\n"
            f"database_in=file:{self._database}\n"
            "gzip_dbout=no\n"
            "log_level=error\n"
            "report_level=summary\n"
            f"num_workers={len(os.sched_getaffinity(0))}\n"
            f"!{quoted}/\\.git$\n"
            f"{quoted} ftype+p+u+g+s+m+c+i+sha256\n",
            encoding="utf-8",
        )

    def prepare(self) -> None:
        """Forget the last database."""
        self._made.unlink(missing_ok=True)

    def init(self) -> int:
        """Make the database, and return how many files of it have a hash."""
        self._call("--init")
        shutil.copyfile(self._made, self._database)
        return self._hashed()

    def check(self) -> int:
        """Compare the folder with the database, and return how many files that has; nothing may differ."""
        self._call("--check")
        return self._hashed()

    def _call(self, what: str) -> None:
        command = ["aide", what, "--config", self._config]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, timeout=600)

    def _hashed(self) -> int:
        """Return how many entries of the database are files with a hash."""
        lines = self._database.read_bytes().splitlines()
        return sum(line.startswith(b"/") and line.split()[-1] != b"0" for line in lines)


def is_installed() -> bool:
    """Return whether there is one."""
    return shutil.which("aide") is not None
