"""The embedded record store: one SQLite file beside the audited repository."""

from ami_audit.adapters.stores.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
