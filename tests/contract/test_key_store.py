"""Every key store keeps the contract."""

from pathlib import Path

import pytest
from keyrings.alt.file import PlaintextKeyring

from ami_audit.adapters.signers.file import FileKeyStore
from ami_audit.adapters.signers.system import SystemKeyStore
from ami_audit.ports.signer import KeyStore
from contract.key_store import KeyStoreContract
from support.keys import CORE


class TestFileKeyStore(KeyStoreContract):
    """Over a folder."""

    @pytest.fixture
    def key_store(self, tmp_path: Path) -> KeyStore:
        """An empty store."""
        return FileKeyStore(tmp_path / "config" / "keys", CORE)

    @pytest.fixture
    def reopened(self, tmp_path: Path) -> KeyStore:
        """The same folder, as another process opens it."""
        return FileKeyStore(tmp_path / "config" / "keys", CORE)


class TestSystemKeyStore(KeyStoreContract):
    """Over a keyring that keeps its texts in a file."""

    @pytest.fixture
    def key_store(self, tmp_path: Path) -> KeyStore:
        """An empty store."""
        return _over_file_keyring(tmp_path)

    @pytest.fixture
    def reopened(self, tmp_path: Path) -> KeyStore:
        """The same keyring, as another process opens it."""
        return _over_file_keyring(tmp_path)


def _over_file_keyring(folder: Path) -> KeyStore:
    backend = PlaintextKeyring()
    backend.file_path = str(folder / "keyring.cfg")
    return SystemKeyStore(folder / "turn", CORE, backend=backend)
