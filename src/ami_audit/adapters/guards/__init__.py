"""What is remembered of a trail away from its store: its last signed checkpoint, and how far it was verified."""

from ami_audit.adapters.guards.file import FileGuard
from ami_audit.adapters.guards.memory import FileMemory

__all__ = ["FileGuard", "FileMemory"]
