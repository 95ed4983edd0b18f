"""Trails: their stores, their guards, and sessions on them."""

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from ami_audit.domain.errors import NotFoundError, StoreError, UsageError
from ami_audit.entrypoints.bootstrap.keys import Announce, signer
from ami_audit.entrypoints.bootstrap.machine import caller, clock, core
from ami_audit.entrypoints.bootstrap.protection import policy, vault_of
from ami_audit.entrypoints.bootstrap.rules import rules_for_new_trail
from ami_audit.entrypoints.settings import Settings
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.memory import MemoryOf, VerificationMemory
from ami_audit.ports.stores import RecordStore
from ami_audit.services.pace import Pace
from ami_audit.services.session import Session


def _log(text: str) -> None:
    logging.getLogger("ami_audit").warning("%s", text)


def guard_of(chosen: Settings) -> Callable[[str], CheckpointGuard]:
    """Return what gives each trail's guard outside its store."""

    def guard(origin: str) -> CheckpointGuard:
        from ami_audit.adapters.guards import FileGuard

        return FileGuard(chosen.state_dir, origin)

    return guard


def memory_of(chosen: Settings) -> MemoryOf:
    """Return what remembers, for each trail at its place, how far it was verified."""
    store = str(sqlite_path(chosen.store_location).absolute())

    def memory(origin: str) -> VerificationMemory:
        from ami_audit.adapters.guards import FileMemory

        return FileMemory(chosen.state_dir, origin=origin, store=store)

    return memory


async def open_store(chosen: Settings, *, read_only: bool = False) -> RecordStore:
    """Open the record store that the settings name; a new one is made unless `read_only`.

    Raises:
        UsageError: No store can be opened at such a location.
        NotFoundError: `read_only`, and there is no trail yet.
        StoreError: It is there and cannot be opened.
    """
    from ami_audit.adapters.stores.sqlite import SqliteStore

    path = sqlite_path(chosen.store_location)
    if read_only:
        require_trail(chosen)
    elif not chosen.values.store:
        _keep_out_of_git(path.parent)
    return await SqliteStore.open(path, read_only=read_only, busy_timeout_s=chosen.values.busy_timeout_s)


def sqlite_path(location: str) -> Path:
    """Return the file that a store location names.

    Raises:
        UsageError: The location is of a kind that this version cannot open.
    """
    scheme, separator, rest = location.partition("://")
    if not separator:
        return Path(location).expanduser()
    if scheme == "sqlite":
        return Path(rest).expanduser()
    raise UsageError(
        f"The store `{location}` is of a kind that cannot be opened: `{scheme}`; use a path or `sqlite:///path`."
    )


def require_trail(chosen: Settings) -> None:
    """Raise when there is no trail at the place that the settings name.

    Raises:
        NotFoundError: There is none yet.
    """
    path = sqlite_path(chosen.store_location)
    if not is_there(path):
        raise NotFoundError("trail", str(path), hint="Run `ami-audit repo` to begin one.")


def is_there(path: Path) -> bool:
    """Return whether a trail lies there, or what is left of one: its log alone is not the same as nothing."""
    return path.exists() or path.with_name(path.name + "-wal").exists()


def _keep_out_of_git(folder: Path) -> None:
    """Let Git overlook the trail in a repository's own `.audit`, but not the settings beside it."""
    rules = folder / ".gitignore"
    if folder.name == ".audit" and not rules.exists():
        with suppress(OSError):  # a folder that cannot be written is the store's to complain about
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            rules.write_text("# The trail is evidence, not source.\n/audit.db*\n/.gitignore\n", encoding="utf-8")


def put_aside(file: Path) -> Path:
    """Rename a trail's file and what belongs to it, and return its new name; nothing is deleted."""
    stamp = clock().strftime("%Y%m%dT%H%M%SZ")
    for part in (file, *(file.with_name(file.name + ending) for ending in ("-wal", "-shm"))):
        if part.exists():
            part.rename(part.with_name(f"{part.name}.{stamp}.aside"))
    return file.with_name(f"{file.name}.{stamp}.aside")


def opener(chosen: Settings, *, read_only: bool = False, announce: Announce = _log) -> Callable[[], Awaitable[Session]]:
    """Return what opens a session on the store that the settings name; `announce` is told of a key that is made."""

    async def open_session() -> Session:
        hiding = policy(chosen)
        session = Session(
            store=await open_store(chosen, read_only=read_only),
            core=core(),
            clock=clock,
            signers=lambda origin, ring: (signer(chosen, origin, ring=ring, announce=announce),),
            guard_of=guard_of(chosen),
            new_origin=chosen.values.origin or new_origin(chosen.root),
            difficulty_bits=chosen.values.difficulty_bits,
            rules=lambda: rules_for_new_trail(chosen),
            pace=Pace(chosen.values.checkpoint_every_records, chosen.values.checkpoint_every_s),
            policy=hiding,
            vault_of=vault_of(chosen),
            clearance=chosen.values.clearance,
        )
        if not read_only and chosen.subjects_dir.is_dir():
            await _reapply_erasures(session)
        return session

    return open_session


def reader(chosen: Settings) -> Callable[[], Awaitable[Session]]:
    """Return what opens a session for reading; the index is filled where the store can be written."""

    async def open_session() -> Session:
        try:
            return await opener(chosen)()
        except StoreError:  # a full disk, a write-protected place: whoever mends it wants to look first
            return await opener(chosen, read_only=True)()

    return open_session


async def _reapply_erasures(session: Session) -> None:
    """Remove from a copy that was restored what was erased since it was made."""
    vault = await session.vault_here()
    if vault is not None and vault.erased():
        from ami_audit.services.usecases.erase import reapply

        await reapply(session.store, vault)


def new_origin(root: Path) -> str:
    """Return a fresh name for a trail: host, folder and eight random hex digits, as C2SP origins are written."""
    words = (caller().name.partition("@")[2], root.name or "root", core().uuid7(1)[0][-8:])
    return "/".join(re.sub(r"[^A-Za-z0-9._-]+", "-", word).strip("-") or "x" for word in words)
