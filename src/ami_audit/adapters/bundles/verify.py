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
import bisect
import datetime as dt
import hashlib
import json
import re
import struct
import sys
import zipfile
import zlib
from decimal import Decimal
from typing import Any, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

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


def decoded_point(text: bytes) -> Point | None:
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
        shown = f"{digits[0]}{fraction}e{point - 1:+d}"
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
            if archive.getinfo("bundle.json").compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise NotABundleError("its bundle.json is packed in a way that is not read")
            with archive.open("bundle.json") as member:
                return bounded(member.read(LARGEST_BUNDLE + 1))
    except OSError as error:
        raise NotABundleError(f"it cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError, struct.error) as error:
        raise NotABundleError("it is a damaged zip file") from error


def bounded(text: bytes) -> bytes:
    """Return the text unless it is larger than any bundle."""
    if len(text) > LARGEST_BUNDLE:
        raise NotABundleError("it is larger than 256 MiB")
    return text


def read_document(text: bytes) -> dict[str, Any]:
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
    document: dict[str, Any] = shaped(found, DOCUMENT, "bundle.json")
    return document


def single_members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys are all different."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise RefusedError("a duplicate key")
    return members


# A shape is: a pattern of a text; a range of an integer; a list of one shape; a dict of shapes; or one of these.
class Maybe(NamedTuple):
    """What may be null."""

    shape: Any


class Some(NamedTuple):
    """An object that has some of these members."""

    shapes: dict[str, Any]


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
FILTER = Some(
    {
        "action": ANY,
        "actor": ANY,
        "after": PLACE,
        "before": PLACE,
        "min_severity": SEVERITY,
        "module": ANY,
        "run_id": ANY,
        "severity": SEVERITY,
        "since": MOMENT,
        "source": ANY,
        "target": ANY,
        "target_type": ANY,
        "until": MOMENT,
    }
)
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
    if isinstance(shape, list) and isinstance(value, list):
        return [shaped(item, shape[0], f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(shape, (dict, Some)) and isinstance(value, dict):
        shapes = shape.shapes if isinstance(shape, Some) else shape
        if set(value) <= set(shapes) and (isinstance(shape, Some) or len(value) == len(shapes)):
            return {name: shaped(item, shapes[name], where + "." + name) for name, item in value.items()}
    if isinstance(shape, Base64) and isinstance(value, str):
        value = from_base64(value)
        if value is not None:
            return value
    is_text = isinstance(shape, Text) and isinstance(value, str) and re.fullmatch(shape.pattern, value)
    if is_text or (isinstance(shape, range) and type(value) is int and value in shape):
        return value
    raise NotABundleError(f"{where} is not what it should be")


def from_base64(text: str) -> bytes | None:
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
    proof: list[bytes]


class Signature(NamedTuple):
    """One entry of a record's signature block."""

    key_id: bytes
    signature: bytes
    moment: str | None
    signer: str


class Key(NamedTuple):
    """A key, and the places from `first` to before `end` at which it may sign; no end while it is in use."""

    key_id: bytes
    public_key: bytes
    signer: str
    first: int
    end: int | None


def sha256(data: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(data).digest()


def read_records(found: Sequence[dict[str, Any]]) -> list[Record]:
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


def content_of(text: bytes) -> dict[str, Any]:
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
        dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 (a calendar check)
    except ValueError:
        return False
    return True


def read_block(block: bytes) -> list[Signature] | None:
    """Return the entries of a signature block, or None when it is malformed or not sorted."""
    entries: list[Signature] = []
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


def signers_of(block: bytes) -> set[bytes]:
    """Return the ids of the keys that a signature block names; of a malformed one, those that can be read."""
    found: set[bytes] = set()
    at = 0
    while len(block) - at >= 107:
        found.add(block[at + 1 : at + 33])
        at += 107 + int.from_bytes(block[at + 105 : at + 107], "big")
    return found


def written_moment(microseconds: int) -> str | None:
    """Return microseconds since 1970 as the format writes them; None outside the years 1 to 9999."""
    try:
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=microseconds)  # noqa: DTZ001 (UTC)
    except OverflowError:
        return None
    return moment.isoformat(timespec="microseconds") + "Z"


def sigset_hash(record: Record, entries: list[Signature] | None) -> bytes:
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
NOT_ADMITTED = "it changes who may sign, and is not signed by those who may say so"


class Records:
    """The records of a bundle, checked one after the other."""

    def __init__(self, records: list[Record], origin: str, bits: int) -> None:
        self.held = {record.sequence: record for record in records}
        self.origin = origin
        self.keys, self._refused = keys_of(records)
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
                    yield Fault(check, f"record {record.sequence}", detail)
            if record.sequence in self._refused:
                yield Fault("key-not-valid", f"record {record.sequence}", NOT_ADMITTED)

    def _contents(self, record: Record) -> Iterator[str]:
        try:
            is_canonical = canonical(record.canonical) == record.canonical
        except RefusedError:
            is_canonical = False
        if not is_canonical:
            yield "form"
            return
        content = content_of(record.canonical)
        own, moment = content.get("sequence"), str(content.get("recorded_at"))
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

    def _signatures(self, record: Record, entries: list[Signature] | None) -> Iterator[str]:
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


def keys_of(records: Iterable[Record]) -> tuple[list[Key], set[int]]:
    """Return the keys that records name and where each may sign, and the records that had no right to say so."""
    keys: list[Key] = []
    refused: set[int] = set()
    for record in records:
        content = content_of(record.canonical)
        action, facts = content.get("action"), content.get("context")
        begins = action == "trail.created" and record.sequence == 0
        if not isinstance(facts, dict) or not (begins or action in ("key.added", "key.rotated", "key.revoked")):
            continue
        prefix = "new_" if action == "key.rotated" else ""
        coming = [] if action == "key.revoked" else named_key(facts, prefix, record.sequence)
        going = named_key(facts, "", record.sequence) if action in ("key.rotated", "key.revoked") else []
        retired = going if action == "key.rotated" else []
        if (coming or going) and not is_admitted(record, keys, coming, retired):
            refused.add(record.sequence)
        keys = closed(keys, going, record.sequence) + coming
    return keys, refused


def is_admitted(record: Record, keys: Iterable[Key], coming: Iterable[Key], retired: Iterable[Key]) -> bool:
    """Return whether a record that says something about keys is signed by those who may say so.

    The first record is its own authority. Any other is signed by a key that could sign before it already; a rotation
    by the very key that it retires; and a key that comes in has signed it, too.
    """
    if record.sequence == 0:
        return True
    signed = signers_of(record.block)
    may = {key.key_id for key in keys if is_valid_at(key, record.sequence)} & signed
    return bool(may) and {key.key_id for key in retired} <= may and {key.key_id for key in coming} <= signed


def named_key(facts: dict[str, Any], prefix: str, sequence: int) -> list[Key]:
    """Return the key that facts name under a prefix, alone in a list; nothing when it is no key of that name."""
    try:
        key_id = bytes.fromhex(facts[prefix + "key_id"])
        public_key = base64.b64decode(facts[prefix + "public_key"], validate=True)
        signer = str(facts[prefix + "signer"])
        signer.encode()  # half a surrogate pair is no name
    except (KeyError, TypeError, ValueError):
        return []
    is_its_own = len(public_key) == 32 and sha256(public_key) == key_id
    return [Key(key_id, public_key, signer, sequence, None)] if is_its_own else []


def closed(keys: list[Key], going: Iterable[Key], sequence: int) -> list[Key]:
    """Return the keys after some of them were retired or revoked; they sign the record that says so as their last."""
    ended = {key.key_id for key in going}
    return [key._replace(end=sequence + 1) if key.end is None and key.key_id in ended else key for key in keys]


# ------------------------------------------------------------------------------------------- Merkle trees (RFC 6962)
def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
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


# ------------------------------------------------------------------------------------- signed notes and policies (C2SP)
ED25519, COSIGNATURE, ML_DSA_44 = 1, 4, 6
KEY_SIZES = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1312}
CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class FormatError(ValueError):
    """A note, a key or a policy is not in its format."""


class NoteKey(NamedTuple):
    """A public key as notes name it."""

    name: str
    key_hash: bytes
    kind: int
    public_key: bytes


class NoteLine(NamedTuple):
    """One signature line of a note."""

    name: str
    key_hash: bytes
    signature: bytes


class Checkpoint(NamedTuple):
    """A signed note that says how long a trail is and the root of its tree."""

    text: str
    origin: str
    size: int
    root: bytes
    lines: list[NoteLine]


def writable(text: str) -> str:
    """Return a text that may stand in a note."""
    if CONTROL.search(text):
        raise FormatError("it holds a control character")
    try:
        text.encode()
    except UnicodeError as error:
        raise FormatError("it is not Unicode") from error
    return text


def key_name(name: str) -> str:
    """Return a name that a key may have."""
    if not name or "+" in name or any(character.isspace() for character in name):
        raise FormatError("a name is empty or holds a space or a plus")
    return writable(name)


def note_bytes(text: str) -> bytes:
    """Return the bytes of canonical base64."""
    raw = from_base64(text)
    if raw is None:
        raise FormatError("it holds what is not canonical base64")
    return raw


def read_key(text: str) -> NoteKey:
    """Return the key that a line `name+hash+base64` says."""
    name, _, rest = text.partition("+")
    digits, second, encoded = rest.partition("+")
    if not second or not re.fullmatch("[0-9a-f]{8}", digits):
        raise FormatError("a key is not of the form name+hash+base64")
    material = note_bytes(encoded)
    if len(material) < 2:
        raise FormatError("a key holds no public key")
    key = NoteKey(key_name(name), bytes.fromhex(digits), material[0], material[1:])
    if key.kind in KEY_SIZES:
        is_its_own = key_hash(name, key.kind, key.public_key) == key.key_hash
        if len(key.public_key) != KEY_SIZES[key.kind] or not is_its_own:
            raise FormatError("a key does not hash to its hash")
    return key


def key_hash(name: str, kind: int, public_key: bytes) -> bytes:
    """Return the 4 bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key)[:4]


def read_checkpoint(note: str) -> Checkpoint:
    """Return the checkpoint that a note is."""
    text, separator, lines = writable(note).rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise FormatError("it is no signed note")
    signatures = [read_line(line) for line in lines[:-1].split("\n")]
    facts = text.split("\n")
    if len(signatures) > 100 or len(facts) < 3 or not all(facts):
        raise FormatError("it does not say an origin, a size and a root")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", facts[1]) or int(facts[1]) >= 2**63:
        raise FormatError("its size is none")
    root = note_bytes(facts[2])
    if len(root) != 32:
        raise FormatError("its root is none")
    return Checkpoint(text + "\n", facts[0], int(facts[1]), root, signatures)


def read_line(line: str) -> NoteLine:
    """Return what a signature line says."""
    if not line.startswith("\u2014 "):
        raise FormatError("a signature line is none")
    name, _, encoded = line[2:].rpartition(" ")
    raw = note_bytes(encoded)
    if len(raw) < 5:
        raise FormatError("a signature line holds no signature")
    return NoteLine(key_name(name), raw[:4], raw[4:])


def signs_checkpoint(checkpoint: Checkpoint, keys: Sequence[Key]) -> bool:
    """Return whether a key of the trail that was valid at the checkpoint's last record has signed it."""
    for key in keys:
        if not key.first < checkpoint.size or not (key.end is None or checkpoint.size <= key.end):
            continue
        hash_ = key_hash(checkpoint.origin, ED25519, key.public_key)
        for line in checkpoint.lines:
            if (line.name, line.key_hash) == (checkpoint.origin, hash_) and is_signed(
                key.public_key, checkpoint.text.encode(), line.signature
            ):
                return True
    return False


def has_logged(key: NoteKey, checkpoint: Checkpoint) -> bool:
    """Return whether a log has signed the checkpoint as the one whose trail it is of."""
    if key.name != checkpoint.origin or key.kind != ED25519:
        return False
    return any(
        (line.name, line.key_hash) == (key.name, key.key_hash)
        and is_signed(key.public_key, checkpoint.text.encode(), line.signature)
        for line in checkpoint.lines
    )


def has_cosigned(key: NoteKey, checkpoint: Checkpoint) -> bool:
    """Return whether a witness has cosigned the checkpoint (cosignature/v1)."""
    for line in checkpoint.lines:
        if (line.name, line.key_hash) != (key.name, key.key_hash) or key.kind != COSIGNATURE:
            continue
        time = int.from_bytes(line.signature[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{checkpoint.text}".encode()
        if len(line.signature) == 72 and time < 2**63 and is_signed(key.public_key, message, line.signature[8:]):
            return True
    return False


class Policy:
    """Which witnesses must have cosigned a checkpoint (C2SP tlog-policy)."""

    def __init__(self, text: bytes) -> None:
        self.logs: list[NoteKey] = []
        self.witnesses: dict[str, NoteKey] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum = ""
        lines = text.split(b"\n")
        if lines.pop():
            raise FormatError("the last line does not end")
        if len(lines) > 4095:
            raise FormatError("it is too long")
        for number, line in enumerate(lines, 1):
            if re.search(rb"[^\t\n\x20-\x7e\x80-\xff]", line):
                raise FormatError(f"line {number} holds a control character")
            words = [word.decode("utf-8", "surrogateescape") for word in line.replace(b"\t", b" ").split(b" ") if word]
            if words and not words[0].startswith("#") and not self._take(words[0], words[1:]):
                raise FormatError(f"line {number} is not understood")
        if not self.quorum:
            raise FormatError("it says no quorum")

    def _take(self, word: str, rest: list[str]) -> bool:
        names = set(self.witnesses) | set(self.groups)
        if word == "log" and len(rest) in (1, 2):
            key = read_key(rest[0])
            known = [log.public_key for log in self.logs]
            self.logs.append(key)
            return key.kind != COSIGNATURE and key.public_key not in known
        if word == "witness" and len(rest) in (2, 3):
            key = read_key(rest[1])
            known = [witness.public_key for witness in self.witnesses.values()]
            self.witnesses[rest[0]] = key
            is_new = rest[0] not in names | {"none"} and key.public_key not in known
            return is_new and key.kind in (COSIGNATURE, ML_DSA_44)
        if word == "group" and len(rest) >= 3:
            name, needed, members = rest[0], rest[1], rest[2:]
            taken = {member for _, others in self.groups.values() for member in others}
            count = {"all": str(len(members)), "any": "1"}.get(needed, needed)
            if not re.fullmatch("[1-9][0-9]{0,5}", count) or int(count) > len(members):
                return False
            self.groups[name] = (int(count), members)
            is_fresh = len(set(members)) == len(members) and not taken & set(members)
            return name not in names | {"none"} and is_fresh and set(members) <= names
        if word == "quorum" and len(rest) == 1 and not self.quorum:
            self.quorum = rest[0]
            return rest[0] == "none" or rest[0] in names
        return False

    def counted(self) -> list[str]:
        """Return the witnesses that the quorum asks."""
        wanted: set[str] = set()
        waiting = [self.quorum]
        while waiting:
            name = waiting.pop()
            wanted.add(name)
            waiting += self.groups.get(name, (0, []))[1]
        return [name for name in self.witnesses if name in wanted]

    def is_reached_by(self, cosigners: set[str]) -> bool:
        """Return whether those witnesses are enough."""
        holds = {name: name in cosigners for name in self.witnesses}
        for name, (needed, members) in self.groups.items():
            holds[name] = sum(holds[member] for member in members) >= needed
        return self.quorum == "none" or holds[self.quorum]


# ------------------------------------------------------------------------------------------------------- completeness
FIELDS = ("action", "actor", "run_id", "severity", "source", "target", "target_type", "timestamp")
SEVERITIES = ("debug", "info", "warning", "error", "critical")
INDEXED = "trail.segment_indexed"

# Keys from the first to before the second; without a second one to the end.
Interval = Tuple[bytes, Optional[bytes]]
KEY_RECORDS: Interval = (b"key.", b"key/")


class Claim(NamedTuple):
    """What a record says of the records from `first` to before `end`: how many keys each field has, and the root."""

    first: int
    end: int
    fields: dict[str, tuple[int, bytes]]


class ProofError(ValueError):
    """A part of the bundle does not prove what it should."""


def field_keys(text: bytes) -> dict[str, bytes]:
    """Return the keys under which a record is indexed, by field."""
    try:
        content = json.loads(text) if canonical(text) == text else None
    except RefusedError:
        content = None
    if not isinstance(content, dict) or re.search(r'[\x00-\x1f"\\]', "".join(content)):
        return {}
    keys = {name: content[name] for name in FIELDS if isinstance(content.get(name), str)}
    if "severity" in keys:
        severity = keys.pop("severity")
        keys.update({"severity": str(SEVERITIES.index(severity))} if severity in SEVERITIES else {})
    if "source" in keys:
        keys["source"] = keys["source"].partition("/")[0]
    if not is_moment(keys.get("timestamp")):
        keys.pop("timestamp", None)
    return {name: key.encode() for name, key in keys.items()}


def claim_of(record: Record | None) -> Claim | None:
    """Return what a record claims of a segment; None when it is no index of records before it."""
    content = content_of(record.canonical) if record else {}
    facts = content.get("context")
    if record is None or content.get("action") != INDEXED or not isinstance(facts, dict):
        return None
    shape = {
        "end": PLACE,
        "fields": {name: {"keys": PLACE, "root": HASH} for name in FIELDS},
        "first": PLACE,
        "format": Text("ami-audit/segment/v1"),
    }
    try:
        shaped(facts, shape, "context")
    except NotABundleError:
        return None
    fields = {name: (field["keys"], bytes.fromhex(field["root"])) for name, field in facts["fields"].items()}
    claim = Claim(facts["first"], facts["end"], fields)
    return claim if claim.first < claim.end <= record.sequence else None


def leaf_of(key: bytes, sequences: Sequence[int]) -> bytes:
    """Return the leaf hash of a key and the records that have it."""
    data = b"\x02" + len(key).to_bytes(4, "big") + key + len(sequences).to_bytes(4, "big")
    return sha256(b"\x00" + data + b"".join(number.to_bytes(8, "big") for number in sequences))


def root_over(hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaf hashes (section 2.1)."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else sha256(b"")
    middle = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + root_over(hashes[:middle]) + root_over(hashes[middle:]))


def root_of_run(run: dict[str, Any], size: int) -> bytes | None:
    """Return the root that neighbouring leaves and the hashes beside them lead to; None when to none."""
    leaves = [leaf_of(leaf["key"].encode(), leaf["sequences"]) for leaf in run["leaves"]]
    start: int = run["start"]
    end = start + len(leaves)
    beside: list[bytes] = [bytes.fromhex(hash_) for hash_ in run["hashes"]]
    if size == 0 or end > size:
        return sha256(b"") if size == end == len(beside) == 0 else None

    def walk(low: int, high: int) -> bytes:
        if high <= start or low >= end:
            return beside.pop(0)
        if high - low == 1:
            return leaves[low - start]
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        left = walk(low, middle)
        return sha256(b"\x01" + left + walk(middle, high))

    try:
        root = walk(0, size)
    except IndexError:
        return None
    return None if beside else root


def is_within(key: bytes, interval: Interval) -> bool:
    """Return whether a key is in the interval."""
    return interval[0] <= key and (interval[1] is None or key < interval[1])


def named_by(runs: Sequence[dict[str, Any]], intervals: Sequence[Interval], field: tuple[int, bytes]) -> frozenset[int]:
    """Return the records whose key is in one of the intervals, each of which a run shows whole."""
    if len(runs) != len(intervals):
        raise ProofError("it does not show each run of keys that is asked for")
    named: set[int] = set()
    for run, interval in zip(runs, intervals):
        keys = [leaf["key"].encode() for leaf in run["leaves"]]
        begins = run["start"] == 0 or (keys and keys[0] < interval[0])
        ends = run["start"] + len(keys) == field[0] or (keys and interval[1] is not None and keys[-1] >= interval[1])
        if not begins or not ends or any(one >= other for one, other in zip(keys, keys[1:])):
            raise ProofError("a run of keys does not reach from one end of what is asked for to the other")
        if root_of_run(run, field[0]) != field[1]:
            raise ProofError("a run of keys does not lead to the root that was sealed")
        for leaf in run["leaves"]:
            if is_within(leaf["key"].encode(), interval):
                named.update(leaf["sequences"])
    return frozenset(named)


def terms_of(asked: dict[str, Any]) -> list[tuple[str, list[Interval]]]:
    """Return what a filter asks of the index: fields, and the intervals of their keys."""
    terms: list[tuple[str, list[Interval]]] = []
    for name in ("action", "actor", "run_id", "source", "target_type"):
        if name in asked:
            terms.append((name, [(asked[name].encode(), asked[name].encode() + b"\x00")]))
    if "severity" in asked:
        weight = str(SEVERITIES.index(asked["severity"])).encode()
        terms.append(("severity", [(weight, weight + b"\x00")]))
    if "min_severity" in asked:
        terms.append(("severity", [(str(SEVERITIES.index(asked["min_severity"])).encode(), None)]))
    for name in ("target", "module"):
        if name in asked:
            place = asked[name].rstrip("/").encode()
            terms.append(("target", [(place, place + b"\x00"), (place + b"/", place + b"0")]))
    if "since" in asked or "until" in asked:
        until = asked["until"].encode() if "until" in asked else None
        terms.append(("timestamp", [(asked.get("since", "").encode(), until)]))
    return terms


class Completeness:
    """Judges whether records that a filter asks for, or that say something about keys, were left out."""

    def __init__(self, records: Records, asked: dict[str, Any] | None, size: int) -> None:
        self.held = records.held
        self.asked = asked
        self.size = size
        self.keys = {number: field_keys(record.canonical) for number, record in self.held.items()}
        self.matching = frozenset(number for number in self.held if asked is not None and self._matches(number))
        self._terms = terms_of(asked or {})
        self._order = list(self.held)
        self._end = 0

    def _matches(self, sequence: int) -> bool:
        keys = self.keys[sequence]
        is_wanted = all(
            name in keys and any(is_within(keys[name], interval) for interval in intervals)
            for name, intervals in terms_of(self.asked or {})
        )
        low, high = self._window(0, self.size)
        return is_wanted and low <= sequence < max(high, low)

    def _window(self, first: int, end: int) -> tuple[int, int]:
        asked = self.asked or {}
        return max(first, asked.get("after", -1) + 1), min(end, asked.get("before", end))

    def faults(self, shown: dict[str, Any] | None) -> Iterator[Fault]:
        """Yield what keeps the bundle from being the whole answer."""
        if shown is None:
            if self.asked is not None:
                yield Fault("completeness", "bundle", "nothing shows that no matching record was left out")
            return
        for segment in shown["segments"]:
            where = f"segment {self._end}"
            claim = claim_of(self.held.get(segment["record"]))
            if claim is None or claim.first != self._end:
                yield Fault("segment", where, "no record in the bundle indexes the records from here on")
                return
            try:
                for fault in self._segment(segment, claim, where):
                    yield fault
            except ProofError as error:
                yield Fault("segment", where, str(error))
                return
            self._end = claim.end
        for fault in self._missing(self._end, self.size, "records that no index covers are not in the bundle"):
            yield fault
        for fault in self._needless():
            yield fault

    def _segment(self, segment: dict[str, Any], claim: Claim, where: str) -> Iterator[Fault]:
        about_keys = named_by(segment["keys"], [KEY_RECORDS], claim.fields["action"])
        answers = self._answers(segment["terms"], claim)
        low, high = self._window(claim.first, claim.end)
        if answers is None:
            for fault in self._missing(low, high, "records that answer the filter are not in the bundle"):
                yield fault
        else:
            answers = frozenset(number for number in answers if low <= number < high)
        lacking = sorted(number for number in about_keys | (answers or frozenset()) if number not in self.held)
        if lacking:
            detail = f"{len(lacking)} records that the index of its segment names are not in the bundle"
            yield Fault("omitted", f"record {lacking[0]}", detail)
        for number in self._between(claim.first, claim.end):
            is_answer = answers is not None and number in self.matching and number not in answers
            if is_answer or (self._is_about_keys(number) and number not in about_keys):
                yield Fault("segment", where, f"its index does not name record {number}")

    def _answers(self, terms: Sequence[Any], claim: Claim) -> frozenset[int] | None:
        """Return the records of a segment that answer the filter; None when no term narrows them down."""
        low, high = self._window(claim.first, claim.end)
        if self.asked is None or low >= high:
            return frozenset()
        answers: frozenset[int] | None = None
        for index, (name, intervals) in enumerate(self._terms):
            if answers is not None and not answers:
                break
            if index >= len(terms):
                raise ProofError("it does not show each field that is asked for")
            named = named_by(terms[index], intervals, claim.fields[name])
            answers = named if answers is None else answers & named
        return answers

    def _missing(self, low: int, high: int, what: str) -> Iterator[Fault]:
        count = high - low - len(self._between(low, high))
        if count > 0:
            first = next(number for number in range(low, high) if number not in self.held)
            yield Fault("omitted", f"record {first}", f"{count} {what}")

    def _is_about_keys(self, number: int) -> bool:
        return is_within(self.keys[number].get("action", b""), KEY_RECORDS)

    def _needless(self) -> Iterator[Fault]:
        if self.asked is None:
            return
        for number in self.held:
            is_needed = number == 0 or number >= self._end or self._is_about_keys(number)
            is_index = self.keys[number].get("action") == INDEXED.encode()
            if not is_needed and not is_index and number not in self.matching:
                detail = "it neither answers the filter nor is needed to prove the answer"
                yield Fault("extra", f"record {number}", detail)

    def wrong_indexes(self) -> Iterator[Fault]:
        """Yield each index in the bundle that is none, or that says what the records it covers do not."""
        for number, record in self.held.items():
            if content_of(record.canonical).get("action") != INDEXED:
                continue
            claim = claim_of(record)
            where = f"record {number}"
            if claim is None:
                yield Fault("segment", where, "it is no index of records before it")
            elif self.holds(claim) and self._fields(claim) != claim.fields:
                yield Fault("segment", where, "what it says of the records it indexes is not what they say")

    def holds(self, claim: Claim) -> bool:
        """Return whether every record of a segment is in the bundle."""
        return len(self._between(claim.first, claim.end)) == claim.end - claim.first

    def _between(self, low: int, high: int) -> list[int]:
        """Return the records of the bundle from `low` to before `high`."""
        return self._order[bisect.bisect_left(self._order, low) : bisect.bisect_left(self._order, high)]

    def _fields(self, claim: Claim) -> dict[str, tuple[int, bytes]]:
        fields = {}
        for name in FIELDS:
            places: dict[bytes, list[int]] = {}
            for number in range(claim.first, claim.end):
                if name in self.keys[number]:
                    places.setdefault(self.keys[number][name], []).append(number)
            fields[name] = (len(places), root_over([leaf_of(key, places[key]) for key in sorted(places)]))
        return fields


# -------------------------------------------------------------------------------------------- disclosures (RFC 9901)
def disclosure_faults(records: Records, disclosures: Sequence[str]) -> Iterator[Fault]:
    """Yield each disclosure whose digest no record of the bundle, and no other disclosure, holds."""
    wanted = committed_digests(records, disclosures)
    for index, text in enumerate(disclosures):
        if disclosed(text) is None or digest_of(text) not in wanted:
            yield Fault("disclosure", f"disclosure {index}", "no record in the bundle is committed to it")


def committed_digests(records: Records, disclosures: Sequence[str]) -> set[str]:
    """Return every digest that stands in a record, or in what is disclosed."""
    values: list[Any] = [content_of(record.canonical) for record in records.held.values()]
    values += [disclosed(text) for text in disclosures]
    return {digest for value in values for digest in digests_in(value)}


def digest_of(text: str) -> str:
    """Return the digest by which a record is committed to a disclosure."""
    return base64.urlsafe_b64encode(sha256(text.encode())).rstrip(b"=").decode()


def disclosed(text: str) -> Any:
    """Return the value that a disclosure discloses, in a list; None when it is no disclosure."""
    if not re.fullmatch("[A-Za-z0-9_-]+", text):
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(found, list) and len(found) in (2, 3) and all(isinstance(part, str) for part in found[:-1])
    return [found[-1]] if is_one else None


def digests_in(value: Any) -> Iterator[str]:
    """Yield the digests that a value is committed to."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            listed = found.get("_sd")
            named = listed if isinstance(listed, list) else [listed]
            for digest in [*named, found.get("...")]:
                if isinstance(digest, str):
                    yield digest
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


# ------------------------------------------------------------------------------------------------------------ verdict
BREAKS = {
    "form": "hashes",
    "content": "hashes",
    "hash": "hashes",
    "bits": "hashes",
    "time": "hashes",
    "disclosure": "hashes",
    "signature": "signatures",
    "unknown-key": "signatures",
    "key-not-valid": "signatures",
    "signature-block": "signatures",
    "checkpoint": "checkpoint",
}


class Pin(NamedTuple):
    """A key that is trusted, for one trail or for any."""

    key_id: bytes
    origin: str | None


def judged(document: dict[str, Any], pins: Sequence[Pin], policy: Policy | None) -> dict[str, Any]:
    """Return the verdict on a bundle."""
    records = read_records(document["records"])
    try:
        checkpoint = read_checkpoint(document["checkpoint"])
    except FormatError as error:
        raise NotABundleError(f"its checkpoint cannot be read: {error}") from error
    facts = genesis_of(records)
    if facts is None:
        fault = Fault("genesis", "record 0", "it is missing, or does not say which trail it begins")
        return verdict(checkpoint, [fault], None, None, document, pins, policy)
    held = Records(records, facts["origin"], facts["difficulty_bits"])
    faults = list(held.faults(checkpoint.size, checkpoint.root))
    if checkpoint.origin != held.origin:
        faults.append(Fault("checkpoint", "checkpoint", "it is of another trail"))
    elif not signs_checkpoint(checkpoint, held.keys):
        faults.append(Fault("checkpoint", "checkpoint", "no key of the trail that was valid there has signed it"))
    whole = Completeness(held, document["filter"], checkpoint.size)
    faults += whole.faults(document["completeness"])
    faults += whole.wrong_indexes()
    faults += disclosure_faults(held, document["disclosures"])
    return verdict(checkpoint, faults, held, whole, document, pins, policy)


def genesis_of(records: Sequence[Record]) -> dict[str, Any] | None:
    """Return what the first record of a trail says about it; None when it is not there."""
    content = content_of(records[0].canonical) if records and records[0].sequence == 0 else {}
    facts = content.get("context")
    if content.get("action") != "trail.created" or not isinstance(facts, dict):
        return None
    bits, origin = facts.get("difficulty_bits"), facts.get("origin")
    if not isinstance(origin, str) or type(bits) is not int or not 0 <= bits <= 256:
        return None
    try:
        return facts if origin.encode() else None
    except UnicodeError:
        return None


def verdict(
    checkpoint: Checkpoint,
    faults: list[Fault],
    held: Records | None,
    whole: Completeness | None,
    document: dict[str, Any],
    pins: Sequence[Pin],
    policy: Policy | None,
) -> dict[str, Any]:
    """Return everything that is said about a bundle."""
    keys = held.keys if held else []
    unsigned = held.unsigned if held else 0
    cosigners = [name for name, key in policy.witnesses.items() if has_cosigned(key, checkpoint)] if policy else []
    counted = policy.counted() if policy else []
    reached, lacks = reached_level(checkpoint, held, pins, policy, cosigners)
    broken = [LEVELS.index(BREAKS.get(fault.check, "links")) for fault in faults]
    level = LEVELS[min([LEVELS.index(reached), *(place - 1 for place in broken)])]
    said = {
        "complete": bool(whole and whole.asked is not None and not faults),
        "faults": [fault._asdict() for fault in faults],
        "filter": document["filter"],
        "keys": [shown_key(key) for key in keys],
        "level": level,
        "matching": len(whole.matching) if whole and whole.asked is not None else None,
        "origin": held.origin if held else checkpoint.origin,
        "records": len(document["records"]),
        "root": checkpoint.root.hex(),
        "size": checkpoint.size,
        "unsigned": unsigned,
        "witnesses": {"cosigned": len(set(cosigners) & set(counted)), "of": len(counted)} if policy else None,
    }
    said["proven"] = [] if faults else list(proven(said, document))
    said["not_proven"] = list(lacks) + list(not_proven(held, whole, document))
    return said


def reached_level(
    checkpoint: Checkpoint,
    held: Records | None,
    pins: Sequence[Pin],
    policy: Policy | None,
    cosigners: Sequence[str],
) -> tuple[str, list[str]]:
    """Return the level that a bundle without faults reaches, and why not a higher one."""
    if held is None:
        return "none", []
    if held.unsigned:
        return "hashes", [f"{held.unsigned} records carry no signature."]
    logs = [Pin(sha256(log.public_key), log.name) for log in policy.logs] if policy else []
    trusted = [*pins, *logs]
    if not trusted:
        return "signatures", ["Whose key began the trail: name one that you trust."]
    first = [key.key_id for key in held.keys if key.first == 0]
    if not any(pin.key_id in first and pin.origin in (None, held.origin) for pin in trusted):
        return "signatures", ["The trail was begun with a key that is not among the trusted ones."]
    if policy is None:
        return "checkpoint", ["No policy was given, so nothing shows that others saw the same trail."]
    if policy.logs and held.origin not in [log.name for log in policy.logs]:
        return "checkpoint", ["The policy is about another trail."]
    if policy.logs and not any(has_logged(log, checkpoint) for log in policy.logs):
        return "checkpoint", ["None of the logs that the policy names has signed the checkpoint."]
    if not policy.counted():
        return "checkpoint", ["The policy asks for no witness."]
    if not policy.is_reached_by(set(cosigners)):
        return "checkpoint", ["Too few of the policy's witnesses have cosigned the checkpoint."]
    return "witnessed", []


def shown_key(key: Key) -> dict[str, Any]:
    """Return what is said about a key."""
    return {
        "key_id": key.key_id.hex(),
        "public_key": key.public_key.hex(),
        "signer": key.signer,
        "valid_from": key.first,
        "valid_to": key.end,
    }


def proven(said: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """Yield what a bundle without faults proves, in sentences."""
    yield "{records} records are as they were sealed, at their places among the first {size} of `{origin}`.".format(
        **said
    )
    if not said["unsigned"]:
        yield "Each of them is signed with a key that the trail names as valid at its place."
    if document["filter"] is not None:
        yield "No record that answers the filter was left out: {matching} of {size} do.".format(**said)
    if document["completeness"] is not None:
        yield "No record that says something about keys was left out."
    if document["disclosures"]:
        yield "{} withheld values are disclosed as they were sealed.".format(len(document["disclosures"]))
    if said["level"] == "witnessed":
        yield "{cosigned} of {of} witnesses have cosigned the checkpoint.".format(**said["witnesses"])


def not_proven(held: Records | None, whole: Completeness | None, document: dict[str, Any]) -> Iterator[str]:
    """Yield what no bundle of this kind proves, in sentences."""
    if held is not None:
        shown = {digest_of(text) for text in document["disclosures"]}
        withheld = len(committed_digests(held, document["disclosures"]) - shown)
        if withheld:
            yield f"What {withheld} withheld values are: the records are committed to them, and do not say."
    if document["completeness"] is None:
        yield "That nothing was left out: the bundle does not claim it."
    elif whole is not None:
        claims = [claim_of(whole.held.get(segment["record"])) for segment in document["completeness"]["segments"]]
        if any(claim is not None and not whole.holds(claim) for claim in claims):
            yield "That each index lists what its segment holds: whoever has the whole trail can check it."


# ---------------------------------------------------------------------------------------------------------- the program
def pin_of(text: str) -> Pin:
    """Return the key that a person trusts."""
    if re.fullmatch("[0-9a-f]{64}", text):
        return Pin(bytes.fromhex(text), None)
    key = read_key(text)
    return Pin(sha256(key.public_key), key.name)


def main(words: Sequence[str]) -> int:
    """Verify the bundle that the words name; return the exit code."""
    parser = argparse.ArgumentParser(description="Verify an ami-audit bundle.")
    parser.add_argument("bundle", help="the zip file, or the bundle.json in it")
    parser.add_argument("--pin", action="append", default=[], metavar="KEY", help="a key that you trust")
    parser.add_argument("--policy", metavar="FILE", help="whose cosignatures you ask for (C2SP tlog-policy)")
    parser.add_argument("--require", metavar="LEVEL", choices=LEVELS[1:], help="fail below this level")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    options = parser.parse_args(words)
    try:
        pins = [pin_of(text) for text in options.pin]
        policy = None
        if options.policy:
            with open(options.policy, "rb") as file:
                policy = Policy(file.read())
        said = judged(read_document(read_file(options.bundle)), pins, policy)
    except FormatError as error:
        return complain(f"the key or the policy cannot be used: {error}")
    except OSError as error:
        return complain(f"the policy cannot be read: {error.strerror}")
    except NotABundleError as error:
        return complain(f"`{options.bundle}` is no bundle: {error}.")
    said["required"] = options.require or ("witnessed" if policy else "checkpoint" if pins else "hashes")
    said["schema"] = "ami-audit/bundle-verification/1"
    said["is_sound"] = not said["faults"] and LEVELS.index(said["level"]) >= LEVELS.index(said["required"])
    show(said, as_json=options.json)
    return 0 if said["is_sound"] else 1


def complain(text: str) -> int:
    """Say on stderr why there is no verdict."""
    print("verify.py: " + printable(text), file=sys.stderr)
    return 2


def show(said: dict[str, Any], as_json: bool) -> None:
    """Print a verdict."""
    if as_json:
        print(json.dumps(said, sort_keys=True, indent=2))
        return
    print("Proven to: {}".format(said["level"]) + ("" if said["is_sound"] else "  (NOT PROVEN to what was required)"))
    print("Trail:     {}".format(printable(said["origin"])))
    for title, lines in (("Proven", said["proven"]), ("Not proven", said["not_proven"])):
        if lines:
            print(f"\n{title}:")
            for line in lines:
                print("  - " + printable(line))
    if said["faults"]:
        print("\n{} faults:".format(len(said["faults"])))
        for fault in said["faults"][:100]:
            print("  - " + printable("{where}: {check}: {detail}".format(**fault)))
    if not said["is_sound"]:
        print("\nRequired was: {}.".format(said["required"]))


def printable(text: str) -> str:
    """Return a text that cannot make a terminal do anything."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
