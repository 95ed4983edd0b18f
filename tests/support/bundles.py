"""Trails that bundles are made of, and the two verifiers: the native core's, and the single file that bundles carry."""

import base64
import importlib.util
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from ami_audit.adapters import bundles
from ami_audit.adapters.guards import FileGuard
from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.bundle import Bundle
from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import FormatError
from ami_audit.domain.kinds import ActorType, AuditTargetType
from ami_audit.domain.quorum import QuorumPolicy
from ami_audit.services.sealing import Entry, Sealer
from ami_audit.services.session import Session
from ami_audit.services.tree import partial_tiles
from ami_audit.services.usecases.bundle_verification import Pin, Trust, verify_bundle
from tests.support.golden import ALICE, BOB, CORE, SeedSigner
from tests.support.sealing import BEGAN, draft

ORIGIN = "example.org/bundled"
SCRIPT = Path(bundles.__file__).with_name("verify.py")
PINNED = (ALICE.key_id.hex(),)
MALLORY = SeedSigner(bytes(range(64, 96)), "mallory@example.org")


class Ticking:
    """A clock that goes on by a second each time it is looked at."""

    def __init__(self) -> None:
        self._ticks = 0

    def __call__(self) -> datetime:
        """Return the present moment."""
        self._ticks += 1
        return BEGAN + timedelta(seconds=self._ticks)


async def opened(folder: Path, *signers: SeedSigner, segment_size: int = 16) -> Session:
    """Return a session on the trail in a folder, signed by Alice or by those signers."""
    return Session(
        store=await SqliteStore.open(folder / "audit.db"),
        core=CORE,
        clock=Ticking(),
        signers=lambda _origin, _ring: signers or (ALICE,),
        guard_of=lambda origin: FileGuard(folder / "state", origin),
        new_origin=ORIGIN,
        segment_size=segment_size,
    )


async def append(session: Session, count: int, **values: Any) -> None:
    """Append usual records of many actors, targets and times."""
    trail = await session.trail()
    first = trail.head.size
    await trail.append([draft(first + index, context={"n": index}, **values) for index in range(count)], run_id="r1")


async def rotate(session: Session) -> None:
    """Let Bob take over from Alice; what follows must be signed by Bob, in a session of his."""
    trail = await session.trail()
    await trail.append([about_key("key.rotated", ALICE, BOB)], also_signed_by=(BOB,))


async def slip_in(session: Session, draft: AuditDraft, *signers: SeedSigner) -> int:
    """Append a record that these have signed, whether they may or not; return its sequence."""
    head = await session.store.head()
    edges = await partial_tiles(session.store, session.store, head, core=CORE)
    sealer = Sealer(CORE, origin=ORIGIN)
    batch, _ = sealer.seal([Entry(draft)], head=head, edges=edges, moment=session.clock(), signers=signers)
    await session.store.append(batch, after=head)
    return head.size


def about_key(action: str, key: SeedSigner, new: SeedSigner | None = None, **facts: Any) -> AuditDraft:
    """Return what a trail records about a key, and about the one that takes over."""
    taking_over = {} if new is None else {f"new_{name}": value for name, value in _key(new).items()}
    return AuditDraft(
        action=action,
        target=key.key_id.hex(),
        target_type=AuditTargetType.KEY,
        source="keys/1",
        actor=key.signer,
        actor_type=ActorType.PERSON,
        context={**_key(key), **taking_over, **facts},
    )


def _key(signer: SeedSigner) -> dict[str, str]:
    public_key = base64.b64encode(signer.public_key).decode()
    return {"key_id": signer.key_id.hex(), "public_key": public_key, "signer": signer.signer}


def standalone() -> ModuleType:
    """Return the single-file verifier as a module."""
    name = "ami_audit_standalone_verifier"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, SCRIPT)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def natively(text: bytes, *, pins: Sequence[str] = (), policy: bytes | None = None) -> dict[str, Any] | None:
    """Return the native verdict on a bundle's JSON, as JSON would tell it; None when it is no bundle."""
    trusted = Trust(
        tuple(Pin(bytes.fromhex(pin)) for pin in pins), None if policy is None else QuorumPolicy.parse(policy)
    )
    try:
        report = verify_bundle(Bundle.read(text), CORE, trust=trusted)
    except FormatError:
        return None
    said: dict[str, Any] = json.loads(report.model_dump_json())
    del said["required"], said["is_sound"]
    return said


def alone(text: bytes, *, pins: Sequence[str] = (), policy: bytes | None = None) -> dict[str, Any] | None:
    """Return the single file's verdict on a bundle's JSON; None when it is no bundle."""
    script = standalone()
    try:
        said = script.judged(
            script.read_document(text),
            [script.pin_of(pin) for pin in pins],
            None if policy is None else script.Policy(policy),
        )
    except script.NotABundleError:
        return None
    told: dict[str, Any] = json.loads(json.dumps(said))
    return told


def both(text: bytes, **trusted: Any) -> dict[str, Any] | None:
    """Return the verdict that both verifiers give."""
    native, single = natively(text, **trusted), alone(text, **trusted)
    assert native == single
    return native


def respelt(document: dict[str, Any]) -> bytes:
    """Return a changed bundle's JSON in the spelling that bundles have."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def note_of(document: dict[str, Any]) -> SignedCheckpoint:
    """Return the checkpoint of a bundle."""
    return SignedCheckpoint.parse(document["checkpoint"])
