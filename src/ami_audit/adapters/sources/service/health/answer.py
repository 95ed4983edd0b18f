"""What came of asking one service once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ami_audit.adapters.sources.service.declared import Fault, Probe
from ami_audit.adapters.sources.service.masking import masked_command, masked_text


class Verdict(StrEnum):
    """How a probe ended."""

    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one probe.

    Attributes:
        detail: In a few words, what the service said or why it did not.
        facts: What else it told: a version, a certificate; JSON values.
        faults: What is wrong although it answered, such as a certificate that expires soon.
    """

    probe: Probe
    verdict: Verdict
    detail: str = ""
    latency_ms: float | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def recorded(self) -> dict[str, Any]:
        """What a record says of it."""
        probe = self.probe
        asked: dict[str, Any] = (
            {"command": masked_command(probe.command)}
            if probe.kind == "command"
            else {"address": f"{probe.host or 'localhost'}:{probe.port}"}
        )
        if probe.kind in {"http", "https", "dgraph"}:
            asked["path"] = masked_text(probe.path)
        found = {
            "kind": probe.kind,
            **asked,
            "named_by": probe.origin,
            "verdict": self.verdict.value,
            "detail": masked_text(self.detail)[:500],
            **self.facts,
        }
        return found if self.latency_ms is None else {**found, "latency_ms": round(self.latency_ms, 1)}


class Unwell(Exception):  # noqa: N818 (an answer, not an error of this program)
    """A service answers, and says that it is not well; or it does not speak as it should."""

    def __init__(self, detail: str, *, facts: Mapping[str, Any] | None = None, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts or {}
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Said:
    """What a service that is well has told."""

    detail: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
