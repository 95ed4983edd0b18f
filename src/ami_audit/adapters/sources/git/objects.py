"""Objects by name, read through one long-lived `git cat-file`."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ami_audit.adapters.sources.git.plumbing import Plumbing

# Kept of one object; the rest is read past. A commit larger than this is an attack or an accident.
LARGEST_BYTES = 4 << 20
_SKIP_BYTES = 1 << 20
_KINDS = {kind.encode(): kind for kind in ("commit", "tree", "blob", "tag")}


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

    `ask` and `answers` are two steps so that git works on the next names while the last ones are being used.
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
        self._start()

    def _start(self) -> None:
        self._child = self._plumbing.start("cat-file", "--batch" if self._contents else "--batch-check")
        self._buffer = b""
        self._at = 0

    def ask(self, names: Sequence[str]) -> None:
        """Send names (hashes, or expressions such as `<hash>^{tree}`) to be answered in this order."""
        if names:
            self._waiting.extend(names)
            self._child.send("".join(f"{name}\n" for name in names).encode())

    def answers(self, count: int) -> Iterator[GitObject]:
        """Yield the next `count` answers."""
        waiting = self._waiting
        for index in range(count):
            answer = self._ready(waiting[index]) or self._answer(waiting[index])
            if answer is None:
                answer = self._revived(index)
            yield answer
        del waiting[:count]

    def read(self, names: Sequence[str]) -> list[GitObject]:
        """Return the answers for some names, when nothing else is being waited for."""
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
        self._start()
        rest = self._waiting[index + 1 :]
        self._child.send("".join(f"{name}\n" for name in rest).encode())
        return GitObject(self._waiting[index], "corrupt")

    def _ready(self, name: str) -> GitObject | None:
        """Return the answer when all of it has been received and nothing is special about it; the quick way."""
        buffer, at = self._buffer, self._at
        end = buffer.find(b"\n", at)
        words = buffer[at:end].split(b" ") if end > 0 else ()
        if not self._contents or len(words) != 3 or not words[2].isdigit():
            return None
        size = int(words[2])
        if size > LARGEST_BYTES or end + size + 2 > len(buffer):
            return None
        self._at = end + size + 2
        return GitObject(name, _KINDS.get(words[1]) or words[1].decode(), buffer[end + 1 : end + 1 + size], size)

    def _answer(self, name: str) -> GitObject | None:
        line = self._line()
        if line is None:
            return None
        words = line.split()
        if len(words) != 3 or not words[2].isdigit():
            return GitObject(name, "missing")
        size = int(words[2])
        if not self._contents:
            return GitObject(name, words[1].decode(), b"", size)
        data = self._body(size)
        return None if data is None else GitObject(name, words[1].decode(), data, size)

    def _line(self) -> bytes | None:
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            if not self._receive():
                return None
        line = self._buffer[self._at : end]
        self._at = end + 1
        return line

    def _body(self, size: int) -> bytes | None:
        kept = self._take(min(size, LARGEST_BYTES))
        left = size + 1 - (0 if kept is None else len(kept))
        while kept is not None and left > 0:
            passed = self._take(min(left, _SKIP_BYTES))
            if passed is None:
                return None
            left -= len(passed)
        return kept

    def _take(self, size: int) -> bytes | None:
        while len(self._buffer) - self._at < size:
            if not self._receive():
                return None
        data = self._buffer[self._at : self._at + size]
        self._at += size
        return data

    def _receive(self) -> bool:
        block = self._child.receive()
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)
