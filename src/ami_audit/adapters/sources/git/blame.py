"""Who last changed each line of a file, and when."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from ami_audit.adapters.sources.git.commit import Person
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.mailmap import Signer
from ami_audit.adapters.sources.git.moments import GitDate, stamp_of
from ami_audit.adapters.sources.git.naming import Setting, digest_of, observation, warning
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.text import readable_path

# Together they keep a record below its limit of 1 MiB.
_RANGES_A_DRAFT = 2_000
_PART_BYTES = 500_000
_PERSON_BYTES = 80
_UNDATED = "unknown"


class Range(NamedTuple):
    """Neighbouring lines that one commit wrote; both ends are included, the first line is 1."""

    first: int
    last: int
    commit: str

    @property
    def lines(self) -> int:
        """How many lines they are."""
        return self.last - self.first + 1


class Blamed(NamedTuple):
    """What git said of one file.

    Attributes:
        path: The file, from the repository's root; bytes that are no text are surrogate-escaped.
        ranges: Its lines, in order, without gaps.
        people: The author of each commit among them.
        complaint: Why it could not be blamed; None when it was.
    """

    path: str
    ranges: Sequence[Range]
    people: dict[str, Person]
    complaint: str | None = None


def blamed(plumbing: Plumbing, commit: str, path: str) -> Blamed:
    """Return who wrote the lines that a file has in a commit; safe from any thread."""
    finished = plumbing.run("blame", "--incremental", "--root", commit, "--", path.encode("utf-8", "surrogateescape"))
    if finished.status != 0:
        return Blamed(path, (), {}, finished.complaint)
    ranges, people = _parsed(finished.output)
    return Blamed(path, _merged(ranges), people)


def blame_drafts(answer: Blamed, commit: str, *, identities: Identities, setting: Setting) -> Iterator[AuditDraft]:
    """Yield the drafts of a file's blame: ranges of lines by commit, at most 2,000 ranges in each.

    Args:
        answer: What git said.
        commit: The commit whose version of the file was asked about.
        identities: Who knows the authors.
        setting: What all drafts of the run share.
    """
    if answer.complaint is not None:
        yield _failed(answer.path, commit, answer.complaint, setting=setting)
        return
    written = {name: identities.person(person) for name, person in answer.people.items()}
    actors = {name: identities.identity(person.signer).actor for name, person in answer.people.items()}
    stamps = {name: stamp_of(person.date) for name, person in answer.people.items()}
    parts = list(_parts(answer.ranges, written))
    for number, part in enumerate(parts, 1):
        context = {
            "part": number,
            "parts": len(parts),
            "lines": sum(item.lines for item in part),
            "ranges": [{"from": item.first, "to": item.last, "commit": item.commit} for item in part],
            "commits": {name: written[name] for name in sorted({item.commit for item in part})},
            "lines_by_author": _counted((actors[item.commit], item.lines) for item in part),
            "lines_by_year": _counted(((stamps[item.commit] or _UNDATED)[:4], item.lines) for item in part),
            **_ages([(stamps[item.commit], item.lines) for item in part]),
        }
        yield _draft(answer.path, commit, context, setting=setting)


def _counted(lines: Iterator[tuple[str, int]]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for what, count in lines:
        counted[what] += count
    return dict(sorted(counted.items()))


def _ages(lines: Sequence[tuple[str | None, int]]) -> dict[str, str | None]:
    """Return when the oldest, the middle and the newest line were written."""
    dated = sorted((stamp, count) for stamp, count in lines if stamp is not None)
    if not dated:
        return {"oldest": None, "median": None, "newest": None}
    passed = accumulate(count for _, count in dated)
    half = sum(count for _, count in dated) / 2
    median = next(stamp for (stamp, _), lines_before in zip(dated, passed, strict=True) if lines_before >= half)
    return {"oldest": dated[0][0], "median": median, "newest": dated[-1][0]}


def _parts(ranges: Sequence[Range], written: dict[str, dict[str, str]]) -> Iterator[list[Range]]:
    """Yield the ranges in parts that each fit into one record; at least one part, were it empty."""
    part: list[Range] = []
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
    told = {"revision": commit, **context}
    return observation("git.blame", readable_path(path), setting, context=told, observed=digest_of(context))


def _failed(path: str, commit: str, complaint: str, *, setting: Setting) -> AuditDraft:
    name = readable_path(path)
    finding = warning("git.blame-failed", f"`{name}` cannot be blamed at {commit}: {complaint}.", location=name)
    draft = _draft(path, commit, {"why": complaint}, setting=setting)
    return draft._replace(outcome=Outcome.FAILURE, findings=(finding,))


def _parsed(output: bytes) -> tuple[list[Range], dict[str, Person]]:
    ranges: list[Range] = []
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
            ranges.append(Range(int(final), int(final) + int(count) - 1, name))
        else:
            facts[key] = value
    return ranges, people


def _person(facts: dict[bytes, bytes]) -> Person:
    email = facts.get(b"author-mail", b"").removeprefix(b"<").removesuffix(b">")
    date = GitDate(facts.get(b"author-time", b""), facts.get(b"author-tz", b""))
    return Person(Signer(facts.get(b"author", b""), email), date)


def _merged(ranges: list[Range]) -> list[Range]:
    merged: list[Range] = []
    for item in sorted(ranges):
        if merged and merged[-1].commit == item.commit and merged[-1].last + 1 == item.first:
            merged[-1] = merged[-1]._replace(last=item.last)
        else:
            merged.append(item)
    return merged
