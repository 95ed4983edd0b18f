"""Keys for tests: a core, moments, passphrases, and what runs as an ordinary user."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.kinds import ActorType
from ami_audit.domain.stored_key import StoredKey

CORE = NativeCore()
CREATED = datetime(2026, 11, 23, 20, 50, 13, 5, tzinfo=UTC)
PASSPHRASE = b"correct horse battery staple"
NOBODY = 65534


def right(_: StoredKey) -> bytes:
    """Know the passphrase."""
    return PASSPHRASE


def wrong(_: StoredKey) -> bytes:
    """Know another passphrase."""
    return b"tr0ub4dor&3"


def silent(_: StoredKey) -> None:
    """Know none, as a job without a terminal."""


class TestCaller:
    """Somebody who works on keys."""

    __test__ = False
    name = "ann@desk"
    actor_type = ActorType.PERSON

    def provenance(self, target: str) -> dict[str, Any]:
        """Say where."""
        return {"host": "desk", "root": target}


_AS_ORDINARY_USER = """
import json, os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.signers.file import FileKeyStore
from ami_audit.domain.errors import AuditError
if os.geteuid() == 0:  # only now: the interpreter itself may lie where only root can read
    os.setgroups([])
    os.setgid({user})
    os.setuid({user})
store = FileKeyStore(Path(sys.argv[1]), NativeCore())
try:
    {deed}
except AuditError as error:
    found = str(error)
print(json.dumps(found))
"""


def as_ordinary_user(deed: str, folder: Path) -> str:
    """Return what `deed` leaves in `found`, or the error that it meets, when a user who is not root does it.

    Args:
        deed: One line of Python over `store`, the file key store of `folder`.
        folder: Where the keys lie.
    """
    code = _AS_ORDINARY_USER.format(user=NOBODY, deed=deed)
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout))


def give_away(path: Path) -> None:
    """Let the ordinary user of `as_ordinary_user` own a path and reach it."""
    for folder in path.parents:
        if folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o011 != 0o011:
            folder.chmod(folder.stat().st_mode | 0o011)
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
