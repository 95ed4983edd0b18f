"""ServiceSource: what should run here, what does, and how well."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ami_audit.adapters.sources.service.changes import Changes
from ami_audit.adapters.sources.service.drafts import SOURCE
from ami_audit.adapters.sources.service.run import Run
from ami_audit.adapters.sources.service.work import Work
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import SourceError
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.log_reader import LogReader
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource, Known, nothing_known


class ServiceSource(AuditSource):
    """Observes services: declared, running, listening, healthy; what they use, and on request what they log."""

    def __init__(self, reader: LogReader | None = None) -> None:
        """Args: `reader` reads logs; without one they are not read, and that is told."""
        self._reader = reader
        self._changes = Changes()

    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,  # noqa: ARG002 - whether a fact is known shows only once it was looked at
        progress: Progress = silent,
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield drafts: manifests, services by name, profiles, and the machine.

        The target is a folder with manifests, or the name of a service or a profile that those of the working folder
        declare. A batch may be empty: something is being waited for, and the caller gets its turn to stop.

        Raises:
            SourceError: No such folder, and nothing of that name.
        """
        root, names = _meant(target, options)
        with closing(Work()) as work:
            run = Run(work, root, options, names=names, reader=self._reader, progress=progress)
            batches = run.batches()
            if options.changes_only:
                batches = self._changes.only(batches, root=str(root), progress=progress)
            yield from batches

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether these are services."""
        return target_type is AuditTargetType.SERVICE

    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name, and the versions of the libraries that are installed for it."""
        from importlib.metadata import PackageNotFoundError, version

        tools = {}
        for library in ("psutil", "docker", "PyYAML"):
            try:
                tools[library.lower()] = version(library)
            except PackageNotFoundError:
                continue
        return {"name": "service", "version": SOURCE, "tools": tools}


def _meant(target: str, options: AuditOptions) -> tuple[Path, tuple[str, ...]]:
    """Return the folder of the manifests and which services are meant; none at all means all."""
    place = Path(target)
    if place.is_dir():
        return place, options.services
    if "/" in target or target in {"", ".", ".."} or place.exists():
        reason = "it is not a folder" if place.exists() else "there is no such folder"
        raise SourceError(target, f"{reason}; name the folder that holds the manifests, or a service")
    return Path(os.curdir), (target, *options.services)
