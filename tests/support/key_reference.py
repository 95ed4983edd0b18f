"""Plain-Python twins of what the native core does with keys as text: RFC 8410 byte by byte."""

import base64
import binascii

_PRIVATE = bytes.fromhex("302e020100300506032b657004220420")
_PUBLIC = bytes.fromhex("302a300506032b6570032100")


def private_key_pem(seed: bytes) -> str:
    """Return PKCS#8 version 1, RFC 8410 section 7."""
    return _pem("PRIVATE KEY", _PRIVATE + seed)


def public_key_pem(public_key: bytes) -> str:
    """Return SPKI, RFC 8410 section 4."""
    return _pem("PUBLIC KEY", _PUBLIC + public_key)


def _pem(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def seed_from_text(text: str) -> bytes | None:
    """Return the seed in 64 hex digits or in base64 of either alphabet; None when there is none."""
    bare = text.strip()
    if len(bare) == 64 and bare.isascii() and all(digit in "0123456789abcdefABCDEF" for digit in bare):
        return bytes.fromhex(bare)
    standard = bare.replace("-", "+").replace("_", "/")
    if standard != bare and ("+" in bare or "/" in bare):
        return None  # two alphabets at once
    try:
        seed = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    canonical = base64.b64encode(seed).decode()
    return seed if len(seed) == 32 and standard in (canonical, canonical.rstrip("=")) else None
