"""Who runs this process, and where it runs."""

from ami_audit.adapters.callers.process import ProcessCaller

__all__ = ["ProcessCaller"]
