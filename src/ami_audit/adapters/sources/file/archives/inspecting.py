"""Archives among observed files, each told as records of its own."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from ami_audit.adapters.sources.file.archives.budget import Budget, Limits, SpentError
from ami_audit.adapters.sources.file.archives.contents import DAMAGE, Place, said
from ami_audit.adapters.sources.file.archives.kinds import packing_of
from ami_audit.adapters.sources.file.archives.members import Member, Remark
from ami_audit.adapters.sources.file.archives.mimes import MIMES
from ami_audit.adapters.sources.file.archives.opening import opened
from ami_audit.adapters.sources.file.archives.reading import read
from ami_audit.adapters.sources.file.archives.streams import MissingLibraryError
from ami_audit.adapters.sources.file.findings import finding, is_gap
from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.masking import masked
from ami_audit.domain.text import readable_path
from ami_audit.ports.progress import Progress
from ami_audit.ports.source import Known

_ACTION = "file.archive"
_TAG = "ami-audit/archive-observation/1"
_HEAD = 512
# A record holds a part of a large archive: so many members, and at most about so many bytes of names.
_MEMBERS = 500
_NAME_BYTES = 200_000
_REMARKS = 100


class Archives:
    """Looks into the archives of one walk."""

    def __init__(
        self, source: str, root: str, place: str, *, known: Known, progress: Progress, limits: Limits | None = None
    ) -> None:
        """Begin.

        Args:
            source: The drafts' source.
            root: Where the walk began, as the operating system names it.
            place: The same as records name it.
            known: Tells which archives an earlier run has told already.
            progress: Told of these, and of members.
            limits: How much is looked at.
        """
        self._source = source
        self._root = root
        self._place = place
        self._known = known
        self._progress = progress
        self._limits = limits or Limits()
        self._members = 0

    def look_into(self, files: Sequence[AuditDraft]) -> Iterator[list[AuditDraft]]:
        """Yield drafts for the archives among these files; an empty batch is a moment to stop at."""
        for file in files:
            if file.context.get("mime") in MIMES and "sha256" in file.context:
                if self._is_known(file):
                    self._progress.unchanged(1)
                else:
                    yield from self._told(file)

    def _is_known(self, file: AuditDraft) -> bool:
        (is_known,) = self._known([fact_key(self._source, file.target, _observed(file, "whole"))])
        return is_known

    def _told(self, file: AuditDraft) -> Iterator[list[AuditDraft]]:
        try:
            opened_file = opened(self._root, self._below(file))
        except OSError as error:
            yield [_Parts(self._source, file).broken(Remark("archive-unread", error.strerror or said(error)))]
            return
        with opened_file as archive:
            parts = _Parts(self._source, file)
            if not _is_same(archive, file):
                yield [parts.broken(Remark("archive-unread", "it was changed after it was hashed"))]
                return
            packing = packing_of(archive.read(_HEAD))
            archive.seek(0)
            if packing is None:
                return
            place = Place(Budget(self._limits, int(file.context["size_bytes"])))
            parts.packing = packing.value
            for found in _safely(read(archive, packing, place)):
                if found is None:
                    self._step(parts)
                    yield []
                elif full := parts.add(found):
                    self._step(parts)
                    yield [full]
            if not _is_same(archive, file):
                parts.add(Remark("archive-unread", "it was changed while it was read"))
            self._members += parts.told
            # What is packed and holds no archive is a file like others.
            if parts.told or parts.remarks:
                yield [parts.last(place.budget)]

    def _step(self, parts: "_Parts") -> None:
        self._progress.step("members", done=self._members + parts.told)

    def _below(self, file: AuditDraft) -> bytes:
        """Return the file's path below the walk's root."""
        exact = file.context.get("path_bytes")
        path = bytes.fromhex(exact) if exact else file.target.encode()
        if file.target == self._place:
            return b""
        return path if self._place == "." else path[len(os.fsencode(self._place)) + 1 :]


def _safely(found: Iterator[Member | Remark | None]) -> Iterator[Member | Remark | None]:
    """Yield what is found, and why nothing more is."""
    try:
        yield from found
    except SpentError as error:
        yield Remark(error.kind, error.reason)
    except MissingLibraryError as error:
        yield Remark("archive-unread", str(error))
    except DAMAGE as error:
        yield Remark("archive-damaged", said(error))


@dataclass
class _Parts:
    """The records of one archive, as they fill."""

    source: str
    file: AuditDraft
    packing: str = ""
    told: int = 0
    remarks: list[Remark] = field(default_factory=list)
    _members: list[dict[str, Any]] = field(default_factory=list)
    _size: int = 0
    _first: int = 0
    _all_remarks: int = 0
    _is_read: bool = True
    _is_limited: bool = False

    def add(self, found: Member | Remark) -> AuditDraft | None:
        """Take in a member or a remark; return a record when it is full."""
        if isinstance(found, Remark):
            self._remark(found)
            return None
        facts = found.facts()
        self._members.append(facts)
        self._size += 6 * (len(facts["path"]) + len(facts.get("link", "")))
        self.told += 1
        for remark in found.remarks:
            self._remark(remark._replace(where=found.path))
        return self._part() if len(self._members) >= _MEMBERS or self._size > _NAME_BYTES else None

    def last(self, budget: Budget) -> AuditDraft:
        """Return the record that ends the archive."""
        facts = {
            "members_in_all": self.told,
            "remarks_in_all": self._all_remarks,
            "unpacked_bytes": budget.unpacked_bytes,
        }
        # What could not be read for a reason outside of the archive is looked at again next time.
        return self._draft(facts, "whole" if self._is_read else "")

    def broken(self, remark: Remark) -> AuditDraft:
        """Return the only record of an archive that could not be looked into."""
        self._remark(remark)
        return self._draft({}, "")

    def _remark(self, remark: Remark) -> None:
        self._all_remarks += 1
        self._is_read &= remark.kind != "archive-unread"
        self._is_limited |= is_gap(remark.kind)
        if self._all_remarks <= _REMARKS:
            self.remarks.append(remark)

    def _part(self) -> AuditDraft:
        return self._draft({"goes_on": True}, f"part {self._first}")

    def _draft(self, facts: dict[str, Any], observed: str) -> AuditDraft:
        file = self.file
        draft = AuditDraft(
            _ACTION,
            file.target,
            file.target_type,
            self.source,
            actor=file.actor,
            actor_type=file.actor_type,
            timestamp=file.timestamp,
            outcome=Outcome.PARTIAL if self._is_limited else Outcome.SUCCESS,
            context={
                "archive_sha256": file.context["sha256"],
                "first": self._first,
                "members": self._members,
                "packing": self.packing or "unknown",
                **facts,
            },
            findings=tuple(_finding(file.target, remark) for remark in self.remarks),
            observed=_observed(file, observed) if observed else "",
        )
        self._members, self.remarks, self._size, self._first = [], [], 0, self.told
        return draft


def _finding(target: str, remark: Remark) -> Any:
    where = f"{target}!/{masked(readable_path(remark.where)).text}" if remark.where else target
    return finding(where, remark.kind, remark.reason)


def _observed(file: AuditDraft, part: str) -> str:
    """What an archive holds follows from its content: its hash is the fact, and nothing need be unpacked to know it."""
    text = f"{_TAG}\n{file.context['sha256']}\n{part}"
    return hashlib.sha256(text.encode()).hexdigest()


def _is_same(archive: IO[bytes], file: AuditDraft) -> bool:
    status = os.fstat(archive.fileno())
    facts = file.context
    return (str(status.st_ino), status.st_size) == (str(facts["inode"]), facts["size_bytes"])
