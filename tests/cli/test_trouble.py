"""What is said when the world fails: one sentence that names the thing, why, and what to do; and nothing is lost."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest
from tests.cli.conftest import PROGRAM, Program
from tests.support.documents import GUIDE, tables
from tests.support.repositories import Repository

Trouble = Callable[["Place"], None]
_OPENING = "ami-audit: The store failed while opening `{trail}`: "
_DAMAGED = "; copy its folder away as evidence, and restore the trail from a copy that verifies"
_RIGHTS = "it cannot be written; check who owns the file and its folder"
_FULL = "the disk is full; free some space and try again"
# Root may do everything; without its capabilities it may do what any owner may.
_AS_OWNER = () if os.geteuid() else ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


class Place:
    """A repository with a trail, a key and a kept checkpoint, where something goes wrong."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.trail = folder / ".audit" / "audit.db"
        self.keys = home / ".config" / "ami-audit" / "keys"
        self.checkpoints = home / ".local" / "state" / "ami-audit" / "checkpoints"

    @property
    def key(self) -> Path:
        """The private key's file."""
        return next(self.keys.glob("*.pem"))

    @property
    def checkpoint(self) -> Path:
        """The checkpoint kept outside the store."""
        return next(self.checkpoints.glob("*.checkpoint"))

    def run(self, *words: str, before: tuple[str, ...] = (), **environment: str) -> "subprocess.CompletedProcess[str]":
        """Return what the program says here; `before` is a command that runs it."""
        return subprocess.run(
            [*before, PROGRAM, *words],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.home), "COLUMNS": "100", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def told(self, sentence: str) -> str:
        """Return a sentence of a test with this place's names in it."""
        names = {"trail": self.trail, "key": self.key, "keys": self.keys, "checkpoint": self.checkpoint}
        return sentence.format(**names, folder=self.folder, checkpoints=self.checkpoints)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place where nothing is wrong."""
    folder = tmp_path_factory.mktemp("pristine")
    repository = Repository(folder / "shop")
    repository.commit({"cart.py": "total = 0\n"})
    (folder / "home").mkdir()
    made = Place(repository.path, folder / "home")
    assert made.run("repo").returncode == 0
    repository.write("late.py", "late = 1\n")  # there is something to record
    return made


@pytest.fixture
def place(pristine: Place, tmp_path: Path) -> Iterator[Place]:
    """A copy of it, where something may go wrong; what was closed to its owner is opened again at the end."""
    shutil.copytree(pristine.folder.parent, tmp_path / "copy")
    copy = Place(tmp_path / "copy" / "shop", tmp_path / "copy" / "home")
    yield copy
    for folder in (copy.trail.parent, copy.keys, copy.checkpoints):
        if folder.is_dir():
            folder.chmod(0o700)


def _sql(place: Place, statement: str) -> None:
    with apsw.Connection(str(place.trail)) as database:
        database.execute(statement)


def _cut(place: Place, size: int) -> None:
    os.truncate(place.trail, size)


def _instead(path: Path, text: str | None) -> None:
    """Put a text, or a folder, in the place of a file."""
    path.unlink()
    path.mkdir() if text is None else path.write_text(text)


def _alone_with_its_log(place: Place) -> None:
    place.trail.with_name("audit.db-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(100))
    place.trail.unlink()


_TROUBLES: dict[str, tuple[Trouble, tuple[str, ...], int, str]] = {
    "an empty file": (
        lambda place: _cut(place, 0),
        ("repo", "verify", "query", "status", "store check"),
        3,
        _OPENING + "it is empty: not a trail, or one cut to nothing; move it away to begin a new one",
    ),
    "a folder in the place of the file": (
        lambda place: _instead(place.trail, None),
        ("repo", "verify", "query", "status", "store check", "store rebuild"),
        3,
        _OPENING + "it is a folder; name a file",
    ),
    "a file that is no database": (
        lambda place: _instead(place.trail, "my notes\n" * 999),
        ("repo", "verify", "query", "store check"),
        3,
        _OPENING + "it is not a database; name another file, or restore the trail from a copy",
    ),
    "a truncated file": (
        lambda place: _cut(place, 40_000),
        ("repo", "verify", "query", "status", "store check", "store rebuild"),
        1,
        "ami-audit: `{trail}` is damaged: database disk image is malformed" + _DAMAGED,
    ),
    "a file of which only the first line is left": (
        lambda place: _cut(place, 100),
        ("repo", "verify"),
        1,
        "ami-audit: `{trail}` is damaged: database disk image is malformed" + _DAMAGED,
    ),
    "a log without its database": (
        _alone_with_its_log,
        ("repo", "verify", "query", "status", "store check"),
        3,
        _OPENING + "the file is gone but its log `{trail}-wal` is not; restore the file, or move the log away",
    ),
    "a database from a newer version": (
        lambda place: _sql(place, "PRAGMA user_version = 99"),
        ("repo", "verify", "query", "status", "store check", "store rebuild"),
        3,
        _OPENING + "it is of version 99, newer than the {newest} that this ami-audit knows; upgrade ami-audit",
    ),
    "another program's database": (
        lambda place: _sql(place, "PRAGMA application_id = 7"),
        ("repo", "verify", "store check"),
        3,
        _OPENING + "it is not an ami-audit database; name another file",
    ),
    "a file that may not be read": (
        lambda place: place.trail.chmod(0),
        ("repo", "verify", "query", "store check"),
        3,
        _OPENING + "it cannot be opened; check the file, its folder and who owns them",
    ),
    "a database file that may only be read": (
        lambda place: place.trail.chmod(0o400),
        ("repo",),
        3,
        "ami-audit: The store failed while writing to `{trail}`: " + _RIGHTS,
    ),
    "a folder in which nothing may be made": (
        lambda place: place.trail.parent.chmod(0o500),
        ("repo", "store rebuild"),
        3,
        _OPENING + _RIGHTS,
    ),
    "a folder that may not be looked into": (
        lambda place: place.trail.parent.chmod(0),
        ("repo", "verify"),
        2,
        "ami-audit: {folder}/.audit/config.toml: it cannot be read: Permission denied; check who owns it",
    ),
    "a key that others may read": (
        lambda place: place.key.chmod(0o644),
        ("repo",),
        3,
        (
            "ami-audit: The key file `{key}` is open to other users (mode 0644); close it with `chmod 600 {key}`, and "
            "rotate the key if anybody may have read it."
        ),
    ),
    "a folder of keys in which others may write": (
        lambda place: place.keys.chmod(0o777),
        ("repo",),
        3,
        "ami-audit: Other users may put keys into the folder `{keys}` (mode 0777); close it with `chmod 700 {keys}`.",
    ),
    "a key that may not be read": (
        lambda place: place.key.chmod(0),
        ("repo",),
        3,
        "ami-audit: The key file `{key}` cannot be opened: Permission denied",
    ),
    "a folder in the place of the key": (
        lambda place: _instead(place.key, None),
        ("repo",),
        3,
        "ami-audit: A folder stands in the place of the key file `{key}`; move it away.",
    ),
    "a kept checkpoint that may not be read": (
        lambda place: place.checkpoint.chmod(0),
        ("repo", "verify", "store check"),
        3,
        (
            "ami-audit: The store failed while reading the last checkpoint kept outside the store: {checkpoint}: "
            "Permission denied; set AMI_AUDIT_STATE_DIR to a folder that you can write"
        ),
    ),
    "a folder in the place of the kept checkpoint": (
        lambda place: _instead(place.checkpoint, None),
        ("repo", "verify", "store check"),
        3,
        (
            "ami-audit: The store failed while reading the last checkpoint kept outside the store: {checkpoint}: "
            "Is a directory; set AMI_AUDIT_STATE_DIR to a folder that you can write"
        ),
    ),
    "a kept checkpoint that is something else": (
        lambda place: _instead(place.checkpoint, "rubbish\n"),
        ("repo",),
        3,
        (
            "ami-audit: The store failed while comparing the trail with its last signed checkpoint: {checkpoint} is "
            "not what was kept there: "
        ),
    ),
    "a folder where no checkpoint can be kept": (
        lambda place: place.checkpoints.chmod(0o500),
        ("repo",),
        3,
        (
            "ami-audit: The store failed while keeping the checkpoint of the sealed records outside the store: "
            "{checkpoint}: Permission denied; set AMI_AUDIT_STATE_DIR to a folder that you can write"
        ),
    ),
}
_CASES = [(name, command) for name, trouble in _TROUBLES.items() for command in trouble[1]]


@pytest.mark.parametrize(("name", "command"), _CASES)
def test_one_sentence_says_what_is_wrong_and_what_to_do(place: Place, name: str, command: str) -> None:
    """On stderr, with the right exit code, without a line of ours; and what was there is as it was."""
    trouble, _, code, sentence = _TROUBLES[name]
    expected = place.told(sentence.replace("{newest}", _newest(place)))
    trouble(place)
    before = _bytes(place)
    done = place.run(*command.split(), before=_AS_OWNER)
    assert done.stderr.startswith(expected), done.stderr
    assert done.stderr.count("\n") == 1
    assert (done.returncode, done.stdout) == (code, "")
    if name != "a folder where no checkpoint can be kept":  # what was sealed before that is in the trail
        assert _bytes(place) == before


def test_the_guide_tells_of_every_trouble() -> None:
    """Whoever searches for a sentence finds it, with its exit code."""
    rows = {row[0]: row[1:] for table in tables(GUIDE / "operations.md") if "it says" in table[0] for row in table[1:]}
    assert set(_TROUBLES) <= set(rows)
    for name, (_, _, code, sentence) in _TROUBLES.items():
        said, told_code = rows[name]
        assert told_code == str(code), name
        assert all(part in sentence.replace("`", "") for part in said.strip("`").split("…")), name


def _newest(place: Place) -> str:
    with apsw.Connection(str(place.trail)) as database:
        return str(database.pragma("user_version"))


def _bytes(place: Place) -> bytes | None:
    return place.trail.read_bytes() if place.trail.is_file() and os.access(place.trail, os.R_OK) else None


def test_a_checkpoint_that_cannot_be_kept_loses_no_record(place: Place) -> None:
    """The records are sealed before it is signed; the next run signs it."""
    place.checkpoints.chmod(0o500)
    assert place.run("repo", before=_AS_OWNER).returncode == 3
    place.checkpoints.chmod(0o700)
    sealed = place.run("store", "check")
    assert "sealed since" in sealed.stdout
    assert place.run("repo").returncode == 0
    assert "sealed since" not in place.run("store", "check").stdout
    assert place.run("verify", "--require=checkpoint").returncode == 0


@pytest.mark.parametrize("trouble", ["a database file that may only be read", "a folder in which nothing may be made"])
@pytest.mark.parametrize("command", ["query", "status", "report", "verify", "store check"])
def test_what_may_only_be_read_is_read(place: Place, trouble: str, command: str) -> None:
    """An auditor's copy on a write-protected medium answers like the original."""
    _TROUBLES[trouble][0](place)
    before = _bytes(place)
    done = place.run(*command.split(), before=_AS_OWNER)
    assert (done.returncode, done.stderr) == (0, "")
    assert _bytes(place) == before


@contextmanager
def _held(place: Place, statement: str) -> Iterator[None]:
    """Let another process hold the trail while the block runs."""
    script = (
        "import apsw, sys; c = apsw.Connection(sys.argv[1]); c.execute(sys.argv[2]); print('held', flush=True); "
        "sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, place.trail, statement], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        yield
    finally:
        holder.communicate()


def test_a_turn_that_is_never_free_is_given_up(place: Place) -> None:
    """Somebody else's run hangs: the second one says whose fault it is, and reading goes on."""
    sentence = "another process is writing to it; end that run, or wait for it, and try again\n"
    with _held(place, "BEGIN IMMEDIATE"):
        done = place.run("repo", AMI_AUDIT_BUSY_TIMEOUT_S="0.3")
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == place.told("ami-audit: The store failed while writing to `{trail}`: ") + sentence
        rebuilt = place.run("store", "rebuild", AMI_AUDIT_BUSY_TIMEOUT_S="0.3")
        told = "ami-audit: The store failed while rebuilding the index of `{trail}`: "
        assert (rebuilt.returncode, rebuilt.stderr) == (3, place.told(told) + sentence)
        assert place.run("query").returncode == 0
        assert place.run("store", "check").returncode == 0
    assert place.run("repo").returncode == 0


_NAMESPACE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")


def _in_a_small_disk(place: Place, script: str, *, size_kib: int) -> str:
    """Run a script where the trail's folder is a disk of its own, seen by the script alone; return all it said."""
    mounted = f"mount -t tmpfs -o size={size_kib}k none .audit && cp -r {place.folder.parent}/kept/. .audit && {script}"
    shutil.copytree(place.trail.parent, place.folder.parent / "kept")
    done = subprocess.run(
        [*_NAMESPACE, "sh", "-c", mounted],
        cwd=place.folder,
        env={**os.environ, "HOME": str(place.home), "COLUMNS": "100", "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "Operation not permitted" in done.stderr or "unshare failed" in done.stderr:
        pytest.skip("this machine lets nobody mount a disk for a test")
    return done.stdout + done.stderr


@pytest.mark.integration
def test_a_full_disk_stops_a_run_and_loses_nothing(place: Place) -> None:
    """Once there is room again the same run seals what was left out; meanwhile the trail can be read."""
    told = _in_a_small_disk(
        place,
        "head -c 9000000 /dev/zero > .audit/filler 2>&-; ami-audit repo; echo ended $?; ami-audit query --limit=1; "
        "ami-audit report --output=.audit/report.md; echo kept $?; ls -A .audit; "
        "ami-audit verify --require=checkpoint; echo verified $?; rm .audit/filler; ami-audit store check; "
        "echo checked $?; ami-audit repo; echo again $?; ami-audit store check; echo whole $?",
        size_kib=900,
    )
    assert f"`: {_FULL}\n" in told, told
    assert "The answer cannot be written to `.audit/report.md`: No space left on device." in told
    for line in ("ended 3", "1 record", "kept 3", "verified 0", "checked 0", "again 0", "whole 0"):
        assert f"{line}\n" in told, told
    assert "Traceback" not in told


@pytest.mark.integration
def test_a_read_only_disk_is_read_and_never_written(place: Place) -> None:
    """A disk that has failed is often mounted so by the system itself."""
    told = _in_a_small_disk(
        place,
        "mount -o remount,ro .audit; ami-audit repo; echo ended $?; ami-audit store rebuild; echo rebuilt $?; "
        "ami-audit query --limit=1; ami-audit status; echo read $?; ami-audit verify --require=checkpoint; "
        "echo verified $?; ami-audit store check; echo checked $?; ami-audit init --store=.audit/new.db; echo begun $?",
        size_kib=900,
    )
    sentence = "its file system is read-only; remount it, or name another place with `--store`\n"
    assert place.told(_OPENING) + sentence in told, told
    assert ".audit/new.db`: " + sentence in told
    for line in ("ended 3", "rebuilt 3", "1 record", "read 0", "verified 0", "checked 0", "begun 3"):
        assert f"{line}\n" in told, told
    assert "Traceback" not in told


def test_an_answer_never_replaces_what_is_not_a_file(place: Place) -> None:
    """`--output=/dev/null`, run by root, must not leave a machine without it; a pipe gets the answer."""
    pipe = place.home / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        assert place.run("report", "--format=json", f"--output={pipe}").returncode == 0
        assert '"ami-audit/report/1"' in reader.communicate()[0]
    assert pipe.is_fifo()


def test_an_answer_is_written_through_a_link(place: Place) -> None:
    """Whoever made the link wants the file behind it to be the answer."""
    (place.folder / "answer.json").symlink_to(place.home / "real.json")
    assert place.run("report", "--output=answer.json").returncode == 0
    assert (place.folder / "answer.json").is_symlink()
    assert '"ami-audit/report/1"' in (place.home / "real.json").read_text()


@pytest.mark.parametrize("back", ["-1 hour", "-400 days"])
def test_a_clock_that_was_set_back_never_makes_the_trail_go_back(
    ami_audit: Program, repository: Repository, back: str
) -> None:
    """Records keep their order in time across runs: `recorded_at` stays at the latest moment the trail has seen."""
    ami_audit("repo")
    seconds = {"-1 hour": -3600, "-400 days": -400 * 86_400}[back]
    repository.write("late.py", "late = 1\n")
    script = (
        "import sys; from datetime import timedelta; import ami_audit.adapters.clock as clock; "
        "now, back = clock.machine_clock, timedelta(seconds=int(sys.argv.pop(1))); "
        "clock.machine_clock = lambda: now() + back; "
        "from ami_audit.entrypoints.cli.main import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(seconds), "repo"],
        cwd=repository.path,
        env=ami_audit.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Proven to: checkpoint" in ami_audit("verify", "--require=checkpoint").stdout
    ami_audit("repo")
    with apsw.Connection(str(repository.path / ".audit" / "audit.db")) as database:
        rows = database.execute("SELECT CAST(canonical AS TEXT) ->> 'recorded_at' FROM records ORDER BY sequence")
        moments = [moment for (moment,) in rows]
    assert moments == sorted(moments)
    assert len(set(moments)) >= 3


def test_a_refusal_quotes_nothing_that_a_terminal_obeys(place: Place) -> None:
    """What is refused may come from a stranger's file: it is said on one line, with its escapes written out."""
    done = place.run("query", "--since=\x1b]0;owned\x07\x1b[2J\nnot\u202eow")
    assert done.returncode == 2
    assert done.stderr.startswith("ami-audit: The time `\\x1b]0;owned\\x07\\x1b[2J\\nnot\\u202eow` is not understood")
    assert done.stderr.rstrip("\n").isprintable()
