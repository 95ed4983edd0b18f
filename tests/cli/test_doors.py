"""What every command shares: help, errors, settings, streams."""

import json
import os
import pty
import subprocess
import sys

import pytest
from tests.cli.conftest import PROGRAM, Program
from tests.support.repositories import Repository

COMMANDS = ("repo", "git", "file", "service", "services", "verify", "query", "report", "status", "init", "key", "store")


def test_alone_it_says_what_can_be_done_here(ami_audit: Program) -> None:
    """Before and after the first run."""
    assert "ami-audit repo" in ami_audit().stdout
    ami_audit("repo")
    assert "ami-audit verify" in ami_audit().stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ami_audit: Program, command: str) -> None:
    """`--help` works without a trail, a key or a repository."""
    assert "Usage" in ami_audit(command, "--help").stdout


def test_a_wrong_command_or_option_ends_with_2(ami_audit: Program) -> None:
    """Wrong usage is the caller's to mend."""
    ami_audit("rpeo", code=2)
    ami_audit("repo", "--colour", code=2)
    ami_audit("status", "--format=yaml", code=2)


def test_the_environment_and_files_set_what_the_command_line_does_not(
    ami_audit: Program, repository: Repository
) -> None:
    """Command line over environment over `.audit/config.toml` over `pyproject.toml`; a wrong value names its place."""
    repository.write("pyproject.toml", '[tool.ami-audit]\nsources = ["git"]\norigin = "from/pyproject"\n')
    repository.write(".audit/config.toml", 'origin = "from/config"\n')
    run = json.loads(ami_audit("repo", "--format=json").stdout)
    assert run["origin"] == "from/config"
    assert [source["name"] for source in run["sources"]] == ["git"]
    other = {"AMI_AUDIT_STORE": str(ami_audit.home / "other.db"), "AMI_AUDIT_ORIGIN": "from/environment"}
    assert json.loads(ami_audit("repo", "--format=json", environment=other).stdout)["origin"] == "from/environment"
    told = ami_audit("status", code=2, environment={"AMI_AUDIT_DIFFICULTY_BITS": "many"}).stderr
    assert "environment" in told
    repository.write(".audit/config.toml", "origin = 'a b'\n")
    told = ami_audit("status", code=2).stderr
    assert "config.toml" in told
    assert "origin" in told


def test_a_settings_file_that_is_not_toml_is_named(ami_audit: Program, repository: Repository) -> None:
    """With the line where it stops making sense."""
    repository.write(".audit/config.toml", "store = \n")
    assert "line 1" in ami_audit("status", code=2).stderr


def test_a_store_of_an_unknown_kind_is_refused(ami_audit: Program) -> None:
    """Rather than a file of that name."""
    assert "mysql" in ami_audit("repo", "--store=mysql://db/audit", code=2).stderr


def test_output_into_a_closed_pipe_is_quiet(ami_audit: Program) -> None:
    """`ami-audit query | head -1` is no error."""
    ami_audit("repo")
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; '{PROGRAM}' query --format=json | head -c 1"],
        cwd=ami_audit.folder,
        env=ami_audit.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform != "linux", reason="a terminal is made with pty")
def test_colours_are_for_terminals_that_want_them(ami_audit: Program) -> None:
    """Escapes on a terminal; none into a pipe, none with NO_COLOR."""
    ami_audit("repo")
    assert "\x1b[" not in ami_audit("status").stdout
    assert "\x1b[" in _on_a_terminal(ami_audit, {})
    assert "\x1b[3" not in _on_a_terminal(ami_audit, {"NO_COLOR": "1"})


def _on_a_terminal(program: Program, environment: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [PROGRAM, "status"],
        cwd=program.folder,
        env=program.environment({"TERM": "xterm-256color", **environment}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    running.wait(timeout=60)
    os.close(ours)
    return shown.decode()


def test_the_shell_can_complete_commands(ami_audit: Program) -> None:
    """The completion script is made by the program itself, for the shell it is called from."""
    done = subprocess.run(
        ["bash", "-c", f"'{PROGRAM}' --show-completion; exit $?"],
        env=ami_audit.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "_AMI_AUDIT_COMPLETE" in done.stdout


def test_init_begins_a_trail_and_refuses_a_second(ami_audit: Program, repository: Repository) -> None:
    """A trail is put aside only when that is asked for, and never deleted."""
    ami_audit("init", "--origin=example.org/shop", "--difficulty=4")
    assert "example.org/shop" in ami_audit("status").stdout
    assert "already" in ami_audit("init", code=2).stderr
    ami_audit("init", "--new-origin", "--origin=example.org/shop2")
    assert "example.org/shop2" in ami_audit("status").stdout
    assert [each for each in (repository.path / ".audit").iterdir() if each.name.endswith(".aside")]
    ami_audit("verify")


def test_a_home_that_is_not_there_is_one_sentence(ami_audit: Program) -> None:
    """Containers often have none that can be written."""
    told = ami_audit("repo", code=3, environment={"HOME": "/proc/nowhere"}).stderr
    assert "AMI_AUDIT_KEYS_DIR" in told
