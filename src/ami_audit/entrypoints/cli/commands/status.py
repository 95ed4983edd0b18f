"""`ami-audit status`: how this place stands."""

from pathlib import Path

from ami_audit.domain.status import StatusAnswer
from ami_audit.entrypoints.bootstrap.keys import key_store
from ami_audit.entrypoints.bootstrap.trails import is_there, reader, sqlite_path
from ami_audit.entrypoints.cli import options as common
from ami_audit.entrypoints.cli.answers import deliver, formatter
from ami_audit.entrypoints.settings import Settings, settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.status import status_of, without_trail


def status(
    path: common.Place = Path(),
    *,
    store: common.Store = None,
    format_name: common.Format = "terminal",
    output: common.Output = None,
) -> None:
    """Say whether there is a trail here, where it ends, who signs it, and what can be done next."""
    show_status(settings_at(path, overrides={"store": store}), format_name=format_name, output=output)


def show_status(chosen: Settings, *, format_name: str, output: Path | None) -> None:
    """Deliver how the place with these settings stands."""
    deliver(formatter(format_name, output).status(_answer(chosen)), output)


def _answer(chosen: Settings) -> StatusAnswer:
    file = sqlite_path(chosen.store_location)
    keys = key_store(chosen)
    if not is_there(file):
        return without_trail(str(file), keys)
    with AuditStore(reader(chosen)) as trail:
        return portal.run(status_of(trail, keys, size_bytes=_size_of(file)))


def _size_of(file: Path) -> int:
    """Return what the trail takes on disk, with what is not yet folded into its main file."""
    parts = (file, file.with_name(file.name + "-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
