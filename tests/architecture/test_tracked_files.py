"""Does a tracked file know something that is true of one machine only?"""

from tests.support.house import git

# Data copied from other projects keeps its bytes; a lock file names where crates come from; this file names the names.
_ELSEWHERE = (":!tests/vectors/", ":!*.lock", ":!tests/architecture/test_tracked_files.py")
_MACHINE_PATH = r"(^|[^[:alnum:]_.~-])/(root|tmp|work)/[[:alnum:]._-]"
_REGISTRY = r"(pypi\.org|pythonhosted\.org|crates\.io|npmjs\.(org|com)|deb\.debian\.org|proxy\.golang\.org)"


def _found(pattern: str) -> str:
    answer = git("grep", "-nIE", pattern, "--", ".", *_ELSEWHERE)
    assert answer.returncode in {0, 1}, answer.stderr
    return answer.stdout


def test_no_tracked_file_names_a_path_of_somebodys_machine() -> None:
    """Such a path works once, for one person."""
    assert _found(_MACHINE_PATH) == ""


def test_no_tracked_file_names_a_registry() -> None:
    """Where packages come from is the reader's choice: a mirror, a proxy, a folder."""
    assert _found(_REGISTRY) == ""


def test_nothing_that_is_built_is_tracked() -> None:
    """A compiled file in the history is one that nobody can review."""
    built = ("*.so", "*.pyc", "*.db", ".venv", "target", ".audit")
    answer = git("ls-files", "--", *built)
    assert (answer.returncode, answer.stdout) == (0, "")
