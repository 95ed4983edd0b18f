"""What `ami-audit checkpoint` does: opens the trail, asks, and writes the note."""

from pathlib import Path

from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.cli.answers import announce
from ami_audit.entrypoints.cli.plain import deliver_plain
from ami_audit.entrypoints.settings import settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.checkpoint import latest_checkpoint, sign_checkpoint


def deliver_latest(*, store: str | None, format_name: str, output: Path | None) -> None:
    """Write the latest checkpoint that the store keeps."""
    chosen = settings_at(overrides={"store": store})
    require_trail(chosen)
    with AuditStore(opener(chosen, read_only=True)) as trail:
        answer = portal.run(latest_checkpoint(trail))
    deliver_plain("checkpoint", answer, text=answer.note, format_name=format_name, output=output)


def deliver_signed(*, key: str | None, store: str | None, format_name: str, output: Path | None) -> None:
    """Sign where the trail stands now, and write the note."""
    chosen = settings_at(overrides={"store": store, "key": key})
    require_trail(chosen)
    with AuditStore(opener(chosen, announce=announce)) as trail:
        answer = portal.run(sign_checkpoint(trail))
    deliver_plain("checkpoint", answer, text=answer.note, format_name=format_name, output=output)
