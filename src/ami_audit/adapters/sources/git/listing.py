"""Which files commits touched, with the objects before and after: no file is read for it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ami_audit.adapters.sources.git.objects import ObjectReader
from ami_audit.adapters.sources.git.plumbing import Plumbing
from ami_audit.adapters.sources.git.screening import ALWAYS, tokens_of

_ASKED_AT_ONCE = 2_000
ABSENT = "000000"
SUBMODULE = "160000"


class Entry(NamedTuple):
    """One file that a commit touched.

    Attributes:
        path: From the repository's root; bytes that are no text are surrogate-escaped.
        status: `A`, `M`, `D`, `T` or `R`.
        old_path: Where a renamed file was before; else the same path.
        old_mode: `000000` when there was none.
        new_mode: `000000` when there is none any more.
        old: Hash of the content before.
        new: Hash of the content after.
    """

    path: str
    status: str
    old_path: str
    old_mode: str
    new_mode: str
    old: str
    new: str


class Listing:
    """Lists what commits touched, some thousand at a time; a commit whose trees are missing costs only itself."""

    def __init__(self, plumbing: Plumbing, *options: str, paths: Sequence[bytes] = ()) -> None:
        """Take the repository.

        Args:
            plumbing: Where the objects are.
            options: How `git diff-tree` looks at them: `--no-renames`, `-M`, `--diff-merges=first-parent`.
            paths: Pathspecs; empty means all.
        """
        self._plumbing = plumbing
        self._command: tuple[str | bytes, ...] = ("diff-tree", "--stdin", *ALWAYS, "--raw", *options, "--", *paths)

    def entries(self, names: Iterable[str]) -> Iterator[tuple[str, list[Entry] | None]]:
        """Yield each commit that touched something, in order, with what it touched; None when git cannot tell."""
        rest = iter(names)
        while some := list(islice(rest, _ASKED_AT_ONCE)):
            found = self._of(some)
            if found is not None:
                yield from found
            else:
                yield from self._one_by_one(some)

    def _one_by_one(self, names: Sequence[str]) -> Iterator[tuple[str, list[Entry] | None]]:
        # A clone without trees has thousands of such commits: one question for all of them, not a process for each.
        lost = self._without_trees(names)
        for name in names:
            if name in lost:
                yield name, None
                continue
            found = self._of([name])
            if found is None:
                yield name, None
            else:
                yield from found

    def _without_trees(self, names: Sequence[str]) -> set[str]:
        presence = ObjectReader(self._plumbing, contents=False)
        places = ("^{tree}", "^1", "^1^{tree}")
        answers = iter(presence.read([f"{name}{place}" for name in names for place in places]))
        lost = set()
        for name, own, parent, before in zip(names, answers, answers, answers, strict=False):
            if not own.is_there or (parent.is_there and not before.is_there):
                lost.add(name)
        presence.close()
        return lost

    def _of(self, names: Sequence[str]) -> list[tuple[str, list[Entry]]] | None:
        finished = self._plumbing.run(*self._command, stdin="".join(f"{name}\n" for name in names).encode())
        return list(_read(tokens_of(finished.output))) if finished.status == 0 else None


def _read(tokens: Iterator[str]) -> Iterator[tuple[str, list[Entry]]]:
    name, entries = "", list[Entry]()
    for token in tokens:
        if token[0] == ":":
            entries.append(_entry(token[1:], tokens))
            continue
        if name:
            yield name, entries
        name, entries = token, []
    if name:
        yield name, entries


def _entry(header: str, tokens: Iterator[str]) -> Entry:
    old_mode, new_mode, old, new, status = header.split(" ")
    old_path = path = next(tokens, "")
    if status[0] in "RC":
        path = next(tokens, "")
    return Entry(path, status[0], old_path, old_mode, new_mode, old, new)
