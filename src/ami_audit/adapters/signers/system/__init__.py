"""Private keys in the operating system's keyring."""

from ami_audit.adapters.signers.system.store import SystemKeyStore

__all__ = ["SystemKeyStore"]
