"""Does mending change only what it may, and is each change recorded with what was and what is?"""

import hashlib
from pathlib import Path

import pytest
from tests.support.quality import kinds, own_answer, places, quality, run_of, stand_in, write
from tests.support.repositories import Repository

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import SourceError
from ami_audit.domain.kinds import Outcome

UNUSED = "import os\nimport sys\n\nprint( sys.argv )\n"
MENDED = "import sys\n\nprint(sys.argv)\n"
RULES = '[lint]\nselect = ["F", "E7"]\n'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with a file that ruff mends, one that it only formats, and one that is well."""
    made = Repository(tmp_path / "project")
    made.commit({"ruff.toml": RULES, "app.py": UNUSED, "wide.py": "x  =  1\n", "fine.py": "y = 1\n"})
    return made


def _fixes(drafts: list[AuditDraft]) -> list[AuditDraft]:
    return [draft for draft in drafts if draft.action == "quality.fix"]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_each_changed_file_is_told_with_both_hashes(repository: Repository) -> None:
    """Whoever doubts a change can find the file before it in Git, and the file after it on disk."""
    drafts = quality(repository.path, "ruff", fix=True)
    mended, formatted = _fixes(drafts)
    assert mended.target == "app.py"
    assert mended.context == {
        "before": {"sha256": _sha256(UNUSED)},
        "after": {"sha256": _sha256(MENDED)},
        "mended": {"F401": 1},
        "steps": ["check", "format"],
        "tool": "ruff",
    }
    assert (formatted.target, formatted.context["steps"]) == ("wide.py", ["format"])
    assert (repository.path / "app.py").read_text() == MENDED
    assert repository.git("diff", "--name-only").splitlines() == ["app.py", "wide.py"]
    assert not places(drafts, "ruff")
    run = run_of(drafts, "ruff-fix")
    assert (run.outcome, run.context["checked"], run.context["changed"]) == (Outcome.SUCCESS, 3, 2)
    assert own_answer(repository.path, "ruff", "format", "--check", "--no-cache", ".").startswith("3 files already")


def test_what_is_not_committed_is_not_mixed_with(repository: Repository) -> None:
    """A person's own change and a program's would be one, and could not be told apart or undone apart."""
    repository.write("new.py", "z = 1\n")
    with pytest.raises(SourceError, match=r"1 file has changes that are not committed, such as `new.py`"):
        quality(repository.path, "ruff", fix=True)
    assert (repository.path / "app.py").read_text() == UNUSED
    assert _fixes(quality(repository.path, "ruff", fix=True, allow_dirty=True))


def test_a_place_without_git_is_not_mended(tmp_path: Path) -> None:
    """There would be no way back."""
    write(tmp_path, {"app.py": UNUSED})
    with pytest.raises(SourceError, match="in no Git repository"):
        quality(tmp_path, "ruff", fix=True)
    assert (tmp_path / "app.py").read_text() == UNUSED


def test_the_trail_itself_is_no_change(repository: Repository) -> None:
    """It lies in the repository, and grows with each run."""
    repository.write(".audit/audit.db", b"records")
    assert _fixes(quality(repository.path, "ruff", fix=True))


def test_unsafe_fixes_are_made_only_when_asked(repository: Repository) -> None:
    """They may change what the code does; the project's settings do not ask for the user."""
    repository.commit({"ruff.toml": "unsafe-fixes = true\n" + RULES, "app.py": "f = lambda: 1\n", "wide.py": "x = 1\n"})
    assert not _fixes(quality(repository.path, "ruff", fix=True))
    (fix,) = _fixes(quality(repository.path, "ruff", fix=True, unsafe_fixes=True))
    assert fix.context["mended"] == {"E731": 1}


def test_a_link_out_of_the_repository_is_not_followed(repository: Repository, tmp_path: Path) -> None:
    """A hostile repository must not have files outside of it rewritten."""
    outside = write(tmp_path / "outside", {"other.py": UNUSED})
    (repository.path / "link.py").symlink_to(outside / "other.py")
    (repository.path / "folder").symlink_to(outside)
    repository.commit()
    targets = [draft.target for draft in _fixes(quality(repository.path, "ruff", fix=True))]
    assert targets == ["app.py", "wide.py"]
    assert (outside / "other.py").read_text() == UNUSED


def test_only_the_target_is_mended(repository: Repository) -> None:
    """`quality base/ --fix` is about `base/`."""
    repository.commit({"base/app.py": UNUSED})
    assert [draft.target for draft in _fixes(quality(repository.path / "base", "ruff", fix=True))] == ["base/app.py"]
    assert (repository.path / "app.py").read_text() == UNUSED


def test_what_cannot_be_mended_is_said(repository: Repository) -> None:
    """The other files are mended, and the run says that it was not all."""
    repository.commit({"bad.py": "def f(:\n"})
    drafts = quality(repository.path, "ruff", fix=True)
    assert [draft.target for draft in _fixes(drafts)] == ["app.py", "wide.py"]
    run = run_of(drafts, "ruff-fix")
    assert run.outcome is Outcome.FAILURE
    assert set(kinds(run)) == {"quality.tool-failed"}
    assert "bad.py" in " ".join(finding.description for finding in run.findings)


def test_a_tool_that_hangs_while_it_mends_is_stopped(repository: Repository) -> None:
    """And what it had changed until then is told."""
    repository.commit({".gitignore": ".venv\n"})
    stand_in(repository.path, "ruff", f'[ "$2" = --show-files ] && echo "{repository.path}/app.py" || exec sleep 60')
    drafts = quality(repository.path, "bandit", fix=True, project_tools=True, tool_timeout_s=1)
    assert set(kinds(run_of(drafts, "ruff-fix"))) == {"quality.tool-timeout"}
