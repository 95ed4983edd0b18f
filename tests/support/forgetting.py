"""A shop whose records name people, under a policy that keeps their values behind commitments."""

from pathlib import Path
from typing import cast

import apsw

from ami_audit import AuditFilter, AuditStore
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.redaction import ValueState
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.services.portal import portal
from ami_audit.services.usecases.erase import erase

POLICY = """
subject = "context.user.id"

[[values]]
paths = ["context.user.email", "context.customer.*", "context.tags[*]", "actor"]
class = "CONFIDENTIAL"

[[records]]
actions = ["payroll.*"]
class = "RESTRICTED"
"""


EMAIL = "ann-secret-7319@example.org"


OTHER = "bob-secret-2468@example.org"


SALARY = "salary-51729"


def opened(location: Path | None = None, *, clearance: str = "restricted") -> AuditStore:
    """Return the trail of the working folder, for a reader with that clearance."""
    return AuditStore(location, clearance=clearance)


def ordered(person: str, email: str) -> AuditDraft:
    """Return a record that holds a person's address, name and tags."""
    return AuditDraft(
        action="order.placed",
        target="shop",
        target_type=AuditTargetType.SERVICE,
        source="shop/1",
        actor=email,
        context={"user": {"id": person, "email": email}, "tags": [f"{email} one", f"{email} two"], "count": 1},
    )


def paid(person: str) -> AuditDraft:
    """Return a record that is restricted as a whole."""
    return ordered(person, EMAIL)._replace(
        action="payroll.paid", context={"user": {"id": person}, "sum": SALARY}, metadata={"desk": SALARY}
    )


def nothing() -> AuditDraft:
    """Return a record of which the policy hides the actor alone, who is about nobody."""
    return ordered("", "nobody")._replace(context={"count": 1})


def read(location: Path | None = None, *, clearance: str = "restricted") -> list[AuditRecord]:
    """Return all records of the shop as a reader sees them."""
    with opened(location, clearance=clearance) as store:
        return portal.run(store.query_records(AuditFilter(source="shop")))


def faults(location: Path | None = None) -> list[str]:
    """Return what verification says is wrong."""
    with opened(location) as store:
        return [str(fault) for fault in portal.run(store.verify()).faults]


def forget(person: str, location: Path | None = None) -> int:
    """Erase a person, and return how many values that were."""
    with opened(location) as store:
        answer = portal.run(erase(store, person, authority="ticket 7", by=caller(), root="."))
        return answer.values


def states(record: AuditRecord) -> set[ValueState]:
    """Return what became of a record's values."""
    return {value.state for value in record.protected}


def raw(folder: Path) -> bytes:
    """Return every byte of every file below a folder, names included."""
    parts = [part for file in sorted(folder.rglob("*")) for part in (file.name.encode(), content(file))]
    return b"\n".join(parts)


def content(file: Path) -> bytes:
    """Return a file's bytes; none of a folder."""
    return file.read_bytes() if file.is_file() else b""


def sealed_of(file: Path) -> list[bytes]:
    """Return what is sealed for the first record's person, and for the others."""
    database = apsw.Connection(str(file))
    rows = database.execute("SELECT sealed FROM disclosures ORDER BY sequence").fetchall()
    database.close()
    return [cast("bytes", row[0]) for row in rows]
