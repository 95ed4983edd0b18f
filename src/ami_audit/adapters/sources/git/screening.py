"""What can still be said about commits when objects are missing or broken.

`git diff-tree --numstat` dies on the first object it cannot read. So, for a chunk over which it died: commits whose
trees are gone are told apart first, then those whose files are gone (their changed paths are still known), and what
is left is counted as usual; what kills git even then (an object that is there but damaged) is found one by one.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from ami_audit.adapters.sources.git.changes import Changes, changes_of
from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing

ALWAYS = ("-r", "--root", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
COUNTED = ("diff-tree", "--stdin", *ALWAYS, "--raw", "--numstat", "-M")
NAMED = ("diff-tree", "--stdin", *ALWAYS, "--raw", "--no-renames")
# Exact renames only: those compare hashes and read no file.
_LISTED = ("diff-tree", "--stdin", *ALWAYS, "--raw", "-M100%")
_ASKED_AT_ONCE = 500
_NAMED = 5


class Committed(Protocol):
    """A commit as far as its changes are asked for."""

    @property
    def name(self) -> str:
        """Its hash."""

    @property
    def parents(self) -> Sequence[str]:
        """The hashes of its parents."""


def tokens_of(block: bytes) -> Iterator[str]:
    """Yield the NUL-terminated words of a block; bytes that are no UTF-8 become lone surrogates."""
    if block:
        yield from block.decode("utf-8", "surrogateescape").removesuffix("\0").split("\0")


class Screening:
    """Finds the changes of commits in a damaged or partial repository."""

    def __init__(self, plumbing: Plumbing, *, counts_lines: bool = True) -> None:
        """Start the process that tells what is there."""
        self._plumbing = plumbing
        self._counts_lines = counts_lines
        self._presence = ObjectReader(plumbing, contents=False)

    def changes(self, chunk: Sequence[Committed]) -> dict[str, Changes]:
        """Return the changes of each commit by hash; what could not be known is in their `problem`."""
        results = self._without_trees(chunk)
        names = [commit.name for commit in chunk if commit.name not in results]
        if not self._counts_lines:
            return results | self._one_by_one(NAMED, names)
        listed = self._one_by_one(_LISTED, names)
        missing = self._absent({blob for changes in listed.values() for blob in changes.blobs})
        for changes in listed.values():
            changes.problem = changes.problem or _said("file content", missing & set(changes.blobs))
        counted = self._one_by_one(COUNTED, [name for name in names if name in listed and not listed[name].problem])
        for name, changes in counted.items():
            listed[name] = listed[name] if changes.problem else changes
            listed[name].problem = changes.problem
        return results | listed

    def _without_trees(self, chunk: Sequence[Committed]) -> dict[str, Changes]:
        names = {commit.name: [f"{place}^{{tree}}" for place in (commit.name, *commit.parents)] for commit in chunk}
        missing = self._absent({tree for trees in names.values() for tree in trees})
        lost = {name: missing.intersection(trees) for name, trees in names.items()}
        return {name: Changes.unknown(_said("tree of", trees)) for name, trees in lost.items() if trees}

    def _absent(self, names: set[str]) -> set[str]:
        ordered = sorted(names)
        absent: set[str] = set()
        for start in range(0, len(ordered), _ASKED_AT_ONCE):
            answers = self._presence.read(ordered[start : start + _ASKED_AT_ONCE])
            absent.update(answer.name for answer in answers if not answer.is_there)
        return absent

    def _one_by_one(self, command: tuple[str, ...], names: Sequence[str]) -> dict[str, Changes]:
        results: dict[str, Changes] = {}
        rest = list(names)
        while rest:
            found, complaint = self._run(command, rest)
            if complaint is None:
                return results | found
            if len(rest) == 1:
                return results | {rest[0]: _spoilt(found.get(rest[0]), complaint)}
            # Only what came before the last header is surely whole.
            sure = rest.index(list(found)[-1]) if found else 0
            results |= {name: found[name] for name in rest[:sure] if name in found}
            results |= self._one_by_one(command, rest[sure : sure + 1])
            rest = rest[sure + 1 :]
        return results

    def _run(self, command: tuple[str, ...], names: Sequence[str]) -> tuple[dict[str, Changes], str | None]:
        finished = self._plumbing.run(*command, stdin="".join(f"{name}\n" for name in names).encode())
        whole = finished.output[: finished.output.rfind(b"\0") + 1]
        found = dict(changes_of(tokens_of(whole), with_blobs=command is _LISTED))
        return found, None if finished.status == 0 else finished.complaint


def _spoilt(found: Changes | None, complaint: str) -> Changes:
    changes = found or Changes()
    changes.problem = f"git stopped: {complaint or 'no reason given'}"
    return changes


def _said(what: str, missing: set[str]) -> str:
    if not missing:
        return ""
    named = ", ".join(name.removesuffix("^{tree}") for name in sorted(missing)[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return f"{what} {named}{more} cannot be read"
