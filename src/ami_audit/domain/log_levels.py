"""How grave what a log says is."""

import re
from collections.abc import Iterable, Mapping

from ami_audit.domain.kinds import AuditSeverity, LogLevel, Outcome

_ORDER = {level.value: weight for weight, level in enumerate(LogLevel)}
_SEVERITY = {
    LogLevel.TRACE: AuditSeverity.DEBUG,
    LogLevel.DEBUG: AuditSeverity.DEBUG,
    LogLevel.INFO: AuditSeverity.INFO,
    LogLevel.WARNING: AuditSeverity.WARNING,
    LogLevel.ERROR: AuditSeverity.ERROR,
    LogLevel.CRITICAL: AuditSeverity.CRITICAL,
}
# Words of their own: a package `libgpg-error-dev` and a path `/var/lost+found` are no trouble.
_TROUBLE = re.compile(
    r"(?<![\w/.=-])(?:errors?|fail(?:ed|ure|ures|s|ing)?|fatal|panic|exceptions?|traceback|denied|refused|timed? ?out|"
    r"unreachable|abort(?:ed|ing)?|corrupt(?:ed|ion)?|cannot|can't|could ?n[o']t|unable|invalid|illegal|segfault|"
    r"oom-killer|killed|out of memory|crash(?:ed)?|lost|broken|reject(?:ed)?|unauthori[sz]ed|break-in|"
    r"possible attempt)(?![\w/-])",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"\b(?:(FATAL|CRITICAL|SEVERE)|(ERROR)|(WARN(?:ING)?)|NOTICE|INFO|DEBUG|TRACE)\b")
_NO_TROUBLE = re.compile(
    r"\b(?:no|0|without|zero) (?:errors?|failures?|exceptions?)\b|\berrors?[=:] ?0\b", re.IGNORECASE
)


def weight(level: str | None) -> int:
    """Return 0 for `trace` to 5 for `critical`; -1 for none and for what is no level."""
    return _ORDER.get(level or "", -1)


def worst(levels: Iterable[str | None]) -> LogLevel | None:
    """Return the gravest of these levels; None when there is none."""
    found = max(levels, key=weight, default=None)
    return LogLevel(found) if found and weight(found) >= 0 else None


def severity_of(level: LogLevel | None) -> AuditSeverity:
    """Return the severity that a level means; INFO for none."""
    return _SEVERITY[level] if level else AuditSeverity.INFO


def outcome_of(level: LogLevel | None) -> Outcome:
    """Return how an event of that level ended: errors are failures, and without a level nobody knows."""
    if level is None:
        return Outcome.UNKNOWN
    return Outcome.FAILURE if weight(level) >= weight(LogLevel.ERROR) else Outcome.SUCCESS


def troubling(levels: Mapping[str, int], text: str) -> LogLevel | None:
    """Return how grave a template is, from WARNING on; None when it is not.

    Args:
        levels: Its events by level; `none` counts those that name no level. Where all of them name none, a level's
            name in capitals within the text counts, else words such as `failed` and `refused` make a warning: much of
            what systems write has no level.
        text: The template, or one of its messages; empty where words mean nothing.
    """
    gravest = worst(level for level, count in levels.items() if count)
    if gravest is not None:
        return gravest if weight(gravest) >= weight(LogLevel.WARNING) else None
    spoken = _SPOKEN.search(text)
    if spoken is not None:
        by_group = {1: LogLevel.CRITICAL, 2: LogLevel.ERROR, 3: LogLevel.WARNING}
        return by_group.get(spoken.lastindex or 0)
    return LogLevel.WARNING if _TROUBLE.search(_NO_TROUBLE.sub("", text)) else None
