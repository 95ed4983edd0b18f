"""Witness keys that everybody may know, and policies of them."""

import hashlib

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.domain.checkpoint import Checkpoint
from ami_audit.domain.cosignature import Cosignature, cosigned_message, cosigner_key
from ami_audit.domain.note import NoteKey, NoteSignature

CORE = NativeCore()


def seed_of(name: str) -> bytes:
    """Return the private key of the witness of that name."""
    return hashlib.sha256(name.encode()).digest()


def witness_key(name: str) -> NoteKey:
    """Return the key of the witness of that name."""
    return cosigner_key(name, CORE.public_key(seed_of(name)))


def log_key(name: str) -> NoteKey:
    """Return the key of the log of that name."""
    return NoteKey.of(name, CORE.public_key(seed_of(name)))


def cosigned(checkpoint: Checkpoint, name: str, *, time: int = 1_700_000_000) -> NoteSignature:
    """Return that witness's cosignature."""
    signature = CORE.sign(seed_of(name), cosigned_message(checkpoint, time))
    return Cosignature(time, signature).line(witness_key(name))
