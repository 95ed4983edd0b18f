"""Do times, levels, masks and templates of logs agree with the twin's?"""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.reference.log_times import log_level, log_time
from tests.support.reference.log_words import Templates, log_words

from ami_audit.adapters.chain_core import _native
from ami_audit.adapters.chain_core.log_reader import NativeLogReader
from ami_audit.ports.log_reader import LogRequest

_two = st.integers(0, 99).map("{:02}".format)
_number = st.integers(0, 31).map(str)
_year = st.sampled_from(["2024", "1999", "2100", "0000", "24"])
_month = st.sampled_from(["Jan", "feb", "MAY", "Dec", "Foo"])
_mark = st.sampled_from(["-", "/", ".", " "])
_joint = st.sampled_from([" ", "T", ":", "-", "_", "", "  "])
_clock = st.builds(
    "{}{mark}{}{mark}{}{}{}".format,
    st.one_of(st.integers(0, 24).map("{:02}".format), _number),
    st.one_of(st.integers(0, 60).map("{:02}".format), _number),
    st.one_of(st.integers(0, 61).map("{:02}".format), _number),
    st.sampled_from(["", ".5", ",123", ":7", ".123456789", ".", " PM", " AM"]),
    st.sampled_from(["", "Z", " UTC", "GMT", "+01:00", " -0330", "-05", " +02", "+19:00", "x", " 2023", " UTC 2023"]),
    mark=st.sampled_from([":", ".", ""]),
)
_month_number = st.integers(0, 13).map("{:02}".format)
_date = st.one_of(
    st.builds("{0}{3}{1}{3}{2}".format, _year, _month_number, _two, _mark),
    st.builds("{0}{3}{1}{3}{2}".format, _two, _month_number, _year, _mark),
    st.builds("{0}{3}{1}{3}{2}".format, st.one_of(_two, _number), _month, _year, _mark),
    st.builds("{0}{2}{1}".format, _two, _two, _mark),
    st.builds("{}{}{}".format, _year, _month_number, _two),
    st.builds("{} {:>2}{}".format, _month, _number, st.sampled_from(["", ",", " 2024", ", 2024", " 2024,"])),
    st.builds("Tue{}{} {:>2}".format, st.sampled_from([" ", ", "]), _month, _number),
    st.builds("Wed{}{} {} {}".format, st.sampled_from([" ", ", "]), st.one_of(_two, _number), _month, _year),
)
_FORMS = (
    "%Y-%m-%d %H:%M:%S,%f",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d-%H.%M.%S.%f",
    "%Y%m%dT%H%M%S+0100",
    "%d/%b/%Y:%H:%M:%S -0330",
    "%d %b %Y %H:%M:%S.%f",
    "%y/%m/%d %H:%M:%S",
    "%y%m%d %H%M%S",
    "%m-%d %H:%M:%S.%f",
    "%m.%d %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M:%S",
    "%b %d %H:%M:%S",
    "%b %d, %Y %I:%M:%S %p",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S UTC %Y",
    "%a, %d %b %Y %H:%M:%S +0000",
)
_moment = st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1))  # noqa: DTZ001 (a wall clock)
_stamp = st.one_of(
    st.builds("{:{}}{}".format, _moment, st.sampled_from(_FORMS), st.sampled_from(["", " INFO", "]", "x"])),
    st.builds("{}{}{}{}".format, _date, _joint, _clock, st.sampled_from(["", " INFO", "]", "x", "7"])),
    st.builds("{}{}".format, st.integers(0, 10**19).map(str), st.sampled_from(["", ".5", ".", "x", " up"])),
    st.text(alphabet="0123456789:-/. TZJan", max_size=30),
)
_DAY_US = 86_400_000_000
_reference = st.integers(0, 47_000 * _DAY_US)
_zone = st.lists(st.tuples(_reference, st.integers(-50_000, 50_000)), max_size=3).map(sorted)


@settings(max_examples=1500)
@given(_stamp, st.one_of(st.none(), st.sampled_from([2023, 2024])), _reference, _zone)
@example("Feb 29 03:04:05 on", None, 1_740_000_000_000_000, [])
@example("2024-02-30 03:04:05", None, 0, [])
@example("20171224-0:7:20:444|x", None, 0, [])
@example("12/31/2024 11:59:59 PM", None, 0, [(0, 3600)])
def test_a_time_is_the_twins(text: str, year: int | None, reference_us: int, zone: list[tuple[int, int]]) -> None:
    """Whatever layout: a time that one of the two reads otherwise would put an event into another day."""
    line = text.encode()
    found = _native.log_time(line, year=year, reference_us=reference_us, zone=zone)
    assert found == log_time(line, year=year, reference_us=reference_us, zone=zone)


_word = st.sampled_from(["Warn", "ERROR", "fatal", "info", "Notice", "debug3", "trc", "severe", "loud", "emerg", "er"])


@given(st.one_of(_word.map(str.encode), st.binary(max_size=14)))
def test_a_level_is_the_twins(word: bytes) -> None:
    """Words of many systems, and words of none."""
    assert _native.log_level(word) == log_level(word)


_PIECES = r"""
10.0.0.1 10.0.0.1:80 1.2.3.4.5 1.5 1,024 0x1f deadbeef01 fe80::1 aa:bb:cc:dd:ee:0f 12:30:45 3ms 2.5s 7KB v2 a=-5 (+3)
550e8400-e29b-41d4-a716-446655440000 /var/log/a.b C:\x // / user blk_-12 HTTP/1.1" 404 EventID 4624 é <*
"""
_piece = st.sampled_from(_PIECES.split())
_message = st.lists(st.one_of(_piece, st.text(alphabet='ab019.:/-=_ \t"', max_size=12)), max_size=12).map(" ".join)


@settings(max_examples=800)
@given(st.one_of(_message.map(str.encode), st.binary(max_size=60), st.integers(250, 260).map(lambda n: b"a 1 " * n)))
def test_a_masked_message_is_the_twins(message: bytes) -> None:
    """What is masked decides what counts as the same event."""
    assert _native.log_words(message) == log_words(message)


_common = st.sampled_from(["disk", "failed", "user", "came", "on", "for", "3", "10.0.0.1", "node7", "a-1"])
_lines = st.lists(st.lists(_common, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(_lines, st.sampled_from([0.0, 0.4, 0.7, 1.0]))
def test_templates_are_the_twins(lines: list[str], similarity: float) -> None:
    """The same numbers for the same messages, and the same texts in the end."""
    twin = Templates(similarity)
    expected = [twin.learn(line.encode()) for line in lines]
    with TemporaryDirectory() as folder:
        place = Path(folder, "messages")
        place.write_text("\n".join(lines), encoding="utf-8")
        request = LogRequest((str(place),), events=True, messages=True, similarity=similarity)
        batches = list(NativeLogReader().read(request))
    assert [event.template for batch in batches for event in batch.events] == expected
    assert batches[-1].templates == {number: b" ".join(text).decode() for number, text in enumerate(twin.texts)}
