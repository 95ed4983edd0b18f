"""Is what does not fit between manifests and lock files found?"""

from pathlib import Path

import pytest
from tests.support.modules import drafts_of, judged, locked, the, write

_PROJECT = '[project]\nname = "shop"\nversion = "1.0"\ndependencies = {}\n'


def _package(name: str, version: str, *, needs: str = "", digest: str = 'sdist = { hash = "sha256:00" }') -> str:
    needed = f"dependencies = [{needs}]\n" if needs else ""
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "r" }}\n{needed}{digest}\n'


def _lock(*packages: str) -> str:
    return "version = 1\n" + "".join(packages)


def test_what_the_manifest_asks_for_and_the_lock_lacks_is_named(tmp_path: Path) -> None:
    """Somebody added a dependency and did not lock: what is installed is not what was reviewed."""
    manifest = _PROJECT.format('["a>=1", "b", "c; python_version < \'3\'"]')
    lock = _lock(_package("a", "0.9"))
    told = judged(the("lock", drafts_of(write(tmp_path, {"pyproject.toml": manifest, "uv.lock": lock}))))
    assert told == {
        "lock-missing": "The manifest asks for packages that the lock file does not hold: `b`.",
        "lock-stale": "The manifest asks for versions other than the locked ones: `a>=1`.",
    }


@pytest.mark.parametrize(
    ("asked", "version", "is_met"),
    [
        ("^1.2", "1.9", True),
        ("^1.2", "2.0", False),
        ("^0.2.3", "0.3.0", False),
        ("~1.2", "1.3", False),
        ("1.2", "1.2", True),
    ],
)
def test_the_ranges_of_poetry_are_understood(tmp_path: Path, asked: str, version: str, *, is_met: bool) -> None:
    """A caret that is read wrongly would report drift in every poetry project."""
    manifest = f'[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\na = "{asked}"\n'
    lock = f'[[package]]\nname = "a"\nversion = "{version}"\nfiles = [{{file = "a", hash = "00"}}]\n'
    lock += '[metadata]\nlock-version = "2.1"\n'
    told = judged(the("lock", drafts_of(write(tmp_path, {"pyproject.toml": manifest, "poetry.lock": lock}))))
    assert ("lock-stale" not in told) is is_met


def test_duplicates_circles_and_lost_needs_are_told(tmp_path: Path) -> None:
    """A lock file that was merged by hand is the usual cause, and no installer says so clearly."""
    a = _package("a", "1", needs='{ name = "b" }')
    b = _package("b", "1", needs='{ name = "a" }, { name = "gone" }')
    told = judged(the("lock", drafts_of(write(tmp_path, {"uv.lock": _lock(a, b, a)}))))
    assert told == {
        "duplicate-package": "The lock file holds packages twice: `a@1`.",
        "dependency-cycle": "Packages need each other in a circle: `a ⇄ b`.",
        "lock-incomplete": "Packages are needed that the lock file does not hold: `gone (needed by b)`.",
    }


def test_a_manifest_without_a_lock_is_a_note(tmp_path: Path) -> None:
    """A library need not lock; an auditor must still read that nobody knows the versions."""
    told = judged(the("observed", drafts_of(write(tmp_path, {"pyproject.toml": _PROJECT.format('["a"]')}))))
    assert told == {"no-lock": "`pyproject.toml` asks for 1 package, and no lock file says which versions are used."}


def test_fixtures_of_tests_are_no_needs_of_the_module(tmp_path: Path) -> None:
    """Package managers keep hundreds of broken lock files to be tested with."""
    files = {"tests/fixtures/bad/uv.lock": "broken", "tests/fixtures/pyproject.toml": _PROJECT.format('["zzz"]')}
    drafts = drafts_of(write(tmp_path, files))
    assert [it.action for it in drafts if it.action == "module.lock"] == []
    assert judged(the("observed", drafts)) == {}


def test_members_of_a_workspace_share_its_lock(tmp_path: Path) -> None:
    """Cargo keeps one lock file for all crates; what a member asks for is looked up there."""
    lock = 'version = 4\n[[package]]\nname = "part"\nversion = "0.1.0"\n'
    manifest = '[package]\nname = "part"\n[dependencies]\nserde = "1"\n'
    drafts = drafts_of(write(tmp_path, {"Cargo.lock": lock, "crates/part/Cargo.toml": manifest}))
    found = the("lock", drafts)
    assert found.context["manifests"] == ["crates/part/Cargo.toml"]
    assert list(judged(found)) == ["lock-missing"]


def test_requirements_tell_pins_hashes_includes_and_addresses(tmp_path: Path) -> None:
    """The oldest format is the freest: every kind of line must be understood or told."""
    files = {
        "requirements.txt": (
            "-r more.txt\n-c constraints.txt\n--index-url https://index.example\n"
            "Django==5.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n"
            "loose>=2  # not pinned\nheld\n"
            "only-there==1; python_version < '3'\n"
            "tool @ git+https://me:secret@git.example/tool@0123456789012345678901234567890123456789\n"
            "-e ./local\nhttps://files.example/x.whl?token=1#egg=x\nnot a requirement\n"
        ),
        "more.txt": "requests==2.31\n-r requirements.txt\n",
        "constraints.txt": "held==3.1\nunused==1\n",
    }
    found = locked(write(tmp_path, files))
    assert {key: (it["hashes"], it["source"]) for key, it in found.items()} == {
        "./local": (0, {"kind": "editable", "place": "./local"}),
        "django@5.0": (2, {"kind": "registry"}),
        "held@3.1": (0, {"kind": "registry"}),
        "loose": (0, {"kind": "registry"}),
        "only-there@1": (0, {"kind": "registry"}),
        "requests@2.31": (0, {"kind": "registry"}),
        "tool": (0, {"kind": "git", "place": "git+https://git.example/tool@0123456789012345678901234567890123456789"}),
        "x": (0, {"kind": "url", "place": "https://files.example/x.whl"}),
    }
    assert "secret" not in str(found)
    told = judged(the("lock", drafts_of(tmp_path)))
    assert told["unpinned"] == "Packages are not pinned to one version: `loose`."
    assert told["broken-requirement"].startswith("`not a requirement` is no requirement")


def test_requirements_do_not_lead_out_of_the_repository(tmp_path: Path) -> None:
    """`-r /etc/passwd` must not put other people's files into a record."""
    write(tmp_path, {"outside.txt": "private==1\n"})
    folder = write(tmp_path / "module", {"requirements.txt": "-r ../outside.txt\n-r https://x.example/r.txt\n"})
    found = the("lock", drafts_of(folder))
    assert found.context["packages"] == 0
    assert judged(found)["broken-document"] == "`../outside.txt` cannot be read: it leads out of the repository."
