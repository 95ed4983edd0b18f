"""Objects by name, read through one long-lived `git cat-file`."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ami_audit.adapters.sources.git.plumbing import Child, Plumbing

# Kept of one object; the rest is read past. A commit larger than this is an attack or an accident.
_LARGEST_BYTES = 4 << 20
_SKIP_BYTES = 1 << 20


class GitObject(NamedTuple):
    """One object as git answered.

    Attributes:
        name: The name that was asked for.
        kind: `commit`, `tree`, `blob`, `tag`, or `missing`, or `corrupt`.
        data: Its bytes, at most 4 MiB of them.
        size_bytes: Its true size.
    """

    name: str
    kind: str
    data: bytes = b""
    size_bytes: int = 0

    @property
    def is_there(self) -> bool:
        """Whether the object could be read."""
        return self.kind not in ("missing", "corrupt")


class ObjectReader:
    """Answers for many names in order; a broken object is an answer too.

    `ask` and `answers` are two steps so that git works on the next names while the last ones are being used. At
    most 1,000 names may be asked for and not yet answered: they wait in the pipe.
    """

    def __init__(self, plumbing: Plumbing, *, contents: bool = True) -> None:
        """Start git.

        Args:
            plumbing: Where the objects are.
            contents: Read the objects' bytes; otherwise only whether they are there, of which kind and size.
        """
        self._plumbing = plumbing
        self._contents = contents
        self._waiting: list[str] = []
        self._child = self._started()

    def _started(self) -> Child:
        return self._plumbing.start("cat-file", "--batch" if self._contents else "--batch-check")

    def ask(self, names: Sequence[str]) -> None:
        """Send names (hashes, or expressions such as `<hash>^{tree}`) to be answered in this order."""
        if names:
            self._waiting.extend(names)
            self._child.send("".join(f"{name}\n" for name in names).encode())

    def answers(self, count: int) -> Iterator[GitObject]:
        """Yield the next `count` answers."""
        waiting = self._waiting
        for index in range(count):
            answer = self._answer(waiting[index])
            if answer is None:
                answer = self._revived(index)
            yield answer
        del waiting[:count]

    def read(self, names: Sequence[str]) -> list[GitObject]:
        """Return the answers for at most 1,000 names, when nothing else is being waited for."""
        self.ask(names)
        return list(self.answers(len(names)))

    def read_one(self, name: str) -> GitObject:
        """Return the answer for one name."""
        return self.read([name])[0]

    def close(self) -> None:
        """Stop git."""
        self._plumbing.stop(self._child)

    def _revived(self, index: int) -> GitObject:
        # git dies on an object it cannot unpack: that one is corrupt, the rest is asked again.
        self._plumbing.stop(self._child)
        self._child = self._started()
        rest = self._waiting[index + 1 :]
        self._child.send("".join(f"{name}\n" for name in rest).encode())
        return GitObject(self._waiting[index], "corrupt")

    def _answer(self, name: str) -> GitObject | None:
        line = self._child.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        words = line.split()
        if len(words) != 3 or not words[2].isdigit():
            return GitObject(name, "missing")
        size = int(words[2])
        if not self._contents:
            return GitObject(name, words[1].decode(), b"", size)
        data = self._body(size)
        return None if data is None else GitObject(name, words[1].decode(), data, size)

    def _body(self, size: int) -> bytes | None:
        stdout = self._child.stdout
        if size <= _LARGEST_BYTES:
            data = stdout.read(size + 1)
            return data[:size] if len(data) == size + 1 else None
        kept = stdout.read(_LARGEST_BYTES)
        left = size + 1 - len(kept)
        while left > 0:
            block = stdout.read(min(left, _SKIP_BYTES))
            if not block:
                return None
            left -= len(block)
        return kept
