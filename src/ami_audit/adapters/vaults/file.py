"""Subject keys in two files a trail: the owner's key, and the wrapped keys with the list of erasures."""

import fcntl
import hashlib
import json
import os
import stat
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ami_audit.domain.errors import KeyStoreError
from ami_audit.domain.text import readable_path
from ami_audit.ports.vault import VaultCore

_WRAPPING = b"ami-audit/wrap/v1"
_NAMING = b"ami-audit/subject/v1"
_MARKING = b"ami-audit/fact/v1"
_NAME_BYTES = 16
_NONCE_BYTES = 24
_VALUE = struct.Struct(">Q32s")

_Stamp = tuple[int, int, int]


class FileVault:
    """`SubjectVault` in `<folder>/<SHA-256 of the origin>.owner` and `.subjects`, both 0600.

    A key is added by one more line, flushed to disk. A key is destroyed by writing the file anew without it; what the
    old file held is overwritten before it is let go.
    """

    def __init__(self, folder: Path, origin: str, core: VaultCore) -> None:
        stem = hashlib.sha256(origin.encode()).hexdigest()[:32]
        self._owner_file = folder / f"{stem}.owner"
        self._file = folder / f"{stem}.subjects"
        self._core = core
        self._owner: bytes | None = None
        self._stamp: _Stamp | None = None
        self._wrapped: dict[bytes, bytes] = {}
        self._erased: dict[bytes, str] = {}
        self._values: dict[bytes, frozenset[tuple[int, bytes]]] = {}

    @property
    def location(self) -> str:
        """The file that holds the keys."""
        return readable_path(str(self._file))

    def is_here(self) -> bool:
        """Return whether this machine holds a vault for the trail."""
        return self._owner_file.exists()

    def pseudonym(self, subject: str) -> bytes:
        """Return what the subject is called now; another name after each erasure."""
        return self.pseudonyms(subject)[-1]

    def pseudonyms(self, subject: str) -> list[bytes]:
        """Return everything that the subject was called, the earliest first."""
        with self._speaking_of("read"):
            owner = self._made_owner()
            self._refresh()
        naming = self._core.hmac_sha256(owner, _NAMING)
        names: list[bytes] = []
        while not names or names[-1] in self._erased:
            text = f"{len(names)}\n{subject}".encode("utf-8", "surrogatepass")
            names.append(self._core.hmac_sha256(naming, text)[:_NAME_BYTES])
        return names

    def key(self, pseudonym: bytes) -> bytes | None:
        """Return a subject's key, or None."""
        with self._speaking_of("read"):
            self._refresh()
            wrapped = self._wrapped.get(pseudonym)
            return None if wrapped is None else self._unwrapped(pseudonym, wrapped)

    def make(self, pseudonyms: Sequence[bytes]) -> None:
        """Make keys for those that have none and were not erased."""
        with self._speaking_of("written"), self._locked():
            self._refresh()
            fresh = [name for name in dict.fromkeys(pseudonyms) if name not in self._wrapped | self._erased]
            if fresh:
                self._append("".join(self._line(name, key=self._new_key(name)) for name in fresh))

    def marks(self, facts: Sequence[bytes]) -> list[bytes]:
        """Return what stands for each fact where the fact itself is hidden."""
        with self._speaking_of("read"):
            marking = self._core.hmac_sha256(self._made_owner(), _MARKING)
        return [self._core.hmac_sha256(marking, fact) for fact in facts]

    def erased(self) -> Mapping[bytes, str]:
        """Return the list of erasures."""
        with self._speaking_of("read"):
            self._refresh()
        return dict(self._erased)

    def erased_values(self) -> Mapping[bytes, frozenset[tuple[int, bytes]]]:
        """Return which values each erasure took."""
        with self._speaking_of("read"):
            self._refresh()
        return dict(self._values)

    def destroy(self, pseudonym: bytes, *, moment: str, values: Iterable[tuple[int, bytes]] = ()) -> None:
        """Destroy a key and put its subject on the list of erasures, with the values that it opened."""
        with self._speaking_of("written"), self._locked():
            self._refresh()
            known = self._values.get(pseudonym, frozenset())
            taken = known | frozenset(values)
            if pseudonym in self._erased and pseudonym not in self._wrapped and taken == known:
                return
            lines = [self._line(name, key=key) for name, key in self._wrapped.items() if name != pseudonym]
            gone = {**self._erased, pseudonym: self._erased.get(pseudonym, moment)}
            lists = {**self._values, pseudonym: taken}
            lines += [_erased_line(name, when, lists.get(name, frozenset())) for name, when in gone.items()]
            self._replace("".join(lines))

    def _made_owner(self) -> bytes:
        if self._owner is None:
            with self._locked():
                if not self._owner_file.exists():
                    if self._file.exists():
                        raise KeyStoreError(
                            f"`{self.location}` holds subject keys, but the owner's key `{self._owner_file.name}` that "
                            "opens them is gone; put both back from the same copy."
                        )
                    _write_new(self._owner_file, self._core.generate_seed().hex() + "\n")
            self._owner = self._read_owner()
        return self._owner

    def _read_owner(self) -> bytes:
        try:
            key = bytes.fromhex(_read_private(self._owner_file))
        except ValueError as error:
            raise KeyStoreError(f"`{readable_path(str(self._owner_file))}` is not an owner's key.") from error
        if len(key) != 32:
            raise KeyStoreError(f"`{readable_path(str(self._owner_file))}` is not an owner's key.")
        return key

    def _new_key(self, name: bytes) -> bytes:
        nonce = self._core.generate_seed()[:_NONCE_BYTES]
        wrapping = self._core.hmac_sha256(self._opened_owner(), _WRAPPING)
        return nonce + self._core.seal(wrapping, nonce, self._core.generate_seed(), about=name)

    def _opened_owner(self) -> bytes:
        if self._owner is None:
            self._owner = self._read_owner()
        return self._owner

    def _unwrapped(self, name: bytes, wrapped: bytes) -> bytes:
        wrapping = self._core.hmac_sha256(self._opened_owner(), _WRAPPING)
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        key = self._core.unseal(wrapping, nonce, sealed, about=name) if len(nonce) == _NONCE_BYTES else None
        if key is None:
            raise KeyStoreError(
                f"`{self.location}` is damaged, or not of the owner's key beside it; put both back from the same copy."
            )
        return key

    def _refresh(self) -> None:
        """Read the file again when another process has written it."""
        try:
            found = self._file.stat()
        except FileNotFoundError:
            self._stamp, self._wrapped, self._erased, self._values = None, {}, {}, {}
            return
        stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
        if stamp != self._stamp:
            self._wrapped, self._erased, self._values = {}, {}, {}
            for line in _read_private(self._file).splitlines(keepends=True):
                if line.endswith("\n"):  # the last one may be torn: its key was never used
                    self._learn(line)
            self._stamp = stamp

    def _learn(self, line: str) -> None:
        try:
            said: dict[str, Any] = json.loads(line)
            name = bytes.fromhex(said["subject"])
            if "erased" in said:
                self._erased[name] = str(said["erased"])
                self._values[name] = frozenset(_VALUE.iter_unpack(bytes.fromhex(said.get("values", ""))))
                self._wrapped.pop(name, None)
            else:
                self._wrapped[name] = bytes.fromhex(said["key"])
        except (ValueError, KeyError, TypeError, struct.error) as error:
            raise KeyStoreError(f"`{self.location}` is damaged; put it back from a copy.") from error

    def _line(self, name: bytes, *, key: bytes) -> str:
        return json.dumps({"subject": name.hex(), "key": key.hex()}) + "\n"

    def _append(self, lines: str) -> None:
        with os.fdopen(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), "r+b") as file:
            whole = file.read()
            file.seek(whole.rfind(b"\n") + 1)
            file.truncate()  # a line torn by a crash
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        if not whole:
            _sync(self._file.parent)

    def _replace(self, text: str) -> None:
        old = None
        with suppress(FileNotFoundError):
            old = os.open(self._file, os.O_RDWR | os.O_CLOEXEC)
        try:
            fresh = self._file.with_suffix(f".{os.getpid()}.new")
            fresh.unlink(missing_ok=True)
            _write_new(fresh, text)
            fresh.replace(self._file)
            _sync(self._file.parent)
            if old is not None:
                os.pwrite(old, bytes(os.fstat(old).st_size), 0)
                os.fsync(old)
        finally:
            if old is not None:
                os.close(old)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._file.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def _speaking_of(self, done: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise KeyStoreError(
                f"The subject keys in `{readable_path(str(self._file.parent))}` cannot be {done}: {error.strerror}; "
                "set AMI_AUDIT_SUBJECTS_DIR to a folder of yours."
            ) from error


def _erased_line(name: bytes, moment: str, values: Iterable[tuple[int, bytes]]) -> str:
    packed = b"".join(_VALUE.pack(*value) for value in sorted(values))
    return json.dumps({"subject": name.hex(), "erased": moment, "values": packed.hex()}) + "\n"


def _read_private(path: Path) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if mode & 0o077:
            raise KeyStoreError(
                f"`{readable_path(str(path))}` can be read by others (mode {mode:o}); run `chmod 600` on it."
            )
        return file.read()


def _write_new(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
