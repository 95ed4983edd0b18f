"""Canonical JSON and hashes of many records of 1.1 kB, beside rfc8785 and orjson with hashlib.

The peers take Python values, write their canonical bytes and hash those once. Ours does more: it also hashes each
record's header and links it to the one before. `from text` begins with JSON text as sealing hands it over (no white
space, keys as the record model has them), `from foreign text` with shuffled keys and spaces, `from values` with the
same Python values as the peers. Where a peer is also measured from text, reading it is part of its time.
"""

import hashlib
import json
from itertools import accumulate
from random import Random
from typing import Any

import orjson
import rfc8785
from duel import Duel, Line, Side
from outcome import begin, tell
from workload import contents

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.content import encoded
from ami_audit.domain.linkage import ZERO_HASH

_COUNT = 10_000
_BATCH = 1000
_CORE = NativeCore()
_TAG = _CORE.record_tag("bench.example/canonical")


def _linked(texts: list[bytes]) -> int:
    """Canonicalise, hash and link in batches of 1,000, as a trail appends them."""
    previous, done = ZERO_HASH, 0
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        linked = _CORE.link(b"".join(batch), list(accumulate(map(len, batch))), tag=_TAG, previous_hash=previous)
        previous, done = linked.record_hashes[-32:], done + len(linked.ends)
    return done


def _shuffled(value: dict[str, Any]) -> dict[str, Any]:
    names = list(value)
    Random(len(names)).shuffle(names)
    return {name: value[name] for name in names}


def _with_rfc8785(values: list[dict[str, Any]]) -> int:
    return len([hashlib.sha256(rfc8785.dumps(value)).digest() for value in values])


def _with_orjson(values: list[dict[str, Any]]) -> int:
    sort = orjson.OPT_SORT_KEYS
    return len([hashlib.sha256(orjson.dumps(value, option=sort)).digest() for value in values])


def _lines() -> list[Line]:
    values = contents(_COUNT)
    texts = [encoded(value) for value in values]
    foreign = [json.dumps(_shuffled(value), ensure_ascii=False).encode() for value in values]
    size = sum(map(len, map(rfc8785.dumps, values))) / _COUNT
    duel = Duel(
        {
            "text": Side("ours, from text", lambda: _linked(texts)),
            "foreign": Side("ours, from foreign text", lambda: _linked(foreign)),
            "values": Side("ours, from values", lambda: _linked([encoded(value) for value in values])),
            "rfc8785": Side("rfc8785 + hashlib, from values", lambda: _with_rfc8785(values)),
            "orjson": Side("orjson sorted + hashlib, from values", lambda: _with_orjson(values)),
            "orjson text": Side(
                "orjson loads, sorted + hashlib, from text",
                lambda: _with_orjson([orjson.loads(text) for text in texts]),
            ),
        }
    ).run()
    work = f"canonical + hash, {_COUNT:,} records of {size:,.0f} B"
    return [
        duel.line(work, "text", "rfc8785", unit="records", goal=">= 25"),
        duel.line(work, "foreign", "rfc8785", unit="records"),
        duel.line(work, "values", "rfc8785", unit="records"),
        duel.line(work, "text", "orjson", unit="records", goal=">= 1.5"),
        duel.line(work, "text", "orjson text", unit="records"),
        duel.line(work, "values", "orjson", unit="records"),
    ]


if __name__ == "__main__":
    begin("canonical")
    tell("canonical", _lines())
