"""What several logs have in common: ids that pass through them, and errors that come in all of them at once."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ami_audit.adapters.sources.log.discovery import LogFile
from ami_audit.adapters.sources.log.values import digest, moment, said
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType, LogLevel
from ami_audit.domain.log_bursts import Burst
from ami_audit.domain.log_levels import outcome_of, severity_of, weight, worst
from ami_audit.ports.log_reader import LogId, LogSummary

ACTION = "log.correlation"
_MOST_IDS = 200_000
_MOST_RECORDS = 200
_MOST_STEPS = 50
_LONGEST_ID = 200
_AT_ONCE_US = 60_000_000


class _Step(NamedTuple):
    """One id or one burst in one file."""

    file: LogFile
    found: LogId


class Correlations:
    """What ties the logs of one run together; memory is bounded by 200,000 ids."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._ids: dict[tuple[str, str], list[_Step]] = {}
        self._bursts: list[tuple[LogFile, Burst]] = []
        self.left_out = 0

    def add(self, file: LogFile, summary: LogSummary, bursts: Sequence[Burst]) -> None:
        """Add what one file holds."""
        self.left_out += summary.ids_left_out
        self._bursts += [(file, burst) for burst in bursts]
        for found in summary.ids:
            key = (found.kind, found.value)
            steps = self._ids.get(key)
            if steps is None:
                if len(self._ids) >= _MOST_IDS:
                    self.left_out += 1
                    continue
                steps = self._ids[key] = []
            steps.append(_Step(file, found))

    @property
    def shared(self) -> int:
        """How many ids stand in more than one log."""
        return sum(_logs(steps) > 1 for steps in self._ids.values())

    def drafts(self, source: str, target: str) -> Iterator[AuditDraft]:
        """Yield a draft for each id of several logs that met trouble, and for each time of trouble in several logs.

        The gravest ids come first, at most 200 of them. Trouble is a warning or worse; a time of it is one when errors
        came much more often than else.
        """
        shared = [(key, steps) for key, steps in self._ids.items() if _logs(steps) > 1]
        graded = [(worst(step.found.worst for step in steps), key, steps) for key, steps in shared]
        troubled = [item for item in graded if weight(item[0]) >= weight(LogLevel.WARNING)]
        troubled.sort(key=lambda item: (-weight(item[0]), -len(item[2]), item[1]))
        for level, key, steps in troubled[:_MOST_RECORDS]:
            yield _draft(source, target, _of_id(key, steps, level))
        for group in _at_once(self._bursts):
            context = _of_time(group)
            yield _draft(source, target, context)._replace(findings=(_together(target, context),))


def _draft(source: str, target: str, context: dict[str, Any]) -> AuditDraft:
    level = worst([context["level"]])
    return AuditDraft(
        action=ACTION,
        target=target,
        target_type=AuditTargetType.LOG,
        source=source,
        actor="unknown",
        timestamp=context["first"],
        outcome=outcome_of(level),
        severity=severity_of(level),
        context=context,
        observed=digest(context),
    )


def _logs(steps: Sequence[_Step]) -> int:
    return len({step.file.name.family for step in steps})


def _of_id(key: tuple[str, str], steps: Sequence[_Step], level: LogLevel | None) -> dict[str, Any]:
    late = 1 << 62
    ordered = sorted(
        steps, key=lambda step: (late if step.found.first_us is None else step.found.first_us, step.file.target)
    )
    starts = [step.found.first_us for step in steps if step.found.first_us is not None]
    ends = [step.found.last_us for step in steps if step.found.last_us is not None]
    return {
        "by": key[0],
        "id": said(key[1], _LONGEST_ID),
        "level": level.value if level else None,
        "events": sum(step.found.count for step in steps),
        "first": moment(min(starts, default=None)),
        "last": moment(max(ends, default=None)),
        "seconds": (max(ends) - min(starts)) / 1_000_000 if starts and ends else None,
        "steps": [_step(step) for step in ordered[:_MOST_STEPS]],
    }


def _step(step: _Step) -> dict[str, Any]:
    return {
        "place": f"{step.file.target}:{step.found.first_line}",
        "events": step.found.count,
        "level": step.found.worst,
        "first": moment(step.found.first_us),
        "last": moment(step.found.last_us),
    }


def _at_once(bursts: Sequence[tuple[LogFile, Burst]]) -> list[list[tuple[LogFile, Burst]]]:
    """Return the bursts that came together, of more than one log, in the order of time."""
    groups: list[list[tuple[LogFile, Burst]]] = []
    end = 0
    for file, burst in sorted(bursts, key=lambda item: (item[1].start_us, item[0].target)):
        if groups and burst.start_us <= end + _AT_ONCE_US:
            groups[-1].append((file, burst))
        else:
            groups.append([(file, burst)])
            end = 0
        end = max(end, burst.end_us)
    return [group for group in groups if len({file.name.family for file, _ in group}) > 1]


def _of_time(group: Sequence[tuple[LogFile, Burst]]) -> dict[str, Any]:
    return {
        "by": "time",
        "level": (LogLevel.WARNING if all(burst.is_warnings for _, burst in group) else LogLevel.ERROR).value,
        "events": sum(burst.errors for _, burst in group),
        "first": moment(min(burst.start_us for _, burst in group)),
        "last": moment(max(burst.end_us for _, burst in group)),
        "steps": [
            {
                "place": file.target,
                "what": "warnings" if burst.is_warnings else "errors",
                "events": burst.errors,
                "first": moment(burst.start_us),
                "last": moment(burst.end_us),
            }
            for file, burst in group[:_MOST_STEPS]
        ],
    }


def _together(target: str, context: dict[str, Any]) -> AuditFinding:
    logs = sorted({step["place"] for step in context["steps"]})
    named = ", ".join(f"`{name}`" for name in logs[:5]) + (f" and {len(logs) - 5} more" if len(logs) > 5 else "")
    when = str(context["first"])[:16].replace("T", " ")
    return AuditFinding(
        finding_type="log.bursts-together",
        severity=AuditSeverity.WARNING,
        description=f"Trouble came in {len(logs)} logs at once from {when}: {named}.",
        location=target,
    )
