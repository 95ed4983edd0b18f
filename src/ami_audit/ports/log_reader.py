"""What a source of logs needs: a reader that turns files of lines into events, levels, times and templates."""

from collections.abc import Generator
from typing import Any, NamedTuple, Protocol

from ami_audit.domain.kinds import LogLevel


class LogRequest(NamedTuple):
    """Which logs to read and what to tell of them.

    Attributes:
        paths: Files, read in this order; names that are no text are surrogate-escaped. Compression (gz, zst, xz, bz2)
            is known by its first bytes.
        level: Only events at least as grave; an event without a level is then left out.
        since_us: Only events at or after this, microseconds since 1970.
        until_us: Only events before this.
        year: The year of times that name none; None takes the latest that is not after the file's own change time.
        zone: For times that name no zone: pairs of a wall-clock time (microseconds, as if it were UTC), rising, and the
            seconds east of UTC that hold from there on; empty means UTC.
        events: Hand over each event that passes; else only summaries cross.
        messages: Each line is a message without head: only templates are looked for.
        bucket_s: Width of a bucket of the rates.
        similarity: Share of equal words above which a message belongs to a template.
        max_templates: Templates kept for the whole request; what finds no place is counted under number 0.
        samples: Unparsed lines shown of each file.
        max_ids: Ids of each file that are kept; 0 looks for none.
        names: Only events whose service or logger is one of these, whatever the case, or begins with one and goes on
            with neither letter nor digit (`hook:session`, `api.db`); empty lets all pass.
        whole: Positions in `paths` of files to which `names` does not apply.
        digest: Hash the files as they lie on disk.
    """

    paths: tuple[str, ...]
    level: LogLevel | None = None
    since_us: int | None = None
    until_us: int | None = None
    year: int | None = None
    zone: tuple[tuple[int, int], ...] = ()
    events: bool = False
    messages: bool = False
    bucket_s: int = 60
    similarity: float = 0.4
    max_templates: int = 10_000
    samples: int = 5
    max_ids: int = 10_000
    names: tuple[str, ...] = ()
    whole: tuple[int, ...] = ()
    digest: bool = False


class LogEvent(NamedTuple):
    """One event: a line and what was joined to it.

    Attributes:
        file: Position of its file in the request's `paths`.
        offset: Byte of the (decompressed) file where it begins.
        line: Number of its first line, from 1.
        lines: How many lines it has.
        format: How it is written: `json`, `logfmt`, `syslog-5424`, `syslog-3164`, `clf`, `journal-export`,
            `journal-json`, `docker-json`, `loguru`, `python`, `java`, `klog`, `cri`, `windows-event`, `dated` (a time
            and text), `plain`.
        time_us: When it happened, microseconds since 1970; None when it does not say.
        time_known: `parsed`, `zone-assumed`, `year-assumed` (the zone perhaps too), `missing`.
        level: A `LogLevel`'s value, or None.
        logger: Who wrote it, or None.
        service: Of which service, or None.
        host: On which machine, or None.
        message: At most 8 KiB of it; joined lines follow, each after a line feed.
        template: Number of its template in this request.
        ids: Of kinds `request`, `session`, `trace`, `span`, `execution`.
        fields: What else a structured line held; values are JSON values.
    """

    file: int
    offset: int
    line: int
    lines: int
    format: str
    time_us: int | None
    time_known: str
    level: str | None
    logger: str | None
    service: str | None
    host: str | None
    message: str
    template: int
    ids: dict[str, str]
    fields: dict[str, Any]


class TemplateCount(NamedTuple):
    """One template within one file, of the events that pass.

    Attributes:
        template: Its number.
        count: How many events.
        earlier: How many events would pass but for being before `since_us`: 0 means that it is new since then.
        levels: Counts by level; `none` counts events without.
        first_us: The earliest time; None when no event tells it.
        last_us: The latest.
        first_line: Line of the first event.
        last_line: Line of the last.
        peak_us: Start of the bucket in which it came most often; None without times.
        peak: How often it came then.
        worst: The gravest level among them; None when none has a level.
        worst_line: Line of the first event of that level.
        sample: That event's message, or the first one's where there is none, at most 1 KiB.
        detail: What was joined to that event (a traceback), at most 4 KiB; empty when nothing was.
    """

    template: int
    count: int  # type: ignore[assignment]  # Nobody asks a row how often it holds a value.
    earlier: int
    levels: dict[str, int]
    first_us: int | None
    last_us: int | None
    first_line: int
    last_line: int
    peak_us: int | None
    peak: int
    worst: str | None
    worst_line: int | None
    sample: str
    detail: str


class LogId(NamedTuple):
    """One id within one file, of the events that pass.

    Attributes:
        kind: `request`, `session`, `trace`, `span` or `execution`.
        value: The id.
        count: How many events name it.
        worst: The gravest level among them, or None.
        first_us: The earliest time, or None.
        last_us: The latest, or None.
        first_line: Line of the first event.
    """

    kind: str
    value: str
    count: int  # type: ignore[assignment]  # Nobody asks a row how often it holds a value.
    worst: str | None
    first_us: int | None
    last_us: int | None
    first_line: int


class LogSummary(NamedTuple):
    """What one file held.

    Attributes:
        file: Position of the file in the request's `paths`.
        compression: `gzip`, `zstd`, `xz`, `bzip2`, or None.
        lines: Lines in all.
        bytes: Bytes in all, decompressed.
        events: Events in all.
        passed: Events that pass level and time.
        undated: Passing events without a time: no `since_us` or `until_us` can leave them out.
        levels: Events by level, of all; `none` counts events without.
        formats: Events by format, of all.
        time_known: Events by how their time is known, of all.
        joined: Lines that belong to an event before them.
        blank: Empty lines; `lines` is the sum of `events`, `joined` and `blank`, but where Windows events share a line.
        unparsed: Lines that look like a format and break it, or hold bytes that are no text.
        samples: Some of them: line, why, and the line, at most 256 bytes of it.
        cut: Lines longer than 1 MiB, of which only that much was looked at.
        first_us: The earliest time of all events, or None.
        last_us: The latest, or None.
        backwards: How often time ran backwards by more than a second.
        templates: By count, falling, then by number.
        ids: By kind and value.
        ids_left_out: Ids beyond `max_ids`, each time one was met.
        bucket_s: Width of the buckets of `rates`: wider than asked where a file spans a long time.
        rates: Of passing events: bucket's start in microseconds, events, warnings, errors and worse.
        names: Passing events by service or else logger, the 50 most frequent; the others and nameless ones under "".
        sha256: Hex digest of the file as it lies on disk; None unless asked for and read to its end.
        size_bytes: How large that is.
        faults: Pairs of kind (`unreadable`, `not-a-file`, `binary`, `truncated`, `damaged`) and reason; what came
            before it was read.
    """

    file: int
    compression: str | None
    lines: int
    bytes: int
    events: int
    passed: int
    undated: int
    levels: dict[str, int]
    formats: dict[str, int]
    time_known: dict[str, int]
    joined: int
    blank: int
    unparsed: int
    samples: list[tuple[int, str, str]]
    cut: int
    first_us: int | None
    last_us: int | None
    backwards: int
    templates: list[TemplateCount]
    ids: list[LogId]
    ids_left_out: int
    bucket_s: int
    rates: list[tuple[int, int, int, int]]
    names: dict[str, int]
    sha256: str | None
    size_bytes: int | None
    faults: list[tuple[str, str]]


class LogBatch(NamedTuple):
    """What was read meanwhile, in the order of files and lines.

    Attributes:
        events: Perhaps none; empty unless asked for.
        summaries: Of files that ended: they come after all events of theirs.
        templates: In the last batch: each template's number and text, its parameters written `<*>`, a known kind of
            parameter by its name (`<number>`, `<ip>`). A number stays the same through a request; a text settles at the
            end.
        read_bytes: Decompressed bytes read so far.
    """

    events: list[LogEvent]
    summaries: list[LogSummary]
    templates: dict[int, str]
    read_bytes: int


class LogReader(Protocol):
    """Reads logs. Stateless, safe from any thread; never writes, never opens anything but regular files."""

    def read(self, request: LogRequest) -> Generator[LogBatch]:
        """Yield batches; closing the generator stops the reading at once.

        Memory is bounded, whatever the files: by lines of 1 MiB, `max_templates` and `max_ids`. A file that cannot be
        read is told in its summary's faults. The same files give the same batches' content on every machine.

        Raises:
            SourceError: The reading broke off.
            UsageError: The request makes no sense.
        """
        ...

    def version(self) -> str:
        """Return the version of what reads."""
        ...
