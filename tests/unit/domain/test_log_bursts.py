"""Is a burst told, and is a busy log left in peace?"""

from ami_audit.domain.log_bursts import Rate, bursts

_MINUTE_US = 60_000_000


def _rates(*errors: int, start: int = 0) -> list[Rate]:
    return [Rate((start + at) * _MINUTE_US, count + 1, 0, count) for at, count in enumerate(errors) if count]


def test_many_errors_in_a_quiet_log_are_a_burst() -> None:
    """That is when something broke."""
    (found,) = bursts(_rates(0, 1, 0, 0, 1, 0, 40, 60, 0, 1, 0, 0, 1), 60)
    assert (found.start_us, found.end_us) == (6 * _MINUTE_US, 8 * _MINUTE_US)
    assert (found.errors, found.peak, found.peak_us) == (100, 60, 7 * _MINUTE_US)
    assert round(found.usual, 2) == 0.4


def test_a_log_that_is_always_full_of_errors_has_no_burst() -> None:
    """What is usual is no news."""
    assert bursts(_rates(*[50, 60, 45, 55, 70, 52, 58, 49, 61, 66]), 60) == []


def test_a_few_errors_are_no_burst() -> None:
    """Nine errors at once happen."""
    assert bursts(_rates(0, 0, 9, 0, 0, 0, 0, 1), 60) == []


def test_a_log_too_short_to_have_a_usual_has_no_burst() -> None:
    """Two minutes say nothing about a third."""
    assert bursts(_rates(1, 50, 1), 60) == []


def test_the_larger_burst_does_not_hide_the_smaller() -> None:
    """The mean is taken again without what stands out."""
    quiet = [1, 0] * 20
    found = bursts(_rates(*quiet, 30, *quiet, 3000, *quiet), 60)
    assert [burst.errors for burst in found] == [30, 3000]


def test_a_pause_of_one_bucket_does_not_part_a_burst() -> None:
    """One outage, told once."""
    found = bursts(_rates(1, 0, 0, 0, 50, 0, 60, 0, 0, 0, 1), 60)
    assert [burst.errors for burst in found] == [110]


def test_warnings_are_told_where_errors_are_quiet() -> None:
    """Systems that never write an error still have bad minutes."""
    rates = [Rate(at * _MINUTE_US, 100, 80 if at == 5 else 1, 0) for at in range(10)]
    (found,) = bursts(rates, 60)
    assert (found.is_warnings, found.errors) == (True, 80)


def test_nothing_has_no_burst() -> None:
    """A log without times has no rates."""
    assert bursts([], 60) == []
