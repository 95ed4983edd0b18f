"""A record that asks for approvals cannot escape them by being sealed so that nobody can read it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.support.bundles import ORIGIN, append, opened
from tests.support.golden import ALICE, CORE
from tests.support.sealing import draft

from ami_audit.domain.approvals import ApprovalRule
from ami_audit.domain.linkage import SealedRecord
from ami_audit.domain.rules import Rules
from ami_audit.services.sealing import Entry, Sealer
from ami_audit.services.session import Session
from ami_audit.services.tree import partial_tiles
from ami_audit.services.verification.terms import Terms
from ami_audit.services.verification.verifier import Verifier


async def _sealed(session: Session, action: str, strange: Mapping[str, Any]) -> SealedRecord:
    """Append a record, signed as it must be, whose content also says something that no writer of ours says."""
    head = await session.store.head()
    edges = await partial_tiles(session.store, session.store, head, core=CORE)

    class Strange(Sealer):
        def _link(self, contents: Any, previous: bytes) -> Any:
            return super()._link([{**content, **strange} for content in contents], previous)

    sealer = Strange(CORE, origin=ORIGIN)
    entries: Sequence[Entry] = [Entry(draft(head.size, action=action))]
    batch, _ = sealer.seal(entries, head=head, edges=edges, moment=session.clock(), signers=(ALICE,))
    await session.store.append(batch, after=head)
    return batch.records[0]


@pytest.mark.parametrize("strange", [{"_sd": ["a", "a"]}, {"outcome": "nonsense"}, {"timestamp": "x"}, {}])
async def test_a_record_that_cannot_be_read_lacks_its_approvals(tmp_path: Path, strange: dict[str, Any]) -> None:
    """The rule is judged by the action, which can be read, and by nothing that follows it."""
    session = await opened(tmp_path)
    session.rules = lambda: Rules(-1, None, (ApprovalRule(action="deploy.*", needed=2),))
    try:
        await append(session, 1)
        record = await _sealed(session, "deploy.secret", strange)
        verifier = Verifier(session.store, CORE, clock=session.clock)
        report = await verifier.verify(Terms(require_approvals=True))
        assert report.approvals is not None
        assert (report.approvals.asked, report.approvals.met) == (1, 0)
        (state,) = report.approvals.lacking
        assert (state.sequence, state.record_id, state.action) == (record.sequence, record.record_id, "deploy.secret")
        assert not report.is_sound
    finally:
        await session.close()
