"""Does `ami-audit git` answer what is asked of a history?"""

import json
from typing import Any

import pytest
from tests.cli.conftest import Program
from tests.support.repositories import Repository

_LOCK = '[[package]]\nname = "anyio"\nversion = "{version}"\n'


def _run(program: Program, *words: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program("git", *words, "--format=json", code=code).stdout)
    return found


def _actions(program: Program, *words: str) -> dict[str, int]:
    actions: dict[str, int] = _run(program, *words)["sources"][0]["actions"]
    return actions


def test_the_blame_of_the_specification(ami_audit: Program, repository: Repository) -> None:
    """`ami-audit git --file=compliance/README.md --blame`, as it stands there."""
    repository.commit({"compliance/README.md": "one\ntwo\n"}, author="Bob <bob@x>")
    told = ami_audit("git", "--file=compliance/README.md", "--blame").stdout
    assert "Lines" in told
    assert "Bob <bob@x> 2" in told
    assert _actions(ami_audit, "--file=compliance/README.md", "--blame", "--full")["git.blame"] == 1


def test_every_kind_is_told_on_request(ami_audit: Program, repository: Repository) -> None:
    """Each option adds its own records, and the answer a table of them."""
    repository.commit({"uv.lock": _LOCK.format(version="4.0"), "data.bin": b"\0" * 5_000})
    repository.commit({"uv.lock": _LOCK.format(version="4.1")})
    told = ami_audit("git", "--contributions", "--lockfiles", "--reflog", "--large=4kB").stdout
    assert "anyio 4.0 → 4.1" in told
    for heading in ("Authors", "Lock files", "Large files", "Moves of names"):
        assert heading in told
    actions = _actions(ami_audit, "--contributions", "--lockfiles", "--reflog", "--large=4kB", "--full")
    assert actions["git.lockfile"] == 2
    assert actions["git.blob"] == 1
    assert {"git.contribution", "git.reflog"} <= set(actions)


def test_a_second_run_with_everything_is_quiet(ami_audit: Program, repository: Repository) -> None:
    """Analyses of an unchanged history are unchanged facts."""
    repository.commit({"uv.lock": _LOCK.format(version="4.0"), "data.bin": b"\0" * 5_000})
    everything = ("--contributions", "--lockfiles", "--reflog", "--large=4kB", "--file=uv.lock", "--blame")
    assert _run(ami_audit, *everything)["sources"][0]["recorded"] > 0
    assert _run(ami_audit, *everything)["sources"][0]["recorded"] == 0


def test_a_large_file_can_fail_a_build(ami_audit: Program, repository: Repository) -> None:
    """`--fail-on` counts what this run found."""
    repository.commit({"data.bin": b"\0" * 5_000})
    _run(ami_audit, "--large=5000B", "--fail-on=warning", code=1)


def test_several_files_and_no_line_counts(ami_audit: Program, repository: Repository) -> None:
    """`--file` may be repeated."""
    repository.commit({"a": "1\n", "b": "1\n"}, message="both")
    actions = _actions(ami_audit, "--file=a", "--file=b", "--no-line-counts", "--no-follow")
    assert actions["git.commit"] == 1
    assert "git.path" not in actions


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--large=many",), "is no size"),
        (("--large=0",), "at least one byte"),
        (("--blame",), "--blame needs --file"),
        (("--file=nowhere.txt",), "no such path"),
    ],
)
def test_wrong_use_is_one_sentence(ami_audit: Program, words: tuple[str, ...], sentence: str) -> None:
    """What is wrong, and what to write instead."""
    told = ami_audit("git", *words, code=3 if "nowhere" in words[0] else 2)
    assert sentence in " ".join(told.stderr.replace("│", " ").split())


def test_the_markdown_answer_has_the_same_tables(ami_audit: Program, repository: Repository) -> None:
    """`ami-audit git --since=2024-01-01 --format=markdown > AUTHORS.md`, as the specification has it."""
    repository.commit({"a": "1\n"}, author="Bob <bob@x>", date="1750000000 +0000")
    told = ami_audit("git", "--since=2024-01-01", "--contributions", "--format=markdown").stdout
    assert "## Authors" in told
    assert "Bob" in told


def test_a_repository_audit_takes_them_too(ami_audit: Program, repository: Repository) -> None:
    """`repo` knows what is sensible for a whole repository."""
    repository.commit({"uv.lock": _LOCK.format(version="4.0")})
    run = json.loads(ami_audit("repo", "--contributions", "--lockfiles", "--format=json").stdout)
    git = next(source for source in run["sources"] if source["name"] == "git")
    assert {"git.contribution", "git.lockfile"} <= set(git["actions"])
