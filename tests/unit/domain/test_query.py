"""Filters: every field that is set must match, and nothing else counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.support.answers import MOMENT, RUN_ID, a_record

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import AuditSeverity
from ami_audit.domain.query import AuditFilter, is_under

_SEGMENT = st.text("ab%_.[", min_size=1, max_size=3)
_PATH = st.lists(_SEGMENT, min_size=1, max_size=4).map("/".join)


def test_a_filter_without_fields_matches_everything() -> None:
    """`ami-audit query` alone lists the trail."""
    assert AuditFilter().matches(a_record())


@pytest.mark.parametrize(
    ("field", "matching", "other"),
    [
        ("action", "file.observed", "file"),
        ("actor", "Ann Example <ann@example.org>", "Ann Example"),
        ("target_type", "file", "git"),
        ("severity", "info", "warning"),
        ("severity", "low", "HIGH"),
        ("min_severity", "debug", "warning"),
        ("source", "file_source", "git_source"),
        ("run_id", RUN_ID, ""),
        ("target", "src/shop", "src/sho"),
        ("target", "src/shop/basket/checkout.py", "SRC/shop"),
        ("target", "src/", "src/shop/basket/checkout.py/more"),
        ("module", "src/shop", "shop"),
        ("text", "CHECKOUT", "check out"),
        ("text", "ann@EXAMPLE", "bob"),
        ("after", 16, 17),
        ("before", 18, 17),
        ("since", MOMENT, MOMENT + timedelta(microseconds=1)),
        ("until", MOMENT + timedelta(microseconds=1), MOMENT),
    ],
)
def test_each_field_narrows(field: str, matching: Any, other: Any) -> None:
    """A field that does not narrow is a filter that lies."""
    assert AuditFilter.model_validate({field: matching}).matches(a_record())
    assert not AuditFilter.model_validate({field: other}).matches(a_record())


def test_all_fields_must_match_together() -> None:
    """Fields are joined by and."""
    assert AuditFilter(action="file.observed", target="src").matches(a_record())
    assert not AuditFilter(action="file.observed", target="docs").matches(a_record())


def test_limit_offset_and_order_do_not_count_for_one_record() -> None:
    """They are about the list."""
    assert AuditFilter(limit=0, offset=99, newest_first=True).matches(a_record())


def test_a_record_that_is_not_sealed_is_before_and_after_nothing() -> None:
    """It has no position yet."""
    assert not AuditFilter(after=-1).matches(a_record(sequence=None))
    assert not AuditFilter(before=1).matches(a_record(sequence=None))


def test_text_is_found_anywhere_in_what_was_hashed() -> None:
    """A person remembers a word, not where it stood."""
    record = a_record(context={"deep": [{"note": "Stra\u00dfe"}]}, reason="quarterly review")
    assert AuditFilter(text="STRASSE").matches(record)
    assert AuditFilter(text="Quarterly").matches(record)


def test_times_may_be_spoken() -> None:
    """The Python API takes what the command line takes."""
    asked = AuditFilter.model_validate({"since": "2024-01-31", "until": "@1800000000"})
    assert asked.since == datetime(2024, 1, 31, tzinfo=UTC)
    assert asked.until == datetime(2027, 1, 15, 8, tzinfo=UTC)
    with pytest.raises(UsageError, match="banana"):
        AuditFilter.model_validate({"since": "banana"})


@pytest.mark.parametrize("wrong", [{"limit": -1}, {"offset": -1}, {"targett": "x"}, {"severity": "terrible"}])
def test_what_no_filter_has_is_refused(wrong: dict[str, Any]) -> None:
    """A misspelt field would match everything."""
    with pytest.raises(ValidationError):
        AuditFilter.model_validate(wrong)


@given(st.sampled_from(AuditSeverity), st.sampled_from(AuditSeverity))
def test_at_least_a_severity_means_by_weight(found: AuditSeverity, wanted: AuditSeverity) -> None:
    """Sorted by spelling, `critical` would be the least of all."""
    assert AuditFilter(min_severity=wanted).matches(a_record(severity=found)) is (found.weight >= wanted.weight)


@given(_PATH, _PATH)
def test_a_target_is_under_a_place_exactly_when_its_segments_begin_so(target: str, place: str) -> None:
    """`base` holds `base/app.py` and not `baseline`, and no character of a path is a wildcard."""
    below, above = target.split("/"), place.split("/")
    assert is_under(target, place) is (below[: len(above)] == above)
