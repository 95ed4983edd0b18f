"""Does the file source tell who may do what, and what else stands beside a file's content?"""

import hashlib
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.files import as_ordinary_user, files_of, kinds_of_findings, open_place, the_file

from ami_audit.domain.kinds import AuditSeverity, Outcome

_ACCESS, _DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
_TAGS = {1: "owner", 2: "user", 4: "owning-group", 8: "group", 16: "mask", 32: "other"}
_NOBODY = 0xFFFFFFFF


def _set(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"`{name}` cannot be set here: {error.strerror}")


def _list(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One file among whose facts a test looks."""
    path = tmp_path / "a"
    path.write_text("x")
    return path


@pytest.fixture(scope="module")
def listed() -> Iterator[Path]:
    """One file that many lists are put on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_text("x")
        yield path


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.integers(0, 70_000), st.integers(0, 7), max_size=5), st.integers(0, 7))
def test_an_access_list_is_told_line_by_line(listed: Path, users: dict[int, int], mask: int) -> None:
    """What `ls -l` shows as a plus decides who may write."""
    lines = [(1, 6, _NOBODY), *((2, users[it], it) for it in sorted(users)), (4, 4, _NOBODY), (8, 5, 54_321)]
    lines += [(16, mask, _NOBODY), (32, 0, _NOBODY)]
    _set(listed, _ACCESS, _list(*lines))
    told = the_file(listed).context["acl"]["access"]
    assert [(line["tag"], line.get("id"), line["permissions"]) for line in told] == [
        (
            _TAGS[tag],
            None if number == _NOBODY else number,
            "".join(letter if bits & bit else "-" for bit, letter in ((4, "r"), (2, "w"), (1, "x"))),
        )
        for tag, bits, number in lines
    ]


def test_numbers_in_a_list_have_names_where_there_are_accounts(file: Path) -> None:
    """`root` is read at once; 54321 belongs to nobody here, and its number is all that can be said."""
    _set(
        file,
        _ACCESS,
        _list((1, 6, _NOBODY), (2, 6, 0), (2, 4, 54_321), (4, 4, _NOBODY), (16, 6, _NOBODY), (32, 0, _NOBODY)),
    )
    named = [line for line in the_file(file).context["acl"]["access"] if line["tag"] == "user"]
    assert [(line["id"], line.get("name")) for line in named] == [(0, "root"), (54_321, None)]


def test_a_list_is_part_of_the_fact(file: Path) -> None:
    """A list that was added in the night must be a new record in the morning."""
    before = the_file(file).observed
    _set(file, _ACCESS, _list((1, 6, _NOBODY), (2, 6, 12), (4, 4, _NOBODY), (16, 6, _NOBODY), (32, 4, _NOBODY)))
    assert the_file(file).observed != before


def test_a_folder_with_a_list_of_what_new_files_get_is_told(tmp_path: Path) -> None:
    """A default list opens every file that is made later; the folder itself looks as always."""
    (tmp_path / "plain").mkdir()
    (tmp_path / "shared").mkdir()
    lines = [(1, 7, _NOBODY), (2, 7, 12), (4, 5, _NOBODY), (16, 7, _NOBODY), (32, 5, _NOBODY)]
    _set(tmp_path / "shared", _DEFAULT, _list(*lines))
    drafts = files_of(tmp_path)
    assert list(drafts) == ["shared"]
    assert drafts["shared"].context["acl"]["default"][1]["id"] == 12
    assert drafts["shared"].context["kind"] == "directory"


def test_capabilities_are_told_by_name_and_are_a_finding(file: Path) -> None:
    """A program that may do one of root's things is as much to be looked at as a setuid one."""
    _set(file, "security.capability", struct.pack("<5I", 0x02000001, 1 << 13 | 1 << 21, 0, 1 << 7, 0))
    draft = the_file(file)
    assert draft.context["capabilities"] == {
        "effective": True,
        "inheritable": [],
        "permitted": ["cap_net_raw", "cap_sys_admin", "cap_bpf"],
    }
    assert kinds_of_findings(draft) == ["file.capabilities"]
    assert "cap_sys_admin" in draft.findings[0].description
    assert draft.outcome is Outcome.SUCCESS


def test_attributes_are_told_in_the_order_of_their_names(file: Path) -> None:
    """Short text as text, bytes as hex, anything long by its size and hash."""
    values = {"user.c": b"words", "user.a": b"\x00\xff", "user.b": b"y" * 1000}
    for name, value in values.items():
        _set(file, name, value)
    assert the_file(file).context["xattrs"] == [
        {"name": "user.a", "size_bytes": 2, "value_hex": "00ff"},
        {"name": "user.b", "sha256": hashlib.sha256(values["user.b"]).hexdigest(), "size_bytes": 1000},
        {"name": "user.c", "size_bytes": 5, "value": "words"},
    ]


def test_an_attribute_that_may_be_a_secret_is_not_told(file: Path) -> None:
    """Records are kept for years; browsers write the address of a download, with its password, beside it."""
    _set(file, "user.api_token", b"abcdef")
    _set(file, "user.xdg.origin.url", b"https://ann:abcdef@example.org/")
    draft = the_file(file)
    assert "abcdef" not in str(draft.context)
    assert [len(it["sha256"]) for it in draft.context["xattrs"]] == [64, 64]


def test_many_large_attributes_are_bounded_and_said_so() -> None:
    """A record must not grow with what somebody hangs on a file; yet a change in any of it is another fact."""
    place = Path("/dev/shm")
    if not os.access(place, os.W_OK):
        pytest.skip("no file system in memory, and others take few attributes")
    with tempfile.TemporaryDirectory(dir=place) as folder:
        path = Path(folder) / "a"
        path.write_text("x")
        for number in range(100):
            _set(path, f"user.{number:03}", bytes([number]) * 50_000)
        draft = the_file(path)
        _set(path, "user.070", b"other")
        changed = the_file(path)
    assert len(draft.context["xattrs"]) == 64
    assert draft.context["xattrs_omitted"] == 36
    assert kinds_of_findings(draft) == ["file.attributes-omitted"]
    assert draft.observed != changed.observed


def test_an_attribute_that_may_not_be_read_is_said_so() -> None:
    """Its name is known, its value is not: a gap, and no silence."""
    with open_place() as place:
        (place / "a").write_text("x")
        _set(place / "a", "user.note", b"words")
        (place / "a").chmod(0)
        with as_ordinary_user():
            draft = files_of(place)["a"]
    assert kinds_of_findings(draft) == ["file.unreadable", "file.attributes-unread"]
    assert draft.context["xattrs"] == [{"name": "user.note", "unread": "permission denied"}]


@pytest.mark.parametrize(
    ("mode", "findings"),
    [
        (0o644, []),
        (0o666, ["file.world-writable"]),
        (0o4755, ["file.setuid"]),
        (0o2755, ["file.setgid"]),
        (0o6775, ["file.privileged-writable", "file.setuid", "file.setgid"]),
        (0o4777, ["file.privileged-writable", "file.setuid", "file.world-writable"]),
    ],
)
def test_odd_rights_are_findings(file: Path, mode: int, findings: list[str]) -> None:
    """What an intruder leaves behind, or makes use of."""
    file.chmod(mode)
    draft = the_file(file)
    assert kinds_of_findings(draft) == findings
    assert draft.outcome is Outcome.SUCCESS
    assert any(it.severity is AuditSeverity.ERROR for it in draft.findings) is ("file.privileged-writable" in findings)


@pytest.mark.parametrize(
    ("mode", "told", "findings"),
    [
        (0o755, [], []),
        (0o777, ["folder"], ["file.world-writable"]),
        (0o1777, ["folder"], []),
        (0o2755, ["folder"], []),
    ],
)
def test_a_folder_is_told_when_its_rights_are_unusual(
    tmp_path: Path, mode: int, told: list[str], findings: list[str]
) -> None:
    """Everybody may write to `/tmp`, and nobody takes away what another has put there: that is no finding."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("x")
    (tmp_path / "folder").chmod(mode)
    drafts = files_of(tmp_path)
    assert list(drafts) == ([*told, "folder/file"])
    assert [kind for draft in drafts.values() for kind in kinds_of_findings(draft)] == findings


def test_the_target_itself_is_told_when_its_rights_are_unusual(tmp_path: Path) -> None:
    """The one folder that no other folder's listing shows."""
    tmp_path.chmod(0o777)
    assert kinds_of_findings(files_of(tmp_path)["."]) == ["file.world-writable"]


def test_a_folder_outside_of_what_was_asked_for_is_not_told(tmp_path: Path) -> None:
    """A glob for Python files asks for no folders."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "open" / "a.py").write_text("x")
    assert list(files_of(f"{tmp_path}/**/*.py", pattern=True)) == ["open/a.py"]
    assert list(files_of(tmp_path, paths=("open/a.py",))) == ["open/a.py"]


def test_everybody_may_follow_a_link_and_that_is_no_finding(tmp_path: Path) -> None:
    """A link's own mode says 0777 on every Linux."""
    (tmp_path / "link").symlink_to("nowhere")
    assert kinds_of_findings(files_of(tmp_path)["link"]) == []
