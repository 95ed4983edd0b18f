"""An open trail with everything that works on it, kept for as long as its caller needs it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ami_audit.domain.checkpoint import Checkpoint
from ami_audit.domain.classification import Policy
from ami_audit.domain.errors import IntegrityError, KeyStoreError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.linkage import Head, StoredCheckpoint
from ami_audit.domain.rules import Rules
from ami_audit.domain.segment import SEGMENT_SIZE
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.clock import Clock
from ami_audit.ports.guard import CheckpointGuard
from ami_audit.ports.signer import Signer
from ami_audit.ports.stores import RecordStore
from ami_audit.ports.vault import SubjectVault
from ami_audit.services.checkpoints import checkpoint, known_checkpoint, refuse_rollback
from ami_audit.services.disclosing import Opener
from ami_audit.services.genesis import genesis_of, open_trail
from ami_audit.services.pace import NEVER, Pace, Pacer
from ami_audit.services.protection import Protector
from ami_audit.services.segments import index_closed, index_whole
from ami_audit.services.tail import refuse_strangers
from ami_audit.services.trail import Trail


@dataclass(slots=True)
class Session:
    """One store, and its trail once somebody writes.

    Attributes:
        store: The records.
        core: The arithmetic.
        clock: The time.
        signers: Gives who signs the trail of that origin with those keys; asked at the first write
            only, so that reading needs no key.
        guard_of: Gives the place outside the store where a trail's last checkpoint is kept.
        new_origin: The name of a trail that is begun in this session.
        rules: Gives the rules that such a trail is born with.
        difficulty_bits: What a trail that is begun in this session asks of its hashes.
        pace: How much may stand unsigned at the trail's end while the session is open.
        segment_size: Records in a segment of the trail, each of which is indexed once it is closed.
        policy: Which values are kept behind commitments; None where there is no policy, and nothing is.
        vault_of: Gives the place outside the store where a trail's subject keys are kept.
        clearance: The highest class that is shown to whoever reads in this session.
    """

    store: RecordStore
    core: ChainCore
    clock: Clock
    signers: Callable[[str, KeyRing], Sequence[Signer]]
    guard_of: Callable[[str], CheckpointGuard]
    new_origin: str
    difficulty_bits: int = 0
    rules: Callable[[], Rules] = Rules
    threads: int = 1
    pace: Pace = NEVER
    segment_size: int = SEGMENT_SIZE
    policy: Policy | None = None
    vault_of: Callable[[str], SubjectVault] | None = None
    clearance: DataClassification = DataClassification.INTERNAL
    _trail: Trail | None = None
    _pacer: Pacer | None = None
    _checked_size: int = 0
    _indexed_size: int = 0

    async def trail(self) -> Trail:
        """Return the trail, open for appending; begun now when the store is empty.

        Raises:
            RolledBackError: The store is behind what this machine has signed before.
            IntegrityError: Others than the trail's keys have appended to it since.
            KeyStoreError: There is no key to sign with.
        """
        if self._trail is None:
            is_new = not (own := await self.origin())
            origin = own or self.new_origin
            guard = self.guard_of(origin)
            known = known_checkpoint(origin, guard)  # before the head: what is signed meanwhile is no roll-back
            trail = await open_trail(
                self.store,
                self.core,
                clock=self.clock,
                signers=self.signers(origin, await self.ring()),
                origin=origin,
                difficulty_bits=self.difficulty_bits,
                rules=self.rules,
                threads=self.threads,
                protector=await self._protector(origin),
            )
            if trail.origin == origin:  # else another process has just begun a trail here
                await refuse_rollback(self.store, self.core, head=trail.head, known=known, guard=guard)
            if not is_new:
                signed = known.size if known else None
                await refuse_strangers(self.store, self.core, clock=self.clock, signed=signed)
            self._trail = trail
            self._checked_size = known.size if known else 0
            self._indexed_size = trail.head.size
            self._pacer = Pacer(self._sign, self.pace, signed=self._checked_size)
        if self._pacer is not None:
            self._pacer.check()
        return self._trail

    def appended(self) -> None:
        """Take note that the trail has grown, so that a checkpoint is signed when one is due."""
        if self._pacer is not None and self._trail is not None:
            self._pacer.grown(self._trail.head.size)

    async def origin(self) -> str:
        """Return the trail's name; empty for a store without records."""
        if self._trail is not None:
            return self._trail.origin
        facts = await genesis_of(self.store)
        return str(facts["origin"]) if facts else ""

    async def ring(self) -> KeyRing:
        """Return the keys that the trail names."""
        return KeyRing(await self.store.key_events())

    async def index(self) -> None:
        """Seal an index of every record that has none yet."""
        trail = await self.trail()
        await trail.refresh()
        await index_whole(trail, segment_size=self.segment_size)
        self._indexed_size = trail.head.size

    def vault(self, origin: str) -> SubjectVault | None:
        """Return where the trail's subject keys are kept."""
        return self.vault_of(origin) if self.vault_of and origin else None

    async def vault_here(self) -> SubjectVault | None:
        """Return the vault of this trail when this machine holds one."""
        try:
            vault = self.vault(await self.origin())
        except IntegrityError:
            return None  # verification says what is wrong with the first record
        return vault if vault is not None and vault.is_here() else None

    async def opener(self) -> Opener:
        """Return what opens committed values with the keys that are here."""
        return Opener(await self.vault_here(), self.core)

    async def _protector(self, origin: str) -> Protector | None:
        vault = self.vault(origin)
        if self.policy is None or vault is None:
            return None
        if not vault.is_here() and await self.store.has_disclosures():
            raise KeyStoreError(
                f"The trail keeps values under keys that are not on this machine (`{vault.location}` is missing); copy "
                "that folder from where the trail was begun, or set AMI_AUDIT_SUBJECTS_DIR to it."
            )
        return Protector(self.policy, vault, self.core)

    async def checkpoint(self) -> StoredCheckpoint | None:
        """Sign where the trail stands; None when nothing was appended in this session."""
        if self._trail is None:
            return None
        await self._trail.settle()
        return await self._sign()

    async def close(self) -> None:
        """Sign a last checkpoint if anything was appended, and release the store; safe to call twice."""
        try:
            if self._pacer is not None:
                await self._pacer.stop()
            if self._trail is not None and self._trail.head.size > self._checked_size:
                await self.checkpoint()
        finally:
            self._trail = self._pacer = None
            await self.store.close()

    async def _sign(self) -> StoredCheckpoint | None:
        trail = self._trail
        if trail is None:
            return None
        since, self._indexed_size = self._indexed_size, trail.head.size
        await index_closed(trail, since=since, segment_size=self.segment_size)
        return await checkpoint(
            self.store,
            self.core,
            origin=trail.origin,
            signers=trail.signers[:1],
            guard=self.guard_of(trail.origin),
            look=self._look,
        )

    async def _look(self, head: Head, known: Checkpoint | None) -> None:
        """Refuse to sign for what others than the trail's keys have appended beside this session."""
        trail = self._trail
        if trail is None or not (trail.others_wrote or head != trail.head):
            return
        await refuse_strangers(self.store, self.core, clock=self.clock, signed=known.size if known else None)
        trail.others_wrote = False
