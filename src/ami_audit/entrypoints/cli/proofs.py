"""What `ami-audit prove` does: opens what it needs, asks, and writes the answer."""

from pathlib import Path

from ami_audit.domain.errors import ProofError, UsageError
from ami_audit.domain.proof import TlogProof
from ami_audit.domain.proven import ProofAnswer, ProofVerdict
from ami_audit.entrypoints.bootstrap.machine import core
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.cli.answers import announce
from ami_audit.entrypoints.cli.plain import deliver_plain
from ami_audit.entrypoints.cli.vouching import or_own_keys, told
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.check_proof import check_consistency_proof, check_record_proof
from ami_audit.services.usecases.prove import is_signed, prove_consistency, prove_record
from ami_audit.services.vouching import Trusted

_LARGEST = 1 << 20


def proven(name: str, *, size: int | None, may_sign: bool, key: str | None, store: str | None) -> ProofAnswer:
    """Return the proof of a record of this place's trail."""
    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    with AuditStore(opener(chosen, read_only=True)) as trail:
        if not may_sign or size is not None or portal.run(is_signed(trail, name)):
            return portal.run(prove_record(trail, name, size=size, may_sign=False))
    with AuditStore(opener(chosen, announce=announce)) as trail:
        return portal.run(prove_record(trail, name))


def deliver_proof(proof: ProofAnswer, *, format_name: str, output: Path | None) -> None:
    """Write a record's proof."""
    deliver_plain("proof", proof, text=proof.proof, format_name=format_name, output=output)


def deliver_consistency(old: int, new: int, *, store: str | None, format_name: str, output: Path | None) -> None:
    """Write the proof between two sizes of this place's trail.

    Raises:
        UsageError: Its text holds a checkpoint, and none of the later size is kept.
    """
    chosen = settings_at(overrides={"store": store})
    require_trail(chosen)
    with AuditStore(opener(chosen, read_only=True)) as trail:
        answer = portal.run(prove_consistency(trail, old, new))
    if answer.proof is None and format_name != "json":
        raise UsageError(
            f"No checkpoint of {new} records is kept, which the text of such a proof ends with; sign one with "
            "`ami-audit checkpoint sign`, or ask for `--format json`."
        )
    deliver_plain("consistency", answer, text=answer.proof or "", format_name=format_name, output=output)


def checked(file: Path, *, kept: Path | None, given: Trusted, origin: str) -> tuple[ProofVerdict, str]:
    """Return how far the proof in a file holds, and that in words.

    Raises:
        ProofError: It does not hold.
    """
    text = _text(file)
    if kept is not None:
        old = _text(kept)
        verdict = check_consistency_proof(
            text.encode(), old, core(), trusted=or_own_keys(given, origin=_origin_of(old)), origin=origin
        )
        subject = f"The first {verdict.old_size} records of {verdict.origin} begin its first {verdict.size}"
    elif text.startswith("old "):
        raise UsageError("This is a consistency proof; name the earlier checkpoint that you kept with `--kept FILE`.")
    else:
        note = TlogProof.parse(text).checkpoint
        verdict = check_record_proof(text, core(), trusted=or_own_keys(given, origin=_origin_of(note)), origin=origin)
        subject = (
            f"Record {verdict.sequence}, {verdict.record_hash}, is in the first {verdict.size} of {verdict.origin}"
        )
    return verdict, told(verdict, subject)


def _text(file: Path) -> str:
    """Return what a file that came from elsewhere holds.

    Raises:
        UsageError: It cannot be read.
        ProofError: It is far too long, or no text.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"`{file}` cannot be read: {error.strerror}.") from error
    if len(raw) > _LARGEST:
        raise ProofError(f"`{file}`", f"expected at most {_LARGEST} bytes")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ProofError(f"`{file}`", "expected UTF-8") from error


def _origin_of(note: str) -> str:
    return note.partition("\n")[0]
