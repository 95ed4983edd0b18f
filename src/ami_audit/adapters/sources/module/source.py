"""ModuleSource: what a module is made of, needs, is tested by and how hard it is to follow."""

from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import Any

from ami_audit.adapters.sources.module.child import together
from ami_audit.adapters.sources.module.coverage.drafts import CoverageReports
from ami_audit.adapters.sources.module.dependencies.drafts import Dependencies
from ami_audit.adapters.sources.module.dependencies.licences import installed
from ami_audit.adapters.sources.module.dependencies.reading import declared
from ami_audit.adapters.sources.module.documents import Folder
from ami_audit.adapters.sources.module.imports.drafts import imports
from ami_audit.adapters.sources.module.inventory import tests
from ami_audit.adapters.sources.module.metrics import metrics
from ami_audit.adapters.sources.module.naming import NAME, SOURCE, Setting
from ami_audit.adapters.sources.module.outline import outlined
from ami_audit.adapters.sources.module.sources import python_sources
from ami_audit.adapters.sources.module.structure import structure
from ami_audit.adapters.sources.module.target import target_of
from ami_audit.adapters.sources.module.tree import survey
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.code_counter import CodeCounter
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource, Known, nothing_known

_BATCH = 256

Batches = Iterator[Sequence[AuditDraft]]


class ModuleSource(AuditSource):
    """A module of a repository: structure, dependencies, metrics, imports, coverage and tests.

    Nothing of it is run or imported, and none of its configuration is obeyed: its files are parsed, some of them by
    other programs in processes of their own.
    """

    def __init__(self, counter: CodeCounter) -> None:
        """Args: `counter` counts lines of code."""
        self._counter = counter

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether these are modules."""
        return target_type is AuditTargetType.MODULE

    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name and the version of what counts for it."""
        return {"name": NAME, "version": SOURCE, "tools": {"tokei": self._counter.version()}}

    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,  # noqa: ARG002 - whether a fact is known shows only once it has been worked out
        progress: Progress = silent,
    ) -> Batches:
        """Yield `module.observed`, `.lock`, `.dependency`, `.coverage`, `.metrics`, `.imports` and `.tests`.

        `module.dependency` comes when `options.include_dependencies`, `module.tests` when `options.include_tests`. A
        batch may be empty: another program is at work, and the caller gets its turn to stop.

        Raises:
            SourceError: There is no such module.
        """
        place = target_of(target)
        folder = Folder(place.root, place.fence)
        setting = Setting(place.name, {"tools": {"tokei": self._counter.version()}}, options.reason)
        found = survey(place.root, options)
        for path, why in found.left_out:
            progress.skipped(setting.place(path), why=why)
        for path in found.nested:
            progress.skipped(setting.place(path), why="a repository of its own; audit it by its name")
        progress.step("files", done=len(found.files), total=len(found.files))
        asked = declared(folder, found, setting)
        for path in asked.unread:
            progress.skipped(setting.place(path), why="a format that is not read")
        if asked.fixtures:
            progress.skipped("fixtures", why="manifests and lock files that tests are fed with", count=asked.fixtures)
        here = installed(folder)
        dependencies = Dependencies(asked, here, setting)
        yield [structure(place, found, asked, doubts=dependencies.doubts(), setting=setting)]
        yield list(dependencies.summaries())
        if options.include_dependencies:
            yield from _batched(dependencies.packages())
        yield from _turns(CoverageReports(folder, found, setting).drafts())
        sources = python_sources(place.root, found)
        measured = metrics(
            self._counter, folder, found, sources=sources, setting=setting, options=options, progress=progress
        )
        draft, outline = yield from _waited(together(measured, outlined(place.root, sources, setting)))
        yield [draft]
        if outline.files or outline.findings:
            yield from _last(imports(place, found, outline, declared=asked, installed=here, setting=setting))
        if options.include_tests:
            yield [tests(folder, found, outline, setting=setting)]

    def dependencies(self, target: str, options: AuditOptions) -> Batches:
        """Yield `module.observed` and all of `module.dependency`, and nothing else of the module.

        Raises:
            SourceError: There is no such module.
        """
        place = target_of(target)
        folder = Folder(place.root, place.fence)
        setting = Setting(place.name, {}, options.reason)
        found = survey(place.root, options)
        asked = declared(folder, found, setting)
        dependencies = Dependencies(asked, installed(folder), setting)
        yield [structure(place, found, asked, doubts=dependencies.doubts(), setting=setting)]
        yield from _batched(dependencies.packages())


def _batched(drafts: Iterator[AuditDraft]) -> Batches:
    while batch := list(islice(drafts, _BATCH)):
        yield batch


def _turns(drafts: Generator[AuditDraft | None]) -> Batches:
    for draft in drafts:
        yield [] if draft is None else [draft]


def _last(work: Generator[None, None, AuditDraft]) -> Batches:
    draft = yield from _waited(work)
    yield [draft]


def _waited(work: Generator[None, None, Any]) -> Generator[Sequence[AuditDraft], None, Any]:
    """Hand on the turns of a piece of work as empty batches, and return what came of it."""
    try:
        while True:
            next(work)
            yield []
    except StopIteration as ended:
        return ended.value
    finally:
        work.close()
