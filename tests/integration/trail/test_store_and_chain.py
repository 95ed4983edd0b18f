"""Do AuditStore, AuditChain and AuditRecord do what the specification names?"""

import asyncio
import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from ami_audit import AuditChain, AuditFilter, AuditRecord, AuditSeverity, AuditStore, AuditTargetType
from ami_audit.domain.errors import IntegrityError, MalformedError, UsageError
from ami_audit.domain.kinds import SignatureState, VerificationLevel


def record(index: int = 0, **facts: object) -> AuditRecord:
    """Return an unsealed record."""
    own = {
        "actor": "ann",
        "action": "file.changed",
        "target": f"src/{index}.py",
        "target_type": AuditTargetType.FILE,
        "source": "test/1",
    }
    return AuditRecord.model_validate({**own, **facts})


class TestRecord:
    """AuditRecord: a value with verbs."""

    def test_it_hashes_mines_signs_and_verifies(self) -> None:
        """Each verb returns a new record; the old one stays as it was."""
        fresh = record()
        assert not fresh.verify()
        mined = fresh.mine_block(12)
        assert mined.record_hash.startswith("000")
        assert mined.verify()
        assert fresh.record_hash == ""
        signed = mined.sign(base64.b64encode(bytes(32)).decode(), "ann")
        assert signed.record_hash == mined.record_hash
        assert mined.verify_signatures() is SignatureState.UNSIGNED
        assert signed.verify_signatures() is SignatureState.VALID
        assert signed.verify_signatures(trusted=["00" * 32]) is SignatureState.UNKNOWN_KEY

    def test_an_unsigned_record_does_not_count_as_signed(self) -> None:
        """It proves nothing, and the answer is not true."""
        assert not record().verify_signatures()

    def test_every_hashed_field_is_in_the_hash(self) -> None:
        """Findings and severity too; the status alone may change."""
        sealed = record().mine_block(0)
        for name, value in (
            ("actor", "eve"),
            ("reason", "because"),
            ("severity", AuditSeverity.CRITICAL),
            ("context", {"a": 1}),
            ("timestamp", datetime(2000, 1, 1, tzinfo=UTC)),
            ("origin", "elsewhere"),
            ("sequence", 5),
            ("previous_hash", "11" * 32),
        ):
            assert not sealed.model_copy(update={name: value}).verify(), name
        assert sealed.model_copy(update={"status": "verified"}).verify()

    def test_it_cannot_be_changed(self) -> None:
        """Not even deep inside."""
        fresh = record(context={"list": [1, {"deep": True}]})
        with pytest.raises(ValidationError):
            fresh.actor = "eve"  # type: ignore[misc]
        with pytest.raises(TypeError, match="frozen"):
            fresh.context["list"][1]["deep"] = False
        with pytest.raises(TypeError, match="frozen"):
            fresh.context["list"].append(2)

    def test_a_naive_time_is_refused(self) -> None:
        """Nobody can say when it was."""
        with pytest.raises(MalformedError, match="zone"):
            record(timestamp=datetime(2024, 1, 1))  # noqa: DTZ001


class TestStore:
    """AuditStore: stores and finds."""

    async def test_a_stored_record_comes_back_as_it_was_sealed(self, store: AuditStore) -> None:
        """Its id stays; sequence, links and signatures are the trail's."""
        fresh = record(context={"größe": "日本"}, reason="test")
        sealed = await store.store_record(fresh)
        assert sealed.record_id == fresh.record_id
        assert sealed.timestamp == fresh.timestamp
        assert sealed.verify()
        assert await store.get_record(fresh.record_id) == sealed
        assert await store.get_record(sealed.record_hash) == sealed
        assert await store.get_record(sealed.record_hash[:12]) == sealed
        assert await store.get_record("ffffffffffff") is None

    async def test_the_chain_of_a_target_is_everything_about_it(self, store: AuditStore) -> None:
        """Oldest first, and what lies below a folder too."""
        for index in (1, 2, 1):
            await store.store_record(record(index))
        assert [each.target for each in await store.get_provenance_chain("src/1.py")] == ["src/1.py"] * 2
        assert len(await store.get_provenance_chain("src")) == 3

    async def test_offset_counts_before_limit(self, store: AuditStore) -> None:
        """Pages that overlap or skip were a fault of the trail's first life."""
        for index in range(10):
            await store.store_record(record(index))
        page = await store.query_records(AuditFilter(action="file.changed", offset=4, limit=3))
        assert [each.target for each in page] == ["src/4.py", "src/5.py", "src/6.py"]

    async def test_two_processes_append_at_once(self, store: AuditStore, place: Path) -> None:
        """Both succeed, and the trail is one chain."""
        await store.begin()
        script = (
            "import asyncio, sys\n"
            "from ami_audit import AuditStore, AuditRecord\n"
            "async def main():\n"
            "    async with AuditStore('audit.db') as store:\n"
            "        for index in range(40):\n"
            "            await store.store_record(AuditRecord(actor=sys.argv[1], action='work', target=str(index),\n"
            "                target_type='service', source='test/1'))\n"
            "asyncio.run(main())\n"
        )
        running = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", script, name, cwd=place)
            for name in ("one", "two")
        ]
        assert [await asyncio.wait_for(process.wait(), 120) for process in running] == [0, 0]
        assert await store.tally(AuditFilter(action="work"), "actor") == {"one": 40, "two": 40}
        report = await store.verify()
        assert report.faults == ()
        assert report.size == 81

    async def test_after_a_fork_the_child_writes_too(self, store: AuditStore, place: Path) -> None:
        """A server that forks its workers must not hang in the first audit."""
        await store.store_record(record())
        script = (
            "import os\n"
            "from ami_audit import AuditContext\n"
            "with AuditContext('parent', 'work', 'x'): pass\n"
            "child = os.fork()\n"
            "with AuditContext('child' if child == 0 else 'parent', 'work', 'y'): pass\n"
            "if child: os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
            "os._exit(0)\n"
        )
        environment = {**os.environ, "AMI_AUDIT_STORE": str(place / "forked.db")}
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", script], cwd=place, env=environment, timeout=60, check=False
        )
        assert done.returncode == 0
        async with AuditStore(place / "forked.db") as forked:
            assert await forked.tally(AuditFilter(action="work"), "actor") == {"parent": 2, "child": 1}
            assert await forked.verify_integrity()

    async def test_closing_signs_a_checkpoint_that_the_next_verification_sees(self, store: AuditStore) -> None:
        """Without it, a tail that was cut off would leave no trace."""
        await store.store_record(record())
        await store.close()
        report = await store.verify()
        assert report.checkpoint_size == report.size == 2

    async def test_an_ambiguous_name_is_refused(self, store: AuditStore) -> None:
        """Ids made in the same instant begin alike."""
        first = await store.store_record(record(1))
        await store.store_record(record(2))
        with pytest.raises(IntegrityError, match="write more of it"):
            await store.get_record(first.record_id[:8])


class TestChain:
    """AuditChain: the trail for those who think in links."""

    def test_it_adds_finds_slices_exports_and_verifies(self, place: Path) -> None:
        """The whole of the specification's class, from plain code."""
        with AuditStore(place / "audit.db") as store:
            chain = AuditChain(store)
            begun = datetime(2024, 1, 1, tzinfo=UTC)
            for day in range(4):
                asyncio.run(chain.add_record(record(day, timestamp=begun + timedelta(days=day))))
            assert chain.verify_chain()
            sliced = chain.get_chain_slice(begun + timedelta(days=1), begun + timedelta(days=3))
            assert [each.target for each in sliced] == ["src/1.py", "src/2.py"]
            assert len(chain.find_records(AuditFilter(target="src"))) == 4
            assert set(chain.verify_signatures().values()) == {True}
            exported = json.loads(chain.export_chain("json"))
            assert [each["sequence"] for each in exported["records"]] == [0, 1, 2, 3, 4]
            lines = chain.export_chain("jsonl").splitlines()
            assert [AuditRecord.model_validate_json(line).verify() for line in lines] == [True] * 5
            with pytest.raises(UsageError, match="jsonl"):
                chain.export_chain("xml")

    def test_a_trail_with_difficulty_is_mined_and_verified(self, place: Path) -> None:
        """What genesis asks for, every record meets."""
        with AuditStore(place / "mined.db", difficulty_bits=8) as store:
            chain = AuditChain(store)
            sealed = [asyncio.run(chain.add_record(record(index))) for index in range(3)]
            assert all(each.record_hash.startswith("00") for each in sealed)
            assert chain.verify_chain()


@pytest.mark.parametrize(
    "action",
    [
        "trail.created",
        "trail.pruned",
        "trail.segment_indexed",
        "key.added",
        "key.revoked",
        "policy.changed",
        "record.approved",
        "subject.erased",
        "retention.held",
    ],
)
async def test_what_only_the_trail_itself_records_is_refused(store: AuditStore, action: str) -> None:
    """A record that names a key or removes others, sealed by hand, would be a fault for ever."""
    await store.store_record(record())
    said = f"`action` cannot be recorded: only the trail's own commands record `{action}`"
    for asked in (store.store_record(record(action=action)), AuditChain(store).add_record(record(action=action))):
        with pytest.raises(MalformedError, match=said):
            await asked
    with pytest.raises(MalformedError, match=said) as caught:
        await store.append([record().draft(), record(action=action).draft()])
    assert caught.value.position == 1
    report = await store.verify()
    assert (report.size, report.faults) == (2, ())


async def test_an_action_that_only_sounds_like_the_trails_own_is_recorded(store: AuditStore) -> None:
    """Others have keys and trails, too."""
    for action in ("keyboard.used", "key", "trails.walked", "policy.changed.twice", "record.read"):
        assert (await store.store_record(record(action=action))).action == action
    assert (await store.verify()).is_sound


async def test_a_verdict_says_its_level(store: AuditStore) -> None:
    """An empty trail proves nothing; a sound one proves to a level, never "passed"."""
    assert (await store.verify()).level is VerificationLevel.NONE
    await store.store_record(record())
    assert (await store.verify()).level is VerificationLevel.SIGNATURES


async def test_a_trail_is_verified_while_another_process_appends(store: AuditStore, place: Path) -> None:
    """A busy trail must not be called damaged because it grew while it was looked at."""
    await store.begin()
    script = (
        "import asyncio\n"
        "from ami_audit import AuditStore, AuditRecord\n"
        "async def main():\n"
        "    async with AuditStore('audit.db') as store:\n"
        "        for index in range(400):\n"
        "            await store.store_record(AuditRecord(actor='busy', action='work', target=str(index),\n"
        "                target_type='service', source='test/1'))\n"
        "asyncio.run(main())\n"
    )
    busy = await asyncio.create_subprocess_exec(sys.executable, "-c", script, cwd=place)
    sizes = []
    while busy.returncode is None:
        report = await store.verify()
        assert report.faults == ()
        sizes.append(report.size)
        await asyncio.sleep(0)
    assert busy.returncode == 0
    assert (await store.verify()).size == 401
    assert len(set(sizes)) > 1


async def test_a_file_with_broken_pages_gets_a_verdict_not_a_crash(store: AuditStore, place: Path) -> None:
    """A disk that lost a page: `verify` says so and names the file."""
    for index in range(300):
        await store.store_record(record(index))
    await store.close()
    file = place / "audit.db"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 16_384] = bytes(16_384)
    file.write_bytes(raw)
    report = await store.verify()
    assert not report.is_sound
    assert str(file) in " ".join(f"{fault.where} {fault.detail}" for fault in report.faults)
