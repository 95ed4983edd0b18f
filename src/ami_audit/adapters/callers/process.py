"""The operating system's answer to "who is this, and where?"."""

import os
import pwd
import socket
from functools import cached_property
from pathlib import Path
from typing import Any

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
    import pygit2

    start = target if target.is_dir() else target.parent
    try:
        found = pygit2.discover_repository(str(start.resolve()))
        if found is None:
            return None
        repository = pygit2.Repository(found)
        root = (repository.workdir or repository.path).rstrip("/")
        return readable_path(root), _head(repository)
    except (OSError, KeyError, ValueError, pygit2.GitError):
        return None  # Git's own source says what is wrong with a repository; here it is only not named


def _head(repository: Any) -> str | None:
    """Return the commit checked out, in hex; None when there is none yet or its object is missing."""
    if repository.head_is_unborn:
        return None
    return str(repository.head.target)
