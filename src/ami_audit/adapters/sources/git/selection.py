"""Which commits were asked for."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ami_audit.adapters.sources.git.commit import Commit
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.moments import moment_of
from ami_audit.domain.options import AuditOptions

_MAGIC = "*?["


class Selection:
    """The filters on what a commit says: its author's date and its author."""

    def __init__(self, options: AuditOptions, identities: Identities) -> None:
        """Take what was asked, and who knows the authors."""
        self._since: datetime | None = options.since
        self._until: datetime | None = options.until
        self._authors = tuple(author.casefold() for author in options.authors)
        self._identities = identities

    def __bool__(self) -> bool:
        return bool(self._since or self._until or self._authors)

    def takes(self, commit: Commit) -> bool:
        """Return whether the commit was asked for; one whose date cannot be read is never left out by date."""
        return self._is_in_time(commit) and self._is_by(commit)

    def _is_in_time(self, commit: Commit) -> bool:
        if self._since is None and self._until is None:
            return True
        moment = moment_of(commit.author.date)
        if moment is None:
            return True
        return (self._since is None or moment >= self._since) and (self._until is None or moment < self._until)

    def _is_by(self, commit: Commit) -> bool:
        if not self._authors:
            return True
        haystack = self._identities.identity(commit.author.signer, commit.encoding).haystack
        return any(author in haystack for author in self._authors)


def split_pattern(target: str) -> tuple[str, str]:
    """Return a glob's leading folder without wildcards, and the rest: `src/**/*.py` gives `src`, `**/*.py`."""
    parts = Path(target).parts
    plain = next((index for index, part in enumerate(parts) if any(sign in part for sign in _MAGIC)), len(parts))
    return str(Path(*parts[:plain])) if plain else ".", str(Path(*parts[plain:])) if plain < len(parts) else ""


def pathspecs(base: str, options: AuditOptions, *, glob: str = "") -> list[bytes]:
    """Return pathspecs for the target and `options.paths` below it; empty means everything.

    Args:
        base: The target, from the repository's root; empty for the whole repository.
        options: `paths` are taken literally, below the base.
        glob: A pattern below the base instead of the base itself.
    """
    if glob:
        return [_spec("glob", base, glob)]
    if options.paths:
        return [_spec("literal", base, path) for path in options.paths]
    return [_spec("literal", base, "")] if base else []


def _spec(magic: str, *parts: str) -> bytes:
    inside = os.path.normpath("/".join(part for part in parts if part))
    return f":(top,{magic}){inside}".encode("utf-8", "surrogateescape")


def literal_paths(specs: Sequence[bytes]) -> list[str]:
    """Return the paths that were asked for literally; none when there is a glob among the pathspecs."""
    prefix = b":(top,literal)"
    if not all(spec.startswith(prefix) for spec in specs):
        return []
    return [os.fsdecode(spec.removeprefix(prefix)) for spec in specs]
