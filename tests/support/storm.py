"""A process that appends to the trail of a place until it is told to stop, and keeps what was acknowledged.

    python -m tests.support.storm FOLDER RECEIPTS SEED

Each acknowledgement is a line `record_id record_hash` in RECEIPTS, on disk before the next append is asked for.
Batches are of any size; now and then the trail is closed, which signs a checkpoint, or queried, which fills the index.
Ends when FOLDER/stop is there.
"""

import os
import random
import sys
from pathlib import Path

from ami_audit.domain.query import AuditFilter
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from tests.support.places import drafts, opened_in


def main(folder: Path, receipts: Path, seed: int) -> None:
    """Append until told to stop."""
    chance = random.Random(seed)
    with receipts.open("a", encoding="utf-8") as kept:
        while not (folder / "stop").exists():
            with opened_in(folder) as store:
                for _ in range(chance.randrange(1, 30)):
                    _append(store, kept.fileno(), count=chance.choice((1, 1, 2, 7, 30, 300)))
                    if chance.random() < 0.05:
                        portal.run(store.query_records(AuditFilter(limit=3)))


def _append(store: AuditStore, receipts: int, *, count: int) -> None:
    records = portal.run(store.append(drafts(count)))
    os.write(receipts, "".join(f"{record.record_id} {record.record_hash}\n" for record in records).encode())
    os.fsync(receipts)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
