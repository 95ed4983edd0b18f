"""Opens the trail for commands that only read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ami_audit.entrypoints.bootstrap.trails import reader, require_trail
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.store import AuditStore


@contextmanager
def reading(store: str | None, *, place: Path | None = None, clearance: str | None = None) -> Iterator[AuditStore]:
    """Yield the trail at `store`, or the one of this place; closed when the block ends.

    Raises:
        NotFoundError: There is no trail yet.
    """
    chosen = settings_at(place, overrides={"store": store, "clearance": clearance})
    require_trail(chosen)
    with AuditStore(reader(chosen)) as trail:
        yield trail
