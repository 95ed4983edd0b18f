"""Where records go before they are pruned."""

from ami_audit.adapters.archives.file import FileArchive

__all__ = ["FileArchive"]
