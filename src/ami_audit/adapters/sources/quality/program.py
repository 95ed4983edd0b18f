"""Where the tools are, and what they may see of this process."""

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.quality.place import Place

_VERSION_TIMEOUT_S = 10.0
_LONGEST_VERSION = 200
# Nothing else of the environment is handed on: it may hold secrets, or change what a tool says.
_HANDED_ON = ("HOME", "LANG", "PATH", "TMPDIR", "USER", "XDG_CONFIG_HOME", "SYSTEMROOT")


class Program(NamedTuple):
    """A tool that is there.

    Attributes:
        path: Where.
        origin: Whose it is: `beside ami-audit`, `on the PATH` or `of the project`.
    """

    path: str
    origin: str


def find(name: str, place: Place, *, of_project: bool) -> Program | None:
    """Return a tool; one of the audited project only when that is asked for, as running it runs the project.

    A folder of the PATH that is relative, or that lies in the audited project, is passed over.
    """
    if of_project:
        for folder in (".venv", "venv"):
            candidate = place.root / folder / "bin" / name
            if os.access(candidate, os.X_OK):
                return Program(str(candidate), "of the project")
    beside = Path(sys.executable).with_name(name)
    if os.access(beside, os.X_OK):
        return Program(str(beside), "beside ami-audit")
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if _is_safe(folder, place)]
    found = shutil.which(name, path=os.pathsep.join(folders)) if folders else None
    return Program(found, "on the PATH") if found else None


def _is_safe(folder: str, place: Place) -> bool:
    return Path(folder).is_absolute() and not Path(os.path.realpath(folder)).is_relative_to(place.root)


def version_of(program: Program, distribution: str) -> str:
    """Return the version of a tool; empty when it does not say."""
    if program.origin == "beside ami-audit":
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            pass
    try:
        done = subprocess.run(  # noqa: S603 (no shell; the program was found by its full path)
            [program.path, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            cwd="/",
            timeout=_VERSION_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    words = lines[0][:_LONGEST_VERSION].split() if lines else []
    return next((word for word in words if word[0].isdigit()), " ".join(words))


def environment(*, of_project: Place | None = None) -> dict[str, str]:
    """Return what a tool may see of this process's environment.

    Args:
        of_project: The project whose own environment is to be found first on the PATH.
    """
    kept = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    usual = kept.get("PATH", os.defpath).split(os.pathsep)
    folders = [str(Path(sys.executable).parent), *(folder for folder in usual if Path(folder).is_absolute())]
    if of_project is not None:
        own = of_project.root / ".venv"
        folders.insert(0, str(own / "bin"))
        kept["VIRTUAL_ENV"] = str(own)
    return {
        **kept,
        "PATH": os.pathsep.join(folders),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
    }
