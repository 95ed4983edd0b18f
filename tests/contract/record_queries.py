"""Whether a store's queries find what the filter says, whatever stands in the records: one suite for every driver."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract.record_store import Opener
from tests.support.sealing import BEGAN, Seals, draft, filled, genesis

from ami_audit.domain.draft import AuditDraft, fact_key
from ami_audit.domain.errors import UsageError
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, AuditTargetType, DataClassification
from ami_audit.domain.linkage import Head, SealedRecord
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.record import AuditRecord
from ami_audit.ports.stores import RecordStore

# Values that a careless query confuses: wildcards, case, quotes, other spellings of a letter, slashes, nothing.
_WORDS = (
    "",
    "a",
    "A",
    "ä",
    "a%",
    "a_",
    "%",
    "_",
    "'; --",
    '"',
    "\\",
    "a\u0308",
    "git.commit",
    "İ",
    "ß",
    "\U0010ffff",
    "0",
)
_TARGETS = (
    "", "/", "//", "base", "base/", "base//", "base/app.py", "base/App.py", "base0", "base.py", "base%", "base%/x",
    "bas_", "base_/y", "/base", "base/a/b", "Base/app.py", "base/\U0010ffff", "bäse/x", "base/%", "base'/x",
)  # fmt: skip
_SOURCES = ("git_source/1", "git_source/2", "git_source", "file_source/1", "/1", "git_source/1/2")
_RUNS = ("", "run-1", "RUN-1", "run-%")
_BY = ("action", "severity", "target_type", "source", "actor", "run_id")


def _varied() -> Iterator[AuditDraft]:
    """Yield drafts in which every odd value meets several others."""
    for number in range(1, 120):
        yield draft(
            number,
            action=_WORDS[number % len(_WORDS)] or "x",
            actor=_WORDS[number * 5 % len(_WORDS)],
            target=_TARGETS[number % len(_TARGETS)],
            target_type=list(AuditTargetType)[number % 5],
            source=_SOURCES[number % len(_SOURCES)],
            severity=list(AuditSeverity)[number * 7 % 5],
            timestamp=BEGAN + timedelta(microseconds=number % 11, days=-(number % 3) * 365 * 30),
            reason=_WORDS[number * 3 % len(_WORDS)],
            context={"said": _WORDS[number % len(_WORDS)], "record_id": "nested"},
            findings=(AuditFinding(finding_type="t", severity=AuditSeverity.CRITICAL, description="d"),)
            if number % 17 == 0
            else (),
        )


_moments = st.integers(-2, 13).map(lambda step: BEGAN + timedelta(microseconds=step))
_old_moments = st.integers(0, 2).map(lambda step: BEGAN - timedelta(days=step * 365 * 30))
_filters = st.builds(
    AuditFilter,
    target_type=st.none() | st.sampled_from(AuditTargetType),
    action=st.none() | st.sampled_from(_WORDS),
    actor=st.none() | st.sampled_from(_WORDS),
    severity=st.none() | st.sampled_from(AuditSeverity),
    min_severity=st.none() | st.sampled_from(AuditSeverity),
    since=st.none() | _moments | _old_moments,
    until=st.none() | _moments | _old_moments,
    target=st.none() | st.sampled_from(_TARGETS) | st.text(max_size=4),
    module=st.none() | st.sampled_from(_TARGETS),
    source=st.none() | st.sampled_from(("git_source", "file_source", "", "git_source/1")),
    run_id=st.none() | st.sampled_from(_RUNS),
    text=st.none() | st.sampled_from((*_WORDS, "BASE/APP", "i̇", "SS", '"actor":"a"')),
    limit=st.sampled_from((0, 1, 7, 1000, 1 << 70)),
    offset=st.sampled_from((0, 0, 0, 1, 9, 1 << 70)),
    after=st.none() | st.sampled_from((-5, 0, 50, 118, 1 << 70, -(1 << 70))),
    before=st.none() | st.sampled_from((-5, 0, 51, 119, 1 << 70, -(1 << 70))),
    newest_first=st.booleans(),
)


def _opened(sealed: SealedRecord) -> AuditRecord:
    return AuditRecord.from_content(json.loads(sealed.canonical))


def _judged(records: Sequence[SealedRecord], wanted: AuditFilter) -> list[SealedRecord]:
    matching = [sealed for sealed in records if wanted.matches(_opened(sealed))]
    matching.sort(key=attrgetter("sequence"), reverse=wanted.newest_first)
    return matching[wanted.offset : wanted.offset + wanted.limit]


class QueryContract:
    """Answers equal to what `AuditFilter.matches` says of every record."""

    @pytest.fixture
    async def store(self, opener: Opener) -> AsyncIterator[RecordStore]:
        """A store over an empty trail."""
        store = await opener()
        yield store
        await store.close()

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    @given(batch=st.lists(_filters, min_size=20, max_size=20))
    def test_queries_and_tallies_agree_with_the_filter(self, opener: Opener, batch: list[AuditFilter]) -> None:
        """An auditor acts on what a query shows: a record left out is a record hidden."""
        asyncio.run(_check(opener, batch))

    async def test_records_appended_after_a_query_are_found_by_the_next(self, store: RecordStore) -> None:
        """The index is filled when somebody asks; it must be filled every time."""
        seals = Seals()
        for expected in (3, 10):
            before = seals.head
            await store.append(seals.some(expected - before.size), after=before)
            assert len(await store.query(AuditFilter())) == expected

    async def test_two_stores_fill_one_index(self, store: RecordStore, opener: Opener) -> None:
        """Two commands in one repository ask at once; rows entered twice would be counted twice."""
        await filled(store, 50)
        other = await opener()
        async with asyncio.TaskGroup() as tasks:
            answers = [tasks.create_task(each.tally(AuditFilter(), "action")) for each in (store, other, store)]
        assert [answer.result() for answer in answers] == [{"file.observed": 49, "trail.created": 1}] * 3
        await other.close()

    async def test_a_query_is_answered_while_another_writer_holds_its_turn(
        self, store: RecordStore, opener: Opener
    ) -> None:
        """A run that mines for a minute must not keep everybody else from reading."""
        await filled(store, 50)
        other = await opener(patience_s=0.1)
        async with asyncio.timeout(10), store.turn():
            assert len(await other.query(AuditFilter(action="file.observed"))) == 49
            assert await other.tally(AuditFilter(), "target_type") == {"file": 49, "trail": 1}
        await store.append((await Seals.after(store, await store.head())).some(1), after=await store.head())
        assert len(await other.query(AuditFilter(action="file.observed"))) == 50
        await other.close()

    async def test_a_record_is_found_by_every_name(self, store: RecordStore) -> None:
        """People paste what they have: an id, a hash, or the beginning of one, in either case."""
        records = await filled(store, 20)
        wanted = records[7]
        digest = wanted.record_hash.hex()
        for name in (wanted.record_id, digest, digest.upper(), digest[:7], digest[:12], digest[:63]):
            assert list(await store.find(name)) == [wanted]

    async def test_what_names_nothing_finds_nothing(self, store: RecordStore) -> None:
        """Five characters name too much; anything else that is no name must be answered too, not crash."""
        records = await filled(store, 20)
        digest = records[3].record_hash.hex()
        for name in (
            "",
            digest[:5],
            digest + "0",
            "%",
            "______",
            "\ud800" * 6,
            "é" * 6,
            "f" * 64,
            "'" * 9,
            "0x" + digest,
        ):
            assert not await store.find(name)

    async def test_an_ambiguous_name_finds_ten_records_at_most(self, store: RecordStore) -> None:
        """Ids of one run begin alike; the answer shows that there are several without showing them all."""
        records = await filled(store, 30)
        found = await store.find(records[4].record_id[:6])
        assert list(found) == list(records[: len(found)])
        assert len(found) == 10

    async def test_known_facts_are_known(self, store: RecordStore) -> None:
        """A second run records only what changed; a fact wrongly known is a change never recorded."""
        seals = Seals()
        await store.append(seals.some(40), after=Head())
        facts = [_fact(number) for number in range(1, 60)]
        assert await store.known(facts, before=30) == [number < 30 for number in range(1, 60)]
        assert await store.known(facts, before=40) == [number < 40 for number in range(1, 60)]
        before = seals.head
        await store.append(seals.some(10), after=before)
        assert await store.known(facts, before=45) == [number < 45 for number in range(1, 60)]
        assert await store.known(facts, before=1 << 70) == [number < 50 for number in range(1, 60)]

    async def test_thousands_of_facts_are_asked_for_at_once(self, store: RecordStore) -> None:
        """A large repository has more files than a statement may have values."""
        await filled(store, 10)
        answers = await store.known([_fact(number) for number in range(5000)], before=10)
        assert answers == [0 < number < 10 for number in range(5000)]
        assert await store.known([], before=10) == []

    async def test_a_source_of_another_version_states_the_same_fact(self, store: RecordStore) -> None:
        """An upgrade alone must not record every file again."""
        await filled(store, 5, source="file_source/2")
        assert await store.known([_fact(3)], before=5) == [True]

    async def test_records_are_not_counted_by_what_is_no_column(self, store: RecordStore) -> None:
        """A name from outside must never reach the database as text of a statement."""
        with pytest.raises(UsageError, match="cannot be counted"):
            await store.tally(AuditFilter(), "1; DROP TABLE records")

    async def test_a_text_is_found_only_by_a_reader_whom_the_record_s_class_shows_it(self, store: RecordStore) -> None:
        """Else a reader learns a withheld value by asking for it, word by word."""
        seals = Seals(is_signed=False)
        open_to_all, secret = (
            draft(number, context={"sum": "salary-51729"}, classification=classification)
            for number, classification in enumerate((DataClassification.PUBLIC, DataClassification.CONFIDENTIAL), 1)
        )
        await store.append(seals.batch([genesis(), open_to_all, secret]), after=await store.head())
        for clearance, count in zip(DataClassification, (1, 1, 2, 2), strict=True):
            wanted = AuditFilter(text="SALARY-51729")
            assert len(await store.query(wanted, clearance=clearance)) == count
            assert sum((await store.tally(wanted, "action", clearance=clearance)).values()) == count
        shown = AuditFilter(text=secret.target, target=secret.target)
        assert len(await store.query(shown, clearance=DataClassification.PUBLIC)) == 1


def _fact(number: int) -> bytes:
    usual = draft(number)
    return fact_key(usual.source, usual.target, usual.observed)


async def _check(opener: Opener, batch: Sequence[AuditFilter]) -> None:
    store = await opener()
    try:
        seals = Seals(is_signed=False)
        if (await store.head()).size == 0:
            await store.append(seals.batch([genesis(), *_varied()]), after=await store.head())
        records = await store.read(0, count=1000)
        for wanted in batch:
            assert list(await store.query(wanted)) == _judged(records, wanted)
        await _check_tallies(store, records, batch[0])
    finally:
        await store.close()


async def _check_tallies(store: RecordStore, records: Sequence[SealedRecord], wanted: AuditFilter) -> None:
    matching = [record for record in map(_opened, records) if wanted.matches(record)]
    for by in _BY:
        expected = Counter(str(_value(record, by)) for record in matching)
        assert await store.tally(wanted, by) == expected


def _value(record: AuditRecord, by: str) -> Any:
    return record.source.partition("/")[0] if by == "source" else getattr(record, by)
