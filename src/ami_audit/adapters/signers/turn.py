"""One process at a time: a lock on a folder."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from ami_audit.domain.errors import KeyStoreError

_PAUSE_S = 0.02


class FolderTurn:
    """Holds a folder for one thread of one process; the same thread may take it again."""

    def __init__(self, folder: Path, *, timeout_s: float = 10.0) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._threads = threading.RLock()
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the turn and hold it; the folder must be there.

        Raises:
            KeyStoreError: Somebody else held it for longer than the timeout, or the folder cannot be locked.
        """
        with self._threads:
            if self._depth:
                yield
                return
            descriptor = self._locked()
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0
                os.close(descriptor)

    def _locked(self) -> int:
        try:
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise KeyStoreError(f"The folder `{self._folder}` cannot be locked: {error.strerror}") from error
        try:
            self._wait_for(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _wait_for(self, descriptor: int) -> None:
        end = monotonic() + self._timeout_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if monotonic() > end:
                    raise KeyStoreError(
                        f"Another process has held the keys in `{self._folder}` for {self._timeout_s:g} s; "
                        "wait until it ends, and try again."
                    ) from None
            except OSError as error:
                raise KeyStoreError(f"The folder `{self._folder}` cannot be locked: {error.strerror}") from error
            else:
                return
            sleep(_PAUSE_S)
