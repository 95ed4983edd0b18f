"""The machine's chance."""

import secrets


def machine_chance() -> str:
    """Return a fresh seed of 128 bits, as hex digits."""
    return secrets.token_hex(16)
