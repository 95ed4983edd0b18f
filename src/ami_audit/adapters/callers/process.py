"""The operating system's answer to "who is this, and where?"."""

import os
import pwd
import socket
from functools import cached_property
from pathlib import Path
from typing import Any

from ami_audit.adapters.callers.repository import repository_around
from ami_audit.domain.kinds import ActorType
from ami_audit.domain.text import readable_path


class ProcessCaller:
    """The user this process runs as; a user below 1000 other than root is taken for a service."""

    def __init__(self, *, version: str) -> None:
        """Args: `version` is ami-audit's own, recorded with everything collected."""
        self._version = version

    @cached_property
    def name(self) -> str:
        """`user@host`; an account without a name is its number."""
        return f"{_user()}@{self.host}"

    @cached_property
    def host(self) -> str:
        """The machine's name."""
        return socket.gethostname() or "localhost"

    @property
    def actor_type(self) -> ActorType:
        """PERSON for root and accounts from 1000 on, SERVICE for the rest."""
        return ActorType.PERSON if os.getuid() == 0 or os.getuid() >= 1000 else ActorType.SERVICE

    def provenance(self, target: str) -> dict[str, Any]:
        """Return host, tool and, inside a Git repository, its root and checked-out commit."""
        facts: dict[str, Any] = {"host": self.host, "collector": f"ami-audit {self._version}"}
        repository = _repository(Path(target))
        if repository is not None:
            facts["repository"], commit = repository
            if commit:
                facts["commit"] = commit
        return facts


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _repository(target: Path) -> tuple[str, str | None] | None:
    """Return the working folder of the repository around `target` and its commit; None outside one."""
    try:
        found = repository_around(target if target.is_dir() else target.parent)
    except (OSError, ValueError, RuntimeError):
        return None  # Git's own source says what is wrong with a repository; here it is only not named
    return found and (readable_path(str(found[0])), found[1])
