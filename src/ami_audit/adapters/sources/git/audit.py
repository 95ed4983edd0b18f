"""One run over one repository: what is told, in which order."""

import os
from collections.abc import Iterator, Sequence

from ami_audit.adapters.sources.git.analyses import Analyses, Asked
from ami_audit.adapters.sources.git.batches import in_batches
from ami_audit.adapters.sources.git.commit_drafts import lost_draft
from ami_audit.adapters.sources.git.contributions import Contributions
from ami_audit.adapters.sources.git.differ import Differ
from ami_audit.adapters.sources.git.follow import Followed, follow, joined, spec_of
from ami_audit.adapters.sources.git.history import History, read_history, roots_of
from ami_audit.adapters.sources.git.identity import Identities
from ami_audit.adapters.sources.git.mailmap import Mailmap
from ami_audit.adapters.sources.git.naming import Setting
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.overview import repository_draft
from ami_audit.adapters.sources.git.plumbing import Plumbing, git_version
from ami_audit.adapters.sources.git.ref_drafts import ref_drafts
from ami_audit.adapters.sources.git.refs import Ref, read_refs
from ami_audit.adapters.sources.git.selection import Selection, literal_paths
from ami_audit.adapters.sources.git.settings import Settings
from ami_audit.adapters.sources.git.signature import Signatures
from ami_audit.adapters.sources.git.submodule_drafts import submodule_drafts
from ami_audit.adapters.sources.git.submodules import declared_by, pointers_of
from ami_audit.adapters.sources.git.target import Target
from ami_audit.adapters.sources.git.walk import Tools, Walk
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import SourceError
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.history_parser import HistoryParser
from ami_audit.ports.progress import Progress
from ami_audit.ports.source import Known

_BATCH = 256
# Names asked for one by one are followed one by one; more than these are a selection, not a question about a file.
_MOST_FOLLOWED = 50


class Audit:
    """One run over one repository."""

    def __init__(
        self,
        aim: Target,
        settings: Settings,
        plumbing: Plumbing,
        *,
        signatures: Signatures,
        options: AuditOptions,
        parser: HistoryParser | None,
    ) -> None:
        """Take the repository and what is asked of it; its refs are read at once."""
        self._parser = parser
        self._aim = aim
        self._settings = settings
        self._plumbing = plumbing
        self._signatures = signatures
        self._options = options
        self._reader = ObjectReader(plumbing)
        self._setting = Setting({"repository": os.fspath(aim.location.root), "git": git_version()}, options.reason)
        self._refs = read_refs(plumbing, aim.location, self._reader)
        self._tips = list(dict.fromkeys(ref.commit for ref in self._refs if ref.is_walked))
        self._identities = Identities(self._mailmap())
        self._selection = Selection(options, self._identities)
        self._pointers = pointers_of(plumbing, self._head.commit)

    @property
    def _head(self) -> Ref:
        return self._refs[0]

    def _mailmap(self) -> Mailmap:
        if not self._head.commit:
            return Mailmap()
        answer = self._reader.read_one(f"{self._head.commit}:.mailmap")
        return Mailmap(answer.data if answer.kind == "blob" else b"")

    def batches(self, known: Known, progress: Progress) -> Iterator[Sequence[AuditDraft]]:
        """Yield batches of drafts; see `AuditSource.stream`."""
        history, roots = self._history()
        followed = self._followed(history)
        commits = joined(self._plumbing, followed, history, tips=self._tips)
        yield [self._overview(commits, roots), *self._lost(history)]
        yield from self._ref_batches()
        yield from in_batches(self._submodules())
        summed = self._summed(followed) if self._options.include_contributions else None
        yield from self._walk(commits, summed, known=known, progress=progress).batches(commits)
        analyses = Analyses(self._asked(), known=known, progress=progress)
        for drafts in analyses.all(history, followed, summed):
            yield from in_batches(drafts)

    def _summed(self, followed: list[Followed]) -> Contributions:
        """Return what adds up the history: of the files that were asked for alone, under all their names."""
        names = [name.path for file in followed for name in file.names]
        return Contributions(self._identities, paths=[*literal_paths(self._aim.specs), *names])

    def _history(self) -> tuple[History, list[str]]:
        history = read_history(self._plumbing, self._tips, paths=self._aim.specs, shallow=self._settings.shallow)
        if not self._aim.exists and not len(history):
            raise SourceError(self._aim.named, "no such path, neither there today nor in the history.")
        return history, roots_of(self._plumbing, self._tips, history)

    def _followed(self, history: History) -> list[Followed]:
        """Return what is known of each file that was asked for by name, across its renames."""
        paths = literal_paths(self._aim.specs)
        if not self._options.follow_renames or not 0 < len(paths) <= _MOST_FOLLOWED or not history.is_whole:
            return []
        names = (f"{self._head.commit}:{path}" for path in paths)
        files = [path for path, name in zip(paths, names, strict=True) if self._reader.read_one(name).kind != "tree"]
        of_each = (
            history if len(paths) == 1 else read_history(self._plumbing, self._tips, paths=[spec_of(path)])
            for path in files
        )
        return [follow(self._plumbing, path, one) for path, one in zip(files, of_each, strict=True)]

    def _overview(self, history: History, roots: list[str]) -> AuditDraft:
        return repository_draft(
            self._aim.location,
            self._settings,
            history,
            refs=self._refs,
            roots=roots,
            pointers=self._pointers,
            setting=self._setting,
        )

    def _lost(self, history: History) -> list[AuditDraft]:
        lost = history.damage.lost if history.damage else {}
        return [lost_draft(name, why, self._setting) for name, why in sorted(lost.items())]

    def _ref_batches(self) -> Iterator[list[AuditDraft]]:
        for start in range(0, len(self._refs), _BATCH):
            some = self._refs[start : start + _BATCH]
            yield list(
                ref_drafts(
                    some,
                    self._reader,
                    identities=self._identities,
                    signatures=self._signatures,
                    setting=self._setting,
                )
            )

    def _submodules(self) -> Iterator[AuditDraft]:
        declared = declared_by(self._plumbing, self._reader, self._head.commit)
        return submodule_drafts(self._aim.location, self._pointers, declared, setting=self._setting)

    def _walk(self, history: History, summed: Contributions | None, *, known: Known, progress: Progress) -> Walk:
        tools = Tools(
            reader=self._reader,
            differ=Differ(self._plumbing, counts_lines=self._options.line_counts, parser=self._parser),
            identities=self._identities,
            signatures=self._signatures,
            selection=self._selection,
            setting=self._setting,
            contributions=summed,
            counts_lines=self._options.line_counts,
            parser=self._parser,
        )
        broken = history.damage.cut if history.damage else {}
        return Walk(tools, cut={*self._settings.shallow, *broken}, known=known, progress=progress)

    def _asked(self) -> Asked:
        return Asked(
            plumbing=self._plumbing,
            reader=self._reader,
            location=self._aim.location,
            specs=self._aim.specs,
            tips=self._tips,
            head=self._head.commit,
            options=self._options,
            identities=self._identities,
            selection=self._selection,
            setting=self._setting,
        )
