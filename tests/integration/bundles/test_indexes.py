"""Are segments indexed when they close, without anybody waiting for it?"""

import asyncio
from pathlib import Path

import pytest
from tests.support.bundles import CORE, append, opened

from ami_audit.adapters.vaults.file import FileVault
from ami_audit.domain.classification import policy_of
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.segment import tiled
from ami_audit.services.segments import claim_of, columns_of, index_closed, sealed_claims
from ami_audit.services.session import Session
from ami_audit.services.usecases.bundle import Question, made_bundle
from ami_audit.services.verification.verifier import Verifier


async def covered(session: Session) -> list[tuple[int, int]]:
    """Return what the trail's indexes cover."""
    return [(claim.first, claim.end) for claim in await sealed_claims(session.store)]


async def test_a_session_indexes_the_segments_that_it_closed(tmp_path: Path) -> None:
    """Not the open rest: a run of a few records must not seal an index of its own."""
    session = await opened(tmp_path)
    await append(session, 14)
    await session.checkpoint()
    assert await covered(session) == []
    await append(session, 20)
    await session.checkpoint()
    assert await covered(session) == [(0, 16), (16, 32)]
    await session.checkpoint()
    await session.close()
    later = await opened(tmp_path)
    await append(later, 20)
    await later.close()
    last = await opened(tmp_path)
    assert await covered(last) == [(0, 16), (16, 32), (32, 48)]
    report = await Verifier(last.store, CORE, clock=last.clock).verify()
    assert (report.faults, report.size) == ((), 58)
    await last.close()


async def test_what_a_crash_left_out_is_indexed_for_the_next_bundle(tmp_path: Path) -> None:
    """A process that dies before it indexes has lost nothing but work."""
    session = await opened(tmp_path)
    await append(session, 40)
    await session.store.close()
    after = await opened(tmp_path)
    await append(after, 1)
    await made_bundle(after, Question({"actor": "user1"}))
    claims = await sealed_claims(after.store)
    assert [(claim.first, claim.end) for claim in tiled(claims)] == [(0, 16), (16, 32), (32, 42)]
    assert len(claims) == 3
    await after.close()


async def test_others_append_while_a_segment_is_indexed(tmp_path: Path) -> None:
    """Reading and hashing a segment gives the loop back again and again."""
    session = await opened(tmp_path, segment_size=4096)
    trail = await session.trail()
    await append(session, 9000)
    indexing = asyncio.create_task(index_closed(trail, since=0, segment_size=4096))
    during = 0
    while not indexing.done():
        await append(session, 1)
        during += 1
    await indexing
    assert during > 1
    assert await covered(session) == [(0, 4096), (4096, 8192)]
    report = await Verifier(session.store, CORE, clock=session.clock).verify()
    assert report.faults == ()
    await session.close()


async def test_an_index_is_the_same_whatever_the_parts_it_was_read_in(tmp_path: Path) -> None:
    """Columns of parts are joined; a record at a seam must not be lost or doubled."""
    session = await opened(tmp_path, segment_size=1 << 20)
    await append(session, 5000)
    whole = await columns_of(session.store, CORE, first=3, end=4900)
    first, second = (
        await columns_of(session.store, CORE, first=3, end=2500),
        await columns_of(session.store, CORE, first=2500, end=4900),
    )
    assert whole == {name: first[name] + second[name] for name in whole}
    claim = await claim_of(whole, CORE, first=3, end=4900)
    assert claim.fields["action"].keys == 1
    assert claim.fields["timestamp"].keys == 4897
    await session.close()


@pytest.mark.parametrize("is_hidden", [False, True])
async def test_a_lying_index_is_found_whatever_it_begins_with(tmp_path: Path, *, is_hidden: bool) -> None:
    """With a value behind a commitment its text begins with `_sd`; bundles lean on it all the same."""
    session = await opened(tmp_path, segment_size=1 << 20)
    hiding = '[[values]]\nactions = ["trail.segment_indexed"]\npaths = ["reason"]\n'
    session.policy = policy_of(hiding, where="policy") if is_hidden else None
    session.vault_of = lambda origin: FileVault(tmp_path / "vault", origin, CORE)
    await append(session, 20)
    trail = await session.trail()
    columns = await columns_of(session.store, CORE, first=0, end=20)
    claim = await claim_of({**columns, "action": columns["actor"]}, CORE, first=0, end=20)
    draft = claim.draft(trail.origin)._replace(target_type=AuditTargetType.FILE, reason="x")
    await trail.append([draft])
    sealed = (await session.store.read(trail.head.size - 1, count=1))[0].canonical
    assert sealed.startswith(b'{"_sd"') is is_hidden
    report = await Verifier(session.store, CORE, clock=session.clock).verify()
    assert [(fault.check, fault.sequence) for fault in report.faults] == [("segment", trail.head.size - 1)]
    await session.close()
