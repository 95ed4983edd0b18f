"""Where a glob's walk begins."""

_MAGIC = frozenset("*?[]{}\\")


def split(pattern: str) -> tuple[str, str | None]:
    """Return the directory that a glob is rooted at and the glob below it; None when nothing in it is a glob.

    `base/**/*.py` begins at `base`, `*.py` at `.`, `/etc/*.conf` at `/etc`.
    """
    parts = pattern.split("/")
    first = next((index for index, part in enumerate(parts) if _MAGIC.intersection(part)), None)
    if first is None:
        return pattern, None
    place = "/".join(parts[:first])
    if pattern.startswith("/") and not place:
        place = "/"
    return place or ".", "/".join(part for part in parts[first:] if part)
