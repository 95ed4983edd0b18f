"""What all files of a run say of one template."""

from collections import Counter

from ami_audit.adapters.sources.log.discovery import LogFile
from ami_audit.domain.kinds import LogLevel
from ami_audit.domain.log_levels import weight
from ami_audit.domain.masking import is_secret_name
from ami_audit.ports.log_reader import LogSummary, TemplateCount

_LEAST = weight(LogLevel.WARNING)


class Template:
    """One template over all files."""

    def __init__(self, first: TemplateCount, file: LogFile) -> None:
        """Begin with no events; where the first ones of it lie is known."""
        self.count = 0
        self.earlier = 0
        self.is_judged_by_words = False
        # Loggers of the files it is in whose names are those of secrets.
        self.telling: set[str] = set()
        self.levels: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.first_us: int | None = None
        self.last_us: int | None = None
        self.first_place = f"{file.target}:{first.first_line}"
        self.last_place = ""
        self.sample, self.detail, self.worst = first.sample, first.detail, first.worst
        self.worst_place = _worst_place(first, file)
        self.peak, self.peak_us, self.peak_bucket_s = 0, first.peak_us, 0

    def add(self, found: TemplateCount, file: LogFile, summary: LogSummary) -> None:
        """Add what one file holds of it."""
        # A log that names levels means something by naming none: prose between JSON lines is no trouble.
        self.is_judged_by_words |= summary.levels.get("none", 0) * 2 > summary.events
        self.telling.update(filter(is_secret_name, summary.names))
        self.count += found.count
        self.earlier += found.earlier
        self.levels.update(found.levels)
        self.files[file.target] += found.count
        if found.first_us is not None and (self.first_us is None or found.first_us < self.first_us):
            self.first_us, self.first_place = found.first_us, f"{file.target}:{found.first_line}"
        if self.last_us is None or found.last_us is None or found.last_us >= self.last_us:
            self.last_us, self.last_place = found.last_us or self.last_us, f"{file.target}:{found.last_line}"
        gravity, mine = weight(found.worst), weight(self.worst)
        if gravity > mine or (gravity == mine and found.detail and not self.detail):
            self.sample, self.detail, self.worst = found.sample, found.detail, found.worst
            self.worst_place = _worst_place(found, file)
        if found.peak > self.peak:
            self.peak, self.peak_us, self.peak_bucket_s = found.peak, found.peak_us, summary.bucket_s

    def absorb(self, other: "Template") -> None:
        """Add what another one holds: one that reads the same once its secrets are masked."""
        self.telling |= other.telling
        self.count += other.count
        self.is_judged_by_words |= other.is_judged_by_words
        self.earlier += other.earlier
        self.levels.update(other.levels)
        self.files.update(other.files)
        if _is_before(other.first_us, self.first_us):
            self.first_us, self.first_place = other.first_us, other.first_place
        if _is_before(self.last_us, other.last_us):
            self.last_us, self.last_place = other.last_us, other.last_place
        if weight(other.worst) > weight(self.worst):
            self.sample, self.detail, self.worst = other.sample, other.detail, other.worst
            self.worst_place = other.worst_place
        if other.peak > self.peak:
            self.peak, self.peak_us, self.peak_bucket_s = other.peak, other.peak_us, other.peak_bucket_s

    @property
    def troubled(self) -> int:
        """How many of its events are at warning or worse; all of them where none names a level."""
        levels = {level: count for level, count in self.levels.items() if weight(level) >= 0}
        return sum(count for level, count in levels.items() if weight(level) >= _LEAST) if levels else self.count


def _is_before(one: int | None, other: int | None) -> bool:
    return one is not None and (other is None or one < other)


def _worst_place(found: TemplateCount, file: LogFile) -> str:
    return f"{file.target}:{found.first_line if found.worst_line is None else found.worst_line}"
