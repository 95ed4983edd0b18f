"""The machine's clock."""

from datetime import UTC, datetime


def machine_clock() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)
