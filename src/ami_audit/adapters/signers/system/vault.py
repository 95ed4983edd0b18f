"""The system's keyring through the `keyring` library, its errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ami_audit.domain.errors import KeyStoreError

if TYPE_CHECKING:  # the library comes with an extra and is imported at the first use
    from keyring.backend import KeyringBackend

_SERVICE = "ami-audit"
_RECOMMENDED = 1


class Vault:
    """Texts in a keyring, by name."""

    def __init__(self, backend: "KeyringBackend | None" = None) -> None:
        """Args: `backend` is the keyring; None means the one that the library chooses for this machine."""
        self._chosen = backend

    @property
    def where(self) -> str:
        """The keyring's name."""
        return f"system keyring ({self._backend().name})"

    @property
    def is_recommended(self) -> bool:
        """Whether the keyring keeps what is in it from other programs' eyes, as the library judges it."""
        with _speaking_of("be asked"):
            return float(self._backend().priority) >= _RECOMMENDED

    def get(self, name: str) -> str | None:
        """Return the text of that name, or None.

        Raises:
            KeyStoreError: The keyring is locked, or does not answer.
        """
        with _speaking_of("be read"):
            return self._backend().get_password(_SERVICE, name)

    def put(self, name: str, text: str) -> None:
        """Keep a text, and read it back: some keyrings accept everything and keep nothing.

        Raises:
            KeyStoreError: The keyring did not keep it.
        """
        with _speaking_of("be written"):
            self._backend().set_password(_SERVICE, name, text)
        if self.get(name) != text:
            raise KeyStoreError(f"The {self.where} did not keep what it was given; keep the key in a file instead.")

    def drop(self, name: str) -> None:
        """Delete the text of that name; one that is not there is no matter."""
        if self.get(name) is not None:
            with _speaking_of("be written"):
                self._backend().delete_password(_SERVICE, name)

    def _backend(self) -> "KeyringBackend":
        if self._chosen is None:
            self._chosen = _backend_of_this_machine()
        return self._chosen


def _backend_of_this_machine() -> "KeyringBackend":
    try:
        import keyring
        from keyring.backends.chainer import ChainerBackend
        from keyring.backends.fail import Keyring as NoKeyring
    except ImportError as error:
        raise KeyStoreError(
            "The system's keyring needs one more package: `pip install 'ami-audit[keyring]'`."
        ) from error
    with _speaking_of("be found"):
        found = keyring.get_keyring()
        # A chain falls through to the next keyring when one is locked, and the next may keep its texts in clear.
        found = found.backends[0] if isinstance(found, ChainerBackend) else found
    if isinstance(found, NoKeyring):
        raise KeyStoreError("This machine offers no keyring to this session; keep keys in files instead.")
    return found


@contextmanager
def _speaking_of(deed: str) -> Iterator[None]:
    """Turn the library's errors, and those of the services behind it, into one sentence."""
    try:
        yield
    except KeyStoreError:
        raise
    except Exception as error:  # a keyring is a plug-in of another program: any error may come out
        said = " ".join(str(error).split()) or type(error).__name__
        raise KeyStoreError(f"The system's keyring cannot {deed}: {said}") from error
