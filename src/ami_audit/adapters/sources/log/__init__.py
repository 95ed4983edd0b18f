"""The source of logs: what files of lines tell of errors, and whether their own chains hold."""

from ami_audit.adapters.sources.log.source import LogSource

__all__ = ["LogSource"]
