"""Where every verification begins: the container itself, and the first record, which says which trail it is."""

from typing import Any

from ami_audit.domain.errors import IntegrityError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.verification import Fault
from ami_audit.ports.chain_core import ChainCore
from ami_audit.ports.stores import RecordStore
from ami_audit.services.genesis import genesis_facts
from ami_audit.services.verification.walk import Walk


async def inspected(store: RecordStore, *, since: int = 0) -> list[Fault]:
    """Return what is wrong with the container; from `since` 1 on only what is cheap to see."""
    faults: list[Fault] = []
    try:
        async for fault in store.inspect(since=since):
            faults.append(fault)  # noqa: PERF401 (what was found before the file gave out must not be lost)
    except IntegrityError as error:
        faults.append(unreadable(store.describe()["location"], error))
    return faults


async def begun(store: RecordStore, core: ChainCore, *, faults: list[Fault]) -> Walk:
    """Return a walk that stands before the first record; what cannot be read of it is added to `faults`."""
    try:
        first = await store.read(0, count=1)
        facts: dict[str, Any] = genesis_facts(first[0]) if first else {"origin": "", "difficulty_bits": 0}
    except IntegrityError as error:
        faults.append(unreadable("record 0", error))
        facts = {"origin": "", "difficulty_bits": 0}
    return Walk(core, origin=facts["origin"], difficulty_bits=facts["difficulty_bits"])


def unreadable(where: str, error: IntegrityError) -> Fault:
    """Return the fault of something that cannot be read at all."""
    return Fault(check="pages", where=where, detail=str(error), breaks=VerificationLevel.LINKS)
