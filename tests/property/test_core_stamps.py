"""Does the core read of records which files need not be read again, as the twin does?"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.reference.stamps import file_stamps

from ami_audit.adapters.chain_core import _native

_RUN = "019abc00-0000-7000-8000-000000000000"  # 2025-11-25
_FACTS: dict[str, Any] = {
    "changed_at": "2025-01-02T03:04:05.000006Z",
    "group": {"id": 0, "name": "root"},
    "inode": 7,
    "mime": "text/plain",
    "mode": "0644",
    "modified_at": "2025-01-02T03:04:05.000006Z",
    "owner": {"id": 1000},
    "sha256": "ab",
    "size_bytes": 3,
    "volume": "8:1",
}
_RECORD: dict[str, Any] = {
    "action": "file.observed",
    "context": _FACTS,
    "outcome": "success",
    "run_id": _RUN,
    "target": "src/a.py",
}
_ODD = st.sampled_from(
    [None, 0, -1, 2**32, 2**53, 2**64, 1.5, True, "", "7", "+7", "x", "9" * 20, [], {}, {"id": 5}, {"_sd": ["x"]}]
)
_NAMES = st.sampled_from([*_FACTS, "path_bytes", "files", "target"])


@st.composite
def _facts(draw: st.DrawFn) -> dict[str, Any]:
    changed = draw(st.dictionaries(_NAMES, _ODD, max_size=2))
    missing = draw(st.sets(_NAMES, max_size=1))
    return {name: value for name, value in {**_FACTS, **changed}.items() if name not in missing}


@st.composite
def _records(draw: st.DrawFn) -> bytes:
    facts = draw(_facts())
    record = {**_RECORD, "context": facts, "target": draw(st.sampled_from(["a", "b/ü", 'quo"te', "new\nline"]))}
    if draw(st.booleans()):
        files = [{"target": "a", **draw(_facts())} for _ in range(draw(st.integers(0, 3)))]
        record = {**record, "action": "file.seen", "context": {"files": files}}
    names = st.sampled_from(["action", "outcome", "run_id", "target"])
    odd = st.one_of(_ODD, st.sampled_from(["partial", "git.commit", _RUN.replace("7000", "4000"), "é" * 18, "f" * 36]))
    record |= draw(st.dictionaries(names, odd, max_size=1))
    return json.dumps(record, sort_keys=True, ensure_ascii=False).encode()


@settings(max_examples=400)
@given(st.lists(_records(), max_size=4), st.sampled_from([[], ["text/plain"], ["application/zip"]]))
def test_the_core_and_the_twin_read_the_same_stamps(records: list[bytes], except_mime: list[str]) -> None:
    """A stamp too many leaves a changed file unread; one too few only costs time."""
    assert _native.file_stamps(records, except_mime=except_mime) == file_stamps(records, except_mime=except_mime)


@pytest.mark.parametrize(
    "name", ["changed_at", "group", "inode", "mode", "modified_at", "owner", "size_bytes", "volume"]
)
def test_each_part_of_a_status_makes_another_stamp(name: str) -> None:
    """Whatever part of its status differs, a file is read again."""
    other = {"group": {"id": 9}, "owner": {"id": 9}, "inode": 9, "size_bytes": 9}.get(name, "2024-01-01")
    texts = [json.dumps({**_RECORD, "context": facts}).encode() for facts in (_FACTS, {**_FACTS, name: other})]
    assert len(_native.file_stamps(texts, except_mime=())) == 32


@pytest.mark.parametrize(("before_s", "count"), [(-1, 0), (0, 0), (1.9, 0), (2, 0), (2.1, 1)])
def test_a_file_changed_shortly_before_its_run_has_no_stamp(before_s: float, count: int) -> None:
    """Within one tick of the file system's clock it can change once more, and look the same."""
    began = datetime.fromtimestamp(int(_RUN.replace("-", "")[:12], 16) / 1000, UTC)
    changed_at = f"{began - timedelta(seconds=before_s):%Y-%m-%dT%H:%M:%S.%f}Z"
    text = json.dumps({**_RECORD, "context": {**_FACTS, "changed_at": changed_at}}).encode()
    assert len(_native.file_stamps([text], except_mime=())) == 16 * count


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff", b'{"action":"file.observed"}'])
def test_texts_that_are_no_records_give_nothing(text: bytes) -> None:
    """What a store gives is not trusted to be what was stored."""
    assert _native.file_stamps([text], except_mime=()) == b""
