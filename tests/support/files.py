"""What the file source made of a tree, in the shapes tests ask for."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ami_audit.adapters.chain_core.scanner import NativeScanner
from ami_audit.adapters.sources.file import FileSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.installed import arithmetic
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress, silent

# Nobody's account on every Linux: what it may not read, an ordinary user may not either.
_NOBODY = 65_534


def source() -> FileSource:
    """Return the source as it is put together outside tests."""
    return FileSource(NativeScanner())


def files_of(target: Path | str, *, progress: Progress = silent, **options: Any) -> dict[str, AuditDraft]:
    """Return the drafts by target, in their order."""
    batches = source().stream(str(target), AuditOptions(**options), progress=progress)
    return {draft.target: draft for batch in batches for draft in batch}


def the_file(target: Path | str, **options: Any) -> AuditDraft:
    """Return the one draft of a target that is one file."""
    (draft,) = files_of(target, **options).values()
    return draft


def kinds_of_findings(draft: AuditDraft) -> list[str]:
    """Return the types of the draft's findings."""
    return [finding.finding_type for finding in draft.findings]


@contextmanager
def open_place() -> Iterator[Path]:
    """Yield a folder that every user may enter; pytest's own belong to their maker alone."""
    place = Path(tempfile.mkdtemp(prefix="ami-audit-test-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        for path, folders, _ in os.walk(place):
            for folder in folders:
                Path(path, folder).chmod(0o700)
        shutil.rmtree(place)


@contextmanager
def quick_place() -> Iterator[Path]:
    """Yield a folder in memory where there is one: for trees of many files, which disks make slowly."""
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="ami-audit-test-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield place
    finally:
        shutil.rmtree(place)


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Do something without root's right to read everything."""
    if os.geteuid() != 0:
        yield
        return
    arithmetic()  # loaded at its first use, from a place that only root may read
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(_NOBODY)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
