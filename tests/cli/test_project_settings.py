"""May a project's own files choose what is the user's to choose?"""

import os
from pathlib import Path

import pytest
from tests.cli.conftest import Program
from tests.support.repositories import Repository

_FILES = ("pyproject.toml", ".audit/config.toml")


def _say(repository: Repository, file: str, line: str) -> None:
    repository.write(file, ("[tool.ami-audit]\n" if file == "pyproject.toml" else "") + f"{line}\n")


@pytest.mark.parametrize("file", _FILES)
@pytest.mark.parametrize("name", ["keys_dir", "state_dir", "subjects_dir", "clearance"])
def test_a_project_does_not_choose_the_users_places(
    ami_audit: Program, repository: Repository, file: str, name: str
) -> None:
    """It would have the private key written where it can fetch it, or ship one."""
    _say(repository, file, f'{name} = "restricted"')
    told = ami_audit("repo", code=2).stderr
    assert file in told
    assert f"`{name}`" in told
    assert f"AMI_AUDIT_{name.upper()}" in told
    assert not (repository.path / "restricted").exists()


@pytest.mark.parametrize("file", _FILES)
@pytest.mark.parametrize(
    "store", ["../out.db", "{home}/out.db", "sqlite:///{home}/out.db", "~/out.db", "link/out.db", "mysql://db/audit"]
)
def test_a_project_keeps_its_store_inside(ami_audit: Program, repository: Repository, file: str, store: str) -> None:
    """A trail elsewhere is a file of the project's choice, written with the user's rights."""
    (repository.path / "link").symlink_to(ami_audit.home)
    _say(repository, file, f'store = "{store.format(home=ami_audit.home)}"')
    told = ami_audit("repo", code=2).stderr
    assert file in told
    assert "`store`" in told
    assert not list(ami_audit.home.rglob("out.db"))
    assert not (repository.path.parent / "out.db").exists()


@pytest.mark.parametrize("form", ["kept/trail.db", "sqlite:///{root}/kept/trail.db"])
def test_a_store_inside_is_named_from_the_root(ami_audit: Program, repository: Repository, form: str) -> None:
    """Wherever in the project the command is run."""
    (repository.path / "kept").mkdir()
    _say(repository, ".audit/config.toml", f'store = "{form.format(root=repository.path)}"')
    ami_audit.folder = repository.path / "app"
    ami_audit("repo", "--quiet")
    assert (repository.path / "kept" / "trail.db").is_file()


@pytest.mark.parametrize("file", _FILES)
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_settings_file_that_is_a_pipe_is_refused(
    ami_audit: Program, repository: Repository, file: str, *, is_linked: bool
) -> None:
    """Reading one would wait for ever."""
    place = repository.path / file
    place.parent.mkdir(exist_ok=True)
    pipe = repository.path / "pipe" if is_linked else place
    os.mkfifo(pipe)
    if is_linked:
        place.symlink_to(pipe)
    told = ami_audit("status", code=2).stderr
    assert file in told
    assert "not a regular file" in told


def test_a_settings_file_without_end_is_refused(ami_audit: Program, repository: Repository) -> None:
    """Rather than read into memory."""
    place = Path(repository.path, "pyproject.toml")
    place.write_text("# much\n")
    os.truncate(place, 2 << 20)
    assert "larger than 1,024 KiB" in ami_audit("status", code=2).stderr


@pytest.mark.parametrize("text", ["tool = 3\n", "[tool]\nami-audit = 3\n"])
def test_a_value_in_the_place_of_the_table_is_refused(ami_audit: Program, repository: Repository, text: str) -> None:
    """Valid TOML, and no settings."""
    repository.write("pyproject.toml", text)
    assert "is no table" in ami_audit("status", code=2).stderr
