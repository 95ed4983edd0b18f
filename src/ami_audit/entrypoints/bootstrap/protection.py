"""What keeps values from readers: the policy, and the subjects' keys."""

from collections.abc import Callable
from pathlib import Path

from ami_audit.domain.classification import Policy, policy_of
from ami_audit.domain.errors import ConfigurationError
from ami_audit.entrypoints.bootstrap.machine import core
from ami_audit.entrypoints.settings import Settings
from ami_audit.ports.vault import SubjectVault


def policy(chosen: Settings) -> Policy | None:
    """Return the policy of a place; None where there is none.

    Raises:
        ConfigurationError: It is there and cannot be used; names the file and the key.
    """
    text = _text(chosen.policy_file)
    return None if text is None else policy_of(text, where=str(chosen.policy_file))


def vault_of(chosen: Settings) -> Callable[[str], SubjectVault]:
    """Return what gives the vault of each trail."""

    def vault(origin: str) -> SubjectVault:
        from ami_audit.adapters.vaults import FileVault

        return FileVault(chosen.subjects_dir, origin, core())

    return vault


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(str(file), f"it cannot be read: {error}") from error
