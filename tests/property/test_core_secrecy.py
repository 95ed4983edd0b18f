"""Do codes and sealed values agree with the twin's?"""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore

_CORE = NativeCore()
_key = st.binary(min_size=32, max_size=32)
_nonce = st.binary(min_size=24, max_size=24)
_text = st.binary(max_size=200)


@given(st.binary(max_size=130), _text)
def test_a_code_is_the_twins(key: bytes, message: bytes) -> None:
    """Keys longer than a block of 64 bytes are hashed first."""
    assert _CORE.hmac_sha256(key, message) == reference.hmac_sha256(key, message)


@settings(max_examples=50)
@given(_key, _nonce, _text, _text)
def test_a_sealed_text_is_the_twins(key: bytes, nonce: bytes, plain: bytes, about: bytes) -> None:
    """Whatever the length: empty, a block, a block and a byte."""
    sealed = _CORE.seal(key, nonce, plain, about=about)
    assert sealed == reference.seal(key, nonce, plain, about=about)
    assert _CORE.unseal(key, nonce, sealed, about=about) == plain
    assert reference.unseal(key, nonce, sealed, about=about) == plain


@settings(max_examples=50)
@given(_key, _nonce, st.binary(min_size=1, max_size=80), st.data())
def test_one_flipped_bit_opens_nothing(key: bytes, nonce: bytes, about: bytes, data: st.DataObject) -> None:
    """In the sealed bytes, the key, the nonce or what they are about: nothing half-decrypted ever comes out."""
    parts = [key, nonce, _CORE.seal(key, nonce, b"value", about=about), about]
    which = data.draw(st.integers(0, 3))
    bit = data.draw(st.integers(0, 8 * len(parts[which]) - 1))
    changed = bytearray(parts[which])
    changed[bit // 8] ^= 1 << bit % 8
    parts[which] = bytes(changed)
    assert _CORE.unseal(parts[0], parts[1], parts[2], about=parts[3]) is None
    assert reference.unseal(parts[0], parts[1], parts[2], about=parts[3]) is None
