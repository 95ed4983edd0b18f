"""Is the index's row of a record what its canonical bytes say, whatever they are?"""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.support.sealing import CORE, Seals, draft

from ami_audit.adapters.stores.sqlite.projection import is_id_of, projected
from ami_audit.domain.draft import fact_key
from ami_audit.domain.linkage import ZERO_HASH, SealedRecord
from ami_audit.domain.moment import microseconds
from ami_audit.domain.record import AuditRecord

_names = st.sampled_from(("record_id", '"record_id":"', "metadata", "observed", "timestamp", "source", "severity", "x"))
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=8,
)
_ids = st.sampled_from(("0193a5b0-7e1c-7c3a-9d2f-2f4b5c6d7e8f", "abc", "", 'abc","x":"', "ä", "\\", "a b"))


def _sealed(content: Any, record_id: str = "abc") -> SealedRecord:
    canonical = CORE.canonicalize(json.dumps(content).encode())
    return SealedRecord(3, record_id, ZERO_HASH, 0, ZERO_HASH, canonical, b"")


@given(content=st.dictionaries(_names, _json | _ids), own=_ids, column=_ids)
def test_the_quick_comparison_of_ids_is_exact(content: dict[str, Any], own: str, column: str) -> None:
    """It looks for bytes and parses only in doubt; a column that passes wrongly is a record under another's name."""
    for said in ({**content, "record_id": own}, content):
        assert is_id_of(_sealed(said, column)) is (said.get("record_id") == column)


def test_a_record_is_indexed_under_what_it_says() -> None:
    """The index answers for the record: every column is one of its values."""
    (_, sealed) = Seals().some(2).records
    record = AuditRecord.from_content(json.loads(sealed.canonical))
    usual = draft(1)
    assert projected(sealed) == (
        1,
        record.record_id,
        sealed.record_hash,
        microseconds(record.timestamp),
        record.action,
        record.actor,
        record.target,
        record.target_type,
        "file_source",
        record.severity.weight,
        record.run_id,
        fact_key(usual.source, usual.target, usual.observed),
    )


@given(raw=st.binary() | _json.map(lambda value: json.dumps(value).encode()))
def test_nonsense_is_indexed_as_saying_nothing(raw: bytes) -> None:
    """A damaged record must not stop the index from covering the sound ones."""
    row = projected(SealedRecord(3, "", ZERO_HASH, 0, ZERO_HASH, raw, b""))
    assert (row.sequence, row.record_hash) == (3, ZERO_HASH)
    assert all(isinstance(value, str | int | bytes | None) for value in row)


def test_values_of_the_wrong_kind_are_left_out_one_by_one() -> None:
    """One bad value does not hide the good ones: they are how the record will be found and mended."""
    content = {
        "action": 5,
        "actor": "ann",
        "timestamp": "yesterday",
        "metadata": {"observed": 7, "observed_hmac": 7},
        "severity": "loud",
        "source": "a/1",
        "target": "t",
    }
    row = projected(_sealed(content))
    assert (row.action, row.actor, row.happened_us, row.severity, row.source, row.fact) == (
        None,
        "ann",
        None,
        None,
        "a",
        None,
    )


def test_a_hidden_fact_is_known_by_its_mark() -> None:
    """What a record says of the fact itself comes first; a mark that is none is nothing."""
    marked = {"source": "a/1", "metadata": {"observed_hmac": "ab" * 32}}
    assert projected(_sealed(marked)).fact == b"\xab" * 32
    stated = {**marked, "target": "t", "metadata": {"observed": "o", "observed_hmac": "ab" * 32}}
    assert projected(_sealed(stated)).fact == fact_key("a/1", "t", "o")
    assert projected(_sealed({"metadata": {"observed_hmac": "ab"}})).fact is None


def test_bytes_deeper_than_any_parser_are_indexed_too() -> None:
    """A record is bytes from a file: a hundred thousand brackets must not end the process."""
    assert projected(SealedRecord(3, "", ZERO_HASH, 0, ZERO_HASH, b"[" * 100_000, b"")).action is None
