"""Does the file source tell of a file what stat, sha256sum and its own bytes say?"""

import grp
import hashlib
import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.files import files_of, the_file
from tests.support.repositories import Repository

from ami_audit.domain.kinds import AuditTargetType, Outcome
from ami_audit.domain.moment import written


def test_a_file_is_told_as_the_system_knows_it(tmp_path: Path) -> None:
    """The record must agree with what any other tool would have seen at that moment."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"one\ntwo\n")
    path.chmod(0o640)
    os.utime(path, ns=(0, 1_600_000_000_123_456_789))
    draft, status = files_of(tmp_path)["notes.txt"], path.stat()
    assert draft.context == {
        "changed_at": written(datetime.fromtimestamp(status.st_ctime_ns // 1000 / 1e6, UTC)),
        "content": "text",
        "encoding": "utf-8",
        "group": {"id": status.st_gid, "name": grp.getgrgid(status.st_gid).gr_name},
        "inode": status.st_ino,
        "kind": "file",
        "lines": 2,
        "links": 1,
        "mime": "text/plain",
        "mode": "0640",
        "modified_at": "2020-09-13T12:26:40.123456Z",
        "owner": {"id": status.st_uid, "name": pwd.getpwuid(status.st_uid).pw_name},
        "sha256": hashlib.sha256(b"one\ntwo\n").hexdigest(),
        "size_bytes": 8,
        "volume": f"{os.major(status.st_dev)}:{os.minor(status.st_dev)}",
    }


def test_the_owner_acted_when_the_content_last_changed(tmp_path: Path) -> None:
    """Provenance is filled from the file, never from the person who runs the audit."""
    path = tmp_path / "a"
    path.write_text("x")
    os.utime(path, (0, 1_000_000_000))
    draft = files_of(tmp_path)["a"]
    assert (draft.action, draft.target_type, draft.source) == ("file.observed", AuditTargetType.FILE, "file_source/1")
    assert draft.actor == pwd.getpwuid(path.stat().st_uid).pw_name
    assert draft.timestamp == "2001-09-09T01:46:40.000000Z"
    assert draft.outcome is Outcome.SUCCESS
    assert draft.findings == ()


@pytest.mark.parametrize("size", [0, 1, 4095, 65_536, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_500_000])
def test_the_hash_is_sha256_of_the_content_at_every_size(tmp_path: Path, size: int) -> None:
    """The reader works with buffers of a mebibyte; nothing may be lost or doubled at their edges."""
    content = bytes(index * 7 % 251 for index in range(size))
    (tmp_path / "a").write_bytes(content)
    assert files_of(tmp_path)["a"].context["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "kind", "encoding", "lines"),
    [
        (b"", "empty", None, 0),
        (b"plain\n", "text", "utf-8", 1),
        ("naïve\nno newline".encode(), "text", "utf-8", 2),
        (b"\xef\xbb\xbfmarked\n", "text", "utf-8-sig", 1),
        ("wide\n".encode("utf-16"), "text", "utf-16-le", None),
        (b"\xfe\xff" + "wide\n".encode("utf-16-be"), "text", "utf-16-be", None),
        ("wider\n".encode("utf-32"), "text", "utf-32-le", None),
        ("caf\xe9\n".encode("latin-1"), "text", "latin-1", 1),
        (b"\x93quoted\x94\n", "text", "unknown-8bit", 1),
        (b"text\0", "binary", None, None),
        (b"a" * 8000 + b"\0", "text", "utf-8", 1),
        (b"a" * 7999 + b"\0", "binary", None, None),
        (b"a" * ((1 << 20) - 1) + "é\n".encode(), "text", "utf-8", 1),
    ],
)
def test_content_is_told_as_text_or_binary(
    tmp_path: Path, content: bytes, kind: str, encoding: str | None, lines: int | None
) -> None:
    """Git's rule: a NUL among the first 8,000 bytes; beyond it the encoding says how far the text can be trusted."""
    (tmp_path / "a").write_bytes(content)
    facts = files_of(tmp_path)["a"].context
    assert (facts["content"], facts.get("encoding"), facts.get("lines")) == (kind, encoding, lines)


@pytest.mark.parametrize(
    ("name", "content", "mime"),
    [
        ("a.py", b"x = 1\n", "text/x-python"),
        ("a.json", b"{}", "application/json"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "image/png"),
        ("app.ts", b"export {}\n", "text/typescript"),
        ("run", b"#!/bin/sh\n", "text/x-shellscript"),
        ("data", b"\0\1\2", "application/octet-stream"),
        ("archive", b"PK\x03\x04\x14\0\0\0", "application/zip"),
        ("unknown", b"words\n", "text/plain"),
    ],
)
def test_the_media_type_follows_magic_number_then_name(tmp_path: Path, name: str, content: bytes, mime: str) -> None:
    """A picture named `.txt` is a picture: the name is a claim, the content is evidence."""
    (tmp_path / name).write_bytes(content)
    assert files_of(tmp_path)[name].context["mime"] == mime


def test_special_bits_are_told_by_name(tmp_path: Path) -> None:
    """A setuid file is what an auditor looks for first."""
    for name, mode in (("uid", 0o4755), ("gid", 0o2755), ("both", 0o6755), ("sticky", 0o1644)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    told = {name: (draft.context["mode"], draft.context["special_bits"]) for name, draft in files_of(tmp_path).items()}
    assert told == {
        "both": ("6755", ["setuid", "setgid"]),
        "gid": ("2755", ["setgid"]),
        "sticky": ("1644", ["sticky"]),
        "uid": ("4755", ["setuid"]),
    }


def test_drafts_come_in_the_order_of_their_paths_bytes(tmp_path: Path) -> None:
    """`a-b` stands before `a/x` and that before `a0`: the same tree gives the same trail on every machine."""
    for name in ("a/x", "a-b", "a.txt", "a0", "B", "é", "a/b/c", "a/b-c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    targets = list(files_of(tmp_path))
    assert targets == sorted(targets, key=str.encode)
    assert len(targets) == 8


def test_a_fact_is_the_same_until_content_or_rights_change(tmp_path: Path) -> None:
    """A fresh checkout of the same files must not be recorded again; a changed mode must."""
    path = tmp_path / "a"
    path.write_text("x")
    before = files_of(tmp_path)["a"].observed
    path.unlink()
    path.write_text("x")
    os.utime(path, (0, 0))
    assert files_of(tmp_path)["a"].observed == before
    path.chmod(0o600)
    changed = files_of(tmp_path)["a"].observed
    path.write_text("y")
    assert len({before, changed, files_of(tmp_path)["a"].observed}) == 3


def test_one_file_can_be_audited_alone(tmp_path: Path) -> None:
    """Outside a repository nothing but the absolute path tells two files of one name apart."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    assert the_file(path).target == str(path)


def test_targets_are_relative_to_the_repository(tmp_path: Path) -> None:
    """One file is one fact, whether the repository, a folder or the file itself was audited."""
    repository = Repository(tmp_path / "repository")
    (repository.path / "src").mkdir()
    (repository.path / "src" / "a.py").write_text("x")
    whole, folder = files_of(repository.path), files_of(repository.path / "src")
    alone = the_file(repository.path / "src" / "a.py")
    assert whole["src/a.py"] == folder["src/a.py"] == alone


def test_without_hashes_no_file_is_opened(tmp_path: Path) -> None:
    """Asked for no hashes, the source tells what the directory knows and says that it did not read."""
    (tmp_path / "a").write_text("x")
    draft = files_of(tmp_path, include_hash=False)["a"]
    assert "sha256" not in draft.context
    assert draft.context["unread"] == "content was not asked for"
    assert draft.context["size_bytes"] == 1


def test_reading_leaves_the_access_time_alone(tmp_path: Path) -> None:
    """An audit that changes what it observes spoils the evidence of those who come after it."""
    path = tmp_path / "a"
    path.write_text("x")
    os.utime(path, (1, 2))
    files_of(tmp_path)
    assert path.stat().st_atime == 1


@pytest.mark.parametrize("link", ["https://me:hunter2@host/x", "https://host/x?token=hunter2", "password=hunter2/x"])
def test_where_a_link_leads_is_told_without_credentials(tmp_path: Path, link: str) -> None:
    """Lock files of some programs are links whose targets are no paths at all."""
    (tmp_path / "a").symlink_to(link)
    (tmp_path / "b").symlink_to("c")
    files = files_of(tmp_path)
    assert "hunter2" not in str(files["a"])
    assert files["a"].context["link"]["state"] == "dangling"
    assert files["b"].context["link"]["target"] == "c"
