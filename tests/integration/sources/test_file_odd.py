"""Does the file source survive what real trees hold, and say what could not be known?"""

import os
import socket
import stat
from pathlib import Path

import pytest
from tests.support.files import as_ordinary_user, files_of, kinds_of_findings, open_place, source, the_file
from tests.support.observed import Counting

from ami_audit.domain.errors import SourceError
from ami_audit.domain.kinds import ActorType, Outcome
from ami_audit.domain.options import AuditOptions


def test_a_fifo_is_recorded_without_being_opened(tmp_path: Path) -> None:
    """Opening it to read would wait for ever for a writer."""
    os.mkfifo(tmp_path / "pipe")
    facts = files_of(tmp_path)["pipe"].context
    assert (facts["kind"], facts["unread"]) == ("fifo", "a fifo is never opened")


def test_a_socket_is_recorded_without_being_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection would be an act, not an observation."""
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("talk")
        facts = files_of(tmp_path)["talk"].context
    assert (facts["kind"], facts["unread"]) == ("socket", "a socket is never opened")


def test_a_device_is_recorded_without_being_opened() -> None:
    """Opening a device may rewind a tape or arm a watchdog; its numbers tell what it is."""
    facts = the_file("/dev/null").context
    number = Path("/dev/null").stat().st_rdev
    assert (facts["kind"], facts["device"]) == ("character-device", f"{os.major(number)}:{os.minor(number)}")
    assert facts["unread"] == "a character device is never opened"


@pytest.mark.parametrize(
    ("target", "state", "resolves_to"),
    [
        ("file", "resolved", "file"),
        ("folder/../file", "resolved", "file"),
        ("folder", "resolved", "folder"),
        ("chain", "resolved", "file"),
        (".", "resolved", "."),
        ("nothing", "dangling", None),
        ("file/below", "dangling", None),
        ("link", "loop", None),
        ("../outside", "outside", None),
        ("/etc/passwd", "outside", None),
        ("folder/../../outside", "outside", None),
    ],
)
def test_a_link_is_told_and_never_followed_out(
    tmp_path: Path, target: str, state: str, resolves_to: str | None
) -> None:
    """A link is what it says and where it leads inside the audit; what lies outside is not looked at."""
    (tmp_path / "outside").write_text("secret")
    tree = tmp_path / "tree"
    (tree / "folder").mkdir(parents=True)
    (tree / "file").write_text("x")
    (tree / "chain").symlink_to("file")
    (tree / "link").symlink_to(target)
    facts = files_of(tree)["link"].context
    assert facts["kind"] == "symlink"
    assert facts["link"]["target"] == target
    assert (facts["link"]["state"], facts["link"].get("resolves_to")) == (state, resolves_to)
    assert "sha256" not in facts


def test_an_absolute_link_back_inside_is_resolved(tmp_path: Path) -> None:
    """Absolute or relative, it leads to a file of the audit."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert files_of(tmp_path)["link"].context["link"]["resolves_to"] == "file"


def test_a_loop_of_folders_is_walked_once(tmp_path: Path) -> None:
    """A link to a folder above is a link, not a folder."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "up").symlink_to("../..")
    (tmp_path / "a" / "file").write_text("x")
    assert list(files_of(tmp_path)) == ["a/b/up", "a/file"]


def test_another_target_of_a_link_is_another_fact(tmp_path: Path) -> None:
    """Pointing `current` at another release is a change."""
    (tmp_path / "link").symlink_to("a")
    before = files_of(tmp_path)["link"].observed
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("b")
    assert files_of(tmp_path)["link"].observed != before


def test_an_unreadable_file_is_a_finding() -> None:
    """Everything but the content is still known, and the run goes on."""
    with open_place() as place:
        (place / "open").write_text("x")
        (place / "shut").write_text("x")
        (place / "shut").chmod(0)
        with as_ordinary_user():
            drafts = files_of(place)
    shut = drafts["shut"]
    assert kinds_of_findings(shut) == ["file.unreadable"]
    assert shut.findings[0].description == "It could not be opened: permission denied."
    assert shut.outcome is Outcome.PARTIAL
    assert (shut.context["mode"], shut.context["size_bytes"]) == ("0000", 1)
    assert shut.context["unread"] == "permission denied"
    assert drafts["open"].findings == ()


def test_an_unreadable_folder_is_a_finding() -> None:
    """Folders are recorded only when what they hold cannot be known."""
    with open_place() as place:
        for name in ("a", "shut", "z"):
            (place / name).mkdir()
            (place / name / "file").write_text("x")
        (place / "shut").chmod(0)
        with as_ordinary_user():
            drafts = files_of(place)
    assert list(drafts) == ["a/file", "shut", "z/file"]
    assert drafts["shut"].context["kind"] == "directory"
    assert kinds_of_findings(drafts["shut"]) == ["file.unreadable"]


def test_a_folder_that_may_be_listed_but_not_entered_names_its_files() -> None:
    """Each name is known; nothing more is, and each says so."""
    with open_place() as place:
        (place / "listed").mkdir()
        (place / "listed" / "file").write_text("x")
        (place / "listed").chmod(stat.S_IROTH | stat.S_IRUSR)
        with as_ordinary_user():
            draft = files_of(place)["listed/file"]
    assert kinds_of_findings(draft) == ["file.unreadable"]
    assert (draft.actor, draft.actor_type) == ("unknown", ActorType.UNKNOWN)
    assert draft.context == {"kind": "unknown", "unread": "permission denied"}


def test_a_target_that_may_not_be_listed_is_said_so() -> None:
    """Nothing at all can be known: that is an error, not an empty audit."""
    with open_place() as place:
        (place / "shut").mkdir(mode=0o000)
        with as_ordinary_user(), pytest.raises(SourceError, match="permission denied"):
            files_of(place / "shut")


def test_a_read_that_fails_is_a_finding() -> None:
    """The kernel answers a read of an unmapped address with EIO, as a dying disk does."""
    draft = the_file("/proc/self/mem")
    assert kinds_of_findings(draft) == ["file.read-failed"]
    assert draft.findings[0].description == "Reading it failed: input/output error at byte 0."
    assert draft.outcome is Outcome.PARTIAL


@pytest.mark.parametrize(
    ("raw", "target"),
    [
        (b"caf\xe9.txt", "caf\\xe9.txt"),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"half\xe2\x82", "half\\xe2\\x82"),
        (b"surrogate\xed\xa0\x80", "surrogate\\xed\\xa0\\x80"),
    ],
)
def test_a_name_that_is_no_text_keeps_its_bytes(tmp_path: Path, raw: bytes, target: str) -> None:
    """Names are bytes; a record holds text, so the exact bytes stand beside it."""
    (tmp_path / os.fsdecode(raw)).write_text("x")
    assert files_of(tmp_path)[target].context["path_bytes"] == raw.hex()


def test_two_names_that_read_alike_are_two_facts(tmp_path: Path) -> None:
    r"""A file really named `\xff` must not hide one whose name is that byte."""
    (tmp_path / os.fsdecode(b"\xff")).write_text("x")
    (tmp_path / "\\xff").write_text("x")
    drafts = [draft for batch in source().stream(str(tmp_path), AuditOptions()) for draft in batch]
    assert [draft.target for draft in drafts] == ["\\xff", "\\xff"]
    assert len({draft.observed for draft in drafts}) == 2


@pytest.mark.parametrize(
    "name", ["new\nline", "tab\t", "quote\"'\\", "  spaces  ", "x" * 255, "\x01\x1f\x7f", "é" * 127]
)
def test_odd_names_arrive_unchanged(tmp_path: Path, name: str) -> None:
    """A name with a newline breaks every tool that speaks in lines."""
    (tmp_path / name).write_text("x")
    assert list(files_of(tmp_path)) == [name]


def test_paths_may_be_longer_than_the_kernel_takes(tmp_path: Path) -> None:
    """Deeper than 4,096 bytes and deeper than descriptors last; on the way back nothing is lost."""
    levels, home = 300, Path.cwd()
    os.chdir(tmp_path)
    try:
        for level in range(levels):
            Path("z").write_text(str(level))
            Path("d" * 20).mkdir()
            os.chdir("d" * 20)
        Path("bottom").write_text("x")
    finally:
        os.chdir(home)
    drafts = files_of(tmp_path)
    assert "d" * 20 + "/z" in drafts
    assert len(drafts) == levels + 1
    assert max(len(target) for target in drafts) == levels * 21 + len("bottom")
    assert not any(draft.findings for draft in drafts.values())


def test_a_time_outside_the_calendar_is_a_finding(tmp_path: Path) -> None:
    """A file system that keeps 64-bit times can hold a year that RFC 3339 cannot write."""
    path = tmp_path / "a"
    path.write_text("x")
    os.utime(path, (0, 300_000_000_000))
    if path.stat().st_mtime < 300_000_000_000:
        path = Path("/dev/shm") / f"ami-audit-test-{os.getpid()}"
        path.write_text("x")
        os.utime(path, (0, 300_000_000_000))
    try:
        draft = the_file(path)
    finally:
        path.unlink()
    assert kinds_of_findings(draft) == ["file.time-out-of-range"]
    assert draft.timestamp is None
    assert draft.outcome is Outcome.SUCCESS
    assert "sha256" in draft.context


def test_pseudo_file_systems_are_not_entered() -> None:
    """Below /proc a read can block, act or never end."""
    told = Counting()
    assert list(files_of("/", paths=("proc",), progress=told)) == []
    assert ("proc/", "a pseudo file system (proc)") in told.left_out


def test_a_pseudo_file_system_is_walked_when_it_is_the_target() -> None:
    """Its files tell a size of 0 and hold more."""
    facts = files_of("/proc/self", paths=("status",), include_vendored=True)
    (draft,) = facts.values()
    assert draft.context["size_bytes"] == 0
    assert draft.context["lines"] > 10


def test_an_owner_without_an_account_is_told_by_number(tmp_path: Path) -> None:
    """Files from containers belong to users this machine has never heard of."""
    path = tmp_path / "a"
    path.write_text("x")
    if os.geteuid() != 0:
        pytest.skip("only root may give a file away")
    os.chown(path, 54_321, 54_322)
    draft = files_of(tmp_path)["a"]
    assert (draft.actor, draft.actor_type) == ("uid:54321", ActorType.UNKNOWN)
    assert (draft.context["owner"], draft.context["group"]) == ({"id": 54_321}, {"id": 54_322})
