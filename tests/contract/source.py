"""What every source must do; each source inherits these tests."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.support.golden import ALICE

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import SourceError
from ami_audit.domain.kinds import AuditTargetType, Outcome, VerificationLevel
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.source import AuditSource
from ami_audit.services.collectors.batch import BatchCollector
from ami_audit.services.portal import portal
from support.observed import Counting, knowing
from support.processes import children
from support.trails import CORE, opened

_OURS = (AuditTargetType.RUN, AuditTargetType.TRAIL, AuditTargetType.KEY)
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class World:
    """What a source is tried on; a source's test makes it in a fixture `world`.

    Attributes:
        target: What is audited: real, small, and with all that the source tells.
        options: What it is told.
        hostile: A target that holds something broken beside something whole.
        missing: A target that is not there.
        secret: Text that stands in the target and must not come out (`MaskingSourceContract`).
        changing: Keys, at any depth of context or metadata, that differ from one moment to the next.
    """

    target: str
    hostile: str
    missing: str
    options: AuditOptions = field(default_factory=AuditOptions)
    secret: str = ""
    changing: frozenset[str] = frozenset()


class SourceContract:
    """Tests over fixtures: `source`, and `world` of the class above."""

    def test_it_says_who_it_is(self, source: AuditSource, world: World) -> None:
        """A record must name the collector and its tools; both must agree with what the source says of itself."""
        said = source.get_metadata()
        json.dumps(said)
        assert re.fullmatch("[a-z]+", said["name"])
        assert all(isinstance(tool, str) for tool in said.get("tools", {}).values())
        drafts = _drafts(source, world)
        assert {draft.source.partition("/")[0] for draft in drafts} == {f"{said['name']}_source"}
        assert all(re.fullmatch(r"[a-z]+_source/\d+", draft.source) for draft in drafts)

    def test_it_supports_what_it_observes(self, source: AuditSource, world: World) -> None:
        """Who asks for a kind of target must get the source that has it, and no other."""
        supported = {kind for kind in AuditTargetType if source.supports(kind)}
        assert supported
        assert supported.isdisjoint(_OURS)
        assert {draft.target_type for draft in _drafts(source, world)} <= supported

    def test_its_drafts_can_be_sealed(self, source: AuditSource, world: World) -> None:
        """A draft that the trail refuses would lose the whole batch."""
        for draft in _drafts(source, world):
            name = source.get_metadata()["name"]
            assert re.fullmatch(rf"{name}(\.[a-z-]+)+", draft.action), draft.action
            assert draft.target
            assert draft.actor
            assert re.fullmatch("([0-9a-f]{64})?", draft.observed), draft.observed
            CORE.canonicalize(json.dumps({"context": draft.context, "metadata": draft.metadata}, default=dict).encode())

    def test_the_same_input_gives_the_same_drafts(self, source: AuditSource, world: World) -> None:
        """Two auditors who look at the same thing must be able to compare what they were told."""
        first, second = ([_timeless(draft, world.changing) for draft in _drafts(source, world)] for _ in range(2))
        assert first == second
        assert first

    def test_collect_returns_all_that_is_streamed(self, source: AuditSource, world: World) -> None:
        """The simple door must lose nothing of the streaming one."""
        records = asyncio.run(source.collect(world.target, world.options))
        assert [(it.action, it.target) for it in records] == [(it.action, it.target) for it in _drafts(source, world)]

    def test_no_two_facts_are_the_same(self, source: AuditSource, world: World) -> None:
        """Of two drafts with one identity the second would never be recorded again when it changes."""
        facts = [(it.target, it.observed) for it in _drafts(source, world) if it.observed]
        assert len(facts) == len(set(facts))

    def test_a_run_is_sealed_and_the_next_has_nothing_new_to_say(
        self, source: AuditSource, world: World, tmp_path: Path
    ) -> None:
        """An unchanged fact recorded every night buries what did change."""
        with opened(tmp_path / "trail", ALICE) as store:
            collector = BatchCollector(store, caller=_Caller())
            first = portal.run(collector.collect([source], target=world.target, options=world.options))
            second = portal.run(collector.collect([source], target=world.target, options=world.options))
            verdict = portal.run(store.verify())
        drafts = _drafts(source, world)
        facts = sum(bool(draft.observed) for draft in drafts)
        assert first.recorded == len(drafts)
        assert second.recorded == len(drafts) - facts
        assert second.unchanged >= facts
        assert not verdict.faults
        assert verdict.level >= VerificationLevel.SIGNATURES

    def test_what_is_known_may_be_passed_over_and_is_counted(self, source: AuditSource, world: World) -> None:
        """A source that skips the costly part of a known fact must still say that the fact is there."""
        progress = Counting()
        drafts = _drafts(source, world)
        stream = source.stream(world.target, world.options, known=knowing(drafts), progress=progress)
        again = [draft for batch in stream for draft in batch]
        assert len(again) + progress.unchanged_facts == len(drafts)

    def test_progress_is_told(self, source: AuditSource, world: World) -> None:
        """Somebody waits before a screen."""
        progress = Counting()
        list(source.stream(world.target, world.options, progress=progress))
        assert progress.steps
        assert all(total is None or done <= total for _, done, total in progress.steps)

    def test_a_missing_target_is_one_sentence(self, source: AuditSource, world: World) -> None:
        """The user mistyped a name; they need to read which, and no traceback."""
        with pytest.raises(SourceError) as caught:
            list(source.stream(world.missing, world.options))
        said = str(caught.value)
        assert Path(world.missing).name in said
        assert "\n" not in said

    def test_what_is_broken_is_reported_and_the_rest_is_told(self, source: AuditSource, world: World) -> None:
        """Neither a crash nor silence: the broken thing is a finding, and its neighbours are still observed."""
        drafts = _drafts(source, world, target=world.hostile)
        judged = [draft for draft in drafts if draft.findings]
        assert judged
        assert any(not draft.findings and draft.outcome is Outcome.SUCCESS for draft in drafts)
        for draft in judged:
            for finding in draft.findings:
                assert re.fullmatch(r"[a-z]+(\.[a-z0-9-]+)+", finding.finding_type), finding.finding_type
                assert len(finding.description) > len("broken")

    def test_closing_early_leaves_nothing_running(self, source: AuditSource, world: World) -> None:
        """Ctrl-C must not leave a child that goes on reading a disk, or a thread that holds the process."""
        threads, processes = set(threading.enumerate()), children()
        stream = source.stream(world.target, world.options)
        next(iter(stream))
        stream.close()  # type: ignore[attr-defined]
        assert _waited(lambda: set(threading.enumerate()) <= threads), "a thread is left"
        assert _waited(lambda: children() <= processes), "a child is left"

    def test_it_writes_nothing_to_the_screen(
        self, source: AuditSource, world: World, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Stdout carries the answer, stderr the progress: neither is a source's."""
        _drafts(source, world)
        _drafts(source, world, target=world.hostile)
        assert capfd.readouterr() == ("", "")


class MaskingSourceContract(SourceContract):
    """The same, of a source that reads what others wrote down and tells parts of it."""

    def test_secrets_do_not_come_out(self, source: AuditSource, world: World) -> None:
        """What a scan finds is kept for years and shown to many."""
        assert world.secret
        told = json.dumps([draft._asdict() for draft in _drafts(source, world)], default=_plain)
        assert world.secret not in told


class _Caller:
    """Who runs a run here."""

    name = "tester@example.org"
    actor_type = "person"

    def provenance(self, target: str) -> dict[str, Any]:
        """Return nothing but a host; `target` is not looked at."""
        del target
        return {"host": "example.org"}


def _drafts(source: AuditSource, world: World, *, target: str = "") -> list[AuditDraft]:
    batches: Iterable[Sequence[AuditDraft]] = source.stream(target or world.target, world.options)
    return [draft for batch in batches for draft in batch]


def _timeless(draft: AuditDraft, changing: frozenset[str]) -> Any:
    told = json.loads(json.dumps(draft._replace(record_id="", timestamp=None)._asdict(), default=_plain))
    return _without(told, changing | {"finding_id", "violation_id"})


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(held, names) for name, held in value.items() if name not in names}
    return [_without(held, names) for held in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else dict(value)


def _waited(holds: Callable[[], bool]) -> bool:
    last = time.monotonic() + _PATIENCE_S
    while not holds() and time.monotonic() < last:
        time.sleep(0.01)
    return holds()
