"""What is answered about checkpoints and proofs, by the command line and by whoever else asks."""

from pydantic import BaseModel

from ami_audit.domain.finding import VALUE
from ami_audit.domain.verification import Level


class CheckpointAnswer(BaseModel):
    """The latest checkpoint of a trail.

    Attributes:
        root: RFC 6962 root over the first `size` records, hex.
        newer: Records that the trail holds beyond it.
        signers: Whose signatures the note carries, by the names in it: the trail's own first, then witnesses.
        keys: The trail's keys as notes name them (`name+hash+key`), to check the note with elsewhere.
        guard: Where this machine remembers it outside the store; null when it remembers none.
        note: The C2SP signed note itself.
    """

    model_config = VALUE

    origin: str
    size: int
    root: str
    newer: int
    signers: tuple[str, ...]
    keys: tuple[str, ...]
    guard: str | None = None
    note: str


class ProofAnswer(BaseModel):
    """That a record is in the tree that a checkpoint commits to.

    Attributes:
        sequence: The record's place: the index of its leaf.
        leaf: The 73 bytes that are hashed into the tree, hex: 1, sequence (u64 BE), record hash, signatures' hash.
        size: Records under the checkpoint.
        root: RFC 6962 root over them, hex.
        hashes: The inclusion proof (RFC 6962 2.1.1), hex.
        proof: The same as a C2SP tlog-proof file, with the signed checkpoint.
    """

    model_config = VALUE

    origin: str
    record_id: str
    record_hash: str
    sequence: int
    leaf: str
    size: int
    root: str
    hashes: tuple[str, ...]
    proof: str


class ConsistencyAnswer(BaseModel):
    """That a trail at one size begins the same trail at a later size.

    Attributes:
        old_root: RFC 6962 root over the first `old_size` records, hex.
        new_root: RFC 6962 root over the first `new_size` records, hex.
        hashes: The consistency proof (RFC 6962 2.1.2), hex.
        proof: The same as a C2SP tlog-witness request, with the signed checkpoint of the later size; null when no
            checkpoint of that size is kept.
    """

    model_config = VALUE

    origin: str
    old_size: int
    new_size: int
    old_root: str
    new_root: str
    hashes: tuple[str, ...]
    proof: str | None


class ProofVerdict(BaseModel):
    """How far a proof that was handed over holds.

    Attributes:
        kind: `inclusion`, `consistency`, or `tiles` for a whole log of static files.
        origin: The trail that the checkpoint names.
        size: Records under the checkpoint.
        old_size: The earlier size of a consistency proof.
        sequence: The record's place, of an inclusion proof.
        record_hash: The record, of an inclusion proof; hex.
        level: `hashes` when it leads to a root that nobody here vouches for, or is of a record without a signature,
            `checkpoint` when the trail's own key has signed that root, `witnessed` when the witnesses that a policy
            asks for have cosigned it, too.
        signed_by: The trusted keys that have signed the checkpoint, as notes name them.
        witnessed: How many of the policy's witnesses have cosigned it, such as `4/5`; null without a policy.
        reasons: Why the level is not higher, one sentence each.
    """

    model_config = VALUE

    kind: str
    origin: str
    size: int
    old_size: int | None = None
    sequence: int | None = None
    record_hash: str | None = None
    level: Level
    signed_by: tuple[str, ...] = ()
    witnessed: str | None = None
    reasons: tuple[str, ...] = ()


class TilesAnswer(BaseModel):
    """A trail written as static files that other tools read (C2SP tlog-tiles).

    Attributes:
        location: The folder.
        size: Records under the checkpoint that the folder now ends at.
        written: Files that were new or were put in another's place.
        kept: Files that were there already and stay as they are.
    """

    model_config = VALUE

    origin: str
    location: str
    size: int
    root: str
    written: int
    kept: int
