"""Which files are archives, by their first bytes."""

import tarfile
from enum import StrEnum


class Packing(StrEnum):
    """How an archive, or what is around one, is packed."""

    ZIP = "zip"
    TAR = "tar"
    GZIP = "gz"
    BZIP2 = "bz2"
    XZ = "xz"
    ZSTD = "zst"


_MARKS = (
    (b"PK\x03\x04", Packing.ZIP),
    (b"PK\x05\x06", Packing.ZIP),
    (b"\x1f\x8b", Packing.GZIP),
    (b"BZh", Packing.BZIP2),
    (b"\xfd7zXZ\0", Packing.XZ),
    (b"\x28\xb5\x2f\xfd", Packing.ZSTD),
)


def packing_of(head: bytes) -> Packing | None:
    """Return how something is packed that begins with these bytes, 512 or all of them; None when it is no archive."""
    for mark, packing in _MARKS:
        if head.startswith(mark):
            return packing
    return Packing.TAR if is_tar(head) else None


def is_tar(head: bytes) -> bool:
    """Return whether bytes begin with a tar header, which every kind of tar gives a checksum."""
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
