"""GitSource: one repository's commits, refs and blame, as drafts."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.git.blame import blame_drafts
from ami_audit.adapters.sources.git.commit_drafts import lost_draft
from ami_audit.adapters.sources.git.differ import Differ
from ami_audit.adapters.sources.git.history import History, Roots, read_history
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.mailmap import Mailmap
from ami_audit.adapters.sources.git.naming import NAME, SOURCE, Setting
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.overview import repository_draft
from ami_audit.adapters.sources.git.plumbing import Plumbing, git_version
from ami_audit.adapters.sources.git.ref_drafts import ref_draft
from ami_audit.adapters.sources.git.refs import Ref, read_refs
from ami_audit.adapters.sources.git.selection import Selection, names_one_file
from ami_audit.adapters.sources.git.settings import Settings, settings_of
from ami_audit.adapters.sources.git.signature import Signatures
from ami_audit.adapters.sources.git.target import Target, target_of
from ami_audit.adapters.sources.git.walk import Tools, Walk
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import SourceError
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource, Known, nothing_known

_BATCH = 256


class GitSource(AuditSource):
    """A repository's history: what `HEAD`, branches, tags and remote-tracking branches reach, oldest first.

    First comes one `git.repository`, then a `git.ref` for each ref, a `git.commit` for each commit and, on request,
    `git.blame` of one file. Lines of a merge are not counted, as `git log --numstat` does not. A commit's draft
    depends on its objects, the mailmap of `HEAD` and the auditor's own keys, never on the repository's
    configuration, attributes or checkout.
    """

    def __init__(self, repo_path: str | Path | None = None) -> None:
        """Take the repository.

        Args:
            repo_path: Where it is; targets are then paths in it. None: each target says where it is.
        """
        self._repo_path = None if repo_path is None else Path(repo_path)

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether this source observes things of that type."""
        return target_type is AuditTargetType.GIT

    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name, version and git's version."""
        return {"name": NAME, "source": SOURCE, "tools": {"git": git_version()}}

    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,
        progress: Progress = silent,
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield batches of drafts; see `AuditSource.stream`.

        Memory: the hashes of the commits asked for (20 bytes each) and some chunks of 128 commits; git itself holds
        the commit graph while it sorts.
        """
        aim = target_of(self._repo_path, target, options)
        settings = settings_of(aim.location)
        with ExitStack() as stack:
            plumbing = stack.enter_context(Plumbing(aim.location, settings))
            signatures = stack.enter_context(closing(Signatures(plumbing.folder)))
            audit = _Audit(aim, settings, plumbing, signatures=signatures, options=options)
            yield from audit.batches(nothing_known if options.full else known, progress)


class _Audit:
    """One run over one repository."""

    def __init__(
        self, aim: Target, settings: Settings, plumbing: Plumbing, *, signatures: Signatures, options: AuditOptions
    ) -> None:
        self._aim = aim
        self._settings = settings
        self._plumbing = plumbing
        self._signatures = signatures
        self._options = options
        self._reader = ObjectReader(plumbing)
        self._setting = Setting({"repository": os.fspath(aim.location.root), "git": git_version()}, options.reason)
        self._refs = read_refs(plumbing, aim.location, self._reader)
        self._identities = Identities(self._mailmap())

    @property
    def _head(self) -> Ref:
        return self._refs[0]

    def _mailmap(self) -> Mailmap:
        if not self._head.commit:
            return Mailmap()
        answer = self._reader.read_one(f"{self._head.commit}:.mailmap")
        return Mailmap(answer.data if answer.kind == "blob" else b"")

    def batches(self, known: Known, progress: Progress) -> Iterator[Sequence[AuditDraft]]:
        history, roots = self._history()
        yield [self._overview(history, roots), *self._lost(history)]
        yield from self._ref_batches()
        yield from self._walk(history, known=known, progress=progress).batches(history)
        yield from self._blame(progress)

    def _history(self) -> tuple[History, list[str]]:
        tips = list(dict.fromkeys(ref.commit for ref in self._refs if ref.is_walked))
        roots = Roots(self._plumbing, tips)
        history = read_history(self._plumbing, tips, paths=self._aim.specs, shallow=self._settings.shallow)
        if not self._aim.exists and not len(history):
            raise SourceError(self._aim.named, "no such path, neither there today nor in the history.")
        return history, roots.names(history.damage)

    def _overview(self, history: History, roots: list[str]) -> AuditDraft:
        return repository_draft(
            self._aim.location,
            self._settings,
            history,
            refs=self._refs,
            roots=roots,
            setting=self._setting,
            plumbing=self._plumbing,
        )

    def _lost(self, history: History) -> list[AuditDraft]:
        lost = history.damage.lost if history.damage else {}
        return [lost_draft(name, why, self._setting) for name, why in sorted(lost.items())]

    def _ref_batches(self) -> Iterator[list[AuditDraft]]:
        for start in range(0, len(self._refs), _BATCH):
            yield [
                ref_draft(ref, identities=self._identities, signatures=self._signatures, setting=self._setting)
                for ref in self._refs[start : start + _BATCH]
            ]

    def _walk(self, history: History, *, known: Known, progress: Progress) -> Walk:
        tools = Tools(
            reader=self._reader,
            differ=Differ(self._plumbing),
            identities=self._identities,
            signatures=self._signatures,
            selection=Selection(self._options, self._identities),
            setting=self._setting,
        )
        broken = history.damage.cut if history.damage else {}
        return Walk(tools, cut={*self._settings.shallow, *broken}, known=known, progress=progress)

    def _blame(self, progress: Progress) -> Iterator[list[AuditDraft]]:
        path = names_one_file(self._aim.specs) if self._options.include_blame else None
        if path is None:
            return
        kind = self._reader.read_one(f"{self._head.commit}:{path}").kind if self._head.commit else "missing"
        if kind != "blob":
            progress.skipped(f"blame of {path}", why="not a file at HEAD")
            return
        yield list(
            blame_drafts(self._plumbing, path, self._head.commit, identities=self._identities, setting=self._setting)
        )
