"""The source of modules: what one is made of, and what it needs."""

from ami_audit.adapters.sources.module.source import ModuleSource

__all__ = ["ModuleSource"]
