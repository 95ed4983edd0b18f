"""LogSource: what logs tell of errors, one draft for each file, each kind of trouble, and each event asked for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import islice
from typing import Any

from ami_audit.adapters.sources.log import findings
from ami_audit.adapters.sources.log.births import texts_at_birth
from ami_audit.adapters.sources.log.chains import chain_drafts, checked_chains
from ami_audit.adapters.sources.log.correlation import Correlations
from ami_audit.adapters.sources.log.discovery import Found, LogFile, Refused, logs_at
from ami_audit.adapters.sources.log.event_drafts import event_draft
from ami_audit.adapters.sources.log.file_drafts import ReadFile
from ami_audit.adapters.sources.log.journal import Journal
from ami_audit.adapters.sources.log.place import Place
from ami_audit.adapters.sources.log.selection import Selection
from ami_audit.adapters.sources.log.template_drafts import Templates
from ami_audit.adapters.sources.log.values import digest, moment, said
from ami_audit.adapters.sources.log.zones import zone_table
from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.kinds import AuditTargetType, Outcome
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.log_reader import LogReader, LogRequest, LogSummary
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import AuditSource, Known, nothing_known

SOURCE = "log_source/1"
_BATCH = 500
# Templates that a file's record lists: many where there are few files, so that memory stays bounded.
_FEW_FILES = 200
_LISTED = (50, 5)
_MOST_NAMES = 50
_LONGEST_NAME = 200


class LogSource(AuditSource):
    """Reads logs of any mix of formats: levels, times, templates of errors, bursts, ids, foreign hash chains."""

    def __init__(self, reader: LogReader) -> None:
        """Args: `reader` turns files of lines into events and counts."""
        self._reader = reader

    def stream(
        self,
        target: str,
        options: AuditOptions,
        *,
        known: Known = nothing_known,
        progress: Progress = silent,
    ) -> Iterator[Sequence[AuditDraft]]:
        """Yield drafts: events as they are read, then files, chains, templates, correlations, and the whole.

        Raises:
            SourceError: The target is not there, or the reading broke off.
            UsageError: No time zone is called so.
        """
        place = Place(target)
        found = logs_at(place, options, progress=progress)
        with ExitStack() as open_things:
            if options.journal:
                journals: list[Journal] = []
                for file in found.journals or (None,):
                    journal = open_things.enter_context(Journal(Selection.of(options), file))
                    journals.append(journal)
                    for size in journal.laid_down():
                        progress.step("bytes of the journal", done=size)
                        yield []
                troubles = [Refused(it.file.target, it.trouble) for it in journals if it.trouble]
                found = found.with_journals([journal.file for journal in journals], troubles=troubles)
            run = _Run(self._reader, place, found, options=options, known=known, progress=progress)
            yield from run.batches()

    def supports(self, target_type: AuditTargetType) -> bool:
        """Return whether these are logs."""
        return target_type is AuditTargetType.LOG

    def get_metadata(self) -> dict[str, Any]:
        """Return the source's name and the version of what reads for it."""
        return {"name": "log", "version": SOURCE, "tools": {"reader": self._reader.version()}}


class _Run:
    """One reading of one place."""

    def __init__(
        self,
        reader: LogReader,
        place: Place,
        found: Found,
        *,
        options: AuditOptions,
        known: Known,
        progress: Progress,
    ) -> None:
        self._reader = reader
        self._place = place
        self._files = found.files
        self._refused = found.refused
        self._troubles = found.troubles
        self._selection = Selection.of(options)
        self._request = _request(found.files, options, self._selection)
        self._known = known
        self._progress = progress
        self._read: list[ReadFile] = []
        self._templates = Templates()
        self._correlations = Correlations()
        self._totals = _Totals()
        self._texts: dict[int, str] = {}

    def batches(self) -> Iterator[Sequence[AuditDraft]]:
        yield from self._events()
        files = [read.draft(SOURCE, self._texts, self._selection) for read in self._read]
        changed = self._changed(files)
        yield from _batched(iter(files))
        yield from self._chains()
        yield from _batched(self._trouble(changed))
        yield from _batched(self._correlations.drafts(SOURCE, self._place.named))
        yield [self._overview()]

    def _events(self) -> Iterator[Sequence[AuditDraft]]:
        if not self._files:
            return
        with closing(self._reader.read(self._request)) as batches:
            for batch in batches:
                for summary in batch.summaries:
                    self._take(self._files[summary.file], summary)
                self._texts.update(batch.templates)
                self._progress.step("bytes", done=batch.read_bytes)
                self._progress.step("logs", done=len(self._read), total=len(self._files))
                yield [event_draft(event, self._files[event.file], SOURCE) for event in batch.events]

    def _take(self, file: LogFile, summary: LogSummary) -> None:
        read = ReadFile(file, summary, most_templates=_LISTED[len(self._files) > _FEW_FILES])
        self._read.append(read)
        self._templates.add(file, summary)
        self._correlations.add(file, summary, read.bursts)
        self._totals.add(summary)

    def _changed(self, files: Sequence[AuditDraft]) -> set[str]:
        if not files:
            return set()
        keys = [fact_key(draft.source, draft.target, draft.observed) for draft in files]
        return {draft.target for draft, is_known in zip(files, self._known(keys), strict=True) if not is_known}

    def _trouble(self, changed: set[str]) -> Iterator[AuditDraft]:
        if not self._files:
            return iter(())
        return self._templates.drafts(
            self._texts,
            source=SOURCE,
            target=self._place.named,
            selection=self._selection,
            known=self._known,
            changed=changed,
            at_birth=partial(texts_at_birth, self._reader),
        )

    def _chains(self) -> Iterator[Sequence[AuditDraft]]:
        chains = []
        for checked in checked_chains(self._files):
            if checked is not None:
                chains.append(checked)
            yield []
        yield from _batched(chain_drafts(chains, SOURCE))

    def _overview(self) -> AuditDraft:
        target = self._place.named
        context = {
            "files": len(self._files),
            "logs": len({file.name.family for file in self._files}),
            **self._totals.facts(),
            "templates": len(self._templates),
            "without_template": self._templates.overflow,
            "shared_ids": self._correlations.shared,
            "ids_left_out": self._correlations.left_out,
            **self._selection.facts(),
        }
        found = [findings.refused(refused.target, refused.reason) for refused in self._refused]
        if self._templates.overflow:
            found.append(findings.overflow(target, self._templates.overflow))
        found += [findings.journal(trouble.target, trouble.reason) for trouble in self._troubles]
        if not self._files and not found:
            found.append(findings.nothing(target))
        return AuditDraft(
            action="log.overview",
            target=target,
            target_type=AuditTargetType.LOG,
            source=SOURCE,
            actor="unknown",
            timestamp=context["last"],
            outcome=Outcome.PARTIAL if self._refused or self._troubles else Outcome.SUCCESS,
            context=context,
            findings=tuple(found),
            observed=digest(context, [list(refused) for refused in (*self._refused, *self._troubles)]),
        )


class _Totals:
    """What all files of a run hold together."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._levels: Counter[str] = Counter()
        self._formats: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
        self._times: list[int] = []

    def add(self, summary: LogSummary) -> None:
        self._counts.update(
            lines=summary.lines, events=summary.events, selected=summary.passed, text_bytes=summary.bytes
        )
        self._counts.update(unparsed=summary.unparsed)
        self._levels.update(summary.levels)
        self._formats.update(summary.formats)
        self._names.update({name: count for name, count in summary.names.items() if name})
        times = [*self._times, *(us for us in (summary.first_us, summary.last_us) if us is not None)]
        self._times = [min(times), max(times)] if times else []

    def facts(self) -> dict[str, Any]:
        names = ("lines", "events", "selected", "text_bytes", "unparsed")
        return {
            **{name: self._counts[name] for name in names},
            "levels": dict(sorted(self._levels.items())),
            "formats": dict(sorted(self._formats.items())),
            "services": {said(name, _LONGEST_NAME): count for name, count in self._names.most_common(_MOST_NAMES)},
            "first": moment(self._times[0] if self._times else None),
            "last": moment(self._times[-1] if self._times else None),
        }


def _request(files: Sequence[LogFile], options: AuditOptions, selection: Selection) -> LogRequest:
    return LogRequest(
        paths=tuple(file.path for file in files),
        level=selection.level,
        since_us=selection.since_us,
        until_us=selection.until_us,
        zone=zone_table(options.zone),
        events=selection.level is not None,
        digest=True,
        names=selection.services,
        whole=tuple(number for number, file in enumerate(files) if selection.is_named_by(file.target)),
    )


def _batched(drafts: Iterator[AuditDraft]) -> Iterator[Sequence[AuditDraft]]:
    while batch := list(islice(drafts, _BATCH)):
        yield batch
