"""Which commits there are, oldest first, children after their parents."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ami_audit.adapters.sources.git.child import Child
from ami_audit.adapters.sources.git.commit import declared_parents
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing

_ASKED_AT_ONCE = 500
_FIRST = re.compile(rb"^[0-9a-f]+", re.MULTILINE)
_ALONE = re.compile(rb"^[0-9a-f]+$", re.MULTILINE)


class Damage(NamedTuple):
    """Where the history breaks off though the clone is not shallow there.

    Attributes:
        cut: Commits some of whose parents cannot be read, with the parents that can.
        lost: Commits that cannot be read, and why.
        complaint: What git said.
    """

    cut: dict[str, list[str]]
    lost: dict[str, str]
    complaint: str = ""


class History:
    """The hashes of all commits asked for, at 20 bytes each (32 in a SHA-256 repository), in order."""

    def __init__(self, size_bytes: int) -> None:
        """Begin an empty history whose hashes have that many bytes."""
        self._size = size_bytes
        self._hashes = bytearray()
        self.damage: Damage | None = None
        self.is_whole = True
        self.roots: list[str] | None = None

    def __len__(self) -> int:
        return len(self._hashes) // self._size

    def extend(self, names: str) -> None:
        """Add hashes, written in hex and separated by white space."""
        self._hashes += bytes.fromhex(names)

    def like(self) -> "History":
        """Return an empty history of the same kind, with the same damage."""
        other = History(self._size)
        other.damage, other.is_whole = self.damage, self.is_whole
        return other

    def clear(self) -> None:
        """Forget all hashes."""
        self._hashes.clear()
        self.roots = None

    def extend_with_parents(self, lines: bytes) -> None:
        """Add the first hash of each line; the others are its parents, and one without any is a root."""
        self._hashes += bytes.fromhex(b"".join(_FIRST.findall(lines)).decode("ascii"))
        self.roots = [*(self.roots or ()), *(name.decode("ascii") for name in _ALONE.findall(lines))]

    def chunks(self, count: int) -> Iterator[list[str]]:
        """Yield the hashes in order, `count` at a time."""
        step = count * self._size
        for start in range(0, len(self._hashes), step):
            text = self._hashes[start : start + step].hex(" ", self._size)
            yield text.split(" ")


def read_history(
    plumbing: Plumbing, tips: Sequence[str], *, paths: Sequence[bytes] = (), shallow: Collection[str] = ()
) -> History:
    """Return every commit that the tips reach.

    git itself holds the commit graph while it sorts; here only the hashes stay.

    Args:
        plumbing: Where the objects are.
        tips: Hashes of commits that can be read.
        paths: Pathspecs; only commits that touch one of them. Empty means all.
        shallow: Commits whose parents this clone was never given: no damage.
    """
    history = History(len(tips[0]) // 2 if tips else 20)
    complaint = _list(plumbing, history, tips=tips, paths=paths)
    if complaint is None:
        return history
    history.damage = damage = _survey(plumbing, tips, shallow)._replace(complaint=complaint)
    plumbing.graft(damage.cut)
    tips = [tip for tip in tips if tip not in damage.lost]
    if _list(plumbing, history, tips=tips, paths=paths) is None:
        return history
    # Trees are damaged too, so git cannot tell who touched a path: everything is listed instead.
    history.is_whole = not paths
    if _list(plumbing, history, tips=tips, paths=()) is not None:
        history.is_whole = False
    return history


def roots_of(plumbing: Plumbing, tips: Sequence[str], history: History) -> list[str]:
    """Return the commits without parents, newest first; where a damaged history breaks off there is none.

    Args:
        plumbing: Where the objects are.
        tips: Hashes of commits that can be read.
        history: What was read from there; a whole one knows its roots already.
    """
    damage = history.damage
    names = history.roots[::-1] if history.roots is not None else None
    if names is None:
        sound = [tip for tip in tips if damage is None or tip not in damage.lost]
        child = plumbing.start("rev-list", "--topo-order", "--max-parents=0", "--stdin", "--")
        child.finish("".join(f"{tip}\n" for tip in sound).encode())
        names = b"".join(_lines(child)).decode("ascii").split()
        plumbing.stop(child)
    return [name for name in names if damage is None or name not in damage.cut]


def _list(plumbing: Plumbing, history: History, *, tips: Sequence[str], paths: Sequence[bytes]) -> str | None:
    history.clear()
    if not tips:
        return None
    # With paths git would rewrite the parents.
    limits = ["--full-history"] if paths else ["--parents"]
    child = plumbing.start("rev-list", "--topo-order", "--reverse", *limits, "--stdin", "--", *paths)
    try:
        child.finish("".join(f"{tip}\n" for tip in tips).encode())
        for block in _lines(child):
            if paths:
                history.extend(block.decode("ascii"))
            else:
                history.extend_with_parents(block)
        return None if child.status() == 0 else child.complaint()
    finally:
        plumbing.stop(child)


def _lines(child: Child) -> Iterator[bytes]:
    rest = b""
    while block := child.receive():
        whole, _, rest = (rest + block).rpartition(b"\n")
        yield whole + b"\n"


def _survey(plumbing: Plumbing, tips: Iterable[str], shallow: Collection[str]) -> Damage:
    """Walk the graph commit by commit to find where it breaks; remembers every hash while it does."""
    reader = ObjectReader(plumbing)
    parents: dict[str, tuple[str, ...]] = {}
    lost: dict[str, str] = {}
    waiting = list(dict.fromkeys(tips))
    seen = set(waiting)
    while waiting:
        asked, waiting = waiting[:_ASKED_AT_ONCE], waiting[_ASKED_AT_ONCE:]
        for answer in reader.read(asked):
            found = declared_parents(answer.data) if answer.kind == "commit" else None
            if found is None:
                lost[answer.name] = _reason(answer.kind)
                continue
            parents[answer.name] = found = () if answer.name in shallow else found
            new = [name for name in found if name not in seen]
            seen.update(new)
            waiting += new
    reader.close()
    cut = {
        child: [name for name in found if name not in lost]
        for child, found in parents.items()
        if any(name in lost for name in found)
    }
    return Damage(cut, lost)


def _reason(kind: str) -> str:
    match kind:
        case "missing" | "corrupt":
            return kind
        case "commit":
            return "malformed"
    return f"a {kind}, not a commit"
