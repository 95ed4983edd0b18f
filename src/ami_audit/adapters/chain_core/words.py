"""The search for banned words by the compiled core."""

import os
from collections.abc import Sequence
from typing import Any

import orjson

from ami_audit.adapters.chain_core import _native
from ami_audit.ports.word_matcher import WordFile, WordPlace, WordRule, WordSearch


class NativeWordMatcher:
    """`WordMatcher` in Rust."""

    def __init__(self, rules: Sequence[WordRule], *, ignored: Sequence[str] = ()) -> None:
        """Args: `rules` are compiled at once; `ignored` are paths that are left out whole."""
        said = {"rules": [rule._asdict() for rule in rules], "ignored": list(ignored)}
        self._native = _native.BannedWords(orjson.dumps(said))

    def forms(self) -> Sequence[str]:
        """Return what each pattern was taken for."""
        return self._native.forms()

    def search(self, root: str, paths: Sequence[str]) -> WordSearch:
        """Return what the files hold."""
        files, counts = orjson.loads(self._native.search(os.fsencode(root), [os.fsencode(path) for path in paths]))
        return WordSearch(
            files=tuple(map(_file, files)),
            searched=counts["searched"],
            lines=counts["lines"],
            binary=counts["binary"],
            ignored=counts["ignored"],
            unread=tuple((path, why) for path, why in counts["unread"]),
        )


def _file(told: dict[str, Any]) -> WordFile:
    found = tuple(map(WordPlace._make, told["found"]))
    return WordFile(told["path"], told["sha256"], found, tuple((rule, line) for rule, line in told["costly"]))
