"""Which version of ami-audit this is."""

from ami_audit.adapters.chain_core.release import VERSION


def version() -> str:
    """Return the version of the installed wheel."""
    return VERSION
