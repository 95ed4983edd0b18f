"""Who keeps the keys of the people that a trail's values are about, outside its store."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ami_audit.ports.secrecy import Secrecy


class VaultCore(Secrecy, Protocol):
    """What a vault needs of the native core."""

    def generate_seed(self) -> bytes:
        """Return 32 bytes of the system's randomness."""


class SubjectVault(Protocol):
    """One trail's subject keys and erasures. A key that was destroyed is gone for every copy of the store.

    A subject is called by a keyed pseudonym of 16 bytes. After an erasure the same subject gets another one.
    Synchronous; every answer sees what other processes did before it was asked.
    """

    @property
    def location(self) -> str:
        """Where it lies, as a person would look for it."""

    def is_here(self) -> bool:
        """Return whether this machine holds a vault for the trail."""

    def pseudonym(self, subject: str) -> bytes:
        """Return what the subject is called now; the vault is made when there is none yet.

        Raises:
            KeyStoreError: It cannot be read or made.
        """

    def pseudonyms(self, subject: str) -> Sequence[bytes]:
        """Return everything that the subject was called, the earliest first; the last one is what it is called now.

        Raises:
            KeyStoreError: It cannot be read or made.
        """

    def key(self, pseudonym: bytes) -> bytes | None:
        """Return a subject's key, 32 bytes; None when there is none (any more), or no vault.

        Raises:
            KeyStoreError: The vault is there and cannot be read.
        """

    def make(self, pseudonyms: Sequence[bytes]) -> None:
        """Make keys, durably, for those that have none and were not erased.

        Raises:
            KeyStoreError: They cannot be kept.
        """

    def marks(self, facts: Sequence[bytes]) -> Sequence[bytes]:
        """Return what stands for each fact where the fact itself is hidden: 32 bytes, keyed with the owner's key.

        The vault is made when there is none yet. An erasure changes no mark.

        Raises:
            KeyStoreError: It cannot be read or made.
        """

    def erased(self) -> Mapping[bytes, str]:
        """Return the list of erasures: each pseudonym, and when it was erased.

        Raises:
            KeyStoreError: The vault is there and cannot be read.
        """

    def erased_values(self) -> Mapping[bytes, frozenset[tuple[int, bytes]]]:
        """Return which values each erasure on the list took: of each pseudonym, sequences and digests.

        Raises:
            KeyStoreError: The vault is there and cannot be read.
        """

    def destroy(self, pseudonym: bytes, *, moment: str, values: Iterable[tuple[int, bytes]] = ()) -> None:
        """Destroy a subject's key and put it on the list of erasures, durably and at once.

        Again changes nothing, but that more values may be named.

        Args:
            pseudonym: What the subject is called.
            moment: When it is erased.
            values: What the key opened: the sequence and the digest of each.

        Raises:
            KeyStoreError: It cannot be written; the key is as it was.
        """
