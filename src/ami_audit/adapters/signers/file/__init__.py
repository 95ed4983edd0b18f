"""Private keys in files that only their owner can read."""

from ami_audit.adapters.signers.file.store import FileKeyStore

__all__ = ["FileKeyStore"]
