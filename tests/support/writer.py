"""A process that appends to a trail until it is stopped, and says what was acknowledged.

    python -m tests.support.writer MODULE:CLASS:LOCATION BATCH ROUNDS

Each line on stdout is the size of the trail after an append that returned.
"""

import asyncio
import sys
from importlib import import_module
from itertools import count, islice

from ami_audit.ports.stores import RecordStore
from tests.support.sealing import Seals


async def opened(address: str) -> RecordStore:
    """Return the store at `module:class:location`."""
    module, kind, location = address.split(":", 2)
    store: RecordStore = await getattr(import_module(module), kind).open(location)
    return store


async def write(address: str, batch: int, *, rounds: int | None) -> None:
    """Append `batch` records a round; for ever when `rounds` is None."""
    store = await opened(address)
    for _ in islice(count(), rounds):
        async with store.turn() as head:
            seals = await Seals.after(store, head)
            await store.append(seals.some(batch), after=head)
        sys.stdout.write(f"{seals.head.size}\n")
        sys.stdout.flush()
    await store.close()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2]), rounds=int(sys.argv[3]) or None))
