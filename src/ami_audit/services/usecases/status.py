"""Says how a place stands: is there a trail, where does it end, who signs it, what can be done next."""

from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import MalformedError
from ami_audit.domain.key_facts import KeyFacts, key_facts
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.moment import read
from ami_audit.domain.next_steps import NextStep
from ami_audit.domain.query import AuditFilter
from ami_audit.domain.reports import RunReport
from ami_audit.domain.status import StatusAnswer
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.signer import KeyStore
from ami_audit.services.portal import Portal, portal
from ami_audit.services.runs import latest_runs
from ami_audit.services.store import AuditStore

_BEGIN = (
    NextStep(command="ami-audit repo", why="audit the history and the files of this repository"),
    NextStep(command="ami-audit file PATH", why="audit one file or folder"),
    NextStep(command="ami-audit --help", why="see everything that can be done"),
)
_GO_ON = (
    NextStep(command="ami-audit repo", why="record what changed since the last run"),
    NextStep(command="ami-audit verify", why="prove that the trail is as it was sealed"),
    NextStep(command="ami-audit query --newest --limit 20", why="see the latest records"),
    NextStep(command="ami-audit report", why="read what the trail says"),
)


def without_trail(location: str, keys: KeyStore) -> StatusAnswer:
    """Return how a place stands where no trail was begun yet."""
    return StatusAnswer(has_trail=False, location=location, key=_chosen_key(keys, origin=""), next_steps=_BEGIN)


async def status_of(store: AuditStore, keys: KeyStore, *, size_bytes: int | None, on: Portal = portal) -> StatusAnswer:
    """Return how the trail of `store` stands; it is not verified for this answer.

    Args:
        store: The trail.
        keys: The private keys on this machine.
        size_bytes: What the store takes on disk.
        on: Where the store lives.
    """
    answer, ring = await on.call(_standing(store))
    chosen = _chosen_key(keys, origin=answer.origin, ring=ring)
    run = await _last_run(store)
    return answer.model_copy(
        update={
            "key": chosen,
            "last_run": run,
            "size_bytes": size_bytes,
            "next_steps": _GO_ON if answer.size else _BEGIN,
        }
    )


async def _standing(store: AuditStore) -> tuple[StatusAnswer, KeyRing]:
    session = await store.session()
    head = await session.store.head()
    origin = await session.origin()
    guard = session.guard_of(origin) if origin else None
    latest = await session.store.checkpoint()
    answer = StatusAnswer(
        has_trail=True,
        location=session.store.describe()["location"],
        origin=origin,
        size=head.size,
        head=head.record_hash.hex(),
        root=head.root.hex(),
        last_recorded_at=read(head.recorded_at) if head.recorded_at else None,
        checkpoint_size=_kept(guard) or (latest.size if latest else None),
        guard=guard.location if guard and guard.last() else None,
    )
    return answer, await session.ring()


def _kept(guard: CheckpointGuard | None) -> int | None:
    note = guard.last() if guard else None
    try:
        return SignedCheckpoint.parse(note).checkpoint.size if note else None
    except MalformedError:
        return None  # verification says what is wrong with it


async def _last_run(store: AuditStore) -> RunReport | None:
    runs = await latest_runs(store, AuditFilter(), count=1)
    return runs[0] if runs else None


def _chosen_key(keys: KeyStore, *, origin: str, ring: KeyRing | None = None) -> KeyFacts | None:
    """Return the key that signs next: the one chosen for the trail, among those that the trail lets sign."""
    listed = keys.listed()
    facts = key_facts(listed, ring.entries() if ring else (), chosen=keys.chosen(origin))
    able = [key for key in facts if key.name and not key.fault and (ring is None or key.valid_from is not None)]
    able = [key for key in able if key.valid_to is None]
    return next((key for key in able if key.is_chosen), able[-1] if able else None)
