"""The key store over the desktop's Secret Service: a real daemon on a private bus."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
_MISSING = [program for program in _NEEDED if shutil.which(program) is None]

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(bool(_MISSING), reason=f"needs {' and '.join(_MISSING)}"),
]

_WORK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.signers.system import SystemKeyStore
core = NativeCore()
seed = bytes(range(32))
store = SystemKeyStore(Path(sys.argv[1]), core)
if sys.argv[2] == "write":
    kept = store.add(seed, signer="ann@desk", created=datetime.now(UTC), passphrase=None)
    store.choose(kept.name, origin="host/trail")
    assert store.warning("/") == "", store.warning("/")
else:
    signer = store.load(store.chosen("host/trail"), ask=lambda key: None)
    assert signer.sign(b"m") == core.sign(seed, b"m")
    store.remove("default")
    assert list(store.listed()) == []
print(store.where)
"""


def test_a_key_in_the_secret_service_signs_in_another_process(tmp_path: Path) -> None:
    """What one process keeps, the next one signs with, and what it deletes is gone."""
    (tmp_path / "work.py").write_text(_WORK)
    script = (
        "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null && "
        f"'{sys.executable}' '{tmp_path}/work.py' '{tmp_path}/turn' write && "
        f"'{sys.executable}' '{tmp_path}/work.py' '{tmp_path}/turn' read"
    )
    (tmp_path / "run").mkdir(mode=0o700)
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["system keyring (SecretService Keyring)"] * 2
