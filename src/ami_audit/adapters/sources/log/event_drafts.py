"""How single events become drafts, when they are asked for."""

from typing import Any

from ami_audit.adapters.sources.log.discovery import LogFile
from ami_audit.adapters.sources.log.values import digest, moment, of_logger, said, storable
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import ActorType, AuditTargetType, LogLevel
from ami_audit.domain.log_levels import outcome_of, severity_of
from ami_audit.ports.log_reader import LogEvent

ACTION = "log.event"
_NAME = 200


def event_draft(event: LogEvent, file: LogFile, source: str) -> AuditDraft:
    """Return the draft of one event.

    Its target is the log, whatever the file is called now: an event that was recorded before its file was rotated is
    the same fact afterwards.
    """
    shown = of_logger(event.logger or event.service, event.message)
    level = LogLevel(event.level) if event.level else None
    context = {name: value for name, value in _facts(event, file).items() if value is not None}
    context["message"] = shown.text
    if shown.kinds:
        context["masked"] = list(shown.kinds)
    when = moment(event.time_us)
    who = event.service or event.logger
    return AuditDraft(
        action=ACTION,
        target=file.name.family,
        target_type=AuditTargetType.LOG,
        source=source,
        actor=said(who, _NAME) if who else "unknown",
        actor_type=ActorType.SERVICE if who else ActorType.UNKNOWN,
        timestamp=when,
        outcome=outcome_of(level),
        severity=severity_of(level),
        context=context,
        # Only the line tells two equal events apart; renaming a file moves no line.
        observed=digest(event.line, when, event.level, who, event.host, shown.text),
    )


def _facts(event: LogEvent, file: LogFile) -> dict[str, Any]:
    return {
        "file": file.target,
        "line": event.line,
        "lines": event.lines if event.lines > 1 else None,
        "format": event.format,
        "level": event.level,
        "time": event.time_known if event.time_known != "parsed" else None,
        "logger": said(event.logger, _NAME) if event.logger else None,
        "service": said(event.service, _NAME) if event.service else None,
        "host": said(event.host, _NAME) if event.host else None,
        "ids": {kind: said(value, _NAME) for kind, value in event.ids.items()} or None,
        "fields": storable(event.fields) or None,
    }
