"""A Git repository's history, refs and blame as drafts."""

from ami_audit.adapters.sources.git.source import GitSource

__all__ = ["GitSource"]
