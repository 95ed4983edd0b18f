"""Writes a small file so that a reader, also after a power cut, finds the old text or the new one."""

import os
from contextlib import suppress
from pathlib import Path


def replace_text(file: Path, text: str) -> None:
    """Put `text` in the place of what the file held; durable when it returns, and nothing else is left beside it."""
    fresh = file.with_suffix(f".{os.getpid()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as writer:
            writer.write(text)
            writer.flush()
            os.fsync(writer.fileno())
        fresh.replace(file)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
