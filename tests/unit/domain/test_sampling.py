"""Is a sample fair, repeatable, and honest about what it misses?"""

from collections import Counter
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami_audit.domain.sampling import chance_of_missing, picked


@given(st.text(min_size=1), st.integers(0, 300), st.integers(0, 200))
def test_a_sample_holds_different_records_in_order(seed: str, count: int, population: int) -> None:
    """As many as were asked for, or all there are."""
    found = picked(seed, count=count, population=population)
    assert len(found) == min(count, population)
    assert sorted(set(found)) == list(found)
    assert set(found) <= set(range(population))
    assert found == picked(seed, count=count, population=population)


def test_a_sample_is_the_same_on_every_machine() -> None:
    """An auditor repeats the draw from the seed that the answer tells."""
    assert picked("ami", count=5, population=1_000_000) == (40_521, 297_603, 436_104, 458_561, 600_017)


def test_every_record_is_drawn_equally_often() -> None:
    """6000 draws of 3 out of 10: each record about 1800 times (standard deviation 36)."""
    drawn = Counter(number for seed in range(6000) for number in picked(str(seed), count=3, population=10))
    assert all(abs(drawn[number] - 1800) < 6 * 36 for number in range(10))


@given(st.integers(1, 60), st.integers(0, 70), st.integers(0, 70))
def test_the_chance_of_missing_is_the_hypergeometric_one(population: int, sampled: int, altered: int) -> None:
    """Counted directly: selections without an altered record, out of all selections."""
    drawn, bad = min(sampled, population), min(altered, population)
    exact = comb(population - bad, drawn) / comb(population, drawn)
    assert chance_of_missing(population, sampled=sampled, altered=altered) == pytest.approx(exact)
