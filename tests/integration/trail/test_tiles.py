"""Is an exported trail what other people's tools read, and is a second export only what is new?"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.integration.trail.test_checkpoints import Desk
from tests.support.house import ROOT
from tests.support.sealing import draft

from ami_audit.adapters.chain_core.core import NativeCore
from ami_audit.adapters.exporters.folder import StaticFolder
from ami_audit.adapters.stores.sqlite import SqliteStore
from ami_audit.domain.checkpoint import SignedCheckpoint
from ami_audit.domain.errors import IntegrityError, ProofError, StoreError, UsageError
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.note import NoteKey
from ami_audit.domain.proven import CheckpointAnswer, ProofAnswer, TilesAnswer
from ami_audit.services.portal import portal
from ami_audit.services.usecases.check_tiles import check_tiles
from ami_audit.services.usecases.checkpoint import latest_checkpoint
from ami_audit.services.usecases.export_tiles import export_tiles
from ami_audit.services.usecases.prove import prove_record
from ami_audit.services.vouching import Trusted

_CORE = NativeCore()


@pytest.fixture
def desk(place: Path) -> Desk:
    """A trail that is signed after each session."""
    return Desk(place)


def _grow(desk: Desk, count: int) -> None:
    """Append records, all at once."""
    with desk.opened() as store:
        portal.run(store.append([draft(number) for number in range(count)]))


def _export(desk: Desk, name: str = "tiles") -> TilesAnswer:
    with desk.opened() as store:
        return portal.run(export_tiles(store, StaticFolder(desk.place / name)))


def _latest(desk: Desk) -> CheckpointAnswer:
    with desk.opened() as store:
        return portal.run(latest_checkpoint(store))


def _checked(desk: Desk, name: str = "tiles") -> int:
    key = NoteKey.parse(_latest(desk).keys[0])
    verdict = check_tiles(StaticFolder(desk.place / name), _CORE, trusted=Trusted([key]), origin=key.name)
    assert verdict.level is VerificationLevel.CHECKPOINT
    return verdict.size


def _files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_ino)
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_second_export_writes_what_is_new_and_leaves_the_rest(desk: Desk) -> None:
    """A trail of years is exported every hour."""
    _grow(desk, 599)
    first = _export(desk)
    assert (first.size, first.kept, _checked(desk)) == (600, 0, 600)
    before = _files(desk.place / "tiles")
    assert set(before) == {
        "checkpoint",
        *(f"tile/{kind}/{number}" for kind in ("0", "entries") for number in ("000", "001", "002.p/88")),
        "tile/1/000.p/2",
    }
    _grow(desk, 200)
    second = _export(desk)
    after = _files(desk.place / "tiles")
    assert (second.size, second.kept, _checked(desk)) == (800, 4, 800)
    assert {path for path in after if before.get(path) != after[path]} == {
        "checkpoint",
        *(f"tile/{kind}/{number}" for kind in ("0", "entries") for number in ("002", "003.p/32")),
        "tile/1/000.p/3",
    }
    assert "tile/0/002.p/88" not in after
    third = _export(desk)
    assert (third.written, _files(desk.place / "tiles").keys()) == (1, after.keys())


def test_files_that_were_lost_are_written_again(desk: Desk) -> None:
    """An export that a power cut has taken from is made whole by the next."""
    _grow(desk, 599)
    _export(desk)
    whole = _files(desk.place / "tiles")
    (desk.place / "tiles/tile/0/000").write_bytes(b"")
    (desk.place / "tiles/tile/entries/002.p/88").unlink()
    assert _export(desk).written == 3
    assert {path: content for path, (content, _) in _files(desk.place / "tiles").items()} == {
        path: content for path, (content, _) in whole.items()
    }


def test_a_folder_of_another_trail_or_of_a_fork_is_not_written_to(desk: Desk) -> None:
    """Two trails in one folder would be a log that nobody can verify."""
    _grow(desk, 5)
    copy = desk.set_aside()
    _grow(desk, 5)
    _export(desk)
    desk.put_back(copy)
    desk.append(9, "another", state="elsewhere")
    with desk.opened(state="elsewhere") as store, pytest.raises(UsageError, match="does not continue"):
        portal.run(export_tiles(store, StaticFolder(desk.place / "tiles")))
    checkpoint = desk.place / "tiles" / "checkpoint"
    checkpoint.write_text(checkpoint.read_text().replace("example.org/shop", "example.org/other"))
    with (
        desk.opened(state="elsewhere") as store,
        pytest.raises(UsageError, match=r"holds the trail `example\.org/other`"),
    ):
        portal.run(export_tiles(store, StaticFolder(desk.place / "tiles")))
    checkpoint.write_text("my notes\n")
    with desk.opened(state="elsewhere") as store, pytest.raises(UsageError, match="choose an empty folder"):
        portal.run(export_tiles(store, StaticFolder(desk.place / "tiles")))


def test_a_place_that_cannot_be_written_is_named(desk: Desk) -> None:
    """One sentence, not a traceback."""
    _grow(desk, 5)
    (desk.place / "tiles").write_text("a file")
    with pytest.raises(StoreError, match="choose a folder that can be used"):
        _export(desk)


def test_every_file_of_an_export_counts(desk: Desk) -> None:
    """A reader of ours must find what another's would."""
    _grow(desk, 599)
    _export(desk)
    for path in _files(desk.place / "tiles"):
        shutil.rmtree(desk.place / "copy", ignore_errors=True)
        shutil.copytree(desk.place / "tiles", desk.place / "copy")
        file = desk.place / "copy" / path
        content = file.read_bytes()
        file.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
        with pytest.raises(ProofError):
            _checked(desk, "copy")
    assert _checked(desk) == 600


def test_a_damaged_trail_is_not_exported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's own guards are out of the way: what is read is not what was sealed."""
    _grow(desk, 300)
    read = SqliteStore.read

    async def lying(store: SqliteStore, first: int, *, count: int) -> object:
        rows = await read(store, first, count=count)
        return [row._replace(record_hash=bytes(32)) if row.sequence == 7 else row for row in rows]

    monkeypatch.setattr(SqliteStore, "read", lying)
    with pytest.raises(IntegrityError, match="records 0 to 255"):
        _export(desk)
    assert not (desk.place / "tiles" / "checkpoint").exists()


@pytest.fixture(scope="session")
def tlogcheck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program around the Go checksum database's libraries, which know nothing of us."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed")
    program = tmp_path_factory.mktemp("go") / "tlogcheck"
    home = pwd.getpwuid(os.getuid()).pw_dir  # Go's caches lie there; the tests' own home is empty
    subprocess.run(
        [go, "build", "-o", str(program), "."],
        cwd=ROOT / "tests" / "support" / "tlogcheck",
        env={**os.environ, "HOME": home},
        check=True,
        timeout=300,
    )
    return program


def test_go_reads_the_export_and_makes_the_same_proofs(desk: Desk, tlogcheck: Path) -> None:
    """Somebody else's reader: signature, root, tiles, entries, and the inclusion proofs of both."""
    _grow(desk, 70_000)
    answer = _export(desk)
    names = (0, 255, 256, 65_535, 65_536, 70_000)
    with desk.opened() as store:

        async def proofs() -> list[ProofAnswer]:
            session = await store.session()
            rows = [(await session.store.read(name, count=1))[0] for name in names]
            return [await prove_record(store, row.record_id) for row in rows]

        made = portal.run(proofs())
    words = [word for proof in made for word in (str(proof.sequence), "".join(proof.hashes))]
    done = subprocess.run(
        [tlogcheck, desk.place / "tiles", _latest(desk).keys[0], *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == (str(answer.size), "")
    assert SignedCheckpoint.parse(_latest(desk).note).checkpoint.size == answer.size > 70_000
