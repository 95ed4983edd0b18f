"""The one place that introduces adapters to services."""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ami_audit.adapters.clock import machine_clock
from ami_audit.domain.errors import NotFoundError, UsageError
from ami_audit.entrypoints.settings import Settings
from ami_audit.entrypoints.version import version
from ami_audit.ports.caller import Caller
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.formatter import Formatter
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.signer import KeyStore
from ami_audit.ports.source import AuditSource
from ami_audit.ports.stores import RecordStore
from ami_audit.services.session import Session


def settings(place: Path | None = None, *, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings in force at `place`, or in the working folder."""
    return Settings(place or Path.cwd(), overrides)


def clock() -> datetime:
    """Return the present moment, aware and in UTC."""
    return machine_clock()


@cache
def core() -> ChainCore:
    """Return the native core."""
    from ami_audit.adapters.chain_core.core import NativeCore

    return NativeCore()


@cache
def caller() -> Caller:
    """Return who runs this process."""
    from ami_audit.adapters.callers import ProcessCaller

    return ProcessCaller(version=version())


def guard_of(chosen: Settings) -> Callable[[str], CheckpointGuard]:
    """Return what gives each trail's guard outside its store."""

    def guard(origin: str) -> CheckpointGuard:
        from ami_audit.adapters.guards import FileGuard

        return FileGuard(chosen.state_dir, origin)

    return guard


def key_store(chosen: Settings) -> KeyStore:
    """Return where this user's private keys lie."""
    from ami_audit.adapters.signers.file import FileKeyStore

    return FileKeyStore(chosen.keys_dir, core())


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
    if not path.exists():
        raise NotFoundError("trail", str(path), hint="Run `ami-audit repo` to begin one.")


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


def opener(chosen: Settings, *, read_only: bool = False) -> Callable[[], Awaitable[Session]]:
    """Return what opens a session on the store that the settings name."""

    async def open_session() -> Session:
        return Session(
            store=await open_store(chosen, read_only=read_only),
            core=core(),
            clock=clock,
            signers=lambda origin: signers(chosen, origin),
            guard_of=guard_of(chosen),
            new_origin=chosen.values.origin or new_origin(chosen.root),
            difficulty_bits=chosen.values.difficulty_bits,
        )

    return open_session


def new_origin(root: Path) -> str:
    """Return a fresh name for a trail: host, folder and eight random hex digits, as C2SP origins are written."""
    words = (caller().name.partition("@")[2], root.name or "root", core().uuid7(1)[0][-8:])
    return "/".join(re.sub(r"[^A-Za-z0-9._-]+", "-", word).strip("-") or "x" for word in words)


def sources() -> dict[str, Callable[[], AuditSource]]:
    """Return what makes each source, by name: the built-in ones and those of installed plug-ins."""
    return {"git": git_source, "file": file_source, **_plugins("ami_audit.sources", taken={"git", "file"})}


def git_source() -> AuditSource:
    """Return the source of Git history."""
    from ami_audit.adapters.sources.git import GitSource

    return GitSource()


def file_source() -> AuditSource:
    """Return the source of files."""
    from ami_audit.adapters.chain_core.scanner import NativeScanner
    from ami_audit.adapters.sources.file import FileSource

    return FileSource(NativeScanner())


def formatters() -> dict[str, Callable[[], Formatter]]:
    """Return what makes each formatter, by name: the built-in ones and those of installed plug-ins."""

    def terminal() -> Formatter:
        from ami_audit.adapters.formatters.terminal import TerminalFormatter

        return TerminalFormatter()

    def json() -> Formatter:
        from ami_audit.adapters.formatters.json import JsonFormatter

        return JsonFormatter()

    def markdown() -> Formatter:
        from ami_audit.adapters.formatters.markdown import MarkdownFormatter

        return MarkdownFormatter()

    own = {"terminal": terminal, "json": json, "markdown": markdown}
    return {**own, **_plugins("ami_audit.formatters", taken=set(own))}


def _plugins(group: str, *, taken: set[str]) -> dict[str, Callable[[], Any]]:
    """Return what installed plug-ins add to a group of entry points; a built-in name cannot be taken over."""
    from importlib.metadata import EntryPoint, entry_points

    def maker(point: EntryPoint) -> Callable[[], Any]:
        return lambda: point.load()()

    return {point.name: maker(point) for point in entry_points(group=group) if point.name not in taken}
