"""GitSource: one repository's commits, refs and blame, as drafts."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.git.audit import Audit
from ami_audit.adapters.sources.git.naming import NAME, SOURCE
from ami_audit.adapters.sources.git.plumbing import Plumbing, git_version
from ami_audit.adapters.sources.git.settings import settings_of
from ami_audit.adapters.sources.git.signature import Signatures
from ami_audit.adapters.sources.git.target import target_of
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.history_parser import HistoryParser
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource, Known, nothing_known


class GitSource(AuditSource):
    """A repository's history: what `HEAD`, branches, tags and remote-tracking branches reach, oldest first.

    First comes one `git.repository`, then a `git.ref` for each ref, a `git.submodule` for each submodule and a
    `git.commit` for each commit; of a single file also a `git.path`. On request `git.contribution`, `git.lockfile`,
    `git.blob`, `git.reflog` and `git.blame` follow. Lines of a merge are not counted, as `git log --numstat` does
    not. A commit's draft depends on its objects, the mailmap of `HEAD` and the auditor's own keys, never on the
    repository's configuration, attributes or checkout.
    """

    def __init__(self, repo_path: str | Path | None = None, *, parser: HistoryParser | None = None) -> None:
        """Take the repository.

        Args:
            repo_path: Where it is; targets are then paths in it. None: each target says where it is.
            parser: Reads what git prints; None: that is done here, with the same result and several times as slowly.
        """
        self._parser = parser
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
            audit = Audit(aim, settings, plumbing, signatures=signatures, options=options, parser=self._parser)
            yield from audit.batches(nothing_known if options.full else known, progress)
