"""Who last changed each line of one file."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ami_audit.adapters.sources.git.commit import Person
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.mailmap import Signer
from ami_audit.adapters.sources.git.moments import GitDate
from ami_audit.adapters.sources.git.naming import Setting, observation, warning
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.text import readable_path

# Together they keep a record below its limit of 1 MiB.
_RANGES_A_DRAFT = 2_000
_PART_BYTES = 500_000
_PERSON_BYTES = 80


class _Range(NamedTuple):
    first: int
    last: int
    commit: str


def blame_drafts(
    plumbing: Plumbing, path: str, commit: str, *, identities: Identities, setting: Setting
) -> Iterator[AuditDraft]:
    """Yield the drafts of a file's blame: ranges of lines by commit, at most 2,000 ranges in each.

    Args:
        plumbing: Where the objects are.
        path: The file, from the repository's root.
        commit: The commit whose version of the file is asked about.
        identities: Who knows the authors.
        setting: What all drafts of the run share.
    """
    finished = plumbing.run("blame", "--incremental", "--root", commit, "--", path.encode("utf-8", "surrogateescape"))
    if finished.status != 0:
        yield _failed(path, commit, finished.complaint, setting=setting)
        return
    ranges, people = _parsed(finished.output)
    written = {name: identities.person(person) for name, person in people.items()}
    actors = {name: identities.identity(person.signer).actor for name, person in people.items()}
    parts = list(_parts(_merged(ranges), written))
    for number, part in enumerate(parts, 1):
        context = {
            "part": number,
            "parts": len(parts),
            "ranges": [{"from": item.first, "to": item.last, "commit": item.commit} for item in part],
            "commits": {name: written[name] for name in sorted({item.commit for item in part})},
            "lines_by_author": _lines_by(part, actors),
        }
        yield _draft(path, commit, context, setting=setting)


def _lines_by(part: list[_Range], actors: dict[str, str]) -> dict[str, int]:
    lines: Counter[str] = Counter()
    for item in part:
        lines[actors[item.commit]] += item.last - item.first + 1
    return dict(sorted(lines.items()))


def _parts(ranges: list[_Range], written: dict[str, dict[str, str]]) -> Iterator[list[_Range]]:
    """Yield the ranges in parts that each fit into one record; at least one part, were it empty."""
    part: list[_Range] = []
    people: set[str] = set()
    room = _PART_BYTES
    for item in ranges:
        person = 0 if item.commit in people else len(json.dumps(written[item.commit])) * 2 + _PERSON_BYTES
        if part and (room < person or len(part) == _RANGES_A_DRAFT):
            yield part
            part, people, room = [], set(), _PART_BYTES
        part.append(item)
        people.add(item.commit)
        room -= person
    yield part


def _draft(path: str, commit: str, context: dict[str, Any], *, setting: Setting) -> AuditDraft:
    # The revision is told but not part of the identity: an unchanged file is an unchanged fact.
    observed = hashlib.sha256(json.dumps(context, sort_keys=True).encode()).hexdigest()
    told = {"revision": commit, **context}
    return observation("git.blame", readable_path(path), setting, context=told, observed=observed)


def _failed(path: str, commit: str, complaint: str, *, setting: Setting) -> AuditDraft:
    name = readable_path(path)
    finding = warning("git.blame-failed", f"`{name}` cannot be blamed at {commit}: {complaint}.", location=name)
    draft = _draft(path, commit, {"why": complaint}, setting=setting)
    return draft._replace(outcome=Outcome.FAILURE, findings=(finding,))


def _parsed(output: bytes) -> tuple[list[_Range], dict[str, Person]]:
    ranges: list[_Range] = []
    people: dict[str, Person] = {}
    facts: dict[bytes, bytes] = {}
    name = ""
    for line in output.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"filename":
            if name not in people:
                people[name] = _person(facts)
            facts = {}
        elif len(key) in (40, 64):
            name = key.decode("ascii")
            _, final, count = value.split()
            ranges.append(_Range(int(final), int(final) + int(count) - 1, name))
        else:
            facts[key] = value
    return ranges, people


def _person(facts: dict[bytes, bytes]) -> Person:
    email = facts.get(b"author-mail", b"").removeprefix(b"<").removesuffix(b">")
    date = GitDate(facts.get(b"author-time", b""), facts.get(b"author-tz", b""))
    return Person(Signer(facts.get(b"author", b""), email), date)


def _merged(ranges: list[_Range]) -> list[_Range]:
    merged: list[_Range] = []
    for item in sorted(ranges):
        if merged and merged[-1].commit == item.commit and merged[-1].last + 1 == item.first:
            merged[-1] = merged[-1]._replace(last=item.last)
        else:
            merged.append(item)
    return merged
