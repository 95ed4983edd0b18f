"""Ed25519 in plain Python: RFC 8032 section 5.1, verified under the strict rules. Slow, and not for secrets."""

import hashlib

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)

# A point is (X, Y, Z) with x = X/Z, y = Y/Z.
_Point = tuple[int, int, int]
_IDENTITY: _Point = (0, 1, 1)


def public_key(seed: bytes) -> bytes:
    """Return the public key of a seed."""
    return _encoded(_times(_expanded(seed)[0], _BASE))


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the signature of a message."""
    scalar, prefix = _expanded(seed)
    public = _encoded(_times(scalar, _BASE))
    nonce = _digest(prefix + message)
    commitment = _encoded(_times(nonce, _BASE))
    response = (nonce + _digest(commitment + public + message) * scalar) % _L
    return commitment + response.to_bytes(32, "little")


def verify_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature holds: S < L, R and key canonical, neither of small order, with the cofactor."""
    key, commitment = _decoded(public), _decoded(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or response >= _L:
        return False
    if _is_small(key) or _is_small(commitment):
        return False
    challenge = _digest(signature[:32] + public + message)
    residue = _sum(_times(response, _BASE), _minus(_sum(commitment, _times(challenge, key))))
    return _is_small(residue)


def with_torsion(seed: bytes, message: bytes, *, in_key: int, in_commitment: int) -> tuple[bytes, bytes]:
    """Return a key and its signature with so many times a point of order 8 added to the key and to R."""
    scalar, prefix = _expanded(seed)
    public = _encoded(_sum(_times(scalar, _BASE), _times(in_key, _OCTANT)))
    nonce = _digest(prefix + message)
    commitment = _encoded(_sum(_times(nonce, _BASE), _times(in_commitment, _OCTANT)))
    response = (nonce + _digest(commitment + public + message) * scalar) % _L
    return public, commitment + response.to_bytes(32, "little")


def _expanded(seed: bytes) -> tuple[int, bytes]:
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & (2**254 - 8) | 2**254, digest[32:]


def _digest(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % _L


def _sum(one: _Point, other: _Point) -> _Point:
    """Add two points: the complete projective formula for a = -1 (RFC 8032 section 5.1.4)."""
    (x1, y1, z1), (x2, y2, z2) = one, other
    zz, xx, yy = z1 * z2 % _P, x1 * x2 % _P, y1 * y2 % _P
    square, twist = zz * zz % _P, _D * xx * yy % _P
    minus, plus = (square - twist) % _P, (square + twist) % _P
    cross = ((x1 + y1) * (x2 + y2) - xx - yy) % _P
    return zz * minus * cross % _P, zz * plus * (yy + xx) % _P, minus * plus % _P


def _times(scalar: int, point: _Point) -> _Point:
    total = _IDENTITY
    while scalar:
        if scalar & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        scalar >>= 1
    return total


def _minus(point: _Point) -> _Point:
    return -point[0] % _P, point[1], point[2]


def _is_same(one: _Point, other: _Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (one[1] * other[2] - other[1] * one[2]) % _P == 0


def _is_small(point: _Point) -> bool:
    return _is_same(_times(8, point), _IDENTITY)


def _encoded(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decoded(encoding: bytes) -> _Point | None:
    """Return the point of a canonical encoding, or None."""
    number = int.from_bytes(encoding, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    numerator, denominator = (y * y - 1) % _P, (_D * y * y + 1) % _P
    square = numerator * pow(denominator, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT % _P
    if x * x % _P != square or (x == 0 and sign):
        return None
    return (x if x & 1 == sign else _P - x, y, 1)


def _point(encoding: bytes) -> _Point:
    point = _decoded(encoding)
    assert point is not None
    return point


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
# Of order 8, the largest that is small.
_OCTANT = _point(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
