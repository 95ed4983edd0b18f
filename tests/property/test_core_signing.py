"""Do keys, signatures and signature blocks agree with the twin's?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore

_CORE = NativeCore()
_hash = st.binary(min_size=32, max_size=32)
_signature = st.binary(min_size=64, max_size=64)
_name = st.text(max_size=20)
_moment = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)
_few = settings(max_examples=25)  # the twin takes milliseconds for each operation on the curve
_entry = st.builds(reference.Signature, _hash, _signature, st.integers(-(2**63), 2**63 - 1), _name)


@_few
@given(_hash, st.binary(max_size=200))
def test_a_signature_is_the_twins(seed: bytes, message: bytes) -> None:
    """Ed25519 has one signature for a message; another would be a fault or a leak."""
    public, signature = _CORE.public_key(seed), _CORE.sign(seed, message)
    assert public == reference.public_key(seed)
    assert signature == reference.sign(seed, message)
    assert _CORE.key_id(public) == reference.key_id(public)


@_few
@given(_hash, st.binary(max_size=50), st.integers(0, 767))
def test_a_flipped_bit_has_the_twins_verdict(seed: bytes, message: bytes, bit: int) -> None:
    """In the key or in the signature: both must refuse, and refuse the same."""
    signed = bytearray(_CORE.public_key(seed) + _CORE.sign(seed, message))
    signed[bit // 8] ^= 1 << bit % 8
    public, signature = bytes(signed[:32]), bytes(signed[32:])
    assert _CORE.verify_signature(public, message, signature) is False
    assert reference.verify_signature(public, message, signature) is False


@_few
@given(_hash, st.binary(max_size=50), st.integers(0, 7), st.integers(0, 7))
def test_torsion_is_no_residue_for_either(seed: bytes, message: bytes, in_key: int, in_commitment: int) -> None:
    """With the cofactor it is nothing; a verifier without it would refuse most of these (docs/adr/0020)."""
    public, signature = reference.with_torsion(seed, message, in_key=in_key, in_commitment=in_commitment)
    assert _CORE.verify_signature(public, message, signature) is True
    assert reference.verify_signature(public, message, signature) is True
    assert _CORE.verify_signature(public, message + b"!", signature) is False


@_few
@given(_hash, _name, _name, _moment, st.lists(_hash, max_size=5))
def test_record_signatures_are_the_twins(
    seed: bytes, origin: str, signer: str, timestamp_us: int, hashes: list[bytes]
) -> None:
    """The message is canonical JSON: names beyond ASCII and moments before 1970 must be spelled alike."""
    records = b"".join(hashes)
    assert _CORE.sign_records(
        seed, origin=origin, signer=signer, timestamp_us=timestamp_us, record_hashes=records
    ) == reference.sign_records(seed, origin=origin, signer=signer, timestamp_us=timestamp_us, record_hashes=records)


@given(_hash, _name, st.integers(-(2**63), 2**63 - 1), st.lists(_signature, max_size=5))
def test_signature_blocks_are_the_twins(key: bytes, signer: str, timestamp_us: int, signatures: list[bytes]) -> None:
    """One entry a block, and the ends that tell them apart."""
    joined = b"".join(signatures)
    assert _CORE.signature_blocks(
        key, signer=signer, timestamp_us=timestamp_us, signatures=joined
    ) == reference.signature_blocks(key, signer=signer, timestamp_us=timestamp_us, signatures=joined)


@given(st.lists(_entry, max_size=4))
def test_the_hash_of_a_signature_set_is_the_twins(entries: list[reference.Signature]) -> None:
    """The set is in the leaf: who signed cannot be changed later without a trace."""
    block = reference.written_block(sorted(entries))
    assert _sigset(_CORE.sigset_hash, block) == _sigset(reference.sigset_hash, block)


@given(st.lists(_entry, min_size=1, max_size=3), st.data())
def test_a_damaged_block_is_refused_by_both_or_by_neither(
    entries: list[reference.Signature], data: st.DataObject
) -> None:
    """Cut, changed or unsorted: what one reader takes and the other refuses would split a trail."""
    block = bytearray(reference.written_block(entries))
    at = data.draw(st.integers(0, len(block)))
    block[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert _sigset(_CORE.sigset_hash, bytes(block)) == _sigset(reference.sigset_hash, bytes(block))


def _sigset(sigset_hash: object, block: bytes) -> bytes | None:
    assert callable(sigset_hash)
    try:
        digest: bytes = sigset_hash(block)
    except ValueError:
        return None
    return digest


@pytest.mark.parametrize("timestamp_us", [-62_135_596_800_000_001, 253_402_300_800_000_000, 2**63 - 1])
def test_a_moment_that_the_format_cannot_write_is_refused(timestamp_us: int) -> None:
    """The format has four digits for a year, and Python no year 0."""
    with pytest.raises(ValueError, match="timestamp_us"):
        _CORE.sign_records(bytes(32), origin="", signer="", timestamp_us=timestamp_us, record_hashes=bytes(32))
