"""The source of files: what a tree holds, as it is now."""

from ami_audit.adapters.sources.file.source import FileSource

__all__ = ["FileSource"]
