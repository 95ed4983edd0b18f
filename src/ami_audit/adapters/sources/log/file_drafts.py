"""How what one file of a log held becomes a draft."""

from collections.abc import Iterable, Mapping
from typing import Any

from ami_audit.adapters.sources.log import findings
from ami_audit.adapters.sources.log.discovery import LogFile
from ami_audit.adapters.sources.log.selection import Selection
from ami_audit.adapters.sources.log.values import digest, moment, of_loggers, said
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditTargetType, Outcome
from ami_audit.domain.log_bursts import Burst, Rate, bursts
from ami_audit.domain.log_levels import worst
from ami_audit.ports.log_reader import LogSummary, TemplateCount

ACTION = "log.file"
_TEMPLATE = 500
_SAMPLE = 256
_NAME = 200
# A log that is being written to is as it should be.
_HARMLESS = frozenset({"changed-while-read"})
_MOST_BURSTS = 20


class ReadFile:
    """One file that was read; made into a draft when its templates have their texts."""

    def __init__(self, file: LogFile, summary: LogSummary, *, most_templates: int) -> None:
        """Args: `most_templates` is how many of its templates the record lists."""
        self.file = file
        self.bursts = bursts([Rate(*rate) for rate in summary.rates], summary.bucket_s)[:_MOST_BURSTS]
        self._listed = summary.templates[:most_templates]
        self._omitted = len(summary.templates) - len(self._listed)
        self._in_bursts = [_mostly(burst, summary) for burst in self.bursts]
        self._rate = _rate(summary)
        # What the run adds up elsewhere needs no second place in memory.
        self._summary = summary._replace(templates=[], ids=[], rates=[])

    def draft(self, source: str, texts: Mapping[int, str], selection: Selection) -> AuditDraft:
        """Return the draft; `texts` are the templates of the run."""
        summary, target = self._summary, self.file.target
        context = {
            **_facts(self.file, summary),
            **selection.facts(),
            "templates": [_template(found, texts, summary.names) for found in self._listed],
            "templates_omitted": self._omitted,
            "rate": self._rate,
            "bursts": [_burst(burst) for burst in self.bursts],
        }
        is_whole = all(kind in _HARMLESS for kind, _ in summary.faults)
        return AuditDraft(
            action=ACTION,
            target=target,
            target_type=AuditTargetType.LOG,
            source=source,
            actor="unknown",
            timestamp=moment(summary.last_us),
            outcome=Outcome.SUCCESS if is_whole else Outcome.PARTIAL,
            context=context,
            findings=tuple(self._findings(texts)),
            observed=digest(context),
        )

    def _findings(self, texts: Mapping[int, str]) -> list[AuditFinding]:
        summary, target = self._summary, self.file.target
        found = [findings.fault(target, kind, reason) for kind, reason in summary.faults]
        if summary.unparsed:
            found.append(findings.unparsed(target, summary))
        if summary.backwards:
            found.append(findings.backwards(target, summary.backwards))
        for burst, template in zip(self.bursts, self._in_bursts, strict=True):
            start, end = (_minute(moment(us)) for us in (burst.start_us, burst.end_us))
            mostly = texts.get(template, "") if template is not None else ""
            found.append(findings.burst(target, burst, bucket_s=summary.bucket_s, start=start, end=end, mostly=mostly))
        return found


def _facts(file: LogFile, summary: LogSummary) -> dict[str, Any]:
    facts = {
        "log": file.name.family,
        "rotated": not file.name.is_current,
        "sha256": summary.sha256,
        "size_bytes": summary.size_bytes,
        "compression": summary.compression,
        "text_bytes": summary.bytes,
        "lines": summary.lines,
        "events": summary.events,
        "selected": summary.passed,
        "undated": summary.undated,
        "joined_lines": summary.joined,
        "cut_lines": summary.cut,
        "formats": summary.formats,
        "services": {said(name, _NAME): count for name, count in summary.names.items()},
        "levels": summary.levels,
        "times": {
            "first": moment(summary.first_us),
            "last": moment(summary.last_us),
            "known": summary.time_known,
            "backwards": summary.backwards,
        },
        "unparsed": {
            "count": summary.unparsed,
            "samples": [{"line": line, "why": why, "text": said(text, _SAMPLE)} for line, why, text in summary.samples],
        },
        "faults": [{"kind": kind, "reason": reason} for kind, reason in summary.faults],
    }
    return {name: value for name, value in facts.items() if value is not None}


def _template(found: TemplateCount, texts: Mapping[int, str], loggers: Iterable[str]) -> dict[str, Any]:
    level = worst(name for name, count in found.levels.items() if count)
    return {
        "template": said(of_loggers(loggers, texts.get(found.template, found.sample)).text, _TEMPLATE),
        "level": level.value if level else None,
        "count": found.count,
        "first_line": found.first_line,
    }


def _rate(summary: LogSummary) -> dict[str, Any] | None:
    """Return how often events came: on average, and at most."""
    if not summary.rates:
        return None
    starts = [rate[0] for rate in summary.rates]
    buckets = (max(starts) - min(starts)) // (summary.bucket_s * 1_000_000) + 1
    peak = max(summary.rates, key=lambda rate: (rate[1], -rate[0]))
    return {
        "bucket_s": summary.bucket_s,
        "buckets": buckets,
        "events_per_bucket": round(sum(rate[1] for rate in summary.rates) / buckets, 3),
        "errors_per_bucket": round(sum(rate[3] for rate in summary.rates) / buckets, 3),
        "peak": {"at": moment(peak[0]), "events": peak[1], "errors": peak[3]},
    }


def _burst(burst: Burst) -> dict[str, Any]:
    return {
        "from": moment(burst.start_us),
        "to": moment(burst.end_us),
        "what": "warnings" if burst.is_warnings else "errors",
        "count": burst.errors,
        "peak": burst.peak,
        "usual_per_bucket": round(burst.usual, 3),
    }


def _mostly(burst: Burst, summary: LogSummary) -> int | None:
    """Return the template that came most often within the burst, as far as its own peak tells."""
    level = "warning" if burst.is_warnings else "error"
    peaks = [
        (found.peak, -found.template)
        for found in summary.templates
        if found.peak_us is not None
        and burst.start_us <= found.peak_us < burst.end_us
        and (found.levels.get(level) or found.levels.get("critical"))
    ]
    return -max(peaks)[1] if peaks else None


def _minute(text: str | None) -> str:
    return text[:16].replace("T", " ") if text else "?"
