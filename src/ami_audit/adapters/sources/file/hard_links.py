"""Which paths of a walk are names of one and the same file."""

import hashlib
from collections.abc import Iterable

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType

_ACTION = "file.hard-links"
# Files with names still to come, and names told of one file; what is beyond them is counted.
_MOST_OPEN = 200_000
_MOST_NAMES = 1_000
_LARGEST_NUMBER = 1 << 53


class HardLinks:
    """Gathers names by file; a file whose last name has come is told at once, so that memory holds the others only."""

    def __init__(self, source: str) -> None:
        """Args: `source` is the drafts' source."""
        self._source = source
        self._names: dict[str, list[str]] = {}
        self._links: dict[str, int] = {}
        self.ungrouped = 0

    def add(self, linked: Iterable[tuple[str, str, int]]) -> list[AuditDraft]:
        """Take in names, and return a draft for each file all of whose names have come."""
        whole = []
        for target, file, links in linked:
            if file not in self._names and len(self._names) >= _MOST_OPEN:
                self.ungrouped += 1
                continue
            names = self._names.setdefault(file, [])
            names.append(target)
            self._links[file] = links
            if len(names) >= links:
                whole.append(self._draft(file))
        return whole

    def rest(self) -> list[AuditDraft]:
        """Return a draft for each file that has several names in the walk and others elsewhere."""
        return [self._draft(file) for file in list(self._names) if len(self._names[file]) > 1]

    def _draft(self, file: str) -> AuditDraft:
        names, links = self._names.pop(file), self._links.pop(file)
        volume, _, inode = file.rpartition(":")
        told = names[:_MOST_NAMES]
        facts = {
            "elsewhere": max(links - len(names), 0),
            "inode": int(inode) if int(inode) < _LARGEST_NUMBER else inode,
            "links": links,
            "names": told,
            "omitted": len(names) - len(told),
            "volume": volume,
        }
        text = "\0".join((_ACTION, str(links), *names))
        return AuditDraft(
            _ACTION,
            names[0],
            AuditTargetType.FILE,
            self._source,
            actor="unknown",
            context=facts,
            observed=hashlib.sha256(text.encode()).hexdigest(),
        )
