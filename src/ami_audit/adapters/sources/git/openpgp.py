"""Which key made an OpenPGP signature, read from its packet (RFC 4880 and RFC 9580, sections 4.2 and 5.2)."""

import base64
import binascii
import re

_BEGIN = re.compile(rb"-----BEGIN PGP [A-Z ]+-----\r?\n(?:[^\n]+\n)*\r?\n")
_CHECKSUM = re.compile(rb"\n=[^\n]{4}\s*$")
_SIGNATURE = 2
_ISSUER, _FINGERPRINT = 16, 33


def issuer_of(armoured: bytes) -> str:
    """Return the key's fingerprint, or its 16-digit id, in upper-case hex; empty when the packet names none."""
    text = armoured.lstrip()
    found = _BEGIN.match(text)
    end = text.find(b"-----END", found.end()) if found else -1
    if found is None or end < 0:
        return ""
    try:
        return _issuer(_packet(base64.b64decode(_CHECKSUM.sub(b"", text[found.end() : end]))))
    except (binascii.Error, IndexError):
        return ""


def _packet(data: bytes) -> bytes:
    """Return the body of the first packet when it is a signature, else nothing."""
    first = data[0]
    if first & 0x40:
        kind, length = first & 0x3F, data[1]
        start = 2 if length < 192 else 3 if length < 224 else 6
    else:
        kind, start = (first >> 2) & 0x0F, (2, 3, 5, 1)[first & 3]
    return data[start:] if kind == _SIGNATURE else b""


def _issuer(body: bytes) -> str:
    version = body[0] if body else 0
    if version == 3:
        return body[7:15].hex().upper()
    if version not in (4, 5, 6):
        return ""
    width = 4 if version == 6 else 2
    hashed, rest = _counted(body[4:], width)
    unhashed, _ = _counted(rest, width)
    areas = _subpackets(hashed) + _subpackets(unhashed)
    for kind, value in areas:
        if kind == _FINGERPRINT:
            return value[1:].hex().upper()
    return next((value.hex().upper() for kind, value in areas if kind == _ISSUER), "")


def _counted(data: bytes, width: int) -> tuple[bytes, bytes]:
    end = width + int.from_bytes(data[:width], "big")
    return data[width:end], data[end:]


def _subpackets(area: bytes) -> list[tuple[int, bytes]]:
    found = []
    while area:
        first = area[0]
        if first < 192:
            length, start = first, 1
        elif first < 255:
            length, start = ((first - 192) << 8) + area[1] + 192, 2
        else:
            length, start = int.from_bytes(area[1:5], "big"), 5
        if length == 0:
            break
        # The top bit only says that the subpacket is critical.
        found.append((area[start] & 0x7F, area[start + 1 : start + length]))
        area = area[start + length :]
    return found
