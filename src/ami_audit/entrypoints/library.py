"""The Python API's door: the services, wired to the store that the settings name."""

import atexit
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ami_audit.domain.run import RunSummary
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.entrypoints.bootstrap.trails import opener
from ami_audit.entrypoints.settings import settings_at
from ami_audit.ports.analyzer import AuditAnalyzer
from ami_audit.ports.source import AuditSource
from ami_audit.services.chain import AuditChain as _AuditChain
from ami_audit.services.collectors.batch import BatchCollector as _BatchCollector
from ami_audit.services.collectors.stream import StreamCollector as _StreamCollector
from ami_audit.services.context import AuditContext as _AuditContext
from ami_audit.services.store import AuditStore as _AuditStore

_shared: dict[str, _AuditStore] = {}


class AuditStore(_AuditStore):
    """The records of one trail.

    Args:
        location: A path, `sqlite:///path`, or None for what the settings say: `AMI_AUDIT_STORE`, or `.audit/audit.db`
            at the repository's root.
        settings: More settings by name, such as `key` or `origin`.
    """

    def __init__(self, location: str | Path | None = None, **settings: Any) -> None:
        wanted = {"store": None if location is None else str(location), **settings}
        super().__init__(opener(settings_at(overrides=wanted)))


class AuditContext(_AuditContext):
    """Around an operation: leaving it commits one durable record to the trail of `store`.

    Without `store` it is the trail that the settings name, shared by the whole process.
    """

    def __init__(
        self, actor: str, action: str, target: str, *, store: _AuditStore | None = None, **options: Any
    ) -> None:
        super().__init__(actor, action, target, store=store or shared_store(), **options)


class AuditChain(_AuditChain):
    """The trail as a hash chain; without `store` the one that the settings name."""

    def __init__(self, store: _AuditStore | None = None) -> None:
        super().__init__(store or shared_store())


class BatchCollector(_BatchCollector):
    """Collects once, from several sources; without `store` into the trail that the settings name."""

    def __init__(self, store: _AuditStore | None = None) -> None:
        super().__init__(store or shared_store(), caller=caller())

    async def collect(
        self,
        sources: Sequence[AuditSource],
        analyzers: Sequence[AuditAnalyzer] = (),
        target: str = ".",
        **options: Any,
    ) -> RunSummary:
        """Collect everything the sources find at `target` and seal it; see the service."""
        return await super().collect(sources, analyzers, target, **options)


class StreamCollector(_StreamCollector):
    """Watches sources; without `store` into the trail that the settings name."""

    def __init__(self, store: _AuditStore | None = None) -> None:
        super().__init__(store or shared_store(), caller=caller())


def shared_store() -> _AuditStore:
    """Return the process's own store at the place the settings name now; closed when the process ends."""
    location = settings_at().store_location
    if location not in _shared:
        store = _AuditStore(opener(settings_at()))
        _shared[location] = store
        atexit.register(store.close_now)
    return _shared[location]
