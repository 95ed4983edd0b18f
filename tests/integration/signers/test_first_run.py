"""The first run, by several processes at once and through crashes."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ami_audit.adapters.signers.file import FileKeyStore
from ami_audit.adapters.signers.turn import FolderTurn
from ami_audit.domain.errors import KeyStoreError
from support.keys import CORE, CREATED, silent

_FIRST_RUN = """
import sys
from pathlib import Path
import ami_audit
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.signers.file import FileKeyStore
from ami_audit.services.usecases.keys import signing_key
from ami_audit.domain.installed import install
from datetime import datetime, UTC
install(arithmetic=NativeCore, clock=lambda: datetime.now(UTC))
store, core = FileKeyStore(Path(sys.argv[1]), NativeCore()), NativeCore()
print("ready", flush=True)
sys.stdin.readline()
found = signing_key(store, core, signer="ann@desk")
print(found.key.name, found.is_new, flush=True)
"""

_ENDLESS = """
import sys
from pathlib import Path
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.signers.file import FileKeyStore
from datetime import datetime, UTC
core = NativeCore()
store = FileKeyStore(Path(sys.argv[1]), core)
while True:
    print(store.add(core.generate_seed(), signer="a@b", created=datetime.now(UTC), passphrase=None).name, flush=True)
"""


def _started(code: str, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _line_of(process: "subprocess.Popen[str]", given: str = "") -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(given)
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_processes_that_start_together_make_one_key(tmp_path: Path) -> None:
    """Two first runs at once must not sign one trail with two keys."""
    processes = [_started(_FIRST_RUN, tmp_path / "keys") for _ in range(4)]
    assert [_line_of(process) for process in processes] == ["ready"] * 4
    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(lambda process: _line_of(process, "\n"), processes))
    for process in processes:
        process.communicate(timeout=30)
    assert len({line.split()[0] for line in told}) == 1
    assert sorted(line.split()[1] for line in told) == ["False", "False", "False", "True"]
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 1


def test_a_killed_process_leaves_whole_keys_and_no_lock(tmp_path: Path) -> None:
    """What was acknowledged is there; what was not is there whole or not at all; the next run need not wait."""
    for _ in range(5):
        process = _started(_ENDLESS, tmp_path / "keys")
        acknowledged = [_line_of(process) for _ in range(3)]
        process.kill()
        process.communicate(timeout=30)
        store = FileKeyStore(tmp_path / "keys", CORE)
        listed = {key.name: key for key in store.listed()}
        assert set(acknowledged) <= set(listed)
        assert [key.fault for key in listed.values() if key.fault] == []
        store.add(CORE.generate_seed(), signer="b@c", created=CREATED, passphrase=None)


def test_a_turn_that_never_comes_ends_with_a_sentence(tmp_path: Path) -> None:
    """A process that hangs in its turn must not hang all others."""
    with FolderTurn(tmp_path).held(), pytest.raises(KeyStoreError, match=r"held the keys .* for 0\.1 s"):
        FolderTurn(tmp_path, timeout_s=0.1)._locked()


def test_the_key_made_first_signs(tmp_path: Path) -> None:
    """The whole of it in one process."""
    process = _started(_FIRST_RUN, tmp_path / "keys")
    name = [_line_of(process), _line_of(process, "\n")][1].split()[0]
    process.communicate(timeout=30)
    signer = FileKeyStore(tmp_path / "keys", CORE).load("default", ask=silent)
    assert name.endswith(signer.key_id.hex()[:8])
    assert CORE.verify_signature(signer.public_key, b"message", signer.sign(b"message"))
