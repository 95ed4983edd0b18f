"""One member of an archive, and what is odd about its name, its link or its rights."""

import hashlib
from typing import Any, NamedTuple

from ami_audit.domain.masking import masked
from ami_audit.domain.text import is_exact, readable_path

# Characters of a path that are told; a longer one is told by its beginning and its hash.
_LONGEST = 1_024
_SPECIAL_BITS = 0o6000
_DRIVE = 2
_SHOWN = 200


class Remark(NamedTuple):
    """One thing to say about an archive or a member of it; `where` is the member's path, empty for the archive."""

    kind: str
    reason: str
    where: str = ""


class Member(NamedTuple):
    """What is known of one member.

    Attributes:
        path: As the archive names it, surrogate-escaped; members of an archive within follow after `!/`.
        kind: `file`, `directory`, `symlink`, `hardlink` and the like.
        size_bytes: Unpacked; as read where it was read, else as declared.
        sha256: Of the content, hex; None where there is none or it was not read.
        mode: Rights, where the archive has them.
        link: Where a link leads.
        unread: Why a file has no hash.
        remarks: What is odd.
    """

    path: str
    kind: str
    size_bytes: int
    sha256: str | None = None
    mode: int | None = None
    link: str | None = None
    unread: str | None = None
    remarks: tuple[Remark, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return the member as JSON values."""
        facts: dict[str, Any] = {"kind": self.kind, **_told("path", self.path), "size_bytes": self.size_bytes}
        if self.link is not None:
            facts |= _told("link", self.link)
        if self.mode is not None:
            facts["mode"] = f"{self.mode & 0o7777:04o}"
        facts |= {name: value for name in ("sha256", "unread") if (value := getattr(self, name)) is not None}
        return facts


def _told(name: str, path: str) -> dict[str, str]:
    text = readable_path(path)
    raw = path.encode("utf-8", "surrogateescape")
    if (shown := masked(text)).kinds:  # neither its bytes nor a hash, by which a word can be tried
        return {name: shown.text[:_LONGEST]}
    told = {name: text[:_LONGEST]}
    if len(text) > _LONGEST:
        told[f"{name}_sha256"] = hashlib.sha256(raw).hexdigest()
    elif not is_exact(raw, text):
        told[f"{name}_bytes"] = raw.hex()
    return told


def oddities(path: str, *, link: str | None, kind: str, mode: int | None) -> tuple[Remark, ...]:
    """Return what is odd about a member; `path` is its own, without that of archives around it."""
    found = []
    if why := leads_out(path):
        found.append(Remark("archive-unsafe-path", why))
    if link is not None and (why := _link_leads_out(path, link, kind=kind)):
        found.append(Remark("archive-unsafe-link", why))
    if kind in {"character-device", "block-device"}:
        found.append(Remark("archive-device", f"a {kind.replace('-', ' ')}"))
    if kind == "file" and mode is not None and mode & _SPECIAL_BITS:
        found.append(Remark("archive-privileged", f"mode {mode & 0o7777:04o}"))
    return tuple(found)


def leads_out(path: str) -> str | None:
    """Return why unpacking a member of that path may write outside of where it is unpacked, on any system."""
    if "\0" in path:
        return "its path holds a NUL, at which some programs end it"
    if path.startswith(("/", "\\")):
        return "its path is absolute"
    if len(path) >= _DRIVE and path[1] == ":" and path[0].isalpha():
        return "its path names a drive"
    if ".." in path.replace("\\", "/").split("/"):
        return "its path leads upwards"
    return None


def _link_leads_out(path: str, link: str, *, kind: str) -> str | None:
    if link.startswith(("/", "\\")) or leads_out(link) == "its path names a drive":
        return f"to the absolute path `{masked(readable_path(link)).text[:_SHOWN]}`"
    # A hard link is named from the archive's root, a symbolic one from where it stands.
    depth = 0 if kind == "hardlink" else len([part for part in path.split("/")[:-1] if part not in {"", "."}])
    for part in link.replace("\\", "/").split("/"):
        depth += {"": 0, ".": 0, "..": -1}.get(part, 1)
        if depth < 0:
            return f"to `{masked(readable_path(link)).text[:_SHOWN]}`"
    return None
