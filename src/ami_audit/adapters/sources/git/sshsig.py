"""Which key made an SSH signature, read from its blob (OpenSSH PROTOCOL.sshsig)."""

import base64
import binascii
import hashlib
import re

_ARMOR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\s*(.*?)\s*-----END SSH SIGNATURE-----", re.DOTALL)


def fingerprint_of(armoured: bytes) -> str:
    """Return the public key's fingerprint as OpenSSH writes it (`SHA256:…`); empty when there is none."""
    found = _ARMOR.match(armoured.lstrip())
    try:
        blob = base64.b64decode(found[1]) if found else b""
    except binascii.Error:
        return ""
    if not blob.startswith(b"SSHSIG"):
        return ""
    # Six bytes of magic, four of version, then the length-prefixed public key.
    key = blob[14 : 14 + int.from_bytes(blob[10:14], "big")]
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
