"""Where a trail's last signed checkpoint is remembered, away from its store."""

from ami_audit.adapters.guards.file import FileGuard

__all__ = ["FileGuard"]
