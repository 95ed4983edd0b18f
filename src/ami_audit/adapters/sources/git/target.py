"""Which repository, and what in it, a target names."""

import os
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.git.location import Location, locate
from ami_audit.adapters.sources.git.selection import pathspecs, split_pattern
from ami_audit.domain.errors import SourceError
from ami_audit.domain.options import AuditOptions


class Target(NamedTuple):
    """What is to be audited.

    Attributes:
        location: The repository.
        specs: Pathspecs that limit the history; empty means all of it.
        named: The target as the caller wrote it.
        exists: Whether the path is there today; a deleted one can still have a history.
    """

    location: Location
    specs: tuple[bytes, ...]
    exists: bool
    named: str


def target_of(repo_path: Path | None, target: str, options: AuditOptions) -> Target:
    """Return what the target names.

    Args:
        repo_path: The repository; None when the target says where it is.
        target: The repository, or a path in it; a glob when `options.pattern`.
        options: `pattern` and `paths`.

    Raises:
        SourceError: No repository there, or the target lies outside it.
    """
    plain, glob = split_pattern(target) if options.pattern else (target or ".", "")
    location = locate(repo_path or Path(plain))
    place = location.root / plain if repo_path else Path(plain)
    inside = _inside(location, place, plain if repo_path else "")
    is_there = os.path.lexists(place) or location.work_tree is None
    return Target(location, tuple(pathspecs(inside, options, glob=glob)), is_there, target)


def _inside(location: Location, place: Path, named: str) -> str:
    """Return the path as git names it, from the repository's root; empty for the whole repository."""
    if location.work_tree is None:
        return "" if named in ("", ".") or Path(named).is_absolute() else os.path.normpath(named)
    inside = os.path.relpath(os.path.normpath(place.absolute()), location.work_tree)
    first = Path(inside).parts[0] if inside != "." else "."
    if first == "..":
        raise SourceError(str(place), f"it lies outside the repository `{location.work_tree}`.")
    return "" if first in (".", ".git") else inside
