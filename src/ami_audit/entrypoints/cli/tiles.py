"""What `ami-audit export tiles` and `export check` do: open what they need, ask, and write the answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ami_audit.entrypoints.bootstrap.exporters import static_folder
from ami_audit.entrypoints.bootstrap.machine import core
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.cli.answers import announce
from ami_audit.entrypoints.cli.plain import deliver_plain
from ami_audit.entrypoints.cli.vouching import deliver_verdict, or_own_keys, told
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.check_tiles import check_tiles
from ami_audit.services.usecases.export_tiles import export_tiles
from ami_audit.services.vouching import Trusted


def deliver_export(
    folder: Path, *, may_sign: bool, settings: Mapping[str, Any], format_name: str, output: Path | None
) -> None:
    """Export this place's trail into a folder, and say what was written."""
    chosen = settings_at(overrides=settings)
    require_trail(chosen)
    with AuditStore(opener(chosen, read_only=not may_sign, announce=announce)) as trail:
        answer = portal.run(export_tiles(trail, static_folder(folder), may_sign=may_sign))
    text = (
        f"{answer.origin}, {answer.size} records, in {answer.location}: {answer.written} files written, "
        f"{answer.kept} kept."
    )
    deliver_plain("tiles", answer, text=text, format_name=format_name, output=output)


def deliver_check(folder: Path, *, given: Trusted, origin: str, format_name: str, output: Path | None) -> None:
    """Check a log in a folder, and say how far it holds."""
    files = static_folder(folder)
    first_line = (files.read("checkpoint") or b"").partition(b"\n")[0].decode("utf-8", "backslashreplace")
    verdict = check_tiles(files, core(), trusted=or_own_keys(given, origin=first_line), origin=origin)
    subject = f"All {verdict.size} entries of {verdict.origin} are under its checkpoint"
    deliver_verdict(verdict, told(verdict, subject), format_name=format_name, output=output)
