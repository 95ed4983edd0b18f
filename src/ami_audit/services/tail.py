"""Looks at what was appended since a trail was last signed for, before anybody signs for it again.

Whoever can write the store's file can append a record and compute links and tree anew without any key; only signatures
tell such a record from the trail's own. A checkpoint over it would vouch for it from then on.
"""

from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.verification import Fault, VerificationReport
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.clock import Clock
from ami_audit.ports.stores import RecordStore
from ami_audit.services.verification.excerpt import ExcerptVerifier
from ami_audit.services.verification.pruned import cut_of
from ami_audit.services.verification.terms import Terms

# Where nothing says how far the trail was signed for before, this many of its last records are looked at.
_USUALLY = 4096
_KEYS = frozenset({"key", "key-not-valid", "unknown-key"})
# What is beside the records is for `verify` and `store rebuild`: a crash may have left it behind.
_BESIDE = frozenset({"column", "schema", "segment", "checkpoint", "cosignature", "disclosure"})


async def refuse_strangers(store: RecordStore, core: ChainCore, *, clock: Clock, signed: int | None) -> None:
    """Return when the trail's own keys have sealed what follows the first `signed` records; usually that is nothing.

    Args:
        store: The trail; it is not empty.
        core: The arithmetic.
        clock: The time.
        signed: How many records this machine has signed for; None where it has signed for none.

    Raises:
        IntegrityError: A record there is damaged, unsigned or signed by another key, or the keys themselves are not
            those that the trail names; the sentence says which, and what to do.
    """
    size = (await store.head()).size
    first = max(size - _USUALLY, 0) if signed is None else signed
    first = max(first, await cut_of(store))
    if first >= size:
        return
    report = await ExcerptVerifier(store, core, clock=clock).range(first, size - 1, terms=Terms())
    wrong = _wrong(report, first)
    if wrong:
        what = f"record {first}" if first == size - 1 else f"the records {first} to {size - 1}"
        raise IntegrityError(
            f"The trail's own keys have not sealed {what} as they stand there ({wrong}), so nothing is appended and no "
            "checkpoint is signed over them; see `ami-audit verify`, and put back a copy of the trail from before, or "
            "start a new trail with `ami-audit init --new-origin`."
        )


def _wrong(report: VerificationReport, first: int) -> str:
    found = [fault for fault in report.faults if _concerns(fault, first)]
    if found:
        return f"{found[0].where}: {found[0].detail}"
    return f"{report.unsigned} without a signature" if report.unsigned else ""


def _concerns(fault: Fault, first: int) -> bool:
    """Whether a fault is about the records from `first` on, their tree, or the keys."""
    if fault.check in _KEYS:
        return True
    return fault.check not in _BESIDE and (fault.sequence is None or fault.sequence >= first)
