"""Whether a log that chains its own lines by hashes still hangs together, as whoever wrote it meant it.

Two forms are known. In the first each line is a JSON object whose `prev_hash` is the SHA-256 of the line before, its
line feed included; the first of all says 64 zeros; a line `{"event": "seal", "seal_hash": …}` closes a file with the
SHA-256 of all that stands before it, and the next file's first line says that hash. In the second each entry
`{timestamp, data, previous_hash, hash}` names the hash of the one before and has a hash of its own.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

GENESIS = "0" * 64
_HEX = re.compile(r"[0-9a-f]{64}")
_MOST_FAULTS = 100
_BEGINNINGS = frozenset({None, "", "0", GENESIS, "genesis", "GENESIS"})
_ENTRY = frozenset({"timestamp", "data", "previous_hash", "hash"})


class ChainFault(NamedTuple):
    """One check that failed.

    Attributes:
        line: Line or entry, from 1.
        check: `prev-hash`, `seal-hash`, `entry-hash`, `not-json`, `no-hash`, `after-seal`, `cut-off`, `start`, `fork`.
        what: What is wrong, in a sentence's middle: it is put after `line N: `.
        expected: The hash that should stand there, or empty.
        found: The hash that stands there, or empty.
    """

    line: int
    check: str
    what: str
    expected: str = ""
    found: str = ""


class ForeignChain(NamedTuple):
    """What one file's chain says.

    Attributes:
        form: `prev_hash lines` or `hashed entries`.
        entries: Lines or entries looked at.
        starts_from: The hash that the first one names; what an earlier file must end with.
        ends_with: The hash that the next one must name.
        is_sealed: The file was closed by a seal.
        rule: How entries' own hashes are made, where that was found out.
        faults: What failed, at most 100 of them.
        fault_count: How many failed.
    """

    form: str
    entries: int
    starts_from: str
    ends_with: str
    is_sealed: bool
    rule: str
    faults: tuple[ChainFault, ...]
    fault_count: int

    @property
    def is_first(self) -> bool:
        """Whether it begins a chain of its own."""
        return self.starts_from in _BEGINNINGS


def chain_form(lines: Sequence[bytes]) -> str:
    """Return which form a file's first lines have, or nothing: `prev_hash lines`, `hashed entries`."""
    for line in lines:
        entry = _object(line)
        if isinstance(entry.get("prev_hash"), str) and _HEX.fullmatch(entry["prev_hash"].lower()):
            return "prev_hash lines"
        if entry.keys() >= _ENTRY:
            return "hashed entries"
    return ""


class LineChain:
    """Checks lines one by one, whatever their number."""

    def __init__(self) -> None:
        """Begin before the first line."""
        self._whole = hashlib.sha256()
        self._expected = ""
        self._starts_from: str | None = None
        self._number = self._entries = self._fault_count = 0
        self._seal = ""
        self._faults: list[ChainFault] = []

    def add(self, line: bytes) -> None:
        """Look at the next line, its line feed included; a line too long to be one is given without its end."""
        self._number += 1
        if not line.strip():
            self._whole.update(line)
            return
        self._entries += 1
        if self._seal:
            self._fault("after-seal", "stands after the seal, which closed the file")
        if not line.endswith(b"\n"):
            self._fault("cut-off", "has no line feed at its end: the writing broke off, or its end was cut")
        entry = _object(line)
        if entry:
            self._link(entry)
            self._close(entry)
        else:
            self._fault("not-json", "is no JSON object")
        self._whole.update(line)
        self._expected = hashlib.sha256(line).hexdigest()

    def result(self) -> ForeignChain:
        """Return what all lines said."""
        return ForeignChain(
            form="prev_hash lines",
            entries=self._entries,
            starts_from=self._starts_from or "",
            ends_with=self._seal or self._expected,
            is_sealed=bool(self._seal),
            rule="SHA-256 of the line before, its line feed included",
            faults=tuple(self._faults),
            fault_count=self._fault_count,
        )

    def _link(self, entry: Mapping[str, Any]) -> None:
        found = entry.get("prev_hash")
        if not isinstance(found, str):
            self._fault("no-hash", "has no `prev_hash`", expected=self._expected)
            return
        if self._starts_from is None:
            self._starts_from = found
        if self._entries > 1 and found != self._expected:
            self._fault(
                "prev-hash",
                "does not name the line before: that one was changed, or lines between them were removed or put in",
                expected=self._expected,
                found=found,
            )

    def _close(self, entry: Mapping[str, Any]) -> None:
        if entry.get("event") != "seal":
            return
        found, expected = entry.get("seal_hash"), self._whole.hexdigest()
        if found != expected:
            self._fault(
                "seal-hash", "seals another content than what stands before it", expected=expected, found=str(found)
            )
        self._seal = found if isinstance(found, str) and _HEX.fullmatch(found) else expected

    def _fault(self, check: str, what: str, *, expected: str = "", found: str = "") -> None:
        self._fault_count += 1
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(ChainFault(self._number, check, what, expected, found[:80]))


def entry_chain(entries: Iterable[object]) -> ForeignChain:
    """Return what a list of `{timestamp, data, previous_hash, hash}` says; needs memory for all of them."""
    listed = [entry if isinstance(entry, dict) else {} for entry in entries]
    rule = _rule_of(listed)
    faults: list[ChainFault] = []
    before: object = None
    for number, entry in enumerate(listed, start=1):
        faults += _entry_faults(number, entry, before=before, rule=rule)
        before = entry.get("hash")
    first = listed[0].get("previous_hash") if listed else None
    return ForeignChain(
        form="hashed entries",
        entries=len(listed),
        starts_from=str(first or ""),
        ends_with=str(before or ""),
        is_sealed=False,
        rule=rule[0] if rule else "",
        faults=tuple(faults[:_MOST_FAULTS]),
        fault_count=len(faults),
    )


def _entry_faults(
    number: int, entry: Mapping[str, Any], *, before: object, rule: "_Rule | None"
) -> Iterable[ChainFault]:
    if not entry.keys() >= _ENTRY:
        yield ChainFault(number, "no-hash", "lacks `previous_hash` or `hash`")
        return
    found = entry["previous_hash"]
    if number > 1 and found != before:
        yield ChainFault(
            number,
            "prev-hash",
            "does not name the entry before: one between them was removed or put in",
            str(before or ""),
            str(found)[:80],
        )
    if rule and rule[1](entry) != entry["hash"]:
        what = "has another content than the one its hash was made from"
        yield ChainFault(number, "entry-hash", what, rule[1](entry), str(entry["hash"])[:80])


def linked(chains: Mapping[str, ForeignChain]) -> dict[str, ChainFault]:
    """Return what is wrong between files, by the name of the later one: a missing predecessor, a fork.

    Args:
        chains: By name, in the order of names; only files of `prev_hash lines` continue each other.
    """
    lines = {name: chain for name, chain in chains.items() if chain.form == "prev_hash lines"}
    ends = {chain.ends_with: name for name, chain in lines.items() if chain.is_sealed}
    taken: dict[str, str] = {}
    faults: dict[str, ChainFault] = {}
    for name, chain in lines.items():
        start = chain.starts_from
        if chain.is_first or not start:
            continue
        if start not in ends:
            what = "continues a sealed file that is not here, or that was changed since"
            faults[name] = ChainFault(1, "start", what, found=start)
        elif start in taken:
            what = f"continues `{ends[start]}`, which `{taken[start]}` continues too"
            faults[name] = ChainFault(1, "fork", what, found=start)
        else:
            taken[start] = name
    return faults


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_Rule = tuple[str, Callable[[Mapping[str, Any]], str]]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _rest(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "hash"}


def _sorted(value: object) -> str:
    return json.dumps(value, sort_keys=True)


# Nobody wrote down how those entries were hashed: each is tried, and what fits most entries is taken.
_RULES: tuple[_Rule, ...] = (
    ("SHA-256 of the entry without its hash, keys sorted", lambda entry: _hashed(_sorted(_rest(entry)))),
    (
        "SHA-256 of the entry without its hash, keys sorted, compact",
        lambda entry: _hashed(json.dumps(_rest(entry), sort_keys=True, separators=(",", ":"))),
    ),
    ("SHA-256 of the entry without its hash, as written", lambda entry: _hashed(json.dumps(_rest(entry)))),
    (
        "SHA-256 of timestamp, data and previous hash",
        lambda entry: _hashed(f"{entry['timestamp']}{_sorted(entry['data'])}{entry['previous_hash']}"),
    ),
    (
        "SHA-256 of previous hash, timestamp and data",
        lambda entry: _hashed(f"{entry['previous_hash']}{entry['timestamp']}{_sorted(entry['data'])}"),
    ),
    ("SHA-256 of previous hash and data", lambda entry: _hashed(f"{entry['previous_hash']}{_sorted(entry['data'])}")),
    ("SHA-256 of data and previous hash", lambda entry: _hashed(f"{_sorted(entry['data'])}{entry['previous_hash']}")),
)


def _rule_of(entries: Sequence[Mapping[str, Any]]) -> _Rule | None:
    whole = [entry for entry in entries if entry.keys() >= _ENTRY]
    fitting = [(sum(rule(entry) == entry["hash"] for entry in whole), name, rule) for name, rule in _RULES]
    best = max(fitting, key=lambda fit: fit[0], default=None)
    return (best[1], best[2]) if best and best[0] else None
