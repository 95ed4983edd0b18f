"""Does a foreign chain hold, and is it said where it does not?"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest

from ami_audit.domain.log_chain import GENESIS, ForeignChain, LineChain, chain_form, entry_chain, linked


def _lines(count: int, *, start: str = GENESIS, seal: bool = False) -> list[bytes]:
    lines: list[bytes] = []
    before = start
    for number in range(count):
        lines.append(
            json.dumps({"ts": f"2026-01-01T00:00:{number:02}Z", "event": "accept", "prev_hash": before}).encode()
            + b"\n"
        )
        before = hashlib.sha256(lines[-1]).hexdigest()
    if seal:
        whole = hashlib.sha256(b"".join(lines)).hexdigest()
        lines.append(json.dumps({"event": "seal", "prev_hash": before, "seal_hash": whole}).encode() + b"\n")
    return lines


def _checked(lines: Sequence[bytes]) -> ForeignChain:
    chain = LineChain()
    for line in lines:
        chain.add(line)
    return chain.result()


def _faults(lines: Sequence[bytes]) -> list[tuple[int, str]]:
    return [(fault.line, fault.check) for fault in _checked(lines).faults]


def test_a_whole_chain_holds() -> None:
    """The writer's own lines pass, sealed or not."""
    assert _faults(_lines(5)) == []
    assert _faults(_lines(5, seal=True)) == []
    assert _checked(_lines(3)).is_first


def _crlf(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"\n", b"\r\n") for line in lines]


def _links(*lines: int) -> list[tuple[int, str]]:
    return [(line, "prev-hash") for line in lines]


@pytest.mark.parametrize(
    ("damage", "faults"),
    [
        pytest.param(
            lambda lines: [lines[0], lines[1].replace(b"accept", b"reject"), *lines[2:]],
            [*_links(3), (6, "seal-hash")],
            id="changed",
        ),
        pytest.param(lambda lines: [lines[0], *lines[2:]], [*_links(2), (5, "seal-hash")], id="removed"),
        pytest.param(
            lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], [*_links(2, 3, 4), (6, "seal-hash")], id="swapped"
        ),
        pytest.param(
            lambda lines: [*lines[:2], b"no json\n", *lines[2:]],
            [(3, "not-json"), *_links(4), (7, "seal-hash")],
            id="put in",
        ),
        pytest.param(
            lambda lines: [*lines[:2], b'{"a":1}\n', *lines[2:]],
            [(3, "no-hash"), *_links(4), (7, "seal-hash")],
            id="without hash",
        ),
        pytest.param(lambda lines: [*lines, lines[0]], [(7, "after-seal"), *_links(7)], id="after the seal"),
        pytest.param(lambda lines: [*lines[:-1], lines[-1][:-1]], [(6, "cut-off")], id="cut"),
        pytest.param(
            lambda lines: [lines[0][:-1] + b" \n", *lines[1:]], [*_links(2), (6, "seal-hash")], id="one space"
        ),
        pytest.param(_crlf, [*_links(2, 3, 4, 5, 6), (6, "seal-hash")], id="other line ends"),
    ],
)
def test_damage_is_found_at_its_line(damage: Any, faults: list[tuple[int, str]]) -> None:
    """Hashes are of the bytes as they were found, so that a space is a change."""
    assert _faults(damage(_lines(5, seal=True))) == faults


def test_a_fault_says_both_hashes() -> None:
    """Whoever looks into it wants to compare."""
    lines = _lines(3)
    lines[1] = lines[1].replace(b"accept", b"reject")
    (fault,) = _checked(lines).faults
    assert fault.expected == hashlib.sha256(lines[1]).hexdigest()
    assert fault.found == json.loads(lines[2])["prev_hash"]


def test_files_continue_each_other_by_their_seals() -> None:
    """Names say nothing of the order: the hashes do."""
    first = _lines(3, seal=True)
    second = _lines(2, start=json.loads(first[-1])["seal_hash"], seal=True)
    third = _lines(2, start=json.loads(second[-1])["seal_hash"])
    chains = {"z": _checked(first), "m": _checked(second), "a": _checked(third)}
    assert linked(chains) == {}
    del chains["m"]
    assert {name: fault.check for name, fault in linked(chains).items()} == {"a": "start"}


def test_two_files_that_continue_one_are_a_fork() -> None:
    """One of two histories is not the one that was written first."""
    first = _lines(3, seal=True)
    start = json.loads(first[-1])["seal_hash"]
    chains = {"a": _checked(first), "b": _checked(_lines(2, start=start)), "c": _checked(_lines(3, start=start))}
    (name, fault), *rest = linked(chains).items()
    assert (name, fault.check, rest) == ("c", "fork", [])
    assert "`a`" in fault.what
    assert "`b`" in fault.what


def _entries(count: int, *, compact: bool = False) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    before = GENESIS
    for number in range(count):
        entry = {"timestamp": f"2026-01-01T00:00:{number:02}", "data": {"number": number}, "previous_hash": before}
        separators = (",", ":") if compact else None
        before = hashlib.sha256(json.dumps(entry, sort_keys=True, separators=separators).encode()).hexdigest()
        entries.append({**entry, "hash": before})
    return entries


@pytest.mark.parametrize("compact", [False, True])
def test_entries_with_hashes_of_their_own_hold(*, compact: bool) -> None:
    """How they were hashed is found out from them."""
    found = entry_chain(_entries(4, compact=compact))
    assert (found.faults, found.entries, found.rule != "") == ((), 4, True)


def test_a_changed_entry_is_named() -> None:
    """The rest still hangs together; the entry does not fit its own hash."""
    entries = _entries(4)
    entries[1]["data"] = {"number": 7}
    assert [(fault.line, fault.check) for fault in entry_chain(entries).faults] == [(2, "entry-hash")]


def test_a_removed_entry_is_named() -> None:
    """The one after it names a stranger."""
    entries = _entries(4)
    del entries[1]
    assert [(fault.line, fault.check) for fault in entry_chain(entries).faults] == [(2, "prev-hash")]


def test_hashes_by_an_unknown_rule_are_not_called_wrong() -> None:
    """What cannot be recomputed is not known to be changed."""
    entries = [{**entry, "hash": str(number)} for number, entry in enumerate(_entries(2))]
    entries[1]["previous_hash"] = "0"
    found = entry_chain(entries)
    assert (found.rule, found.faults) == ("", ())


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        ([b'{"prev_hash": "' + b"0" * 64 + b'"}'], "prev_hash lines"),
        ([b"damaged", b'{"prev_hash": "' + b"0" * 64 + b'"}'], "prev_hash lines"),
        ([b'{"timestamp": 1, "data": {}, "previous_hash": "0", "hash": "1"}'], "hashed entries"),
        ([b'{"prev_hash": "short"}'], ""),
        ([b'{"message": "x"}', b"[" * 100_000], ""),
        ([], ""),
    ],
)
def test_a_form_is_known_by_the_first_lines(lines: list[bytes], form: str) -> None:
    """An ordinary log must not be taken for a broken chain."""
    assert chain_form(lines) == form
