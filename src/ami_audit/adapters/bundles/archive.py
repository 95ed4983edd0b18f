"""Packs a bundle into a zip archive, and takes it out again."""

import io
import struct
import zipfile
import zlib
from importlib import resources
from pathlib import Path
from typing import Final

from ami_audit.domain.bundle import LARGEST_BYTES
from ami_audit.domain.errors import FormatError

BUNDLE: Final = "bundle.json"
_MAGIC = b"PK\x03\x04"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zip can say of the earliest: the same bundle is the same bytes whenever it is packed.
_NEVER = (1980, 1, 1, 0, 0, 0)
_PACKAGE = "ami_audit.adapters.bundles"


def packed(text: bytes) -> bytes:
    """Return the archive that holds a bundle's JSON; the same bytes each time.

    Raises:
        FormatError: It is larger than a verifier reads.
    """
    if len(text) > LARGEST_BYTES:
        raise FormatError("bundle", "it would be larger than 256 MiB; ask for fewer records")
    carried = resources.files(_PACKAGE)
    members = {
        "README.txt": (carried / "README.txt").read_bytes(),
        BUNDLE: text,
        "verify.py": (carried / "verify.py").read_bytes(),
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, _NEVER)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, for the mode
            member.external_attr = 0o644 << 16
            file.writestr(member, content)
    return archive.getvalue()


def unpacked(path: Path) -> bytes:
    """Return the bundle's JSON from an archive, or from the file that holds it alone.

    Raises:
        FormatError: There is none.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != _MAGIC:
                file.seek(0)
                return _bounded(file.read(LARGEST_BYTES + 1))
        return _from_archive(path)
    except OSError as error:
        raise FormatError("bundle", f"it cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError, struct.error) as error:
        raise FormatError("bundle", "it is a damaged zip file") from error


def _from_archive(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        names = [member.filename for member in archive.infolist()]
        if names.count(BUNDLE) != 1 or len(set(names)) != len(names):
            raise FormatError("bundle", f"it does not hold one `{BUNDLE}`")
        if archive.getinfo(BUNDLE).compress_type not in _METHODS:
            raise FormatError("bundle", f"its `{BUNDLE}` is packed in a way that is not read")
        with archive.open(BUNDLE) as member:
            return _bounded(member.read(LARGEST_BYTES + 1))


def _bounded(text: bytes) -> bytes:
    if len(text) > LARGEST_BYTES:
        raise FormatError("bundle", "it is larger than 256 MiB")
    return text
