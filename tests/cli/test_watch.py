"""Does `watch` tell each new fact once it is sealed, until it is stopped?"""

import json
import pathlib
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.cli.conftest import PROGRAM, Program
from tests.support.repositories import Repository


@contextmanager
def _watching(ami_audit: Program, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [PROGRAM, "watch", *words],
        cwd=ami_audit.folder,
        env=ami_audit.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"`{text}` never came")


def test_a_new_file_is_told_while_it_watches(ami_audit: Program, repository: Repository) -> None:
    """Its line comes when it is sealed; Ctrl-C ends the run in order."""
    with _watching(ami_audit, "--every=1s") as process:
        _until(process, "app/cart.py")
        repository.write("late.py", "late = 1\n")
        line = _until(process, "late.py")
        assert "info      file.observed  late.py" in line
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    ami_audit("verify", "--require=checkpoint")
    answer = json.loads(ami_audit("query", "--action=collection.finished", "--format=json").stdout)
    (finished,) = answer["records"]
    assert finished["context"]["interrupted"] is True


def test_each_line_of_json_is_a_record(ami_audit: Program) -> None:
    """What a program reads: one object a line, of a schema that is published."""
    done = ami_audit("watch", "--rounds=1", "--sources=file", "--format=json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {record["schema"] for record in told} == {"ami-audit/record/1"}
    assert {record["target"] for record in told} == {"app/main.py", "app/cart.py", "README.md"}
    again = ami_audit("watch", "--rounds=2", "--every=1s", "--sources=file", "--format=json")
    assert again.stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--every=soon",), "The span of time `soon` is not understood; write `30s`, `5 min` or `2 hours`."),
        (("--every=0s",), "The span of time `0s` is not understood"),
        (("--sources=weather",), "No source `weather`"),
        (("--service=a", "--logs=b"), "One thing is watched at a time"),
        (("nowhere",), "There is no `nowhere` to watch."),
    ],
)
def test_what_cannot_be_watched_is_one_sentence(ami_audit: Program, words: tuple[str, ...], said: str) -> None:
    """Wrong usage ends at once, with 2, and begins no trail."""
    done = ami_audit("watch", *words, code=2)
    assert said in " ".join(done.stderr.split())
    assert not (ami_audit.folder / ".audit").exists()


def test_a_reader_who_goes_away_ends_it(ami_audit: Program) -> None:
    """`ami-audit watch | head -n 1` must end, and what was sealed stays sealed."""
    with _watching(ami_audit, "--every=1s") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        (ami_audit.folder / "later.py").write_text("later = 1\n")
        assert process.wait(timeout=60) in {0, 130, -signal.SIGPIPE}
    assert pathlib.Path(ami_audit.folder / ".audit" / "audit.db").exists()
    ami_audit("verify", "--require=checkpoint")
