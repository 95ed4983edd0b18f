"""From hashes to drafts of commits, in order, with git kept busy all the while."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ami_audit.adapters.sources.git.changes import Changes
from ami_audit.adapters.sources.git.commit import Commit, commit_of, signed_part
from ami_audit.adapters.sources.git.commit_drafts import commit_draft, lost_draft, observed_commit
from ami_audit.adapters.sources.git.differ import Differ
from ami_audit.adapters.sources.git.history import History
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.naming import SOURCE, Setting
from ami_audit.adapters.sources.git.objects import GitObject, ObjectReader
from ami_audit.adapters.sources.git.selection import Selection
from ami_audit.adapters.sources.git.signature import UNSIGNED, Signatures, Signed, State, settled
from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.ports.progress import Progress
from ami_audit.ports.source import Known

# Small, because some dozen chunks are under way at any time; large enough that asking for one costs nothing.
_CHUNK = 128


class Tools(NamedTuple):
    """What turns one repository's commits into drafts."""

    reader: ObjectReader
    differ: Differ
    identities: Identities
    signatures: Signatures
    selection: Selection
    setting: Setting


class _Ready(NamedTuple):
    """A commit whose changes are still being counted and whose signature is still being checked."""

    commit: Commit
    signature: State
    changes: Changes | None
    is_counted: bool


class Walk:
    """Turns a history into drafts; what the trail already knows is neither read nor counted again."""

    def __init__(self, tools: Tools, *, cut: Collection[str], known: Known, progress: Progress) -> None:
        """Take the tools.

        Args:
            tools: Readers and writers of commits.
            cut: Commits some of whose parents are not in this clone: git would take all their files for new.
            known: Tells which facts the trail holds.
            progress: Told of every chunk.
        """
        self._tools = tools
        self._cut = cut
        self._known = known
        self._progress = progress

    def batches(self, history: History) -> Iterator[list[AuditDraft]]:
        """Yield the drafts of all commits, a chunk at a time, in the history's order."""
        done = 0
        waiting: deque[tuple[int, list[_Ready | AuditDraft]]] = deque()
        for count, chunk in self._chunks(history):
            self._tools.differ.submit([item.commit for item in chunk if isinstance(item, _Ready) and item.is_counted])
            waiting.append((count, chunk))
            if len(waiting) > self._tools.differ.ahead:
                done += waiting[0][0]
                yield self._finished(waiting.popleft()[1], done=done, total=len(history))
        for count, chunk in waiting:
            done += count
            yield self._finished(chunk, done=done, total=len(history))

    def _chunks(self, history: History) -> Iterator[tuple[int, list[_Ready | AuditDraft]]]:
        # git reads the next chunk while this one is looked at.
        before: tuple[int, list[str], set[str]] | None = None
        for names in history.chunks(_CHUNK):
            known = self._known_among(names)
            wanted = names if self._tools.selection else [name for name in names if name not in known]
            self._tools.reader.ask(wanted)
            if before is not None:
                yield before[0], self._prepared(*before[1:])
            before = (len(names), wanted, known)
            if not self._tools.selection:
                self._progress.unchanged(len(known))
        if before is not None:
            yield before[0], self._prepared(*before[1:])

    def _known_among(self, names: Sequence[str]) -> set[str]:
        flags = self._known([fact_key(SOURCE, name, observed_commit(name)) for name in names])
        return {name for name, is_known in zip(names, flags, strict=True) if is_known}

    def _prepared(self, names: Sequence[str], known: set[str]) -> list[_Ready | AuditDraft]:
        found = (self._read(answer, known) for answer in self._tools.reader.answers(len(names)))
        return [item for item in found if item is not None]

    def _read(self, answer: GitObject, known: set[str]) -> _Ready | AuditDraft | None:
        if answer.kind != "commit":
            return lost_draft(answer.name, answer.kind, self._tools.setting)
        commit = commit_of(answer.name, answer.data)
        if self._tools.selection and not self._tools.selection.takes(commit):
            return None
        if commit.name in known:
            self._progress.unchanged(1)
            return None
        return self._ready(commit)

    def _ready(self, commit: Commit) -> _Ready:
        signature: State = UNSIGNED
        if commit.signature:
            signed = Signed(commit.signature, partial(signed_part, commit.data), commit.committer.date)
            signature = self._tools.signatures.state(signed)
        if len(commit.parents) > 1:
            return _Ready(commit, signature, None, is_counted=False)
        if commit.name in self._cut:
            return _Ready(commit, signature, Changes.unknown("its parent is not in this clone"), is_counted=False)
        return _Ready(commit, signature, None, is_counted=True)

    def _finished(self, chunk: Sequence[_Ready | AuditDraft], *, done: int, total: int) -> list[AuditDraft]:
        counted = self._tools.differ.collect()
        drafts = [item if isinstance(item, AuditDraft) else self._draft(item, counted) for item in chunk]
        self._progress.step("commits", done=done, total=total)
        return drafts

    def _draft(self, item: _Ready, counted: dict[str, Changes]) -> AuditDraft:
        changes = counted.get(item.commit.name) or _NOTHING if item.is_counted else item.changes
        tools = self._tools
        return commit_draft(
            item.commit, changes, settled(item.signature), identities=tools.identities, setting=tools.setting
        )


_NOTHING = Changes()
