"""Does somebody without a key get their record signed for by the next run of the owner?"""

from pathlib import Path

import apsw
import pytest
from tests.support.bundles import MALLORY, about_key, append, opened, slip_in
from tests.support.golden import ALICE, BOB, SeedSigner
from tests.support.sealing import draft

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import IntegrityError
from ami_audit.services.session import Session


async def _begun(folder: Path, count: int = 20) -> Session:
    """Return a session, not open for writing yet, on a trail that was signed for."""
    session = await opened(folder)
    await append(session, count)
    await session.close()
    return await opened(folder)


def _forger() -> SeedSigner:
    """Return somebody who names Alice's key, and signs with another."""
    forger = SeedSigner(bytes(range(64, 96)), ALICE.signer)
    forger.key_id = ALICE.key_id
    return forger


_STRANGERS = {
    "nobody": (draft(99), (), "1 without a signature"),
    "a key that the trail does not name": (draft(99), (MALLORY,), "a key that the trail does not name"),
    "a false signature": (draft(99), (_forger(),), "a signature does not verify"),
    "a key that adds itself": (about_key("key.added", MALLORY), (MALLORY,), "it changes who may sign"),
}


@pytest.mark.parametrize("who", _STRANGERS)
@pytest.mark.parametrize("remembers", [True, False], ids=["with a guard", "without a guard"])
async def test_what_a_stranger_has_appended_is_not_signed_for(tmp_path: Path, who: str, *, remembers: bool) -> None:
    """Links, tree and head are right, for anybody can compute them; no key has sealed the record."""
    said, signers, wrong = _STRANGERS[who]
    session = await _begun(tmp_path)
    size = await slip_in(session, said, *signers)
    if not remembers:
        for file in (tmp_path / "state").rglob("*"):
            file.unlink() if file.is_file() else None
    try:
        for _ in range(2):  # a refused trail stays refused
            with pytest.raises(IntegrityError, match=r"have not sealed .*ami-audit verify") as caught:
                await session.trail()
            assert wrong in str(caught.value)
        assert (await session.store.head()).size == size + 1
    finally:
        await session.close()
    after = await opened(tmp_path)
    assert all(stored.size <= size for stored in await after.store.checkpoints())
    await after.close()


@pytest.mark.parametrize("who", _STRANGERS)
@pytest.mark.parametrize("follows", [True, False], ids=["and was appended after", "last of all"])
async def test_what_a_stranger_appends_beside_an_open_session_is_not_signed_for(
    tmp_path: Path, who: str, *, follows: bool
) -> None:
    """The trail was clean when it was opened; what came since is looked at before it is signed for."""
    said, signers, wrong = _STRANGERS[who]
    session = await _begun(tmp_path)
    await append(session, 3)
    other = await opened(tmp_path)
    size = await slip_in(other, said, *signers)
    await other.store.close()
    if follows:
        await append(session, 3)
    for _ in range(2):
        with pytest.raises(IntegrityError, match=wrong):
            await session.checkpoint()
    assert all(stored.size <= size for stored in await session.store.checkpoints())
    with pytest.raises(IntegrityError, match=wrong):
        await session.close()


async def test_what_the_trails_own_keys_append_beside_an_open_session_is_signed_for(tmp_path: Path) -> None:
    """Several processes write to one trail; each signs for what all of them sealed."""
    session = await _begun(tmp_path)
    await append(session, 3)
    other = await opened(tmp_path)
    size = await slip_in(other, draft(99), ALICE)
    await other.store.close()
    signed = await session.checkpoint()
    assert signed is not None
    assert signed.size == size + 1
    await session.close()


async def test_a_key_that_a_stranger_named_signs_nothing_later(tmp_path: Path) -> None:
    """The record that names it was signed by nobody who may, so what it signs is no better."""
    session = await _begun(tmp_path)
    await slip_in(session, about_key("key.added", MALLORY), MALLORY)
    for index in range(3):
        await slip_in(session, draft(index), MALLORY)
    with pytest.raises(IntegrityError, match="have not sealed the records"):
        await session.trail()
    await session.close()


@pytest.mark.parametrize("said", [draft(99), about_key("key.added", BOB)], ids=["a record", "a key"])
async def test_what_the_trails_own_keys_sealed_without_a_checkpoint_is_signed_for(
    tmp_path: Path, said: AuditDraft
) -> None:
    """A run that was killed has sealed its records, and signed for none of them."""
    session = await _begun(tmp_path)
    signers = (ALICE, BOB) if said.action == "key.added" else (ALICE,)
    size = await slip_in(session, said, *signers)
    await append(session, 3)
    assert (await session.trail()).head.size == size + 4
    await session.close()
    after = await opened(tmp_path)
    assert max(stored.size for stored in await after.store.checkpoints()) >= size + 4
    await after.close()


async def test_old_damage_does_not_stop_what_is_new(tmp_path: Path) -> None:
    """A trail goes on; what is wrong with what was signed for long ago is for `verify` to say."""
    session = await _begun(tmp_path)
    await slip_in(session, draft(99), ALICE)
    await session.store.close()
    with apsw.Connection(str(tmp_path / "audit.db")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE records SET canonical = x'7b7d' WHERE sequence = 3")
    session = await opened(tmp_path)
    await append(session, 1)
    await session.close()
