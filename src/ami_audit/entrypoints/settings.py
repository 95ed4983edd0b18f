"""Which settings are in force: command line, environment, `.audit/config.toml`, `pyproject.toml`, defaults.

The first that says something wins. Each setting remembers where it was said, so that an error can name the place.
The two files are the audited project's; where secrets lie and who sees what is not theirs to say.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ami_audit.domain.errors import ConfigurationError
from ami_audit.domain.kinds import AuditSeverity, DataClassification, VerificationLevel
from ami_audit.entrypoints.project_settings import project_layers

_PREFIX = "AMI_AUDIT_"


class Values(BaseModel):
    """The settings, checked.

    Attributes:
        store: Where the trail lies: a path or `sqlite:///path`; empty means `.audit/audit.db` at the repository's root.
        origin: The name of a trail that is begun; empty means one made from host and folder.
        key: The signing key's name or id; empty means the default key.
        keys_dir: Where private keys lie; `keyring` means the system's keyring (extra `keyring`).
        state_dir: Where the last checkpoint of each trail is remembered.
        subjects_dir: Where the keys of the people that committed values are about lie, with the list of erasures.
        clearance: The highest class of values that answers show.
        difficulty_bits: Leading zero bits that a trail begun now asks of each record hash.
        sources: What `repo` audits when `--sources` is not given.
        ignore: Globs that the file source leaves out, beside its own.
        fail_on: The severity of a finding from which on a command ends with exit code 1; empty means never.
        require: The level below which `verify` fails.
        checkpoint_every_records: Records after which a checkpoint is signed while a trail grows; 0 means never.
        checkpoint_every_s: Seconds after which what was appended is under a checkpoint; 0 means never. One is signed in
            any case when the trail is closed.
        quorum_policy: The file that says which witnesses to ask (C2SP tlog-policy); empty means the trail's own policy.
        quorum_missed: What `checkpoint cosign` does when too few witnesses cosign: `fail` or `warn`.
        witness_timeout_s: Seconds to wait for one witness.
        busy_timeout_s: Seconds to wait for another writer's turn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: str = ""
    origin: str = Field(default="", pattern=r"^[^\s+]*$")
    key: str = ""
    keys_dir: str = ""
    state_dir: str = ""
    subjects_dir: str = ""
    clearance: DataClassification = DataClassification.INTERNAL
    difficulty_bits: int = Field(default=0, ge=0, le=64)
    sources: tuple[str, ...] = ("git", "file")
    ignore: tuple[str, ...] = ()
    fail_on: Literal[""] | AuditSeverity = ""
    require: str = VerificationLevel.HASHES.label
    checkpoint_every_records: int = Field(default=65_536, ge=0)
    checkpoint_every_s: float = Field(default=300.0, ge=0)
    quorum_policy: str = ""
    quorum_missed: Literal["fail", "warn"] = "fail"
    witness_timeout_s: float = Field(default=10.0, gt=0)
    busy_timeout_s: float = Field(default=30.0, gt=0)


class Settings:
    """The settings for one place, with where each was said."""

    def __init__(self, place: Path, overrides: Mapping[str, Any] | None = None) -> None:
        """Args: `place` is the folder the user stands in or names; `overrides` come from the command line."""
        self.place = place
        self._overrides = {name: value for name, value in (overrides or {}).items() if value is not None}

    @cached_property
    def root(self) -> Path:
        """The repository's root around `place`, or `place` itself outside a repository."""
        start = self.place.resolve()
        start = start if start.is_dir() else start.parent
        for folder in (start, *start.parents):
            if (folder / ".git").exists() or (folder / ".audit").is_dir():
                return folder
        return start

    @cached_property
    def values(self) -> Values:
        """The settings in force.

        Raises:
            ConfigurationError: One cannot be used; names the place that says it.
        """
        said: dict[str, Any] = {}
        places: dict[str, str] = {}
        for place, layer in self._layers():
            said |= layer
            places |= dict.fromkeys(layer, place)
        try:
            return Values.model_validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            raise ConfigurationError(places.get(name, "settings"), f"`{name}`: {first['msg']}") from error

    @property
    def store_location(self) -> str:
        """Where the trail lies: the setting, or `.audit/audit.db` at the root."""
        return self.values.store or str(self.root / ".audit" / "audit.db")

    @property
    def keys_dir(self) -> Path:
        """Where private keys lie.

        Raises:
            ConfigurationError: Nothing says where, and there is no home folder.
        """
        return self._user_folder(self.values.keys_dir, variable="XDG_CONFIG_HOME", usual=".config", name="keys")

    @property
    def state_dir(self) -> Path:
        """Where the last checkpoint of each trail is remembered.

        Raises:
            ConfigurationError: Nothing says where, and there is no home folder.
        """
        return self._user_folder(
            self.values.state_dir, variable="XDG_STATE_HOME", usual=".local/state", name="checkpoints"
        )

    @property
    def subjects_dir(self) -> Path:
        """Where subject keys and the list of erasures lie.

        Raises:
            ConfigurationError: Nothing says where, and there is no home folder.
        """
        return self._user_folder(self.values.subjects_dir, variable="XDG_CONFIG_HOME", usual=".config", name="subjects")

    @property
    def policy_file(self) -> Path:
        """Where the policy lies that says which values are kept behind commitments."""
        return self.root / ".audit" / "policy.toml"

    def _user_folder(self, said: str, *, variable: str, usual: str, name: str) -> Path:
        if said:
            return Path(said).expanduser()
        if os.environ.get(variable):
            return Path(os.environ[variable]) / "ami-audit" / name
        try:
            return Path.home() / usual / "ami-audit" / name
        except RuntimeError as error:
            raise ConfigurationError(
                "environment", f"there is no home folder; set {_PREFIX}KEYS_DIR and {_PREFIX}STATE_DIR to folders"
            ) from error

    def _layers(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the layers, weakest first."""
        return [
            *project_layers(self.root),
            ("environment", _environment()),
            ("command line", self._overrides),
        ]


def _environment() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in Values.model_fields.items():
        text = os.environ.get(_PREFIX + name.upper())
        if text is not None:
            is_list = str(field.annotation).startswith("tuple")
            found[name] = tuple(part.strip() for part in text.split(",") if part.strip()) if is_list else text
    return found


def settings_at(place: Path | None = None, *, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings in force at `place`, or in the working folder."""
    return Settings(place or Path.cwd(), overrides)
