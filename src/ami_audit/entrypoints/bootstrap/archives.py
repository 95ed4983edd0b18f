"""Archives: where the records of a pruning go."""

from collections.abc import Callable
from pathlib import Path

from ami_audit.entrypoints.bootstrap.trails import sqlite_path
from ami_audit.entrypoints.settings import Settings
from ami_audit.ports.archive import Archive


def archive_at(file: Path) -> Archive:
    """Return the archive at a path."""
    from ami_audit.adapters.archives import FileArchive

    return FileArchive(file)


def archive_of(chosen: Settings, named: Path | None) -> Callable[[str, int], Archive]:
    """Return what gives the archive of a trail below a cut: the named file, or one beside the trail."""

    def archive(_origin: str, cut: int) -> Archive:
        place = sqlite_path(chosen.store_location)
        return archive_at(named or place.parent / "archive" / f"{place.stem}-before-{cut}.jsonl")

    return archive
