"""Which version of ami-audit this is."""

from functools import cache


@cache
def version() -> str:
    """Return the installed version; `0+unknown` when the package was not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return version_of("ami-audit")
    except PackageNotFoundError:
        return "0+unknown"
