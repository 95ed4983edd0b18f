"""What the log source made of files, and files for it, in the shapes tests ask for."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ami_audit.adapters.chain_core.log_reader import NativeLogReader
from ami_audit.adapters.sources.log import LogSource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions
from ami_audit.ports.progress import Progress, silent
from ami_audit.ports.source import Known, nothing_known

GENESIS = "0" * 64


def source() -> LogSource:
    """Return the source as it is put together outside tests."""
    return LogSource(NativeLogReader())


def drafts_of(
    target: Path | str, *, known: Known = nothing_known, progress: Progress = silent, **options: Any
) -> list[AuditDraft]:
    """Return all drafts of a target, every file below it read, times without a zone taken for UTC."""
    asked = AuditOptions(**{"zone": "UTC", "any_name": True, **options})
    return [draft for batch in source().stream(str(target), asked, known=known, progress=progress) for draft in batch]


def only(drafts: Sequence[AuditDraft], action: str) -> list[AuditDraft]:
    """Return the drafts of one action."""
    return [draft for draft in drafts if draft.action == action]


def contexts(drafts: Sequence[AuditDraft], action: str) -> list[dict[str, Any]]:
    """Return the contexts of the drafts of one action."""
    return [dict(draft.context) for draft in only(drafts, action)]


def kinds_of_findings(draft: AuditDraft) -> list[str]:
    """Return the types of the draft's findings."""
    return [finding.finding_type for finding in draft.findings]


def json_lines(*events: dict[str, Any]) -> str:
    """Return events as JSON lines."""
    return "".join(json.dumps(event) + "\n" for event in events)


def event(second: int, level: str, message: str, **fields: Any) -> dict[str, Any]:
    """Return an event of the first minutes of 2026."""
    moment = f"2026-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000000Z"
    return {"timestamp": moment, "level": level, "logger": "shop", "message": message, **fields}


def chain(count: int, *, start: str = GENESIS, seal: bool = False) -> bytes:
    """Return a file of lines that name the hash of the line before; with a seal, `hash_of_seal` is what follows it."""
    lines: list[bytes] = []
    before = start
    for number in range(count):
        entry = {
            "ts": f"2026-01-01T00:00:{number:02}Z",
            "event": "accept",
            "bundle_id": f"b{number}",
            "prev_hash": before,
        }
        lines.append(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        before = hashlib.sha256(lines[-1]).hexdigest()
    if seal:
        whole = hashlib.sha256(b"".join(lines)).hexdigest()
        entry = {"ts": "2026-01-01T00:01:00Z", "event": "seal", "prev_hash": before, "seal_hash": whole}
        lines.append(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
    return b"".join(lines)


def hash_of_seal(sealed: bytes) -> str:
    """Return what the file after a sealed one begins with."""
    return str(json.loads(sealed.splitlines()[-1])["seal_hash"])
