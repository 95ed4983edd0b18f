"""Do canonical bytes agree with what RFC 8785's authors published?"""

import json
import math
import random
import struct
from pathlib import Path

import pytest
import rfc8785
from tests.support import reference

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.errors import MalformedError

_DATA = Path(__file__).parent / "data" / "jcs"
_CASES = sorted(path.stem for path in (_DATA / "input").iterdir())
_APPENDIX_B = json.loads((_DATA / "appendix-b.json").read_text())
_CORE = NativeCore()


def _double(bits: int) -> float:
    value: float = struct.unpack(">d", bits.to_bytes(8))[0]
    return value


def test_the_published_cases_are_all_here() -> None:
    """A folder that lost its files would pass every test below."""
    assert _CASES == ["arrays", "french", "structures", "unicode", "values", "weird"]
    assert len(_APPENDIX_B) == 26


@pytest.mark.parametrize("case", _CASES)
def test_a_published_text_has_the_published_canonical_bytes(case: str) -> None:
    """The same bytes are published twice, as text and in hex: both must be met."""
    text = (_DATA / "input" / f"{case}.json").read_bytes()
    canonical = _CORE.canonicalize(text)
    assert canonical == (_DATA / "output" / f"{case}.json").read_bytes()
    assert canonical == bytes.fromhex((_DATA / "outhex" / f"{case}.txt").read_text())
    assert canonical == reference.canonicalize(text)


@pytest.mark.parametrize("case", _APPENDIX_B, ids=lambda case: case["ieee754_hex"])
def test_a_double_of_appendix_b_is_written_as_the_appendix_says(case: dict[str, str]) -> None:
    """The appendix is about doubles, so each is given with a fraction or an exponent: it is no integer literal."""
    value = _double(int(case["ieee754_hex"], 16))
    if case["json"] == "ERROR":
        with pytest.raises(MalformedError, match="finite"):
            _CORE.canonicalize(repr(value).replace("inf", "Infinity").replace("nan", "NaN").encode())
        return
    assert _CORE.canonicalize(f"{value:.17e}".encode()) == case["json"].encode()
    assert reference.ecmascript_number(value) == case["json"]


@pytest.mark.parametrize("seed", range(4))
def test_generated_doubles_are_written_as_an_independent_library_writes_them(seed: int) -> None:
    """Random bit patterns, short decimals, powers and the neighbours of both: where shortest forms go wrong."""
    chance = random.Random(seed)
    values = [value for value in map(_double, _patterns(chance)) if math.isfinite(value)]
    text = "[" + ",".join(f"{value:.17e}" for value in values) + "]"
    expected = b"[" + b",".join(rfc8785.dumps(value) for value in values) + b"]"
    assert _CORE.canonicalize(text.encode()) == expected
    assert [reference.ecmascript_number(value) for value in values] == expected.decode()[1:-1].split(",")


def _patterns(chance: random.Random) -> list[int]:
    """Return 10,000 bit patterns of doubles."""
    anywhere = [chance.getrandbits(64) for _ in range(4_000)]
    decimals = [chance.randint(-(10**9), 10**9) / 10 ** chance.randint(0, 20) for _ in range(2_000)]
    powers = [chance.choice((2.0, 10.0)) ** chance.randint(-300, 300) for _ in range(1_000)]
    near = [_bits_of(value) + step for value in powers for step in (-1, 0, 1)]
    return [*anywhere, *map(_bits_of, decimals), *near, *(_bits_of(float(number)) for number in range(1_000))]


def _bits_of(value: float) -> int:
    """Return the bit pattern of a double."""
    return int.from_bytes(struct.pack(">d", value))
