"""Does the file source survive archives that were made to harm whoever opens them?"""

import io
import lzma
import os
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.archives import archives_of, encrypted, found_in, paths, tarred, the_archive, zipped
from tests.support.files import kinds_of_findings

from ami_audit.adapters.sources.file.archives.budget import SpentError
from ami_audit.adapters.sources.file.archives.contents import DAMAGE
from ami_audit.adapters.sources.file.archives.members import leads_out, oddities
from ami_audit.adapters.sources.file.archives.opening import opened
from ami_audit.domain.kinds import Outcome

_WHOLE = {
    "zip": zipped({"a": b"text" * 500, "b": os.urandom(3_000)}),
    "tar": tarred({"a": b"text" * 500, "b": os.urandom(3_000)}),
    "gz": tarred({"a": b"text" * 500, "b": os.urandom(3_000)}, "w:gz"),
    "bz2": tarred({"a": b"text" * 500, "b": os.urandom(3_000)}, "w:bz2"),
    "xz": tarred({"a": b"text" * 500, "b": os.urandom(3_000)}, "w:xz"),
    "zst": zstd.compress(tarred({"a": b"text" * 500, "b": os.urandom(3_000)})),
}


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a", "a/../../b", "..", "a/..", "\\windows", "a\\..\\..\\b", "C:\\a", "c:a", "a\0/../b"]
)
def test_a_path_that_leads_out_is_seen(path: str) -> None:
    """On whatever system it will be unpacked."""
    assert leads_out(path)


@pytest.mark.parametrize("path", ["a", "a/b", "./a", "a..b/..c", ".../a", "a/", "", "über/größe"])
def test_a_path_that_stays_inside_is_none(path: str) -> None:
    """A finding that is none teaches people not to read them."""
    assert leads_out(path) is None


@pytest.mark.parametrize(
    ("path", "link", "kind", "leads"),
    [
        ("a/link", "b", "symlink", False),
        ("a/link", "../b", "symlink", False),
        ("a/link", "../../b", "symlink", True),
        ("link", "/etc/passwd", "symlink", True),
        ("link", "C:/b", "symlink", True),
        ("link", "x/../../b", "symlink", True),
        ("a/b", "a/c", "hardlink", False),
        ("a/b", "../c", "hardlink", True),
    ],
)
def test_a_link_that_leads_out_is_seen(path: str, link: str, kind: str, leads: bool) -> None:  # noqa: FBT001
    """The next member written through it lands outside."""
    kinds = [remark.kind for remark in oddities(path, link=link, kind=kind, mode=0o777)]
    assert kinds == (["archive-unsafe-link"] if leads else [])


def test_unsafe_members_of_a_tar_are_findings(tmp_path: Path) -> None:
    """Each at its member, and the others go on."""
    members: dict[str, Any] = {
        "../evil": b"x",
        "link": {"type": b"2", "linkname": "/etc/shadow"},
        "sda": {"type": b"4"},
        "su": {"content": b"x", "mode": 0o4755},
        "fine": b"x",
    }
    draft = the_archive(tmp_path / "a.tar", tarred(members))
    assert [(it.finding_type, it.location) for it in draft.findings] == [
        ("file.archive-unsafe-path", f"{draft.target}!/../evil"),
        ("file.archive-unsafe-link", f"{draft.target}!/link"),
        ("file.archive-device", f"{draft.target}!/sda"),
        ("file.archive-privileged", f"{draft.target}!/su"),
    ]
    assert paths(draft)[-1] == "fine"
    assert draft.outcome is Outcome.SUCCESS


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_path_are_a_finding(tmp_path: Path) -> None:
    """One program shows the first, another runs the last."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.py", b"harmless")
        archive.writestr("a.py", b"harmful")
    draft = the_archive(tmp_path / "a.zip", whole.getvalue())
    assert kinds_of_findings(draft) == ["file.archive-duplicate"]
    assert len({member["sha256"] for member in draft.context["members"]}) == 2


def test_an_encrypted_member_is_told_without_a_hash(tmp_path: Path) -> None:
    """That it is there, and how large, is known; the others are read."""
    draft = the_archive(tmp_path / "a.zip", encrypted(zipped({"secret": b"text", "open": b"text"})))
    secret, other = draft.context["members"]
    assert (secret["unread"], secret["size_bytes"], "sha256" in secret) == ("it is encrypted", 4, False)
    assert "sha256" in other
    assert kinds_of_findings(draft) == ["file.archive-encrypted"]


def test_a_member_that_is_damaged_leaves_the_others(tmp_path: Path) -> None:
    """A checksum that does not hold is the member's alone."""
    archive = bytearray(zipped({"a": b"first text", "b": b"second text"}, zipfile.ZIP_STORED))
    archive[archive.index(b"first")] ^= 1
    draft = the_archive(tmp_path / "a.zip", bytes(archive))
    damaged, whole = draft.context["members"]
    assert "sha256" not in damaged
    assert "CRC" in damaged["unread"]
    assert "sha256" in whole
    assert kinds_of_findings(draft) == ["file.archive-damaged"]
    assert draft.outcome is Outcome.PARTIAL


@pytest.mark.parametrize("name", _WHOLE)
def test_a_truncated_archive_is_a_finding(tmp_path: Path, name: str) -> None:
    """A download that broke off."""
    draft = the_archive(tmp_path / "a", _WHOLE[name][: -3_000 if name == "tar" else -60])
    if name == "tar":  # the blocks that end it are optional
        draft = the_archive(tmp_path / "a", _WHOLE[name][:4_000])
    assert kinds_of_findings(draft) == ["file.archive-damaged"]
    assert draft.outcome is Outcome.PARTIAL


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(_WHOLE)), st.integers(0, 10_000), st.integers(1, 255), st.integers(0, 10_000))
def test_no_damage_makes_a_crash(name: str, place: int, bits: int, cut: int) -> None:
    """Whatever bytes come, the errors are those that are told."""
    damaged = bytearray(_WHOLE[name])
    damaged[place % len(damaged)] ^= bits
    if cut % 3 == 0:
        del damaged[cut % len(damaged) :]
    try:
        found_in(_head(name) + bytes(damaged)[len(_head(name)) :])
    except (SpentError, *DAMAGE):
        pass


def _head(name: str) -> bytes:
    """Return as much of an archive's beginning as makes it one."""
    return _WHOLE[name][: 512 if name == "tar" else 6]


@pytest.mark.parametrize("mode", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_what_unpacks_to_far_more_than_it_is_is_given_up(mode: str) -> None:
    """A few kilobytes must not fill the disk of whoever looks at them."""
    zeros = {"zeros": b"\0" * (8 << 20)}
    archive = zipped(zeros) if mode == "zip" else tarred(zeros, mode)  # type: ignore[arg-type]
    limits = {"harmless_bytes": 1 << 20, "ratio": 100}
    if mode == "w":  # not packed: it is as large as what it holds
        assert len(found_in(archive, **limits)[0]) == 1
        return
    with pytest.raises(SpentError, match="unpack to more than 100 times as many") as caught:
        found_in(archive, **limits)
    assert caught.value.kind == "archive-bomb"


def test_a_bomb_is_a_finding_and_names_the_member(tmp_path: Path) -> None:
    """Under the limits that hold outside of tests."""
    draft = the_archive(tmp_path / "a.zip", zipped({"fine": b"text", "zeros": b"\0" * (65 << 20)}))
    assert kinds_of_findings(draft) == ["file.archive-bomb"]
    assert paths(draft) == ["fine", "zeros"]
    assert "unpack" in draft.context["members"][1]["unread"]
    assert draft.outcome is Outcome.PARTIAL


@pytest.mark.parametrize("window", [28, 30])
def test_packing_that_needs_too_much_memory_is_damage(window: int) -> None:
    """A stream says how much memory whoever unpacks it needs; it may ask for gigabytes."""
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: window,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    compressor = zstd.ZstdCompressor(options=options)
    packed = compressor.compress(tarred({"a": b"text"})) + compressor.flush()
    with pytest.raises(DAMAGE, match="memory"):
        found_in(packed)
    packed = lzma.compress(tarred({"a": b"text"}), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << window}])
    with pytest.raises(DAMAGE, match="emory"):
        found_in(packed)


def test_a_bomb_within_an_archive_is_charged_to_the_file() -> None:
    """Many small bombs in one archive are one bomb."""
    inner = {f"{number}.zip": zipped({"zeros": b"\0" * (1 << 20)}) for number in range(8)}
    with pytest.raises(SpentError, match="unpack to more"):
        found_in(zipped(inner), harmless_bytes=4 << 20, ratio=10)


def test_a_sparse_file_in_a_tar_is_bounded_too() -> None:
    """Its holes take no room in the archive, packed or not, and come out as zeros without end."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 50)}
    content = b"1\n0\n0\n".ljust(512, b"\0")
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("sparse")
        info.size, info.pax_headers = len(content), {**headers, "GNU.sparse.name": "sparse"}
        archive.addfile(info, io.BytesIO(content))
    with pytest.raises((SpentError, *DAMAGE)):
        found_in(whole.getvalue(), harmless_bytes=1 << 20)


def test_so_many_members_and_no_more_are_told() -> None:
    """A million empty files fit into a small archive."""
    with pytest.raises(SpentError, match="more than 10 members"):
        found_in(zipped({str(number): b"" for number in range(11)}), members=10)
    with pytest.raises(SpentError, match="more than 10 members"):
        found_in(tarred({str(number): b"" for number in range(11)}), members=10)


def test_archives_that_are_packed_too_deep_are_said_so() -> None:
    """One that holds itself has no innermost."""
    archive = b"text"
    for _ in range(5):
        archive = zipped({"a.zip": archive})
    members, remarks = found_in(archive, depth=2)
    assert [member.path for member in members] == ["a.zip", "a.zip!/a.zip"]
    assert [(it.kind, it.where) for it in remarks] == [("archive-limited", "a.zip!/a.zip")]


def test_an_archive_within_that_is_too_large_is_said_so() -> None:
    """It would have to lie on the disk to be looked into."""
    archive = zipped({"a.zip": zipped({"b": os.urandom(9_000)})})
    members, remarks = found_in(archive, within_bytes=5_000)
    assert [member.path for member in members] == ["a.zip"]
    assert [it.reason for it in remarks] == ["it is too large: not looked into"]


def test_a_damaged_archive_within_leaves_the_outer_one() -> None:
    """A test's data often holds broken archives, on purpose."""
    archive = zipped({"bad.zip": zipped({"a": b"x"})[:-10], "b": b"text"})
    members, remarks = found_in(archive)
    assert [member.path for member in members] == ["bad.zip", "b"]
    assert [(it.kind, it.where) for it in remarks] == [("archive-damaged", "bad.zip")]


def test_a_header_that_claims_a_gigabyte_is_not_read() -> None:
    """The standard library would read it into memory at once."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 30
    with pytest.raises(DAMAGE, match="headers of one member are too long"):
        found_in(header.tobuf() + b"\0" * 4_096)


def test_a_map_of_a_million_holes_is_not_read() -> None:
    """The standard library spends a minute and a gigabyte on ten million of them, which pack into a few kilobytes."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "0", "GNU.sparse.name": "a"}
    holes = b"1000000\n" + b"0\n0\n" * 1_000_000
    content = holes.ljust(-(-len(holes) // 512) * 512, b"\0")
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:bz2", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a")
        info.size, info.pax_headers = len(content), headers
        archive.addfile(info, io.BytesIO(content))
    with pytest.raises(DAMAGE, match="headers of one member are too long"):
        found_in(whole.getvalue())


def test_a_list_of_members_that_claims_a_gigabyte_is_not_read() -> None:
    """A zip's list stands where its end says, as large as that says."""
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 1 << 25, 0, 0)
    with pytest.raises(DAMAGE):
        found_in(b"PK\x03\x04" + b"\0" * (33 << 20) + end)


def test_a_name_that_is_no_text_keeps_its_bytes(tmp_path: Path) -> None:
    """As with files on the disk."""
    archive = tarred({"caf\udce9": b"text", "x" * 3_000: b"text"})
    first, second = the_archive(tmp_path / "a.tar", archive).context["members"]
    assert (first["path"], first["path_bytes"]) == ("caf\\xe9", "636166e9")
    assert (len(second["path"]), len(second["path_sha256"])) == (1_024, 64)


def test_an_archive_replaced_by_a_link_is_not_followed(tmp_path: Path) -> None:
    """Between hashing and looking into it somebody may put a link there."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.zip").write_bytes(zipped({"a": b"text"}))
    (tmp_path / "linked").symlink_to("real")
    (tmp_path / "real" / "b.zip").symlink_to("a.zip")
    os.mkfifo(tmp_path / "real" / "pipe")
    with opened(str(tmp_path), b"real/a.zip") as file:
        assert file.read(2) == b"PK"
    for below in (b"linked/a.zip", b"real/b.zip", b"real/pipe", b"real/none.zip"):
        with pytest.raises(OSError, match=r"\w"):
            opened(str(tmp_path), below)


def test_archives_are_found_below_a_folder_of_a_repository(tmp_path: Path) -> None:
    """Records name a file from the repository's root; it is opened from where the walk began."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.zip").write_bytes(zipped({"a": b"text"}))
    assert list(archives_of(tmp_path / "lib")) == ["lib/a.zip"]
    assert list(archives_of(tmp_path / "lib" / "a.zip")) == ["lib/a.zip"]
