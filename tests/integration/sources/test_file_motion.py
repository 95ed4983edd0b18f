"""Does the file source stay right, and stop at once, while the tree moves under it?"""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.files import files_of, kinds_of_findings, quick_place, source, the_file

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.kinds import Outcome
from ami_audit.domain.options import AuditOptions

# More files than a walk looks at ahead of its caller.
_MANY = 12_000

# What sha256sum and openssl say of the sparse image below; they read it whole.
_IMAGE = "6b95ad2f693ad8bddd0aa802fef96810eecf67ec31b5eb799b541b0a6f9a0bc2"


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that takes many files quickly."""
    with quick_place() as place:
        yield place


@contextmanager
def _meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Do something over and over in another thread."""
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.is_set():
            work()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_file_that_never_holds_still_has_no_hash(tmp_path: Path) -> None:
    """A hash of a mixture of two states would be evidence of something that never was."""
    path = tmp_path / "log"
    path.write_bytes(b"x" * 50_000_000)
    with path.open("ab", buffering=0) as log, _meanwhile(lambda: log.write(b"line\n")):
        draft = the_file(path)
    assert kinds_of_findings(draft) == ["file.changed-while-read"]
    assert "sha256" not in draft.context
    assert draft.outcome is Outcome.PARTIAL


def test_a_file_that_changes_once_is_read_again(tmp_path: Path) -> None:
    """What is recorded is the content that stayed."""
    path = tmp_path / "data"
    path.write_bytes(b"x" * 100_000_000)
    writer = threading.Timer(0.02, _overwrite, [path, b"y"])
    writer.start()
    draft = the_file(path)
    writer.join()
    content = path.read_bytes()
    assert content[:1] == b"y"
    assert draft.context["sha256"] == hashlib.sha256(content).hexdigest()
    assert draft.findings == ()


def _overwrite(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        file.write(content)


def _many(place: Path) -> list[Path]:
    paths = [place / f"{number:05}" for number in range(_MANY)]
    for path in paths:
        path.touch()
    return paths


def _interrupted(place: Path, between: Callable[[], object]) -> list[AuditDraft]:
    """Audit a folder, doing something once its walk has run as far ahead as it may."""
    batches = iter(source().stream(str(place), AuditOptions()))
    drafts = list(next(batches))
    assert _eventually(_walk_waits)
    between()
    return drafts + [draft for batch in batches for draft in batch]


def test_a_file_that_vanishes_is_told(place: Path) -> None:
    """It was there when its folder was listed: that is a fact, and the only one left."""
    last = _many(place)[-1]
    drafts = _interrupted(place, last.unlink)
    assert len(drafts) == _MANY
    assert kinds_of_findings(drafts[-1]) == ["file.vanished"]
    assert drafts[-1].context == {"kind": "unknown", "unread": "no such file or directory"}
    assert not any(draft.findings for draft in drafts[:-1])


def test_a_file_replaced_by_a_fifo_does_not_stop_the_run(place: Path) -> None:
    """The walk saw files; the reader, some moments later, finds pipes under their names and waits for no writer."""
    paths = _many(place)[4000:9000]

    def replace() -> None:
        for path in paths:
            path.unlink()
            os.mkfifo(path)

    drafts = _interrupted(place, replace)
    replaced = [draft for draft in drafts if kinds_of_findings(draft) == ["file.replaced"]]
    assert len(drafts) == _MANY
    assert replaced
    assert all(draft.context["kind"] == "file" and "sha256" not in draft.context for draft in replaced)
    assert drafts[8999].context["kind"] == "fifo"


def test_a_folder_replaced_by_a_link_is_not_followed(place: Path) -> None:
    """A folder swapped for a link during the walk must not lead it elsewhere."""
    tree, elsewhere = place / "tree", place / "elsewhere"
    tree.mkdir()
    elsewhere.mkdir()
    (elsewhere / "secret").write_text("x")
    _many(tree)
    (tree / "z").mkdir()

    def swap() -> None:
        (tree / "z").rmdir()
        (tree / "z").symlink_to(elsewhere)

    drafts = _interrupted(tree, swap)
    assert [kinds_of_findings(draft) for draft in drafts[-1:]] == [["file.replaced"]]
    assert drafts[-1].target == "z"


def _threads_of_the_walk() -> list[Path]:
    # The core's own threads, once started, stay; they are numbered.
    walk = ("ami-audit-walk", "ami-audit-read")
    return [task for task in Path("/proc/self/task").iterdir() if _said(task, "comm").startswith(walk)]


def _said(task: Path, name: str) -> str:
    """Return what the kernel says of a thread; nothing when the thread has ended meanwhile."""
    try:
        return (task / name).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _walk_waits() -> bool:
    """Whether the walk has come as far as its caller lets it: its threads sleep, and still do a little later."""
    for _ in range(5):
        states = {_said(task, "stat").rpartition(")")[2][1:2] for task in _threads_of_the_walk()}
        if states != {"S"}:
            return False
        time.sleep(0.05)
    return True


def _eventually(is_true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_true()


def test_closing_early_ends_every_thread(place: Path) -> None:
    """Ctrl-C seals what was collected; nothing may go on reading afterwards."""
    _many(place)
    with (place / "00000").open("wb") as file:
        file.truncate(50_000_000_000)
    batches = iter(source().stream(str(place), AuditOptions()))
    assert list(next(batches)) == []
    assert _threads_of_the_walk()
    batches.close()
    assert _eventually(lambda: not _threads_of_the_walk())


def test_a_folder_of_one_hundred_thousand_files_is_told_in_order(place: Path) -> None:
    """Mail spools and caches look like this."""
    for number in range(100_000):
        os.mknod(place / f"{number * 7919 % 100_000:05}")
    targets = list(files_of(place))
    assert targets == [f"{number:05}" for number in range(100_000)]


def test_five_gigabytes_of_holes_are_hashed(tmp_path: Path) -> None:
    """A sparse image tells a size far beyond what is on the disk; its hash is that of the whole."""
    path = tmp_path / "image"
    with path.open("wb") as file:
        file.write(b"head")
        file.seek(2_500_000_000)
        file.write(b"middle")
        file.truncate(5_000_000_000)
    facts = the_file(path).context
    assert facts["sha256"] == _IMAGE
    assert facts["size_bytes"] == 5_000_000_000
    assert facts["allocated_bytes"] < 1_000_000
