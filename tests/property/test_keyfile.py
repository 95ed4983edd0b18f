"""Keys as text: whatever is written is read back, and nothing else becomes a key."""

import base64

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ami_audit.domain.errors import KeyStoreError, PassphraseError
from support import key_reference
from support.keys import CORE

seeds = st.binary(min_size=32, max_size=32)


@given(seeds)
def test_an_open_key_is_written_as_the_twin_writes_it(seed: bytes) -> None:
    """The PEM is frozen by RFC 8410: any other byte would lock out other programs."""
    pem = CORE.private_key_pem(seed, passphrase=None)
    assert pem == key_reference.private_key_pem(seed)
    assert CORE.seed_from_pem(pem, passphrase=None) == seed


@given(seeds)
def test_a_public_key_is_written_as_the_twin_writes_it(seed: bytes) -> None:
    """What is handed to an auditor must be readable by any tool."""
    public_key = CORE.public_key(seed)
    pem = CORE.public_key_pem(public_key)
    assert pem == key_reference.public_key_pem(public_key)
    assert CORE.public_key_from_pem(pem) == public_key


@settings(max_examples=5)
@given(seeds, st.binary(min_size=1, max_size=64))
def test_a_sealed_key_opens_with_its_passphrase_and_shows_nothing_without(seed: bytes, passphrase: bytes) -> None:
    """A passphrase is any bytes; the seed stands nowhere in the text, and two sealings differ."""
    pem = CORE.private_key_pem(seed, passphrase=passphrase)
    body = base64.b64decode("".join(pem.splitlines()[1:-1]))
    assert CORE.seed_from_pem(pem, passphrase=passphrase) == seed
    assert seed not in body
    assert CORE.private_key_pem(seed, passphrase=passphrase) != pem


@given(
    st.one_of(
        seeds.map(bytes.hex),
        seeds.map(lambda seed: base64.b64encode(seed).decode()),
        seeds.map(lambda seed: base64.urlsafe_b64encode(seed).decode().rstrip("=")),
        st.text(alphabet="0123456789abcdefABCDEF+/-_= \n", max_size=70),
        st.text(max_size=80),
    )
)
@example("-_" + "A" * 40 + "+/")
@example("A" * 42 + "B")  # bits set beyond the last byte
def test_a_bare_seed_is_read_as_the_twin_reads_it(text: str) -> None:
    """Two readers of one setting must see one key, or none."""
    expected = key_reference.seed_from_text(text)
    if expected is None:
        with pytest.raises(KeyStoreError):
            CORE.seed_from_text(text)
    else:
        assert CORE.seed_from_text(text) == expected


@given(seeds, st.data())
def test_a_damaged_key_is_refused_or_is_the_same_key(seed: bytes, data: st.DataObject) -> None:
    """One changed byte of a file never gives a key without its being another file: the store compares the key id."""
    pem = bytearray(CORE.private_key_pem(seed, passphrase=None).encode())
    at = data.draw(st.integers(0, len(pem) - 1))
    pem[at] ^= data.draw(st.integers(1, 255))
    try:
        found = CORE.seed_from_pem(pem.decode("utf-8", "replace"), passphrase=None)
    except KeyStoreError:
        return
    assert len(found) == 32
    assert CORE.private_key_pem(found, passphrase=None).split("\n")[1].startswith("MC4CAQAwBQYDK2VwBCIEI")


@given(st.binary(max_size=400).map(lambda raw: raw.decode("utf-8", "replace")))
def test_noise_is_no_key(text: str) -> None:
    """Nothing but a key is a key, and nothing makes the core panic."""
    wrapped = f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{text}\n-----END ENCRYPTED PRIVATE KEY-----\n"
    for noise in (text, wrapped):
        with pytest.raises(KeyStoreError):
            CORE.seed_from_pem(noise, passphrase=b"x")
        with pytest.raises(KeyStoreError):
            CORE.public_key_from_pem(noise)


def test_a_wrong_passphrase_is_told_apart_from_a_broken_key() -> None:
    """A door asks again after the one, and gives up after the other."""
    pem = CORE.private_key_pem(bytes(range(32)), passphrase=b"right")
    with pytest.raises(PassphraseError, match="does not open"):
        CORE.seed_from_pem(pem, passphrase=b"wrong")
    with pytest.raises(PassphraseError, match="no passphrase was given"):
        CORE.seed_from_pem(pem, passphrase=None)
    with pytest.raises(KeyStoreError, match="damaged") as caught:
        CORE.seed_from_pem(pem.replace("MIGb", "MIGa"), passphrase=b"right")
    assert not isinstance(caught.value, PassphraseError)
