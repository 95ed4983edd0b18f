#!/usr/bin/env python3
"""Verify an ami-audit bundle with nothing but Python (3.8 or newer) and its standard library.

    python3 verify.py BUNDLE [--pin KEY] [--policy FILE] [--require LEVEL] [--json]

BUNDLE is the zip file, or the bundle.json in it. KEY is a key you trust: the id of the trail's first key (64 hex
digits), or that key as a line of C2SP signed-note (`name+hash+base64`). FILE is a C2SP tlog-policy that says whose
cosignatures you ask for. LEVEL is one of: hashes, signatures, pinned-keys, checkpoint, witnessed.

It prints how far the bundle is proven, what that means, and what is not proven. Exit codes: 0 proven to what was asked,
1 not proven, 2 this is no bundle, or a wrong command line. Without --require, --policy asks for `witnessed` and --pin
for `checkpoint`.

Get this file from a place you trust, not from the bundle you want to check: a forged bundle brings a forged verifier.
The formats are RFC 8785 (canonical JSON), RFC 8032 (Ed25519), RFC 6962 (Merkle trees) and C2SP signed-note,
tlog-checkpoint, tlog-cosignature and tlog-policy; the guide's page on bundles describes the rest.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import json
import re
import struct
import sys
import zipfile
import zlib
from decimal import Decimal
from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

# ------------------------------------------------------------------------------------------------------------ limits
LARGEST_BUNDLE = 1 << 28  # bytes of bundle.json
LARGEST_NUMBER = 2**53 - 1
DEEPEST = 128  # containers inside each other in a record
LONGEST_RECORD = 1 << 20
SCHEMA = "ami-audit/bundle/1"
LEVELS = ("none", "links", "hashes", "signatures", "pinned-keys", "checkpoint", "witnessed")


class NotABundleError(Exception):
    """The file is no bundle; the text says why."""


class Fault(NamedTuple):
    """One thing that is wrong: which check failed, where, and what it means."""

    check: str
    where: str
    detail: str


# ------------------------------------------------------------------------------------------- Ed25519 (RFC 8032, 5.1)
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

# X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z.
Point = Tuple[int, int, int, int]
IDENTITY: Point = (0, 1, 1, 0)


def added(one: Point, other: Point) -> Point:
    """Return the sum of two points (RFC 8032 section 5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def decoded_point(text: bytes) -> Optional[Point]:
    """Return the point that 32 bytes encode in the one canonical way, or None."""
    number = int.from_bytes(text, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(text) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def is_small(point: Point) -> bool:
    """Return whether eight times the point is the identity."""
    for _ in range(3):
        point = added(point, point)
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


BASE = decoded_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or IDENTITY


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature holds: strict encodings, no small order, one cofactored equation."""
    key, commitment = decoded_point(public_key), decoded_point(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or len(signature) != 64 or response >= L:
        return False
    if is_small(key) or is_small(commitment):
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % L
    # [8](S·B − k·A − R) is the identity.
    negative = (P - key[0], key[1], 1, P - key[3])
    total, both = IDENTITY, added(BASE, negative)
    for bit in range(max(response.bit_length(), challenge.bit_length()) - 1, -1, -1):
        total = added(total, total)
        ones = (response >> bit & 1, challenge >> bit & 1)
        if ones != (0, 0):
            total = added(total, {(1, 0): BASE, (0, 1): negative, (1, 1): both}[ones])
    return is_small(added(total, (P - commitment[0], commitment[1], 1, P - commitment[3])))


# ---------------------------------------------------------------------------------------- canonical JSON (RFC 8785)
class RefusedError(ValueError):
    """A text has no canonical form."""


class Members(List[Tuple[str, Any]]):
    """An object as it was written: order and duplicates kept."""


def canonical(text: bytes) -> bytes:
    """Return the canonical form of a JSON text; RefusedError when it has none."""
    try:
        value = json.loads(
            text.decode(),
            object_pairs_hook=Members,
            parse_int=safe_integer,
            parse_float=finite_number,
            parse_constant=refused_word,
        )
        written = canonical_value(value, 0).encode()
    except (UnicodeError, RecursionError, ValueError) as error:
        raise RefusedError(str(error)) from error
    if len(written) > LONGEST_RECORD:
        raise RefusedError("over 1 MiB")
    return written


def safe_integer(token: str) -> int:
    """Return an integer that every reader reads alike."""
    if len(token) > 17 or abs(int(token)) > LARGEST_NUMBER:
        raise RefusedError("an integer beyond 2^53-1")
    return int(token)


def finite_number(token: str) -> float:
    """Return a number that a double can hold."""
    value = float(token)
    if value in (float("inf"), float("-inf")):
        raise RefusedError("not a finite number")
    return value


def refused_word(token: str) -> None:
    """Refuse NaN and the infinities."""
    raise RefusedError(token)


def canonical_value(value: Any, depth: int) -> str:
    """Return a value as canonical text."""
    if isinstance(value, float):
        return ecmascript_number(value)
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if depth == DEEPEST:
        raise RefusedError("nested too deep")
    if not isinstance(value, Members):
        return "[" + ",".join(canonical_value(item, depth + 1) for item in value) + "]"
    written = {key: canonical_value(item, depth + 1) for key, item in value}
    if len(written) != len(value):
        raise RefusedError("a duplicate key")
    ordered = sorted(written, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(json.dumps(key, ensure_ascii=False) + ":" + written[key] for key in ordered) + "}"


def ecmascript_number(value: float) -> str:
    """Return a finite double as ECMAScript writes it (ECMA-262 section 6.1.6.1.20)."""
    if value == 0:
        return "0"
    sign, parts, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, parts))
    point = len(digits) + int(exponent)
    if len(digits) <= point <= 21:
        shown = digits.ljust(point, "0")
    elif 0 < point <= 21:
        shown = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        shown = "0." + "0" * -point + digits
    else:
        fraction = "." + digits[1:] if len(digits) > 1 else ""
        shown = "{}{}e{:+d}".format(digits[0], fraction, point - 1)
    return "-" * sign + shown


# ----------------------------------------------------------------------------------------------- the file, strictly
def read_file(path: str) -> bytes:
    """Return the bytes of bundle.json, whether it stands alone or in a zip file."""
    try:
        with open(path, "rb") as file:
            if file.read(4) != b"PK\x03\x04":
                file.seek(0)
                return bounded(file.read(LARGEST_BUNDLE + 1))
        with zipfile.ZipFile(path) as archive:
            names = [member.filename for member in archive.infolist()]
            if names.count("bundle.json") != 1 or len(set(names)) != len(names):
                raise NotABundleError("it does not hold one bundle.json")
            with archive.open("bundle.json") as member:
                return bounded(member.read(LARGEST_BUNDLE + 1))
    except OSError as error:
        raise NotABundleError("it cannot be read: {}".format(error.strerror or error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error) as error:
        raise NotABundleError("it is a damaged zip file") from error


def bounded(text: bytes) -> bytes:
    """Return the text unless it is larger than any bundle."""
    if len(text) > LARGEST_BUNDLE:
        raise NotABundleError("it is larger than 256 MiB")
    return text


def read_document(text: bytes) -> Dict[str, Any]:
    """Return the object of bundle.json, which must be JSON in its one canonical spelling."""
    try:
        found = json.loads(
            text.decode(),
            object_pairs_hook=single_members,
            parse_int=safe_integer,
            parse_float=refused_word,
            parse_constant=refused_word,
        )
        spelt = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (UnicodeError, RecursionError, ValueError) as error:
        raise NotABundleError("bundle.json is not the JSON that bundles are written in") from error
    if spelt != text:
        raise NotABundleError("bundle.json is not in its canonical spelling")
    return shaped(found, DOCUMENT, "bundle.json")


def single_members(pairs: Sequence[Tuple[str, Any]]) -> Dict[str, Any]:
    """Return an object whose keys are all different."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RefusedError("a duplicate key")
    return members


# A shape is: a pattern of a text; a range of an integer; a list of one shape; a dict of shapes; Maybe of one.
class Maybe(NamedTuple):
    """What may be null, or an absent key of an object."""

    shape: Any


class Text(NamedTuple):
    """A text that the pattern matches as a whole."""

    pattern: str


class Base64(NamedTuple):
    """Bytes in canonical base64."""


HASH = Text("[0-9a-f]{64}")
ANY = Text("(?s:.*)")
WORDS = Text("(?s:.+)")
PLACE = range(2**53)
MOMENT = Text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
SEVERITY = Text("debug|info|warning|error|critical")
RUN = {"hashes": [HASH], "leaves": [{"key": ANY, "sequences": [PLACE]}], "start": PLACE}
FILTER = {
    "action": Maybe(ANY),
    "actor": Maybe(ANY),
    "after": Maybe(PLACE),
    "before": Maybe(PLACE),
    "min_severity": Maybe(SEVERITY),
    "module": Maybe(ANY),
    "run_id": Maybe(ANY),
    "severity": Maybe(SEVERITY),
    "since": Maybe(MOMENT),
    "source": Maybe(ANY),
    "target": Maybe(ANY),
    "target_type": Maybe(ANY),
    "until": Maybe(MOMENT),
}
DOCUMENT = {
    "checkpoint": WORDS,
    "completeness": Maybe({"segments": [{"keys": [RUN], "record": PLACE, "terms": [[RUN]]}]}),
    "disclosures": [WORDS],
    "filter": Maybe(FILTER),
    "records": [
        {
            "canonical": ANY,
            "nonce": Text("0|[1-9][0-9]{0,19}"),
            "previous_hash": HASH,
            "proof": [HASH],
            "record_hash": HASH,
            "sequence": PLACE,
            "signatures": Base64(),
        }
    ],
    "schema": Text(re.escape(SCHEMA)),
}


def shaped(value: Any, shape: Any, where: str) -> Any:
    """Return a value that has the shape; NotABundleError says where it has not."""
    if isinstance(shape, Maybe):
        return None if value is None else shaped(value, shape.shape, where)
    if isinstance(shape, Text):
        if isinstance(value, str) and re.fullmatch(shape.pattern, value):
            return value
    elif isinstance(shape, Base64):
        if isinstance(value, str):
            raw = from_base64(value)
            if raw is not None:
                return raw
    elif isinstance(shape, range):
        if type(value) is int and value in shape:
            return value
    elif isinstance(shape, list):
        if isinstance(value, list):
            return [shaped(item, shape[0], "{}[{}]".format(where, index)) for index, item in enumerate(value)]
    elif isinstance(value, dict) and set(value) <= set(shape):
        lacking = [name for name in shape if name not in value and shape is not FILTER]
        if not lacking and not (shape is FILTER and None in value.values()):
            return {name: shaped(item, shape[name], where + "." + name) for name, item in value.items()}
    raise NotABundleError("{} is not what it should be".format(where))


def from_base64(text: str) -> Optional[bytes]:
    """Return the bytes of canonical base64, or None."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return raw if base64.b64encode(raw).decode() == text else None


# ------------------------------------------------------------------------------------------------------------ records
class Record(NamedTuple):
    """One record of a bundle."""

    sequence: int
    canonical: bytes
    previous_hash: bytes
    nonce: int
    record_hash: bytes
    block: bytes
    proof: List[bytes]


class Signature(NamedTuple):
    """One entry of a record's signature block."""

    key_id: bytes
    signature: bytes
    moment: Optional[str]
    signer: str


class Key(NamedTuple):
    """A key, and the places from `first` to before `end` at which it may sign; no end while it is in use."""

    key_id: bytes
    public_key: bytes
    signer: str
    first: int
    end: Optional[int]


def sha256(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()


def read_records(found: Sequence[Dict[str, Any]]) -> List[Record]:
    """Return the records of a document, which must stand in order."""
    records = [
        Record(
            item["sequence"],
            item["canonical"].encode(),
            bytes.fromhex(item["previous_hash"]),
            int(item["nonce"]),
            bytes.fromhex(item["record_hash"]),
            item["signatures"],
            [bytes.fromhex(hash_) for hash_ in item["proof"]],
        )
        for item in found
    ]
    if any(one.sequence >= other.sequence for one, other in zip(records, records[1:])):
        raise NotABundleError("bundle.json.records are not in the order of their sequences")
    if any(record.nonce >= 2**64 for record in records):
        raise NotABundleError("bundle.json.records have a nonce beyond 2^64")
    return records


def content_of(text: bytes) -> Dict[str, Any]:
    """Return what a record says, as far as it is an object."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def is_moment(text: Any) -> bool:
    """Return whether a text is a moment of the format that a calendar knows."""
    if not isinstance(text, str) or not re.fullmatch(MOMENT.pattern, text):
        return False
    try:
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 (a calendar check)
    except ValueError:
        return False
    return True


def read_block(block: bytes) -> Optional[List[Signature]]:
    """Return the entries of a signature block, or None when it is malformed or not sorted."""
    entries: List[Signature] = []
    at = 0
    while at < len(block):
        fixed = block[at : at + 107]
        length = int.from_bytes(fixed[105:107], "big")
        signer = block[at + 107 : at + 107 + length]
        if len(fixed) < 107 or len(signer) < length or fixed[0] != 1:
            return None
        try:
            name = signer.decode()
        except UnicodeError:
            return None
        moment = written_moment(int.from_bytes(fixed[97:105], "big", signed=True))
        entries.append(Signature(fixed[1:33], fixed[33:97], moment, name))
        at += 107 + length
    pairs = [entry[:2] for entry in entries]
    return entries if pairs == sorted(set(pairs)) else None


def written_moment(microseconds: int) -> Optional[str]:
    """Return microseconds since 1970 as the format writes them; None outside the years 1 to 9999."""
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)  # noqa: DTZ001 (UTC)
    except OverflowError:
        return None
    return moment.isoformat(timespec="microseconds") + "Z"


def sigset_hash(record: Record, entries: Optional[List[Signature]]) -> bytes:
    """Return the hash of a record's signatures; of a malformed block the hash of its bytes."""
    if entries is None:
        return sha256(record.block)
    pairs = b"".join(b"\x00\x20" + entry.key_id + b"\x00\x40" + entry.signature for entry in entries)
    return sha256(pairs) if entries else bytes(32)


def computed_hash(record: Record, tag: bytes) -> bytes:
    """Return what a record's bytes hash to."""
    header = tag + record.previous_hash + sha256(record.canonical) + record.nonce.to_bytes(8, "big")
    return sha256(header)


DETAILS = {
    "form": "its canonical bytes are not RFC 8785 JSON",
    "content": "its canonical text is not an object with this sequence",
    "link": "its previous_hash is not the hash of the record before",
    "hash": "its record_hash is not what its canonical bytes, previous_hash and nonce hash to",
    "bits": "its record_hash has fewer leading zero bits than genesis asks for",
    "time": "its recorded_at is missing, malformed or earlier than the record before",
    "signature": "a signature does not verify",
    "unknown-key": "it is signed with a key that the trail does not name",
    "key-not-valid": "it is signed with a key that was not valid at this position",
    "signature-block": "its signatures are malformed or out of order",
    "proof": "its proof does not lead to the root of the checkpoint",
}


class Records:
    """The records of a bundle, checked one after the other."""

    def __init__(self, records: List[Record], origin: str, bits: int) -> None:
        self.held = {record.sequence: record for record in records}
        self.origin = origin
        self.keys = keys_of(records)
        self.unsigned = sum(not record.block for record in records)
        self._tag = sha256(b"ami-audit/record/v1\n" + origin.encode())
        self._bits = bits
        self._time = ""

    def faults(self, size: int, root: bytes) -> Iterator[Fault]:
        """Yield what is wrong with each record by itself, and with its place in the tree."""
        for record in self.held.values():
            found = set(self._contents(record)) | set(self._links(record))
            entries = read_block(record.block)
            found |= set(self._signatures(record, entries))
            leaf = sha256(
                b"\x00\x01" + record.sequence.to_bytes(8, "big") + record.record_hash + sigset_hash(record, entries)
            )
            if root_of_path(leaf, record.sequence, size, record.proof) != root:
                found.add("proof")
            for check, detail in DETAILS.items():
                if check in found:
                    yield Fault(check, "record {}".format(record.sequence), detail)

    def _contents(self, record: Record) -> Iterator[str]:
        try:
            is_canonical = canonical(record.canonical) == record.canonical
        except RefusedError:
            is_canonical = False
        if not is_canonical:
            yield "form"
            return
        content = content_of(record.canonical)
        own, moment = content.get("sequence"), content.get("recorded_at")
        if type(own) is not int or own != record.sequence:
            yield "content"
        if not is_moment(moment) or moment < self._time:
            yield "time"
        if is_moment(moment) and computed_hash(record, self._tag) == record.record_hash:
            self._time = moment

    def _links(self, record: Record) -> Iterator[str]:
        if computed_hash(record, self._tag) != record.record_hash:
            yield "hash"
        if self._bits and int.from_bytes(record.record_hash, "big") >> (256 - self._bits):
            yield "bits"
        before = self.held.get(record.sequence - 1)
        if record.sequence == 0:
            allowed = {bytes(32)}
        elif before is None:
            return
        else:
            allowed = {before.record_hash, computed_hash(before, self._tag)}
        if record.previous_hash not in allowed:
            yield "link"

    def _signatures(self, record: Record, entries: Optional[List[Signature]]) -> Iterator[str]:
        if entries is None:
            yield "signature-block"
            return
        for entry in entries:
            named = [key for key in self.keys if key.key_id == entry.key_id]
            if not named:
                yield "unknown-key"
            elif not any(is_valid_at(key, record.sequence) for key in named):
                yield "key-not-valid"
            elif entry.moment is None:
                yield "signature-block"
            elif not is_signed(named[0].public_key, self._message(record, entry), entry.signature):
                yield "signature"

    def _message(self, record: Record, entry: Signature) -> bytes:
        facts = {
            "algorithm": "Ed25519",
            "origin": self.origin,
            "record_hash": record.record_hash.hex(),
            "signer": entry.signer,
            "timestamp": entry.moment,
        }
        return b"ami-audit/signature/v1\n" + json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


# --------------------------------------------------------------------------------------------------------------- keys
def is_valid_at(key: Key, sequence: int) -> bool:
    """Return whether a key may sign at that place."""
    return key.first <= sequence and (key.end is None or sequence < key.end)


def keys_of(records: Iterable[Record]) -> List[Key]:
    """Return the keys that the records name, and where each may sign."""
    keys: List[Key] = []
    for record in records:
        content = content_of(record.canonical)
        action, facts = content.get("action"), content.get("context")
        if not isinstance(facts, dict):
            continue
        if (action == "trail.created" and record.sequence == 0) or action == "key.added":
            keys += named_key(facts, "", record.sequence)
        elif action == "key.revoked":
            keys = closed(keys, facts, record.sequence)
        elif action == "key.rotated":
            keys = closed(keys, facts, record.sequence) + named_key(facts, "new_", record.sequence)
    return keys


def named_key(facts: Dict[str, Any], prefix: str, sequence: int) -> List[Key]:
    """Return the key that facts name under a prefix, alone in a list; nothing when it is no key of that name."""
    try:
        key_id = bytes.fromhex(facts[prefix + "key_id"])
        public_key = base64.b64decode(facts[prefix + "public_key"], validate=True)
        signer = str(facts[prefix + "signer"])
    except (KeyError, TypeError, ValueError):
        return []
    is_its_own = len(public_key) == 32 and sha256(public_key) == key_id
    return [Key(key_id, public_key, signer, sequence, None)] if is_its_own else []


def closed(keys: List[Key], facts: Dict[str, Any], sequence: int) -> List[Key]:
    """Return the keys after one of them was retired or revoked; it signs the record that says so as its last."""
    ended = [key.key_id for key in named_key(facts, "", sequence)]
    return [key._replace(end=sequence + 1) if key.end is None and key.key_id in ended else key for key in keys]


# ------------------------------------------------------------------------------------------- Merkle trees (RFC 6962)
def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> Optional[bytes]:
    """Return the root that an inclusion proof (section 2.1.1) leads to; None when it is none for that place."""
    if index >= size:
        return None
    node, last = leaf, size - 1
    for beside in path:
        if not last:
            return None
        if index & 1 or index == last:
            node = sha256(b"\x01" + beside + node)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + beside)
        index, last = index >> 1, last >> 1
    return None if last else node
