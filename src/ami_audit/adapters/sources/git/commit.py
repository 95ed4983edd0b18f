"""What stands in a raw commit object, whatever its shape."""

import re
from typing import NamedTuple

from ami_audit.adapters.sources.git.mailmap import Signer
from ami_audit.adapters.sources.git.moments import GitDate

_PERSON = rb"([^<\n]*?) ?<([^>\n]*)> (-?\d{1,18}) ([+-]\d{4})\n"
_USUAL = re.compile(
    rb"tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)author " + _PERSON + rb"committer " + _PERSON
)
_ODD_PERSON = re.compile(rb"(?P<name>[^<]*?) ?<(?P<email>.*)>(?P<rest>[^>]*)", re.DOTALL)
_DATE = re.compile(rb"\s*([+-]?\d+)\s*([+-]\d{4})?")
_PARENT = re.compile(rb"parent ([0-9a-f]{40,64})\n")
_NO_DATE = GitDate(b"", b"")


class Person(NamedTuple):
    """Who and when, as one header line holds it."""

    signer: Signer
    date: GitDate


class Commit(NamedTuple):
    """One commit object's parts, as bytes.

    Attributes:
        name: The commit's hash.
        tree: The root tree's hash; empty when the object names none.
        parents: The parents' hashes.
        author: Who wrote it, and when.
        committer: Who committed it, and when.
        message: Everything after the first empty line.
        encoding: What the message claims to be written in; empty means UTF-8.
        signature: The armoured signature, or empty.
        payload: The bytes that the signature is over, when there is a signature.
        is_sound: The headers are as git writes them.
    """

    name: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: bytes
    encoding: bytes = b""
    signature: bytes = b""
    payload: bytes = b""
    is_sound: bool = True


def commit_of(name: str, data: bytes) -> Commit:
    """Return the parts of a raw commit; a broken header leaves its part empty."""
    usual = _USUAL.match(data)
    if usual is None:
        return _odd(name, data)
    tree, parents, *people = usual.groups()
    author = Person(Signer(people[0], people[1]), GitDate(people[2], people[3]))
    committer = Person(Signer(people[4], people[5]), GitDate(people[6], people[7]))
    start = usual.end()
    commit = Commit(name, tree.decode(), parents_of(parents), author, committer, data[start + 1 :])
    if data[start : start + 1] in (b"\n", b""):
        return commit
    extra, _, message = data[start - 1 :].partition(b"\n\n")
    encoding, signature, payload = _extras(extra, data)
    return commit._replace(message=message, encoding=encoding, signature=signature, payload=payload)


def parents_of(header: bytes) -> tuple[str, ...]:
    """Return the hashes of a header's `parent` lines."""
    return tuple(header.decode("ascii").split()[1::2]) if header else ()


def declared_parents(data: bytes) -> tuple[str, ...] | None:
    """Return the parents of a raw commit as git reads them; None when git refuses the object."""
    if not re.match(rb"tree [0-9a-f]{40,64}\n", data):
        return None
    start = data.index(b"\n") + 1
    found = []
    while line := _PARENT.match(data, start):
        found.append(line[1].decode())
        start = line.end()
    return tuple(found)


def _headers(header: bytes) -> list[tuple[bytes, bytes]]:
    # A line that begins with a space continues the one before.
    folded = header.strip(b"\n").replace(b"\n ", b"\0")
    pairs = (line.partition(b" ") for line in folded.split(b"\n"))
    return [(key, value.replace(b"\0", b"\n")) for key, _, value in pairs]


def _extras(header: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the encoding, the signature and what it is over."""
    values = dict(reversed(_headers(header)))
    signature = values.get(b"gpgsig", b"") or values.get(b"gpgsig-sha256", b"")
    return values.get(b"encoding", b""), signature, _unsigned(data) if signature else b""


def _unsigned(data: bytes) -> bytes:
    header, separator, message = data.partition(b"\n\n")
    kept, is_signature = [], False
    for line in header.split(b"\n"):
        is_signature = is_signature if line.startswith(b" ") else line.startswith(b"gpgsig")
        if not is_signature:
            kept.append(line)
    return b"\n".join(kept) + separator + message


def _odd(name: str, data: bytes) -> Commit:
    header, _, message = data.partition(b"\n\n")
    values = dict(reversed(_headers(header)))
    encoding, signature, payload = _extras(header, data)
    return Commit(
        name=name,
        tree=values.get(b"tree", b"").decode("ascii", "backslashreplace"),
        parents=declared_parents(data) or (),
        author=person_of(values.get(b"author", b"")),
        committer=person_of(values.get(b"committer", b"")),
        message=message,
        encoding=encoding,
        signature=signature,
        payload=payload,
        is_sound=False,
    )


def person_of(value: bytes) -> Person:
    """Return who and when a header value names, however it is written."""
    found = _ODD_PERSON.fullmatch(value)
    if found is None:
        return Person(Signer(value.strip(), b""), _NO_DATE)
    date = _DATE.match(found["rest"])
    when = GitDate(date[1], date[2] or b"") if date else GitDate(found["rest"].strip(), b"")
    return Person(Signer(found["name"].strip(), found["email"]), when)
