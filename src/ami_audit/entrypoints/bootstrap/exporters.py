"""Where a trail is exported to."""

from pathlib import Path

from ami_audit.ports.static_files import StaticFiles


def static_folder(folder: Path) -> StaticFiles:
    """Return a folder of static files."""
    from ami_audit.adapters.exporters.folder import StaticFolder

    return StaticFolder(folder)
