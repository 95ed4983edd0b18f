"""Programs that tests talk to: installed where that is allowed, else the test says which one is missing."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_PLACES = ("/usr/sbin", "/sbin", "/usr/lib/postgresql/*/bin")
_LOCK = Path(tempfile.gettempdir()) / f"ami-audit-packages-{os.getuid()}.lock"


def program(name: str, package: str) -> str:
    """Return where a program is; as root on Debian its package is installed when it is missing."""
    if (found := _found(name)) is None and os.getuid() == 0 and shutil.which("apt-get"):
        with _LOCK.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _found(name) is None:
                subprocess.run(
                    ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package],
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                    timeout=600,
                )
        found = _found(name)
    if found is None:
        pytest.skip(f"needs the program {name}: install the package {package}")
    return found


def _found(name: str) -> str | None:
    places = [str(place) for pattern in _PLACES for place in sorted(Path("/").glob(pattern.strip("/")))]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(places))
