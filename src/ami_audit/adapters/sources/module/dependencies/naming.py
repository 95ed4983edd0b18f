"""How each ecosystem writes names, and what of an address may be kept."""

import re
from urllib.parse import quote

_RUNS = re.compile(r"[-_.]+")
_TYPES = {"pypi": "pypi", "npm": "npm", "cargo": "cargo", "go": "golang"}


def python_name(name: str) -> str:
    """Return a Python distribution's name, normalised (PEP 503)."""
    return _RUNS.sub("-", name).lower()


def purl(ecosystem: str, name: str, version: str) -> str:
    """Return a package URL: `pkg:pypi/requests@2.31.0`."""
    spelled = "/".join(quote(part, safe="") for part in name.split("/"))
    return f"pkg:{_TYPES[ecosystem]}/{spelled}" + (f"@{quote(version, safe='')}" if version else "")


def without_secrets(url: str) -> str:
    """Return an address without user, password and query: tokens stand there."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url.partition("?")[0][:300]
    place, slash, path = rest.partition("/")
    place = place.rpartition("@")[2]
    return f"{scheme}://{place}{slash}{path.partition('?')[0].partition('#')[0]}"[:300]
