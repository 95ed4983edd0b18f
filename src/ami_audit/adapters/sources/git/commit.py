"""What stands in a raw commit object, whatever its shape."""

import re
from typing import NamedTuple

from ami_audit.adapters.sources.git.mailmap import Signer
from ami_audit.adapters.sources.git.moments import GitDate

# The name keeps its trailing space here: a lazy match that stops before it costs three times as much.
_PERSON = rb"([^<\n]*)<([^>\n]*)> (-?\d{1,18}) ([+-]\d{4})\n"
_USUAL = re.compile(
    rb"tree ([0-9a-f]{40,64})\n((?:parent [0-9a-f]{40,64}\n)*)author " + _PERSON + rb"committer " + _PERSON
)
_ODD_PERSON = re.compile(rb"(?P<name>[^<]*?) ?<(?P<email>.*)>(?P<rest>[^>]*)", re.DOTALL)
_DATE = re.compile(rb"\s*([+-]?\d+)\s*([+-]\d{4})?")
_PARENT = re.compile(rb"parent ([0-9a-f]{40,64})\n")
_COMMITTED = re.compile(rb"\ncommitter [^\n]*> (-?\d+) ([+-]\d{4})\n")
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
        data: The whole object, when there is a signature to check.
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
    data: bytes = b""
    is_sound: bool = True


def commit_of(name: str, data: bytes) -> Commit:
    """Return the parts of a raw commit; a broken header leaves its part empty."""
    usual = _USUAL.match(data)
    if usual is None:
        return _odd(name, data)
    tree, parents, author, email, seconds, zone, committer, committer_email, committed, committer_zone = usual.groups()
    encoding = signature = b""
    message = data[usual.end() :]
    if message.startswith(b"\n"):
        message = message[1:]
    elif message:
        header, _, message = message.partition(b"\n\n")
        encoding, signature = _extras(header)
    return Commit(
        name,
        tree.decode(),
        parents_of(parents),
        Person(Signer(author.rstrip(b" "), email), GitDate(seconds, zone)),
        Person(Signer(committer.rstrip(b" "), committer_email), GitDate(committed, committer_zone)),
        message,
        encoding,
        signature,
        data if signature else b"",
    )


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


def committed_at(data: bytes) -> GitDate:
    """Return when a raw commit says that it was committed; no date when it does not say so as git does."""
    found = _COMMITTED.search(data)
    return GitDate(found[1], found[2]) if found else _NO_DATE


def _headers(header: bytes) -> list[tuple[bytes, bytes]]:
    # A line that begins with a space continues the one before.
    folded = header.strip(b"\n").replace(b"\n ", b"\0")
    pairs = (line.partition(b" ") for line in folded.split(b"\n"))
    return [(key, value.replace(b"\0", b"\n")) for key, _, value in pairs]


def _extras(header: bytes) -> tuple[bytes, bytes]:
    """Return the encoding and the signature."""
    values = dict(reversed(_headers(header)))
    signature = values.get(b"gpgsig", b"") or values.get(b"gpgsig-sha256", b"")
    return values.get(b"encoding", b""), signature


def signed_part(data: bytes) -> bytes:
    """Return what a raw commit's signature is over: the commit without its signature headers."""
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
    encoding, signature = _extras(header)
    return Commit(
        name=name,
        tree=values.get(b"tree", b"")[:64].decode("ascii", "backslashreplace"),
        parents=declared_parents(data) or (),
        author=person_of(values.get(b"author", b"")),
        committer=person_of(values.get(b"committer", b"")),
        message=message,
        encoding=encoding,
        signature=signature,
        data=data if signature else b"",
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
