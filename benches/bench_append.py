"""Appending durably: single records beside a loop of fdatasync, batches of 1,000 beside auditchain's.

Every append is acknowledged only when it is on disk, and signed where nothing else is said. `from plain code` is a
caller without an event loop of its own (`portal.run(store.append(…))`); `on the loop` is the trail's writer called
directly. The
peer's SQLite is as durable as ours: write-ahead log, synchronous=FULL.
"""

import asyncio
import os
import sqlite3
from pathlib import Path

from auditchain import AuditLog, SqliteBackend, generate_keypair
from duel import Duel, Line, Side
from outcome import begin, tell
from place import scratch
from trails import store_in, trail_of
from workload import drafts, entries

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.linkage import EMPTY_ROOT
from ami_audit.entrypoints.library import AuditStore
from ami_audit.ports.chain_values import Grown
from ami_audit.services.portal import portal

_SINGLE = 200
_BATCH = 1000
_BATCHES = 5


class _Flushed:
    """A file to which 1 kB is written and flushed, again and again."""

    def __init__(self, folder: Path, *, grows: bool) -> None:
        self._file = os.open(folder / f"flushed-{grows}", os.O_CREAT | os.O_RDWR, 0o600)
        self._grows = grows
        os.write(self._file, bytes(1024 * _SINGLE))
        os.fsync(self._file)

    def loop(self) -> int:
        """Write and flush once for each single append."""
        if not self._grows:
            os.lseek(self._file, 0, os.SEEK_SET)
        for _ in range(_SINGLE):
            os.write(self._file, b"x" * 1024)
            os.fdatasync(self._file)
        return _SINGLE


class _Singles:
    """Single appends to one trail."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store
        self._made = drafts(_SINGLE)
        portal.run(store.begin())

    def from_plain_code(self) -> int:
        """Append one record after the other, as a caller without a loop does."""
        for draft in self._made:
            portal.run(self._store.append([draft]))
        return len(self._made)

    def on_the_loop(self) -> int:
        """Append one record after the other through the trail."""
        return portal.run(self._on_the_loop())

    async def _on_the_loop(self) -> int:
        trail = await trail_of(self._store, is_signed=True)
        for draft in self._made:
            await trail.append([draft])
        return len(self._made)

    def together(self) -> int:
        """Append the same records, 16 callers at a time."""
        return portal.run(self._together())

    async def _together(self) -> int:
        trail = await trail_of(self._store, is_signed=True)
        for start in range(0, len(self._made), 16):
            await asyncio.gather(*(trail.append([draft]) for draft in self._made[start : start + 16]))
        return len(self._made)


class _Treeless(NativeCore):
    """The core without its tree: what is left of an append when nothing is grown and no tile is kept."""

    def leaf_hashes(self, *_arguments: object, **_named: object) -> bytes:
        """Return nothing."""
        return b""

    def grow(self, *_arguments: object, **_named: object) -> Grown:
        """Return the empty tree."""
        return Grown(EMPTY_ROOT, b"", [], [])


class _Batches:
    """Batches appended to one trail by its writer, on the loop."""

    def __init__(self, store: AuditStore, core: NativeCore, *, is_signed: bool) -> None:
        self._store = store
        portal.run(store.begin())
        self._trail = portal.run(trail_of(store, is_signed=is_signed, core=core))

    def work(self, made: list[AuditDraft]) -> int:
        """Append them in batches."""
        return portal.run(self._work(made))

    async def _work(self, made: list[AuditDraft]) -> int:
        for start in range(0, len(made), _BATCH):
            await self._trail.append(made[start : start + _BATCH])
        return len(made)


class _PeerLog:
    """auditchain's log over SQLite."""

    def __init__(self, path: Path, *, is_signed: bool = True) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # remembered in the file; synchronous is FULL by default
        connection.close()
        self._loop = asyncio.new_event_loop()
        self._log = AuditLog(SqliteBackend(path), signing_key=generate_keypair()[0] if is_signed else None)
        self._loop.run_until_complete(self._log.init())

    def batches(self, made: list[tuple[str, str, str, dict[str, object]]]) -> int:
        """Append them in batches."""
        for start in range(0, len(made), _BATCH):
            self._loop.run_until_complete(self._log.append_many(made[start : start + _BATCH]))
        return len(made)

    def singles(self, made: list[tuple[str, str, str, dict[str, object]]]) -> int:
        """Append one after the other."""
        for actor, action, subject, metadata in made[:_SINGLE]:
            self._loop.run_until_complete(self._log.append(actor, action, subject, metadata=metadata))
        return _SINGLE


def _single(folder: Path) -> list[Line]:
    singles, grown, same = _Singles(store_in(folder)), _Flushed(folder, grows=True), _Flushed(folder, grows=False)
    peer, made = _PeerLog(folder / "peer.db"), entries(drafts(_SINGLE))
    duel = Duel(
        {
            "plain": Side("`AuditStore.append` of one, from plain code", singles.from_plain_code),
            "loop": Side("`Trail.append` of one, on the loop", singles.on_the_loop),
            "together": Side("`Trail.append` of one, 16 callers at a time", singles.together),
            "grown": Side("`fdatasync` loop of 1 kB, file grows", grown.loop),
            "same": Side("`fdatasync` loop of 1 kB, file overwritten", same.loop),
            "peer": Side("auditchain `append`, signed", lambda: peer.singles(made)),
        },
        rounds=15,
    ).run()
    work = "durable append, single, signed"
    return [
        duel.line(work, "plain", "grown", unit="records", goal=">= 0.6"),
        duel.line(work, "loop", "grown", unit="records", goal=">= 0.6"),
        duel.line(work, "loop", "same", unit="records"),
        duel.line(work, "together", "grown", unit="records"),
        duel.line(work, "plain", "peer", unit="records"),
    ]


def _in_batches(store: AuditStore, made: list[AuditDraft], *, is_read: bool) -> int:
    for start in range(0, len(made), _BATCH):
        sealed = portal.run(store.append(made[start : start + _BATCH]))
        if is_read:
            list(sealed)
    return len(made)


def _many(folder: Path) -> list[Line]:
    made = drafts(_BATCH * _BATCHES)
    theirs = entries(made)
    stores = [store_in(folder, f"trail-{number}.db") for number in range(2)]
    for store in stores:
        portal.run(store.begin())
    bare = _Batches(store_in(folder, "bare.db"), NativeCore(), is_signed=False)
    peer, bare_peer = _PeerLog(folder / "peer.db"), _PeerLog(folder / "bare-peer.db", is_signed=False)
    duel = Duel(
        {
            "read": Side(
                "`AuditStore.append` of 1,000, every record looked at",
                lambda: _in_batches(stores[0], made, is_read=True),
            ),
            "unread": Side("`AuditStore.append` of 1,000", lambda: _in_batches(stores[1], made, is_read=False)),
            "bare": Side("`Trail.append` of 1,000", lambda: bare.work(made)),
            "peer": Side("auditchain `append_many` of 1,000", lambda: peer.batches(theirs)),
            "bare peer": Side("auditchain `append_many` of 1,000", lambda: bare_peer.batches(theirs)),
        }
    ).run()
    work = "durable append, 1,000 a batch"
    unread = "as collectors do, no models made"
    return [
        duel.line(f"{work}, signed", "read", "peer", unit="records", goal=">= 3"),
        duel.line(f"{work}, signed", "unread", "peer", unit="records", goal=">= 4", note=unread),
        duel.line(f"{work}, unsigned", "bare", "bare peer", unit="records", goal=">= 4", note=unread),
    ]


def _tree(folder: Path) -> list[Line]:
    made = drafts(_BATCH * _BATCHES)
    grown = _Batches(store_in(folder, "grown.db"), NativeCore(), is_signed=True)
    bare = _Batches(store_in(folder, "treeless.db"), _Treeless(), is_signed=True)
    duel = Duel(
        {
            "grown": Side("`Trail.append` of 1,000", lambda: grown.work(made)),
            "bare": Side("the same without leaves, roots and tiles", lambda: bare.work(made)),
        },
        rounds=15,
    ).run()
    work = "durable append, 1,000 a batch, signed; what the tree costs"
    return [duel.line(work, "grown", "bare", unit="records", goal="<= 1.1")]


if __name__ == "__main__":
    begin("append")
    for measure in (_single, _many, _tree):
        with scratch() as place:
            tell("append", measure(place))
