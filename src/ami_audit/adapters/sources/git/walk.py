"""From hashes to drafts of commits, in order, with git kept busy all the while."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from ami_audit.adapters.sources.git.changes import Changes
from ami_audit.adapters.sources.git.commit import Commit, commit_of, committed_at, signed_part
from ami_audit.adapters.sources.git.commit_drafts import commit_draft, lost_draft, observed_commit, quick_draft
from ami_audit.adapters.sources.git.contributions import Contributions
from ami_audit.adapters.sources.git.differ import Differ
from ami_audit.adapters.sources.git.history import History
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.naming import SOURCE, Setting
from ami_audit.adapters.sources.git.objects import GitObject, ObjectReader
from ami_audit.adapters.sources.git.selection import Selection
from ami_audit.adapters.sources.git.signature import UNSIGNED, Signatures, Signed, State, settled
from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.ports.history_parser import CommitRow, HistoryParser
from ami_audit.ports.progress import Progress
from ami_audit.ports.source import Known, nothing_known

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
    contributions: Contributions | None = None
    counts_lines: bool = True
    parser: HistoryParser | None = None


class _Quick(NamedTuple):
    """A commit that was read by the parser: `row` is what stands in it, `data` the whole object."""

    name: str
    parents: Sequence[str]
    row: CommitRow
    data: bytes


class _Ready(NamedTuple):
    """A commit whose changes are still being counted and whose signature is still being checked."""

    commit: Commit | _Quick
    signature: State
    changes: Changes | None
    is_counted: bool
    is_known: bool


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
        # Who filters or adds up must look at every commit, also at those that need no new record.
        self._is_thorough = bool(tools.selection) or tools.contributions is not None

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
            wanted = names if self._is_thorough else [name for name in names if name not in known]
            self._tools.reader.ask(wanted)
            if before is not None:
                yield before[0], self._prepared(*before[1:])
            before = (len(names), wanted, known)
            if not self._is_thorough:
                self._progress.unchanged(len(known))
        if before is not None:
            yield before[0], self._prepared(*before[1:])

    def _known_among(self, names: Sequence[str]) -> set[str]:
        if self._known is nothing_known:
            return set()
        found = self._recorded(names, counts_lines=True)
        if not self._tools.counts_lines:
            found |= self._recorded([name for name in names if name not in found], counts_lines=False)
        return found

    def _recorded(self, names: Sequence[str], *, counts_lines: bool) -> set[str]:
        observed = (observed_commit(name, counts_lines=counts_lines) for name in names)
        flags = self._known([fact_key(SOURCE, name, fact) for name, fact in zip(names, observed, strict=True)])
        return {name for name, is_known in zip(names, flags, strict=True) if is_known}

    def _prepared(self, names: Sequence[str], known: set[str]) -> list[_Ready | AuditDraft]:
        answers = self._tools.reader.answers(len(names))
        if self._tools.parser is None or self._is_thorough:
            found = (self._read(answer, known) for answer in answers)
            return [item for item in found if item is not None]
        objects = list(answers)
        rows = self._tools.parser.commits([answer.data if answer.kind == "commit" else b"" for answer in objects])
        quick = (self._quick(answer, row) for answer, row in zip(objects, rows, strict=True))
        return [item for item in quick if item is not None]

    def _quick(self, answer: GitObject, row: CommitRow | None) -> _Ready | AuditDraft | None:
        if row is None:
            return self._read(answer, set())
        signature: State = UNSIGNED
        if row.signature is not None:
            signed = Signed(row.signature.encode(), partial(signed_part, answer.data), committed_at(answer.data))
            signature = self._tools.signatures.state(signed)
        return self._counted(_Quick(answer.name, row.facts["parents"], row, answer.data), signature, is_known=False)

    def _read(self, answer: GitObject, known: set[str]) -> _Ready | AuditDraft | None:
        if answer.kind != "commit":
            return lost_draft(answer.name, answer.kind, self._tools.setting)
        commit = commit_of(answer.name, answer.data)
        if self._tools.selection and not self._tools.selection.takes(commit):
            return None
        is_known = commit.name in known
        self._progress.unchanged(int(is_known))
        return None if is_known and self._tools.contributions is None else self._ready(commit, is_known=is_known)

    def _ready(self, commit: Commit, *, is_known: bool) -> _Ready:
        signature: State = UNSIGNED
        if commit.signature and not is_known:
            signed = Signed(commit.signature, partial(signed_part, commit.data), commit.committer.date)
            signature = self._tools.signatures.state(signed)
        return self._counted(commit, signature, is_known=is_known)

    def _counted(self, commit: Commit | _Quick, signature: State, *, is_known: bool) -> _Ready:
        if len(commit.parents) > 1:
            return _Ready(commit, signature, None, is_counted=False, is_known=is_known)
        if commit.name in self._cut:
            unknown = Changes.unknown("its parent is not in this clone")
            return _Ready(commit, signature, unknown, is_counted=False, is_known=is_known)
        return _Ready(commit, signature, None, is_counted=True, is_known=is_known)

    def _finished(self, chunk: Sequence[_Ready | AuditDraft], *, done: int, total: int) -> list[AuditDraft]:
        counted = self._tools.differ.collect()
        drafts = [item if isinstance(item, AuditDraft) else self._draft(item, counted) for item in chunk]
        self._progress.step("commits", done=done, total=total)
        return [draft for draft in drafts if draft is not None]

    def _draft(self, item: _Ready, counted: dict[str, Changes]) -> AuditDraft | None:
        commit, tools = item.commit, self._tools
        changes = counted.get(commit.name) or _NOTHING if item.is_counted else item.changes
        if isinstance(commit, _Quick):
            if changes is None or not changes.problem:
                return quick_draft(
                    commit.name,
                    commit.row,
                    changes,
                    signature=settled(item.signature),
                    identities=tools.identities,
                    setting=tools.setting,
                    counts_lines=tools.counts_lines,
                )
            commit = commit_of(commit.name, commit.data)
        if tools.contributions is not None:
            tools.contributions.add(commit, changes)
        if item.is_known:
            return None
        return commit_draft(
            commit,
            changes,
            settled(item.signature),
            identities=tools.identities,
            setting=tools.setting,
            counts_lines=tools.counts_lines,
        )


_NOTHING = Changes()
