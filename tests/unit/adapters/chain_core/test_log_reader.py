"""Does the reader of logs hand over what its port promises?"""

import gzip
import json
import os
import threading
from pathlib import Path

import pytest

from ami_audit.adapters.chain_core.log_reader import NativeLogReader
from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import LogLevel
from ami_audit.ports.log_reader import LogBatch, LogEvent, LogRequest, LogSummary

_MOMENT_US = 1_704_164_645_000_000


def _read(request: LogRequest) -> list[LogBatch]:
    return list(NativeLogReader().read(request))


def _only(request: LogRequest) -> tuple[list[LogEvent], LogSummary, dict[int, str]]:
    batches = _read(request)
    [summary] = [summary for batch in batches for summary in batch.summaries]
    return [event for batch in batches for event in batch.events], summary, batches[-1].templates


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A banner, prose, and raw JSON lines, as agents leave them."""
    log = tmp_path / "2024-01-02.log"
    event = {"timestamp": "2024-01-02T03:04:05.000000Z", "level": "error", "logger": "hooks:s-1"}
    lines = [
        "===== session started =====",
        "Loading 3 hooks from /etc/hooks",
        json.dumps({**event, "message": "hook_execution", "execution_id": "e-1", "duration": 0.5, "exit_code": 1}),
        "2024-01-02 03:04:05.123 | WARNING  | app.core:run:12 - cache is 91% full",
        '{"broken": ',
    ]
    log.write_text("\n".join(lines), encoding="utf-8")
    return log


def test_a_mixed_file_is_read_line_by_line(mixed: Path) -> None:
    """Each line by its own format; what only looks like one is counted and shown."""
    events, summary, templates = _only(LogRequest((str(mixed),), events=True))
    assert [event.format for event in events] == ["plain", "plain", "json", "loguru", "plain"]
    assert (summary.lines, summary.events, summary.passed, summary.undated) == (5, 5, 5, 3)
    assert (summary.unparsed, summary.samples) == (1, [(5, "not JSON, though it begins like it", '{"broken": ')])
    assert summary.levels == {"error": 1, "warning": 1, "none": 3}
    assert templates[events[1].template] == "Loading <number> hooks from <path>"


def test_an_event_tells_all_that_its_line_holds(mixed: Path) -> None:
    """Time, level, who wrote it, ids, and the further members as JSON values."""
    event = _only(LogRequest((str(mixed),), events=True))[0][2]
    assert (event.line, event.lines, event.time_us, event.time_known) == (3, 1, _MOMENT_US, "parsed")
    assert (event.level, event.logger, event.message) == ("error", "hooks", "hook_execution")
    assert event.ids == {"session": "s-1", "execution": "e-1"}
    assert event.fields == {"duration": 0.5, "exit_code": 1}
    assert mixed.read_bytes()[event.offset :].startswith(b'{"timestamp"')


def test_without_a_wish_for_events_only_counts_cross(mixed: Path) -> None:
    """That is what makes a large log cheap: templates, ids and rates are counted on the other side."""
    events, summary, _ = _only(LogRequest((str(mixed),), level=LogLevel.ERROR))
    assert events == []
    [template] = summary.templates
    assert (template.count, template.worst, template.worst_line, template.peak) == (1, "error", 3, 1)
    assert [(found.kind, found.value, found.count, found.worst) for found in summary.ids] == [
        ("session", "s-1", 1, "error"),
        ("execution", "e-1", 1, "error"),
    ]
    assert summary.rates == [(_MOMENT_US - 5_000_000, 1, 0, 1)]


def test_templates_are_shared_by_the_files_of_a_request(tmp_path: Path) -> None:
    """A log and the one it was rotated from count under the same numbers."""
    plain, packed = tmp_path / "a.log", tmp_path / "a.log.1.gz"
    plain.write_text("disk 1 failed\ndisk 2 failed\n", encoding="utf-8")
    packed.write_bytes(gzip.compress(b"disk 3 failed\n"))
    batches = _read(LogRequest((str(packed), str(plain)), digest=True))
    first, second = [summary for batch in batches for summary in batch.summaries]
    assert (first.compression, second.compression) == ("gzip", None)
    assert [found.template for found in first.templates] == [found.template for found in second.templates]
    assert batches[-1].templates == {0: "<*>", 1: "disk <number> failed"}
    assert (first.size_bytes, second.size_bytes) == (packed.stat().st_size, plain.stat().st_size)


def test_times_without_year_or_zone_take_what_is_assumed(tmp_path: Path) -> None:
    """The year is the latest that is not after the file; the zone is the one that held then."""
    log = tmp_path / "syslog"
    log.write_text("Dec 31 23:00:00 host cron: one\nJan  1 01:00:00 host cron: two\n", encoding="utf-8")
    os.utime(log, (1_704_070_800 + 3600, 1_704_070_800 + 3600))
    events = _only(LogRequest((str(log),), events=True, zone=((0, 3600),)))[0]
    new_year_us = 1_704_067_200_000_000
    assert [event.time_us for event in events] == [new_year_us - 7_200_000_000, new_year_us]
    assert {event.time_known for event in events} == {"year-assumed"}


def test_closing_the_reading_ends_its_threads(tmp_path: Path) -> None:
    """Whoever has seen enough of a large log need not wait for the rest."""
    log = tmp_path / "large.log"
    log.write_bytes(b"2024-01-02T03:04:05Z INFO user 1 came\n" * 400_000)
    reading = NativeLogReader().read(LogRequest((str(log),), events=True))
    assert next(reading).read_bytes <= log.stat().st_size
    reading.close()
    for _ in range(2000):
        if not _native_threads():
            break
        threading.Event().wait(0.005)
    assert not _native_threads()


def _native_threads() -> list[str]:
    names = [task.joinpath("comm").read_text(encoding="ascii") for task in Path("/proc/self/task").iterdir()]
    return [name for name in names if name.startswith(("ami-audit-log", "ami-audit-cut"))]


@pytest.mark.parametrize("wrong", [{"similarity": 2.0}, {"bucket_s": 0}, {"year": 0}, {"zone": ((5, 0), (1, 0))}])
def test_a_request_that_makes_no_sense_is_refused(mixed: Path, wrong: dict[str, float]) -> None:
    """In one sentence, before anything is read."""
    with pytest.raises(UsageError, match="must"):
        _read(LogRequest((str(mixed),))._replace(**wrong))  # type: ignore[arg-type]  # Wrong on purpose.


def test_lone_surrogates_and_huge_numbers_come_as_text(tmp_path: Path) -> None:
    """JSON that one reader takes and the next refuses would break the batch, or change on the way."""
    log = tmp_path / "odd.jsonl"
    log.write_text(r'{"message":"\ud800","a":12345678901234567890,"b":{"c":1e999},"d":"\u0000"}', encoding="utf-8")
    [event] = _only(LogRequest((str(log),), events=True))[0]
    assert event.message == "\ufffd"
    assert event.fields == {"a": "12345678901234567890", "b": '{"c":1e999}', "d": "\0"}
