"""Archives as tests need them: whole, hostile, broken."""

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.file.archives.budget import Budget, Limits
from ami_audit.adapters.sources.file.archives.contents import Place
from ami_audit.adapters.sources.file.archives.kinds import packing_of
from ami_audit.adapters.sources.file.archives.members import Member, Remark
from ami_audit.adapters.sources.file.archives.reading import read
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions
from tests.support.files import source

_FLAGS_IN_LIST, _FLAGS_IN_HEADER = 8, 6


def zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of these members."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return whole.getvalue()


def encrypted(archive: bytes) -> bytes:
    """Return a zip with the mark of encryption on its first member."""
    marked = bytearray(archive)
    marked[_FLAGS_IN_HEADER] |= 1
    marked[marked.index(b"PK\x01\x02") + _FLAGS_IN_LIST] |= 1
    return bytes(marked)


def tarred(members: dict[str, bytes | dict[str, Any]], mode: str = "w") -> bytes:
    """Return a tar of these members: content, or the attributes of a `TarInfo`."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as archive:  # type: ignore[call-overload]
        for name, wanted in members.items():
            info = tarfile.TarInfo(name)
            content = wanted.pop("content", b"") if isinstance(wanted, dict) else wanted
            info.size = len(content)
            for attribute, value in wanted.items() if isinstance(wanted, dict) else ():
                setattr(info, attribute, value)
            archive.addfile(info, io.BytesIO(content))
    return whole.getvalue()


def found_in(archive: bytes, **limits: int) -> tuple[list[Member], list[Remark]]:
    """Return what is read of an archive, under limits of one's own; errors come through."""
    packing = packing_of(archive[:512])
    assert packing is not None
    found = list(read(io.BytesIO(archive), packing, Place(Budget(Limits(**limits), len(archive)))))
    return [it for it in found if isinstance(it, Member)], [it for it in found if isinstance(it, Remark)]


def archives_of(place: Path) -> dict[str, list[AuditDraft]]:
    """Return the drafts about archives by target, in their order."""
    told: dict[str, list[AuditDraft]] = {}
    for batch in source().stream(str(place), AuditOptions(archives=True)):
        for draft in batch:
            if draft.action == "file.archive":
                told.setdefault(draft.target, []).append(draft)
    return told


def the_archive(path: Path, content: bytes) -> AuditDraft:
    """Return the one draft about an archive of that content."""
    path.write_bytes(content)
    ((draft,),) = archives_of(path).values()
    return draft


def paths(draft: AuditDraft) -> list[str]:
    """Return the paths of the members that a draft tells."""
    return [member["path"] for member in draft.context["members"]]
