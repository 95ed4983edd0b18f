"""Where subject keys lie, outside every store."""

from ami_audit.adapters.vaults.file import FileVault

__all__ = ["FileVault"]
