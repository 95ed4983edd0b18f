"""What changed in lock files, commit by commit."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ami_audit.adapters.sources.git.commit import Commit, commit_of
from ami_audit.adapters.sources.git.history import History
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.listing import ABSENT, Entry, Listing
from ami_audit.adapters.sources.git.message import message_facts
from ami_audit.adapters.sources.git.moments import stamp_of
from ami_audit.adapters.sources.git.naming import SOURCE, Setting, digest, observation, warning
from ami_audit.adapters.sources.git.objects import LARGEST_BYTES, ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.selection import Selection
from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import ActorType, Outcome
from ami_audit.domain.lockfile import NOTHING, READERS, PinChanges, Pins, compared, is_lockfile, pins_of
from ami_audit.domain.text import readable_path
from ami_audit.ports.progress import Progress
from ami_audit.ports.source import Known

LOCKFILES: tuple[bytes, ...] = tuple(f":(top,glob)**/{name}".encode() for name in READERS)
"""Pathspecs of every lock file that can be read."""

_CHUNK = 256
_KEPT = 1_000
_REMEMBERED = 64


class Readers(NamedTuple):
    """What reads one repository's lock files."""

    reader: ObjectReader
    identities: Identities
    selection: Selection
    setting: Setting


class _Unreadable(NamedTuple):
    """A state of a lock file that could not be read, and why."""

    why: str


class Lockfiles:
    """Tells a lock file's changes; the state before is the state after an earlier commit, so each is read once."""

    def __init__(self, readers: Readers, *, known: Known, progress: Progress) -> None:
        """Take what reads, who knows what the trail holds, and who is told of progress."""
        self._readers = readers
        self._known = known
        self._progress = progress
        self._states: OrderedDict[tuple[str, str], Pins | _Unreadable] = OrderedDict()

    def drafts(self, plumbing: Plumbing, history: History, specs: Sequence[bytes]) -> Iterator[AuditDraft]:
        """Yield a draft for each commit and lock file that it changed, in the history's order."""
        listing = Listing(plumbing, "--no-renames", "-m", paths=specs)
        done = 0
        for names in history.chunks(_CHUNK):
            for name, sides in groupby(listing.entries(names), key=itemgetter(0)):
                told = [entries for _, entries in sides]
                known = [entries for entries in told if entries is not None]
                if len(known) < len(told):
                    self._progress.skipped(name, why="trees are missing: no word on lock files")
                else:
                    yield from self._of_commit(name, known)
            done += len(names)
            self._progress.step("commits of lock files", done=done, total=len(history))

    def _of_commit(self, name: str, sides: list[list[Entry]]) -> Iterator[AuditDraft]:
        """Yield what a commit changed against each of its parents: a merge's own changes are those against them all."""
        shared = set.intersection(*({entry.path for entry in side} for side in sides))
        changed = [entry for entry in sides[0] if entry.path in shared and is_lockfile(entry.path)]
        if not changed:
            return
        keys = [fact_key(SOURCE, readable_path(entry.path), _observed(name, entry)) for entry in changed]
        new = [entry for entry, is_known in zip(changed, self._known(keys), strict=True) if not is_known]
        self._progress.unchanged(len(changed) - len(new))
        commit = commit_of(name, self._readers.reader.read_one(name).data) if new else None
        if commit is not None and len(sides) >= len(commit.parents) and self._readers.selection.takes(commit):
            yield from (self._draft(commit, entry) for entry in new)

    def _draft(self, commit: Commit, entry: Entry) -> AuditDraft:
        before, after = self._state(entry.old_path, entry.old_mode, entry.old), self._pinned(entry)
        context = {
            "commit": commit.name,
            "status": entry.status,
            "author": self._readers.identities.person(commit.author, commit.encoding),
            "subject": message_facts(commit.message, commit.encoding)["subject"],
        }
        path = readable_path(entry.path)
        draft = observation(
            "git.lockfile", path, self._readers.setting, context=context, observed=_observed(commit.name, entry)
        )._replace(
            actor=self._readers.identities.identity(commit.author.signer, commit.encoding).actor,
            actor_type=ActorType.PERSON,
            timestamp=stamp_of(commit.author.date),
        )
        if isinstance(before, Pins) and isinstance(after, Pins):
            changes = compared(before, after)
            counts = {"packages": {"before": len(before.versions), "after": len(after.versions)}}
            found = (_redigested(commit, path, changes),) if changes.redigested else ()
            return draft._replace(context={**context, **counts, **_written(changes)}, findings=found)
        why = next(state.why for state in (after, before) if isinstance(state, _Unreadable))
        finding = warning(
            "git.lockfile-unreadable",
            f"What commit {commit.name} changed in `{path}` cannot be told: {why}.",
            location=path,
        )
        return draft._replace(context={**context, "why": why}, outcome=Outcome.PARTIAL, findings=(finding,))

    def _pinned(self, entry: Entry) -> Pins | _Unreadable:
        return self._state(entry.path, entry.new_mode, entry.new)

    def _state(self, path: str, mode: str, name: str) -> Pins | _Unreadable:
        if mode == ABSENT:
            return NOTHING
        key = (path.rpartition("/")[2], name)
        found = self._states.pop(key, None)
        if found is None:
            found = self._read(path, name)
        self._states[key] = found
        if len(self._states) > _REMEMBERED:
            self._states.popitem(last=False)
        return found

    def _read(self, path: str, name: str) -> Pins | _Unreadable:
        answer = self._readers.reader.read_one(name)
        if answer.kind != "blob":
            return _Unreadable(f"the content {name} is {answer.kind}")
        if answer.size_bytes > LARGEST_BYTES:
            return _Unreadable(f"its content is too large to be read here: {answer.size_bytes} bytes")
        try:
            return pins_of(path, answer.data)
        except ValueError as error:
            return _Unreadable(f"the content {name} cannot be read ({str(error).splitlines()[0]})")


def _observed(commit: str, entry: Entry) -> str:
    return digest("lockfile", commit, readable_path(entry.path))


def _written(changes: PinChanges) -> dict[str, Any]:
    lists: dict[str, list[Any]] = {
        "added": [{"name": name, "versions": versions} for name, versions in changes.added],
        "removed": [{"name": name, "versions": versions} for name, versions in changes.removed],
        "changed": [{"name": name, "from": old, "to": new} for name, old, new in changes.changed],
        "redigested": changes.redigested,
    }
    facts: dict[str, Any] = {name: found[:_KEPT] for name, found in lists.items()}
    omitted = sum(max(0, len(found) - _KEPT) for found in lists.values())
    return {**facts, "omitted": omitted} if omitted else facts


def _redigested(commit: Commit, path: str, changes: PinChanges) -> AuditFinding:
    return warning(
        "git.lockfile-redigested",
        f"Commit {commit.name} changed digests in `{path}` without changing versions, the first is "
        f"`{changes.redigested[0]}`. Changed digests: {len(changes.redigested)}.",
        location=path,
        recommendation="Find out why the same version has other content now: a release is never made twice.",
    )
