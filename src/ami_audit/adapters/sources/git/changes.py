"""What a commit changed, read from `git diff-tree -z --raw --numstat`."""

from collections.abc import Iterator
from typing import Any

from ami_audit.ports.history_parser import ChangesRow

_KEPT_ENTRIES = 1_000
_KEPT_PATH_BYTES = 256 << 10
_SUBMODULE = "160000"
_ABSENT = "000000"


class Changes:
    """One commit's changed files against its first parent.

    Attributes:
        entries: The first 1,000 files, fewer when their paths exceed 256 KiB. Each has `path`, `status`, `added` and
            `deleted` (None when not counted), and where it applies `old_path`, `similarity`, `binary`, `mode`,
            `submodule`, `path_bytes`, `old_path_bytes`.
        files: How many files changed, kept or not.
        added: Lines added, kept or not; binary files count none.
        deleted: Lines deleted.
        blobs: Hashes of the files' old and new content, only when asked for.
        problem: Why lines or files could not be counted; empty when all is known.
    """

    __slots__ = ("_cursor", "_room", "added", "blobs", "deleted", "entries", "files", "problem")

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.files = self.added = self.deleted = self._cursor = 0
        self._room = _KEPT_PATH_BYTES
        self.blobs: list[str] = []
        self.problem = ""

    @classmethod
    def unknown(cls, problem: str) -> "Changes":
        """Return changes of which nothing is known, and why."""
        changes = cls()
        changes.problem = problem
        return changes

    @classmethod
    def of(cls, row: ChangesRow, entries: list[dict[str, Any]]) -> "Changes":
        """Return changes that were read already."""
        changes = cls()
        changes.entries = entries
        changes.files, changes.added, changes.deleted = row.files, row.added, row.deleted
        return changes

    def observe(self, header: str, tokens: Iterator[str]) -> None:
        """Take one `:`-line of `--raw` (without its colon) and the paths that follow it."""
        old_mode, new_mode, old, new, status = header.split(" ")
        path = next(tokens, "")
        entry: dict[str, Any] = {"path": path, "status": status[0], "added": None, "deleted": None}
        if len(status) > 1 and status[0] in "RC":
            entry["old_path"] = path
            entry["path"] = path = next(tokens, "")
            entry["similarity"] = int(status[1:])
        self.files += 1
        self._room -= _weight(path) + _weight(entry.get("old_path", ""))
        if self._room < 0 or len(self.entries) == _KEPT_ENTRIES:
            return
        if old_mode != new_mode:
            _write_modes(entry, (old_mode, old), (new_mode, new))
        elif old_mode == _SUBMODULE:
            entry["submodule"] = {"from": old, "to": new}
        if not path.isascii() or "old_path" in entry:
            _write_exactly(entry)
        self.entries.append(entry)

    def count(self, line: str, tokens: Iterator[str]) -> None:
        """Take one line of `--numstat` and the paths that follow it; they come in the order of the `:`-lines."""
        added, deleted, path = line.split("\t", 2)
        if not path:
            next(tokens, "")
            path = next(tokens, "")
        entry = self._entry_of(path if path.isascii() else _readable(path)[0])
        if added == "-":
            entry["binary"] = True
            return
        entry["added"] = more = int(added)
        entry["deleted"] = fewer = int(deleted)
        self.added += more
        self.deleted += fewer

    def _entry_of(self, written: str) -> dict[str, Any]:
        """Return the kept file of that path, looked for from the last one on; a stray one when it was not kept."""
        for position in range(self._cursor, len(self.entries)):
            if self.entries[position]["path"] == written:
                self._cursor = position + 1
                return self.entries[position]
        return {}


def _weight(path: str) -> int:
    """Return at least how many bytes the path takes in a record: control characters and hex take several each."""
    if not path.isprintable():
        return 8 * len(path)
    return len(path) if path.isascii() else 4 * len(path)


def _write_modes(entry: dict[str, Any], old: tuple[str, str], new: tuple[str, str]) -> None:
    if _ABSENT not in (old[0], new[0]):
        entry["mode"] = {"from": old[0], "to": new[0]}
    if _SUBMODULE in (old[0], new[0]):
        entry["submodule"] = {
            side: name if mode == _SUBMODULE else None for side, (mode, name) in (("from", old), ("to", new))
        }


def _readable(path: str) -> tuple[str, bytes | None]:
    try:
        path.encode()
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogateescape")
        return raw.decode("utf-8", "backslashreplace"), raw
    return path, None


def _write_exactly(entry: dict[str, Any]) -> None:
    for key in ("path", "old_path"):
        if key in entry:
            entry[key], raw = _readable(entry[key])
            if raw is not None:
                entry[f"{key}_bytes"] = raw.hex()


def changes_of(tokens: Iterator[str], *, with_blobs: bool = False) -> Iterator[tuple[str, Changes]]:
    """Yield each commit's hash and changes, when the next one begins.

    A commit that changed nothing is not yielded. When git died, the last one yielded may be incomplete.
    """
    name, changes = "", Changes()
    for token in tokens:
        if token[0] == ":":
            if with_blobs:
                changes.blobs += _blobs(token[1:])
            changes.observe(token[1:], tokens)
        elif "\t" in token:
            changes.count(token, tokens)
        else:
            if name:
                yield name, changes
            name, changes = token, Changes()
    if name:
        yield name, changes


def _blobs(header: str) -> list[str]:
    old_mode, new_mode, old, new, _ = header.split(" ")
    sides = ((old_mode, old), (new_mode, new))
    return [name for mode, name in sides if mode not in (_ABSENT, _SUBMODULE)]
