"""What `watch` does: round after round, a line for each record that is new."""

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ami_audit.domain.answer import as_json
from ami_audit.domain.errors import UsageError
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.text import one_line
from ami_audit.domain.when import seconds_of
from ami_audit.entrypoints.bootstrap.machine import caller
from ami_audit.entrypoints.bootstrap.trails import opener
from ami_audit.entrypoints.cli.answers import announce
from ami_audit.entrypoints.cli.collecting import chosen_sources, named_below, options_of
from ami_audit.entrypoints.cli.failures import INTERRUPTED, Finished
from ami_audit.entrypoints.cli.interrupt import stoppable
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.collectors.pull import Stop
from ami_audit.services.collectors.stream import StreamCollector
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What `watch` was asked to do; `named` is what the trail calls it, where that is no path."""

    place: Path
    target: str
    sources: str | None
    settings: Mapping[str, Any]
    options: Mapping[str, Any]
    every: str
    rounds: int | None
    is_json: bool
    named: str = ""


def watch_until_stopped(wanted: Watch) -> None:
    """Watch until the rounds are over or Ctrl-C is pressed.

    Raises:
        UsageError: The place is not there, or an option makes no sense.
        Finished: With 130 after Ctrl-C.
    """
    if not wanted.place.exists():
        raise UsageError(f"There is no `{wanted.place}` to watch.")
    chosen = settings_at(wanted.place, overrides=wanted.settings)
    every_s = seconds_of(wanted.every)
    with AuditStore(opener(chosen, announce=announce)) as store, stoppable() as stop:
        stream = StreamCollector(store, caller=caller()).stream(
            chosen_sources(wanted.sources, chosen),
            wanted.target,
            named=wanted.named or named_below(wanted.target, chosen.root),
            options=options_of(wanted.options, chosen),
            every_s=every_s,
            rounds=wanted.rounds,
            stop=stop,
        )
        portal.run(_tell(stream, is_json=wanted.is_json, stop=stop))
    if stop.is_raised:
        raise Finished(INTERRUPTED)


async def _tell(stream: AsyncGenerator[AuditRecord], *, is_json: bool, stop: Stop) -> None:
    """Write each record as it comes; a reader who has gone ends the watch."""
    async with aclosing(stream):
        async for record in stream:
            text = as_json("record", record.model_dump(mode="json"), indent=None) if is_json else _line(record)
            try:
                sys.stdout.write(text)
                sys.stdout.flush()
            except BrokenPipeError:
                stop.raise_()
                return


def _line(record: AuditRecord) -> str:
    """Return what a person reads: when, how bad, what, to what, and what was judged."""
    judged = "; ".join(finding.description for finding in record.findings)
    parts = (f"{record.timestamp:%Y-%m-%d %H:%M:%S}", f"{record.severity:<8}", record.action, record.target, judged)
    return one_line("  ".join(part for part in parts if part)) + "\n"
