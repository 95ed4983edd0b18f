"""Does the file source tell what archives hold?"""

import bz2
import gzip
import hashlib
import lzma
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from backports import zstd
from tests.support.archives import archives_of, paths, tarred, the_archive, zipped
from tests.support.files import files_of, kinds_of_findings, source

from ami_audit.domain.kinds import Outcome
from ami_audit.domain.options import AuditOptions

_HASH = hashlib.sha256(b"text").hexdigest()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_the_members_of_a_tar_are_told_however_it_is_packed(tmp_path: Path, mode: str) -> None:
    """Each with path, size, rights and the hash that the file would have once it is unpacked."""
    members = {
        "folder": {"type": b"5", "mode": 0o755},
        "folder/a": {"content": b"text", "mode": 0o640},
        "folder/link": {"type": b"2", "linkname": "a"},
        "folder/hard": {"type": b"1", "linkname": "folder/a"},
    }
    draft = the_archive(tmp_path / "a", tarred(members, mode))  # type: ignore[arg-type]
    assert draft.context["members"] == [
        {"kind": "directory", "mode": "0755", "path": "folder", "size_bytes": 0},
        {"kind": "file", "mode": "0640", "path": "folder/a", "sha256": _HASH, "size_bytes": 4},
        {"kind": "symlink", "link": "a", "mode": "0644", "path": "folder/link", "size_bytes": 0},
        {"kind": "hardlink", "link": "folder/a", "mode": "0644", "path": "folder/hard", "size_bytes": 0},
    ]
    assert draft.context["packing"] == {"w": "tar"}.get(mode, mode.removeprefix("w:"))
    assert (draft.findings, draft.outcome) == ((), Outcome.SUCCESS)


def test_a_tar_packed_by_zstd_is_told(tmp_path: Path) -> None:
    """What Linux distributions pack with today."""
    draft = the_archive(tmp_path / "a", zstd.compress(tarred({"a": b"text"})))
    assert (draft.context["packing"], draft.context["members"][0]["sha256"]) == ("zst", _HASH)


def test_without_the_library_for_zstd_the_answer_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap with its remedy; and once it is installed, the archive is no known fact but looked into."""
    for name in ("backports.zstd", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    draft = the_archive(tmp_path / "a", zstd.compress(tarred({"a": b"text"})))
    assert kinds_of_findings(draft) == ["file.archive-unread"]
    assert "ami-audit[archives]" in draft.findings[0].description
    assert (draft.outcome, draft.observed) == (Outcome.PARTIAL, "")


def test_the_members_of_a_zip_are_told(tmp_path: Path) -> None:
    """Wheels, jars and office documents are zips; a link in one is a file that holds its target."""
    link = zipfile.ZipInfo("lib/link")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lib/", b"")
        archive.writestr("lib/a.py", b"text")
        archive.writestr(link, b"a.py")
    ((draft,),) = archives_of(path).values()
    folder, file, told = draft.context["members"]
    assert (folder["kind"], folder["path"]) == ("directory", "lib/")
    assert (file["path"], file["sha256"], file["size_bytes"]) == ("lib/a.py", _HASH, 4)
    assert (told["kind"], told["link"], told["mode"]) == ("symlink", "a.py", "0777")
    assert draft.findings == ()


def test_an_archive_stands_after_its_file_and_belongs_to_its_owner(tmp_path: Path) -> None:
    """The record of the file says what the archive is, the next what it holds; the same hash stands in both."""
    (tmp_path / "a.zip").write_bytes(zipped({"a": b"text"}))
    (tmp_path / "b").write_text("x")
    ((draft,),) = archives_of(tmp_path).values()
    file = files_of(tmp_path)["a.zip"]
    assert (draft.actor, draft.actor_type, draft.timestamp) == (file.actor, file.actor_type, file.timestamp)
    assert draft.context["archive_sha256"] == file.context["sha256"]


def test_archives_within_archives_are_told(tmp_path: Path) -> None:
    """What was packed twice is shipped all the same."""
    inner = tarred({"deep": b"text"}, "w:gz")
    draft = the_archive(tmp_path / "a.zip", zipped({"one.tar.gz": inner, "two": b"text"}))
    assert paths(draft) == ["one.tar.gz", "one.tar.gz!/deep", "two"]
    assert draft.context["members"][1]["sha256"] == _HASH


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_that_is_no_archive_has_no_record_of_its_own(tmp_path: Path, pack: object) -> None:
    """A log that was rotated holds no members."""
    (tmp_path / "log.packed").write_bytes(pack(b"line\n" * 1000))  # type: ignore[operator]
    assert archives_of(tmp_path) == {}


def test_a_large_archive_is_told_in_parts(tmp_path: Path) -> None:
    """A record holds a mebibyte at most, an archive any number of members; none is left out."""
    (tmp_path / "a.zip").write_bytes(zipped({f"{number:04}": b"text" for number in range(1_234)}))
    (parts,) = archives_of(tmp_path).values()
    assert [part.context["first"] for part in parts] == [0, 500, 1_000]
    assert [part.context.get("goes_on") for part in parts] == [True, True, None]
    assert [path for part in parts for path in paths(part)] == [f"{number:04}" for number in range(1_234)]
    assert parts[-1].context["members_in_all"] == 1_234
    assert len({part.observed for part in parts}) == 3


def test_without_being_asked_no_archive_is_opened(tmp_path: Path) -> None:
    """Members cost many times what hashing the archive costs."""
    (tmp_path / "a.zip").write_bytes(zipped({"a": b"text"}))
    assert [draft.action for draft in files_of(tmp_path).values()] == ["file.observed"]


def test_looking_into_archives_leaves_their_access_time_alone(tmp_path: Path) -> None:
    """As with every file."""
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a": b"text"}))
    os.utime(path, (1, 2))
    archives_of(tmp_path)
    assert path.stat().st_atime == 1


def test_closing_early_leaves_no_file_open(tmp_path: Path) -> None:
    """An archive within is kept in a temporary file while it is read."""
    (tmp_path / "a.zip").write_bytes(zipped({f"{number}.zip": zipped({"a": b"x" * 10_000}) for number in range(600)}))
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    stream = source().stream(str(tmp_path), AuditOptions(archives=True))
    assert any(draft.action == "file.archive" for batch in stream for draft in batch)
    stream.close()  # type: ignore[attr-defined]
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before


def test_members_and_links_are_told_without_credentials(tmp_path: Path) -> None:
    """Mirrors of web pages name their files by addresses; rights and hashes stay as they are."""
    members = {
        "mirror/x?token=hunter2": {"content": b"text"},
        "../password=hunter2": {"content": b"text"},
        "link": {"type": b"2", "linkname": "https://me:hunter2@host/../../x"},
    }
    draft = the_archive(tmp_path / "a", tarred(members))  # type: ignore[arg-type]
    assert "hunter2" not in str(draft)
    assert [member.get("sha256") for member in draft.context["members"]] == [_HASH, _HASH, None]
    assert "file.archive-unsafe-path" in kinds_of_findings(draft)
