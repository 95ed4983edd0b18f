"""Is a log that somebody else's software wrote read and verified at every size it had?"""

import json
from pathlib import Path

import pytest

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.exporters.folder import StaticFolder
from ami_audit.domain.errors import ProofError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import NoteKey
from ami_audit.domain.tiles import entries_in
from ami_audit.services.usecases.check_tiles import check_tiles
from ami_audit.services.vouching import Trusted

_DATA = Path(__file__).parent / "data" / "tessera-testlog"
_LOG = _DATA / "log"
_KEY = NoteKey.parse((_DATA / "vkey.txt").read_text().strip())
_ENTRIES = [entry.encode() for entry in json.loads((_DATA / "entries.json").read_text())]
_CORE = NativeCore()


class _AtSize(StaticFolder):
    """The log as it was when it had that many entries."""

    def __init__(self, size: int, changed: dict[str, bytes] | None = None) -> None:
        super().__init__(_LOG)
        self._changed = {"checkpoint": (_LOG / f"checkpoint.{size}").read_bytes(), **(changed or {})}

    def read(self, path: str) -> bytes | None:
        return self._changed.get(path, super().read(path))


@pytest.mark.parametrize("size", range(16))
def test_the_log_holds_at_every_size(size: int) -> None:
    """Entries, tiles, root and signature, none of them ours."""
    verdict = check_tiles(_AtSize(size), _CORE, trusted=Trusted([_KEY]))
    assert (verdict.size, verdict.level, verdict.origin) == (size, VerificationLevel.CHECKPOINT, _KEY.name)
    if size:
        path = f"tile/entries/000.p/{size}"
        assert entries_in((_LOG / path).read_bytes(), path=path) == _ENTRIES[:size]


@pytest.mark.parametrize("path", ["tile/0/000.p/15", "tile/entries/000.p/15"])
def test_a_changed_byte_of_a_tile_or_of_an_entry_is_found_and_named(path: str) -> None:
    """The reader is worth what it refuses; entries that do not hash to their tile are the tile's fault or their own."""
    content = (_LOG / path).read_bytes()
    for place in range(0, len(content), 7):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(ProofError) as refusal:
            check_tiles(_AtSize(15, {path: changed}), _CORE, trusted=Trusted([_KEY]))
        assert refusal.value.where in {path, path.replace("entries", "0")}


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_checkpoint_is_found(line: int) -> None:
    """Its origin, its size, its root: what it says is what is signed."""
    lines = (_LOG / "checkpoint").read_text().split("\n")
    lines[line] = {0: "example.com/log/other", 1: "14", 2: lines[2].replace("A", "B", 1).replace("a", "b", 1)}[line]
    with pytest.raises(ProofError):
        check_tiles(
            _AtSize(15, {"checkpoint": "\n".join(lines).encode()}), _CORE, trusted=Trusted([_KEY]), origin=_KEY.name
        )


def test_a_log_that_nobody_trusted_has_signed_is_worth_its_hashes() -> None:
    """Anybody can make a tree."""
    verdict = check_tiles(_AtSize(15), _CORE, trusted=Trusted([NoteKey.of(_KEY.name, bytes(32))]))
    assert (verdict.level, verdict.signed_by) == (VerificationLevel.HASHES, ())
