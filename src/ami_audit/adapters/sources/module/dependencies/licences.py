"""Under which licence installed packages are, as their own metadata says."""

from collections.abc import Iterator
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.module.dependencies.naming import python_name
from ami_audit.adapters.sources.module.documents import BrokenError, Folder
from ami_audit.adapters.sources.module.naming import short

_ENVIRONMENTS = (".venv", "venv", "env")
_LARGEST = 1 << 20
_MOST = 5_000
_LONGEST = 100


class Installed(NamedTuple):
    """One installed distribution: its version, licence, and the top-level names that it brings."""

    version: str
    licence: str
    names: tuple[str, ...]


def installed(folder: Folder) -> dict[str, Installed]:
    """Return what is installed in the project's own environment, by normalised name; nothing of it is imported."""
    found: dict[str, Installed] = {}
    for place in _site_packages(folder.root):
        for entry in sorted(place.glob("*.dist-info"))[:_MOST]:
            name, facts = _distribution(Folder(entry, folder.root))
            if name:
                found.setdefault(name, facts)
    return found


def _site_packages(root: Path) -> Iterator[Path]:
    for name in _ENVIRONMENTS:
        if (root / name / "pyvenv.cfg").is_file():
            yield from sorted((root / name).glob("lib/python3*/site-packages"))


def _distribution(folder: Folder) -> tuple[str, Installed]:
    try:
        headers = BytesHeaderParser(policy=compat32).parsebytes(folder.read("METADATA", largest=_LARGEST))
    except BrokenError:
        return "", Installed("", "", ())
    classified = [
        str(line).rpartition("::")[2].strip()
        for line in headers.get_all("Classifier", [])
        if str(line).startswith("License ::")
    ]
    said = str(headers.get("License-Expression") or "")
    free = str(headers.get("License") or "").strip()
    # Older metadata may hold the whole text of a licence there.
    licence = said or (free if free and len(free) <= _LONGEST and "\n" not in free else "") or " AND ".join(classified)
    name = python_name(str(headers.get("Name") or ""))
    return name, Installed(short(str(headers.get("Version") or "")), short(licence), _names(folder))


def _names(folder: Folder) -> tuple[str, ...]:
    try:
        lines = folder.text("top_level.txt").split()
    except BrokenError:
        lines = []
    if lines:
        return tuple(sorted(set(lines)))
    try:
        record = folder.text("RECORD").splitlines()
    except BrokenError:
        return ()
    tops = {line.partition(",")[0].strip('"').partition("/") for line in record[:20_000]}
    names = {
        first if slash else first.partition(".")[0]
        for first, slash, _ in tops
        if first and not first.endswith((".dist-info", ".data", ".pth")) and first not in {"..", "__pycache__"}
    }
    return tuple(sorted(name for name in names if name.isidentifier()))
