"""When the world fails, is what was sealed still there, and does the next run go on?"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import apsw
import pytest
from tests.cli.conftest import PROGRAM, Program
from tests.support.repositories import Repository
from tests.support.trouble import AS_OWNER, OPENING, Place

_FULL = "the disk is full; free some space and try again"


def test_a_checkpoint_that_cannot_be_kept_loses_no_record(place: Place) -> None:
    """The records are sealed before it is signed; the next run signs it."""
    place.checkpoints.chmod(0o500)
    assert place.run("repo", before=AS_OWNER).returncode == 3
    place.checkpoints.chmod(0o700)
    sealed = place.run("store", "check")
    assert "sealed since" in sealed.stdout
    assert place.run("repo").returncode == 0
    assert "sealed since" not in place.run("store", "check").stdout
    assert place.run("verify", "--require=checkpoint").returncode == 0


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
    assert place.told(OPENING) + sentence in told, told
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
