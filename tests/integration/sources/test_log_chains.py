"""Are hash chains that others keep in their logs found and checked?"""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditSeverity, Outcome
from support.log_files import (
    GENESIS,
    chain,
    contexts,
    drafts_of,
    event,
    hash_of_seal,
    json_lines,
    kinds_of_findings,
    only,
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in no repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _chains(target: Path | str = ".") -> dict[str, AuditDraft]:
    return {draft.target: draft for draft in only(drafts_of(target), "log.chain")}


def test_a_chain_over_rotated_files_holds(here: Path) -> None:
    """As it is written: sealed files in a folder, the next one's first line names the seal."""
    first = chain(4, seal=True)
    second = chain(3, start=hash_of_seal(first), seal=True)
    (here / "audit").mkdir()
    (here / "audit" / "2026-01-01T000100000000Z.log").write_bytes(first)
    (here / "audit" / "2026-01-02T000100000000Z.log.gz").write_bytes(gzip.compress(second))
    (here / "audit.log").write_bytes(chain(2, start=hash_of_seal(second)))
    drafts = _chains()
    assert [draft.findings for draft in drafts.values()] == [(), (), ()]
    assert all(draft.context["holds"] and draft.outcome is Outcome.SUCCESS for draft in drafts.values())
    facts = drafts["audit/2026-01-01T000100000000Z.log"].context
    assert (facts["entries"], facts["sealed"], facts["begins_a_chain"]) == (5, True, True)


def test_a_changed_line_is_named_with_the_check_that_failed(here: Path) -> None:
    """Whoever looks into it must know where to look."""
    (here / "audit.log").write_bytes(chain(5).replace(b'"b2"', b'"b9"'))
    draft = _chains()["audit.log"]
    (finding,) = draft.findings
    assert (finding.finding_type, finding.severity) == ("log.chain-prev-hash", AuditSeverity.ERROR)
    assert finding.location == "audit.log:4"
    assert finding.description.startswith("Line 4 does not name the line before")
    assert draft.context["faults"][0]["check"] == "prev-hash"
    assert (draft.context["holds"], draft.outcome) == (False, Outcome.FAILURE)


def test_a_missing_sealed_file_is_found(here: Path) -> None:
    """Removing a whole file of the past leaves every other file as it was."""
    first = chain(2, seal=True)
    (here / "audit.log").write_bytes(chain(2, start=hash_of_seal(first)))
    assert kinds_of_findings(_chains()["audit.log"]) == ["log.chain-start"]


def test_a_last_line_that_was_cut_is_a_warning(here: Path) -> None:
    """A crash does that, too."""
    (here / "audit.log").write_bytes(chain(3)[:-1])
    (finding,) = _chains()["audit.log"].findings
    assert (finding.finding_type, finding.severity) == ("log.chain-cut-off", AuditSeverity.WARNING)


def test_a_very_long_line_is_hashed_whole(here: Path) -> None:
    """A line is a line, however long."""
    entry = json.dumps({"data": "x" * 3_000_000, "prev_hash": GENESIS}).encode() + b"\n"
    after = json.dumps({"prev_hash": hashlib.sha256(entry).hexdigest()}).encode() + b"\n"
    (here / "audit.log").write_bytes(entry + after)
    assert _chains()["audit.log"].context["holds"]


def _entries(count: int) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    before = GENESIS
    for number in range(count):
        entry = {"timestamp": f"2026-01-01T00:00:{number:02}", "data": {"action": "delete"}, "previous_hash": before}
        before = hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()
        entries.append({**entry, "hash": before})
    return entries


@pytest.mark.parametrize("is_list", [True, False])
def test_a_decorators_trail_is_checked(here: Path, *, is_list: bool) -> None:
    """Kept as one list, or as lines."""
    entries = _entries(4)
    entries[2]["data"] = {"action": "read"}
    text = json.dumps(entries, indent=1) if is_list else json_lines(*entries)
    (here / "trail.log").write_text(text)
    draft = _chains()["trail.log"]
    assert kinds_of_findings(draft) == ["log.chain-entry-hash"]
    assert draft.context["faults"][0]["line"] == 3
    assert draft.context["rule"] == "SHA-256 of the entry without its hash, keys sorted"


def test_an_ordinary_log_is_no_chain(here: Path) -> None:
    """Nothing is said about hashes where there are none."""
    (here / "app.log").write_text(json_lines(event(1, "INFO", "x"), event(2, "INFO", "y", prev_hash="short")))
    (here / "list.log").write_text("[1, 2, 3]")
    assert _chains() == {}
    assert contexts(drafts_of("."), "log.overview")[0]["files"] == 2
