"""Which closed sets of words a record may use."""

from enum import IntEnum, StrEnum
from typing import Self


class AuditTargetType(StrEnum):
    """What kind of thing was audited."""

    FILE = "file"
    MODULE = "module"
    SERVICE = "service"
    LOG = "log"
    GIT = "git"
    QUALITY = "quality"
    RUN = "run"
    TRAIL = "trail"
    KEY = "key"


# What people and other tools write, and what it means here.
_SEVERITY_SYNONYMS = {
    "low": "info",
    "medium": "warning",
    "high": "error",
    "warn": "warning",
    "fatal": "critical",
}


class AuditSeverity(StrEnum):
    """How much a record or finding matters; members compare by weight, not by spelling."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    # SPEC.md's examples say HIGH where the enumeration says ERROR: three names that are the same members.
    LOW = "info"
    MEDIUM = "warning"
    HIGH = "error"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        word = value.lower() if isinstance(value, str) else None
        if word is None:
            return None
        word = _SEVERITY_SYNONYMS.get(word, word)
        return cls(word) if word in cls._value2member_map_ else None

    @property
    def weight(self) -> int:
        """0 for DEBUG to 4 for CRITICAL."""
        return _WEIGHTS[self]

    def __lt__(self, other: str) -> bool:
        return self.weight < AuditSeverity(other).weight

    def __le__(self, other: str) -> bool:
        return self.weight <= AuditSeverity(other).weight

    def __gt__(self, other: str) -> bool:
        return self.weight > AuditSeverity(other).weight

    def __ge__(self, other: str) -> bool:
        return self.weight >= AuditSeverity(other).weight


_WEIGHTS = {severity: weight for weight, severity in enumerate(AuditSeverity)}


class AuditStatus(StrEnum):
    """How far a record has come; never part of the hash."""

    RECORDED = "recorded"
    ANALYZED = "analyzed"
    VERIFIED = "verified"
    EXPORTED = "exported"


class DataClassification(StrEnum):
    """Who may read a record's values; members compare by how few may, not by spelling."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        word = value.lower() if isinstance(value, str) else ""
        return cls(word) if word in cls._value2member_map_ else None

    @property
    def weight(self) -> int:
        """0 for PUBLIC to 3 for RESTRICTED."""
        return _OPENNESS[self]

    def __lt__(self, other: str) -> bool:
        return self.weight < DataClassification(other).weight

    def __le__(self, other: str) -> bool:
        return self.weight <= DataClassification(other).weight

    def __gt__(self, other: str) -> bool:
        return self.weight > DataClassification(other).weight

    def __ge__(self, other: str) -> bool:
        return self.weight >= DataClassification(other).weight


_OPENNESS = {classification: weight for weight, classification in enumerate(DataClassification)}


class LogLevel(StrEnum):
    """The level of a log line, as its writer gave it."""

    TRACE = "trace"
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class ActorType(StrEnum):
    """What kind of thing acted."""

    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How the audited action ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class SignatureState(StrEnum):
    """What is known of a record's signatures; true only when all of them verify."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN_KEY = "unknown-key"
    UNSIGNED = "unsigned"

    def __bool__(self) -> bool:
        return self is SignatureState.VALID


class VerificationLevel(IntEnum):
    """How far an answer is proven; each level holds all those below it."""

    NONE = 0
    LINKS = 1
    HASHES = 2
    SIGNATURES = 3
    PINNED_KEYS = 4
    CHECKPOINT = 5
    WITNESSED = 6
    ANCHORED = 7

    @property
    def label(self) -> str:
        """The level as it is written in commands and reports: `pinned-keys`."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def named(cls, label: str) -> Self:
        """Return the level a person wrote.

        Raises:
            ValueError: No level has that label.
        """
        try:
            return cls[label.strip().upper().replace("-", "_")]
        except KeyError:
            known = ", ".join(level.label for level in cls)
            raise ValueError(f"`{label}` is no level; choose one of {known}") from None
