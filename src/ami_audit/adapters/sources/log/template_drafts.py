"""How the templates of all files of a run become drafts: one for each kind of trouble."""

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ami_audit.adapters.sources.log.discovery import LogFile
from ami_audit.adapters.sources.log.selection import Selection
from ami_audit.adapters.sources.log.template import Template
from ami_audit.adapters.sources.log.values import digest, moment, of_loggers, said
from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditTargetType, LogLevel
from ami_audit.domain.log_levels import outcome_of, severity_of, troubling, weight
from ami_audit.domain.masking import masked
from ami_audit.domain.text import one_line
from ami_audit.ports.log_reader import LogSummary
from ami_audit.ports.source import Known

ACTION = "log.template"
BASELINE = "log.baseline"
_TEXT = 2_000
_DETAIL = 4_000
_SHOWN = 300
_MOST_FILES = 20
# The number under which the reader counts what finds no place.
_OVERFLOW = 0


Births = Callable[[Sequence[str]], Sequence[str]]
"""Tells for each message the text of the template that it alone would make."""


class _Trouble(NamedTuple):
    """One kind of trouble: how grave, what was counted, and its text without secrets."""

    level: LogLevel
    found: Template
    text: str


class Templates:
    """The templates of one run."""

    def __init__(self) -> None:
        """Begin with none."""
        self._found: dict[int, Template] = {}
        self._earlier = 0

    def add(self, file: LogFile, summary: LogSummary) -> None:
        """Add what one file holds."""
        for found in summary.templates:
            self._earlier += found.earlier
            if found.count:
                template = self._found.get(found.template)
                if template is None:
                    template = self._found[found.template] = Template(found, file)
                template.add(found, file, summary)

    @property
    def overflow(self) -> int:
        """How many events found no place among the templates that are kept."""
        return self._found[_OVERFLOW].count if _OVERFLOW in self._found else 0

    def __len__(self) -> int:
        """Return how many there are, harmless ones included."""
        return len(self._found)

    def drafts(
        self,
        texts: Mapping[int, str],
        *,
        source: str,
        target: str,
        selection: Selection,
        known: Known,
        changed: Container[str],
        at_birth: Births,
    ) -> Iterator[AuditDraft]:
        """Yield a draft for each template at warning or worse, the gravest and the most frequent first.

        A template is told as new when an earlier run over the same target did not see it, and when it came since the
        moment that was asked for but not before, as far as the logs go back. `changed` are the files that are not as an
        earlier run recorded them: where nothing changed, nothing is recorded again. `at_birth` tells what a template
        said when it had one message only, so that one that has become more general is not new.
        """
        make = _Maker(
            source=source, target=target, selection=selection, known=known, changed=changed, at_birth=at_birth
        )
        baseline = make.baseline()
        had_earlier = known([_key(baseline)])[0]
        yield baseline
        wanted = sorted(self._troubles(texts), key=lambda item: (-weight(item.level), -item.found.troubled, item.text))
        yield from make.drafts(wanted, had_earlier=had_earlier, goes_back=self._earlier > 0)

    def _troubles(self, texts: Mapping[int, str]) -> Collection[_Trouble]:
        """Return the templates at warning or worse; two that read the same are one."""
        troubles: dict[tuple[LogLevel, str], _Trouble] = {}
        for number, found in self._found.items():
            # The secrets are left out first: a digest of a text with a password in it would tell the password.
            text = of_loggers(found.telling, texts.get(number, found.sample)).text
            words = text if found.is_judged_by_words else ""
            level = troubling(found.levels, words) if number != _OVERFLOW else None
            if level is None:
                continue
            if (level, text) in troubles:
                troubles[level, text].found.absorb(found)
            else:
                troubles[level, text] = _Trouble(level, found, text)
        return troubles.values()


class _Maker:
    """Makes the drafts of one run."""

    def __init__(
        self,
        *,
        source: str,
        target: str,
        selection: Selection,
        known: Known,
        changed: Container[str],
        at_birth: Births,
    ) -> None:
        self._source = source
        self._target = target
        self._selection = selection
        self._known = known
        self._changed = changed
        self._at_birth = at_birth

    def baseline(self) -> AuditDraft:
        """Return what is recorded once: from then on, what was not seen before is new."""
        context = {"compared": "templates at warning or worse", **_without_moments(self._selection)}
        observed = digest("baseline", self._selection.kind)
        return self._draft(BASELINE, context, observed)

    def drafts(self, wanted: Sequence[_Trouble], *, had_earlier: bool, goes_back: bool) -> Iterator[AuditDraft]:
        identities = [self._identity(level, text) for level, _, text in wanted]
        seen = self._seen(identities)
        grown = self._grown([item for item, is_known in zip(wanted, seen, strict=True) if had_earlier and not is_known])
        for (level, found, text), identity, is_known in zip(wanted, identities, seen, strict=True):
            context = self._context(level, found, text)
            is_first = not is_known and identity not in grown
            if is_first:
                context["first_seen"] = True
            is_new = (had_earlier and is_first) or (goes_back and not found.earlier)
            # The first record of a template is the fact that it exists; later ones are of what became of it.
            is_as_before = all(path not in self._changed for path in found.files)
            observed = identity if not is_known or is_as_before else digest(identity, context)
            draft = self._draft(ACTION, context, observed)
            yield draft._replace(
                timestamp=context["last"],
                outcome=outcome_of(level),
                severity=severity_of(level),
                findings=(_finding(level, found, context, is_new=is_new),),
            )

    def _identity(self, level: LogLevel, text: str) -> str:
        return digest("template", self._selection.kind, level.value, text)

    def _seen(self, identities: Sequence[str]) -> Sequence[bool]:
        return self._known([fact_key(self._source, self._target, identity) for identity in identities])

    def _grown(self, unknown: Sequence[_Trouble]) -> set[str]:
        """Return the identities of those that an earlier run knew under a narrower text."""
        births = self._at_birth([item.found.sample for item in unknown])
        narrower = [
            self._identity(item.level, of_loggers(item.found.telling, text).text)
            for item, text in zip(unknown, births, strict=True)
        ]
        pairs = zip(unknown, self._seen(narrower), strict=True)
        return {self._identity(item.level, item.text) for item, is_known in pairs if is_known}

    def _context(self, level: LogLevel, found: Template, text: str) -> dict[str, Any]:
        sample, detail = of_loggers(found.telling, found.sample), masked(found.detail)
        files = [{"path": path, "count": count} for path, count in found.files.most_common(_MOST_FILES)]
        facts = {
            "template": text[:_TEXT],
            "level": level.value,
            "judged_by": "words" if not set(found.levels) - {"none"} else None,
            "count": found.troubled,
            "events": found.count if found.count != found.troubled else None,
            "earlier": found.earlier if self._selection.since_us is not None else None,
            "levels": {name: count for name, count in sorted(found.levels.items()) if count},
            "first": moment(found.first_us),
            "last": moment(found.last_us),
            "first_place": found.first_place,
            "last_place": found.last_place,
            "files": files,
            "files_omitted": max(0, len(found.files) - len(files)) or None,
            "peak": {"at": moment(found.peak_us), "count": found.peak, "bucket_s": found.peak_bucket_s}
            if found.peak_us is not None and found.peak
            else None,
            "sample": sample.text[:_TEXT],
            "detail": detail.text[:_DETAIL] or None,
            "masked": list(dict.fromkeys((*sample.kinds, *detail.kinds))) or None,
        }
        kept = {name: value for name, value in facts.items() if value is not None}
        return {**kept, "last": facts["last"], **self._selection.facts()}

    def _draft(self, action: str, context: Mapping[str, Any], observed: str) -> AuditDraft:
        return AuditDraft(
            action=action,
            target=self._target,
            target_type=AuditTargetType.LOG,
            source=self._source,
            actor="unknown",
            context=context,
            observed=observed,
        )


def _finding(level: LogLevel, found: Template, context: Mapping[str, Any], *, is_new: bool) -> AuditFinding:
    count = found.levels.get(level, 0) or found.troubled  # of a kind that is also told less gravely, the grave ones
    times = f"{count:,} times" if count > 1 else "once"
    new = "New: " if is_new else ""
    return AuditFinding(
        finding_type=f"log.new-{level.value}" if is_new else f"log.{level.value}",
        severity=severity_of(level),
        description=f"{new}{times}: {one_line(said(str(context['template']), _SHOWN))}",
        location=found.worst_place,
    )


def _without_moments(selection: Selection) -> dict[str, Any]:
    return selection._replace(since_us=None, until_us=None).facts()


def _key(draft: AuditDraft) -> bytes:
    return fact_key(draft.source, draft.target, draft.observed)
