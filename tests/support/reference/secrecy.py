"""HMAC-SHA-256 (RFC 2104) and XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha) in plain Python."""

import hashlib
import struct

_BLOCK = 64
_CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")
_QUARTERS = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
_PRIME = (1 << 130) - 5
_CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA-256 of a message."""
    key = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


def seal(key: bytes, nonce: bytes, plain: bytes, *, about: bytes) -> bytes:
    """Return a text encrypted, with its tag at the end."""
    subkey, rest = _derived(key, nonce)
    cipher = _stream(subkey, rest, plain)
    return cipher + _tag(subkey, rest, cipher=cipher, about=about)


def unseal(key: bytes, nonce: bytes, sealed: bytes, *, about: bytes) -> bytes | None:
    """Return the text, or None when the tag is another one."""
    if len(sealed) < 16:
        return None
    subkey, rest = _derived(key, nonce)
    cipher, tag = sealed[:-16], sealed[-16:]
    return _stream(subkey, rest, cipher) if tag == _tag(subkey, rest, cipher=cipher, about=about) else None


def _derived(key: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    state = _mixed((*_CONSTANTS, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce[:16])))
    return struct.pack("<8I", *state[:4], *state[12:]), bytes(4) + nonce[16:]


def _stream(key: bytes, nonce: bytes, text: bytes) -> bytes:
    blocks = (_block(key, nonce, 1 + start // _BLOCK) for start in range(0, len(text), _BLOCK))
    return bytes(a ^ b for a, b in zip(text, b"".join(blocks), strict=False))


def _block(key: bytes, nonce: bytes, counter: int) -> bytes:
    start = (*_CONSTANTS, *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce))
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(start, _mixed(start), strict=True)))


def _mixed(start: tuple[int, ...]) -> list[int]:
    state = list(start)
    for _ in range(10):
        for a, b, c, d in _QUARTERS:
            for left, right in ((16, 12), (8, 7)):
                state[a] = (state[a] + state[b]) & 0xFFFFFFFF
                state[d] = _rotated(state[d] ^ state[a], left)
                state[c] = (state[c] + state[d]) & 0xFFFFFFFF
                state[b] = _rotated(state[b] ^ state[c], right)
    return state


def _rotated(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & 0xFFFFFFFF


def _tag(key: bytes, nonce: bytes, *, cipher: bytes, about: bytes) -> bytes:
    secret = _block(key, nonce, 0)
    factor = int.from_bytes(secret[:16], "little") & _CLAMP
    text = _padded(about) + _padded(cipher) + struct.pack("<QQ", len(about), len(cipher))
    sum_ = 0
    for start in range(0, len(text), 16):
        sum_ = (sum_ + int.from_bytes(text[start : start + 16] + b"\x01", "little")) * factor % _PRIME
    return ((sum_ + int.from_bytes(secret[16:32], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def _padded(text: bytes) -> bytes:
    return text + bytes(-len(text) % 16)
