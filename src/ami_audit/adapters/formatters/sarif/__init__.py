"""Writes a verdict as SARIF 2.1.0, for programs that collect what scanners find."""

import hashlib
import json
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from ami_audit.adapters.formatters.sarif.rules import RULES
from ami_audit.domain.moment import written
from ami_audit.domain.verification import Fault, VerificationReport

__all__ = ["SarifFormatter"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SQLITE = "application/vnd.sqlite3"


class SarifFormatter:
    """`VerdictFormatter` for programs that read SARIF: one run, one result for each fault, one rule for each check."""

    name = "sarif"
    media_type = "application/sarif+json"

    def __init__(self, version: str) -> None:
        """Args: `version` is that of ami-audit."""
        self._version = version

    def verification(self, report: VerificationReport) -> str:
        """Return a verdict with every fault; a level below the required one is a result, too."""
        results = [_result(fault, report) for fault in report.faults]
        if report.level < report.required:
            results.append(_below(report))
        run = {
            "tool": {"driver": self._driver()},
            "invocations": [_invocation(report)],
            "artifacts": [{"location": _artifact(report), "roles": ["analysisTarget"], "mimeType": _SQLITE}],
            "results": results,
            "columnKind": "utf16CodeUnits",
            "properties": _properties(report),
        }
        return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"

    def _driver(self) -> dict[str, Any]:
        return {
            "name": "ami-audit",
            "version": self._version,
            "semanticVersion": self._version,
            "rules": [rule.descriptor() for rule in RULES.values()],
        }


def _result(fault: Fault, report: VerificationReport) -> dict[str, Any]:
    rule = RULES.get(fault.check, RULES["other"])
    told = {
        "check": fault.check,
        "breaks": fault.breaks.label,
        "sequence": fault.sequence,
        "recordId": fault.record_id,
        "field": fault.field,
        "expected": fault.expected,
        "found": fault.found,
    }
    return {
        "ruleId": rule.id,
        "ruleIndex": list(RULES).index(rule.check),
        "level": "error",
        "kind": "fail",
        "message": _message(fault.where, fault.detail),
        "locations": [_location(report, fault.where, fault.record_id, field=fault.field)],
        "partialFingerprints": {"fault/v1": _fingerprint(report.origin, fault.check, fault.where, fault.field or "")},
        "properties": {name: value for name, value in told.items() if value is not None},
    }


def _below(report: VerificationReport) -> dict[str, Any]:
    why = " ".join(report.reasons)
    told = f"proven to `{report.level.label}`, which is below what was required: `{report.required.label}`. {why}"
    return {
        "ruleId": RULES["level"].id,
        "ruleIndex": list(RULES).index("level"),
        "level": "error",
        "kind": "fail",
        "message": _message("trail", told),
        "locations": [_location(report, "trail", None, field=None)],
        "partialFingerprints": {"fault/v1": _fingerprint(report.origin, "level", report.required.label)},
        "properties": {"check": "level", "breaks": report.required.label},
    }


def _location(report: VerificationReport, where: str, record_id: str | None, *, field: str | None) -> dict[str, Any]:
    parts = [report.origin or "trail", where, *([field] if field and field not in where.split() else [])]
    logical = {"name": record_id or where, "fullyQualifiedName": "/".join(parts), "kind": "object"}
    return {
        # A trail is no text: the region is where a viewer may open it, and the logical location says what is meant.
        "physicalLocation": {"artifactLocation": {**_artifact(report), "index": 0}, "region": {"byteOffset": 0}},
        "logicalLocations": [logical],
    }


def _artifact(report: VerificationReport) -> dict[str, Any]:
    place = Path(report.location or "audit.db")
    return {"uri": place.as_uri() if place.is_absolute() else place.as_posix()}


def _invocation(report: VerificationReport) -> dict[str, Any]:
    started = report.started_at.astimezone(UTC)
    return {
        "executionSuccessful": True,
        "exitCode": 0 if report.is_sound else 1,
        "startTimeUtc": written(started),
        "endTimeUtc": written(started + timedelta(seconds=report.seconds)),
    }


def _properties(report: VerificationReport) -> dict[str, Any]:
    told = report.model_dump(mode="json", exclude={"faults", "location", "started_at", "seconds"})
    return {"ami-audit": told, "isSound": report.is_sound}


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def _message(where: str, detail: str) -> dict[str, Any]:
    detail = detail.strip().rstrip(".")
    literal = f"{where}: {detail}.".replace("{", "{{").replace("}", "}}")  # SARIF 3.11.5: single ones are placeholders
    return {"id": "default", "arguments": [where, detail], "text": literal}
