"""How numbers, sizes, times and kinds are said to a person."""

from collections.abc import Mapping
from datetime import datetime

from ami_audit.domain.kinds import AuditSeverity

_NOUNS = {
    "collection.analyzed": ("analysis", "analyses"),
    "file.archive": ("archive", "archives"),
    "file.hard-links": ("file of several names", "files of several names"),
    "file.observed": ("file", "files"),
    "file.seen": ("list of files seen again", "lists of files seen again"),
    "git.blame": ("blamed file", "blamed files"),
    "git.blob": ("large file", "large files"),
    "git.commit": ("commit", "commits"),
    "git.commit-lost": ("lost commit", "lost commits"),
    "git.contribution": ("author", "authors"),
    "git.lockfile": ("lock-file change", "lock-file changes"),
    "git.path": ("file history", "file histories"),
    "git.ref": ("branch or tag", "branches and tags"),
    "git.reflog": ("move of a name", "moves of names"),
    "git.repository": ("repository", "repositories"),
    "git.submodule": ("submodule", "submodules"),
    "log.baseline": ("baseline", "baselines"),
    "log.chain": ("hash chain", "hash chains"),
    "log.correlation": ("correlation", "correlations"),
    "log.event": ("event", "events"),
    "log.file": ("log file", "log files"),
    "log.overview": ("overview", "overviews"),
    "log.template": ("kind of trouble", "kinds of trouble"),
    "module.coverage": ("coverage report", "coverage reports"),
    "module.dependency": ("dependency", "dependencies"),
    "module.imports": ("import graph", "import graphs"),
    "module.lock": ("lock file", "lock files"),
    "module.metrics": ("set of metrics", "sets of metrics"),
    "module.observed": ("module", "modules"),
    "module.tests": ("test inventory", "test inventories"),
    "quality.fix": ("mended file", "mended files"),
    "quality.tool": ("check", "checks"),
    "quality.violations": ("list of violations", "lists of violations"),
    "service.host": ("machine", "machines"),
    "service.manifest": ("manifest", "manifests"),
    "service.observed": ("service", "services"),
    "service.process": ("process", "processes"),
    "service.profile": ("profile", "profiles"),
}
_SEVERITIES = {
    AuditSeverity.CRITICAL: ("critical finding", "critical findings"),
    AuditSeverity.ERROR: ("error", "errors"),
    AuditSeverity.WARNING: ("warning", "warnings"),
    AuditSeverity.INFO: ("note", "notes"),
    AuditSeverity.DEBUG: ("debug note", "debug notes"),
}
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
_SHORT = 12


def number(count: int) -> str:
    """Return a whole number with thousands separators: `40,284`."""
    return f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 record`, `2 records`; `many` where an s is not enough."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def size(size_bytes: int) -> str:
    """Return a size for a person: `512 bytes`, `1.4 MiB`."""
    if size_bytes < 1024:
        return counted(size_bytes, "byte")
    value, unit = float(size_bytes), 0
    while value >= 1023.95 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:,.1f} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """Return a span of time for a person: `420 ms`, `38.2 s`, `2 min 5 s`, `1 h 2 min`."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{number(hours)} h {minutes} min" if hours else f"{minutes} min {rest} s"


def time(moment: datetime) -> str:
    """Return a moment to the second: `2026-11-23 20:50:13 UTC`."""
    return f"{_day(moment)} {moment:%H:%M:%S} UTC"


def minute(moment: datetime) -> str:
    """Return a moment to the minute, its zone (UTC) left to the column's title."""
    return f"{_day(moment)} {moment:%H:%M}"


def short(digest: str) -> str:
    """Return as much of a hash as a person compares and a command accepts."""
    return digest[:_SHORT]


def noun(action: str, count: int) -> str | None:
    """Return what the records of an action are about, `commit` or `commits`; None for an action not known here."""
    return _NOUNS[action][count != 1] if action in _NOUNS else None


def severities(counts: Mapping[str, int]) -> str:
    """Return counts by severity, worst first: `2 errors, 14 warnings`; empty when there are none."""
    ordered = sorted(counts, key=lambda name: AuditSeverity(name).weight, reverse=True)
    return ", ".join(counted(counts[name], *_SEVERITIES[AuditSeverity(name)]) for name in ordered if counts[name])


def _day(moment: datetime) -> str:
    return f"{moment.year:04}-{moment:%m-%d}"
