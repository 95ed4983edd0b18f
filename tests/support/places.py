"""One folder with everything a trail needs: the store, the private keys, the checkpoint kept outside the store."""

from collections.abc import Sequence
from pathlib import Path

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import AuditTargetType
from ami_audit.domain.store_check import StoreCheckAnswer
from ami_audit.entrypoints.bootstrap.keys import key_store
from ami_audit.entrypoints.bootstrap.trails import opener
from ami_audit.entrypoints.settings import Settings, settings_at
from ami_audit.ports.signer import KeyStore
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.store_check import check_store

BATCH = 40


def settings_in(folder: Path) -> Settings:
    """Return the settings of the place."""
    places = {"store": folder / "trail" / "audit.db", "keys_dir": folder / "keys", "state_dir": folder / "state"}
    return settings_at(folder, overrides={name: str(place) for name, place in places.items()})


def opened_in(folder: Path, *, read_only: bool = False) -> AuditStore:
    """Return the trail of the place, put together as the command line does."""
    return AuditStore(opener(settings_in(folder), read_only=read_only, announce=_nobody))


def key_store_in(folder: Path) -> KeyStore:
    """Return the private keys of the place."""
    return key_store(settings_in(folder))


def drafts(count: int) -> Sequence[AuditDraft]:
    """Return that many drafts of about a kilobyte."""
    draft = AuditDraft(
        action="file.observed",
        target="",
        target_type=AuditTargetType.FILE,
        source="file_source/1",
        actor="ann",
        context={"lines": ["a line of the file that was looked at"] * 15},
    )
    return [draft._replace(target=f"src/{number}.py", observed=f"{number:064x}") for number in range(count)]


def checked_in(folder: Path, acknowledged: dict[str, str]) -> StoreCheckAnswer:
    """Return what `store check` says of the place, with all that was acknowledged."""
    with opened_in(folder, read_only=True) as store:
        return portal.run(check_store(store, acknowledged=acknowledged))


def _nobody(_text: str) -> None:
    """Tell nobody of a key that is made."""
