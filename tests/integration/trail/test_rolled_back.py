"""Is a roll-back told from another process that signs at the same moment, and does a refusal hold?"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.places import drafts, opened_in, settings_in

from ami_audit.adapters.guards import FileGuard
from ami_audit.domain.errors import RolledBackError
from ami_audit.entrypoints.bootstrap.trails import opener
from ami_audit.services.portal import Portal, portal
from ami_audit.services.session import Session
from ami_audit.services.store import AuditStore


class _Interrupted(FileGuard):
    """A guard in front of which another process does something, once, before it answers."""

    def __init__(self, folder: Path, origin: str, meanwhile: Callable[[], None]) -> None:
        super().__init__(folder, origin)
        self._meanwhile: Callable[[], None] | None = meanwhile

    def last(self) -> str | None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().last()


def _other_run(folder: Path) -> None:
    """Append and sign as another process would: on a loop of its own."""
    apart = Portal()
    with AuditStore(opener(settings_in(folder)), on=apart) as store:
        apart.run(store.append(drafts(5)))


def _append(folder: Path, *, count: int = 3) -> None:
    with opened_in(folder) as store:
        portal.run(store.append(drafts(count)))


def test_another_process_that_signs_while_a_trail_is_opened_is_no_roll_back(tmp_path: Path) -> None:
    """Two runs meet every night; the second must not be told that its trail was restored from a backup."""
    _append(tmp_path)
    chosen = settings_in(tmp_path)
    guards: dict[str, FileGuard] = {}

    def guard_of(origin: str) -> FileGuard:
        made = _Interrupted(chosen.state_dir, origin, lambda: _other_run(tmp_path))
        return guards.setdefault(origin, made)

    async def interrupted() -> Session:
        session = await opener(chosen)()
        session.guard_of = guard_of
        return session

    with AuditStore(interrupted) as store:
        portal.run(store.append(drafts(2)))
    with opened_in(tmp_path, read_only=True) as store:
        assert portal.run(store.verify()).size == 1 + 3 + 5 + 2


def test_a_refused_trail_stays_refused(tmp_path: Path) -> None:
    """A service that goes on after an error must not find the door open the second time."""
    _append(tmp_path)
    copy = tmp_path / "copy.db"
    shutil.copy(tmp_path / "trail" / "audit.db", copy)
    _append(tmp_path)
    shutil.copy(copy, tmp_path / "trail" / "audit.db")
    with opened_in(tmp_path) as store:
        for _ in range(3):
            with pytest.raises(RolledBackError, match="restored from a backup"):
                portal.run(store.append(drafts(1)))
    assert (tmp_path / "trail" / "audit.db").read_bytes() == copy.read_bytes()
