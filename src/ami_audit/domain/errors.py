"""What can go wrong, and who can mend it.

AuditError                the root: everything that a door turns into one sentence
├── MalformedError        the caller: a value that cannot be sealed, with its path
│   └── FormatError       the sender: a text that is not in the format it should be in, with its line
│       └── SignatureFormatError  the sender: a signature line whose signature cannot be read
├── UsageError            the caller: a request that makes no sense
├── ConfigurationError    the user: a setting, with where it stands
├── NotFoundError         the user: nothing there by that name
├── SourceError           the user: the thing to be audited cannot be opened at all
├── WitnessError          the witness's operator: it cannot be reached, or answers what it should not
├── KeyStoreError         the user: a key is missing, unreadable or badly protected
│   └── PassphraseError   the user: a passphrase is missing or wrong; ask again
├── IntegrityError        nobody: what is stored is not what was sealed
├── ProofError            nobody: a proof that was handed over is none, or does not hold
└── StoreError            the operator: the store cannot be reached, read or written
    ├── HeadMovedError    the writer: another writer came first; seal again after the new head
    └── RolledBackError   the operator: the store is behind what was signed before
"""

from typing import ClassVar


class AuditError(Exception):
    """The root of all errors a caller may meet; `exit_code` is what the command line ends with."""

    exit_code: ClassVar[int] = 3


class MalformedError(AuditError):
    """A value that cannot be sealed; `path` says which, `position` in which record of a batch."""

    exit_code = 2

    def __init__(self, path: str, reason: str, *, position: int = 0) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason
        self.position = position

    def __str__(self) -> str:
        return f"`{self.path}` cannot be recorded: {self.reason}" if self.path else self.reason


class FormatError(MalformedError):
    """A text that is not what it should be: a note, a policy; `line` counts from 1, 0 when none is to blame."""

    def __init__(self, what: str, reason: str, *, line: int = 0) -> None:
        super().__init__(what, reason)
        self.line = line

    def __str__(self) -> str:
        return f"{self.path}{f', line {self.line}' if self.line else ''}: {self.reason}"


class SignatureFormatError(FormatError):
    """A signature line of a note whose signature cannot be read, so that it cannot hold either."""


class UsageError(AuditError):
    """A request that makes no sense as it stands."""

    exit_code = 2


class ConfigurationError(AuditError):
    """A setting that cannot be used; `where` says which file or variable holds it."""

    exit_code = 2

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class NotFoundError(AuditError):
    """Nothing there by that name."""

    exit_code = 2

    def __init__(self, what: str, name: str, *, hint: str = "") -> None:
        super().__init__(what, name)
        self.what = what
        self.name = name
        self.hint = hint

    def __str__(self) -> str:
        return f"No {self.what} `{self.name}`." + (f" {self.hint}" if self.hint else "")


class SourceError(AuditError):
    """What was to be audited cannot be opened at all."""

    def __init__(self, target: str, reason: str) -> None:
        super().__init__(target, reason)
        self.target = target
        self.reason = reason

    def __str__(self) -> str:
        return f"`{self.target}` cannot be audited: {self.reason}"


class UnknownNameError(SourceError):
    """Nothing to audit by that name: most likely it is mistyped."""

    exit_code = 2


class WitnessError(AuditError):
    """A witness cannot be reached, or answers what it should not."""


class KeyStoreError(AuditError):
    """A key is missing, unreadable or badly protected."""


class PassphraseError(KeyStoreError):
    """A passphrase is missing or wrong; another one may open the key."""


class IntegrityError(AuditError):
    """What is stored is not what was sealed."""

    exit_code = 1


class ProofError(AuditError):
    """A proof that was handed over is none, or does not hold; `where` says which part of it."""

    exit_code = 1

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        return f"The proof does not hold: {self.where}: {self.reason}."


class StoreError(AuditError):
    """The store cannot be reached, read or written; `step` says while doing what."""

    def __init__(self, step: str, reason: str = "") -> None:
        super().__init__(step, reason)
        self.step = step
        self.reason = reason

    def __str__(self) -> str:
        return f"The store failed while {self.step}" + (f": {self.reason}" if self.reason else ".")


class HeadMovedError(StoreError):
    """Another writer came first; nothing was written."""


class RolledBackError(StoreError):
    """The store is behind what this machine has signed before."""
