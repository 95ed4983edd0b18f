"""What a repository says about itself in its own files, read as data and never obeyed."""

import os
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from ami_audit.adapters.sources.git.location import Location, beginning
from ami_audit.domain.masking import masked
from ami_audit.domain.text import readable

_HASH = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_HELPER = re.compile(r"[A-Za-z0-9][\w+.-]*::")
_PORT = re.compile(r":[0-9]*$")
_TIMEOUT_S = 20
_SHALLOW_BYTES = 64 << 20
_KEPT_REMOTES = 100
_URL_CHARACTERS = 1_000


class Settings(NamedTuple):
    """What the audit needs to know before it reads the first object.

    Attributes:
        object_format: `sha1` or `sha256`.
        ref_storage: `files` or `reftable`.
        shallow: Commits whose parents this clone was never given.
        partial: Whether this clone left objects behind at a promisor remote.
        remotes: Name and URLs of each remote, credentials removed.
    """

    object_format: str
    ref_storage: str
    shallow: tuple[str, ...]
    partial: bool
    remotes: tuple[tuple[str, tuple[str, ...]], ...]


def settings_of(location: Location) -> Settings:
    """Return what the repository's configuration and shallow file say; unreadable ones say nothing."""
    values = _configuration(location.common_dir / "config")
    promised = any(name.endswith((".promisor", ".partialclonefilter")) for name in values)
    return Settings(
        object_format=_last(values, "extensions.objectformat", "sha1").lower(),
        ref_storage=_last(values, "extensions.refstorage", "files").lower(),
        shallow=_shallow(location.common_dir / "shallow"),
        partial=promised or "extensions.partialclone" in values,
        remotes=_remotes(values),
    )


def without_credentials(url: str) -> str:
    """Return a remote's URL with user, password and query taken out; scp-like addresses keep only a plain user.

    What a remote helper is given (`ext::sh -c …`) may be a whole command line: only the helper's name is kept.
    """
    if helper := _HELPER.match(url):
        return helper[0]
    return masked(_without_user(url)).text


def _without_user(url: str) -> str:
    if "://" not in url:
        return re.sub(r"^[^/@:]*:[^@]*@", "", url)
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//.*@", "//", url)
    # A password may hold a slash, and then the host seems to end before it.
    if ":" in parts.netloc and "@" not in parts.netloc and "@" in parts.path and not _PORT.search(parts.netloc):
        return f"{parts.scheme}://{parts.path.rpartition('@')[2]}"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _configuration(path: Path) -> dict[str, list[str]]:
    command = ["git", "config", "--no-includes", "--file", os.fspath(path), "--list", "-z"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_DIR"] = os.devnull
    values: defaultdict[str, list[str]] = defaultdict(list)
    if not path.is_file():
        return values
    try:
        answer = subprocess.run(  # noqa: S603 (no shell)
            command, env=environment, cwd="/", capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return values
    for line in readable(answer.stdout).split("\0"):
        name, _, value = line.partition("\n")
        values[name].append(value)
    return values


def _last(values: dict[str, list[str]], name: str, otherwise: str) -> str:
    return values[name][-1] if values.get(name) else otherwise


def _shallow(path: Path) -> tuple[str, ...]:
    lines = beginning(path, _SHALLOW_BYTES).decode("ascii", "replace").split()
    return tuple(sorted(line for line in lines if _HASH.fullmatch(line)))


def _remotes(values: dict[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    urls = (
        (
            name[len("remote.") : -len(".url")],
            tuple(without_credentials(url)[:_URL_CHARACTERS] for url in found[:_KEPT_REMOTES]),
        )
        for name, found in values.items()
        if name.startswith("remote.") and name.endswith(".url")
    )
    return tuple(sorted(urls)[:_KEPT_REMOTES])
