"""Which files does the file source look at, and does it say what it leaves out?"""

import os
from pathlib import Path

import pytest
from tests.support.files import files_of, source
from tests.support.observed import Counting
from tests.support.repositories import Repository

from ami_audit.domain.errors import SourceError, UsageError
from ami_audit.domain.options import AuditOptions


def _fill(place: Path, *names: str) -> None:
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)


_IGNORE_FILES = {
    ".gitignore": "*.log\n!keep.log\n/root-only\nbuilt/\n**/deep/*.tmp\nfoo/**/bar\n# a\n\\#odd\ntrail \\ \n[ab].c\n",
    "sub/.gitignore": "!special.log\n*.txt\nnested/\n",
    "sub/inner/.gitignore": "!back.txt\n",
    "other/.gitignore": "*\n!.gitignore\n!wanted\n",
}

_FILES = [
    *("a.log", "keep.log", "root-only", "sub/root-only", "built/x", "sub/built/y", "src/built", "x/deep/a.tmp"),
    *("deep/a.tmp", "foo/bar", "foo/a/b/bar", "#odd", "a.c", "c.c", "sub/special.log", "sub/other.log", "sub/a.txt"),
    *("sub/inner/back.txt", "sub/inner/gone.txt", "sub/nested/z", "other/wanted", "other/unwanted", "other/d/wanted"),
    *("excluded", "src/excluded", "plain", "a space", "src/main.py"),
]


def test_ignore_files_leave_out_what_git_would(tmp_path: Path) -> None:
    """Git itself is the judge: tracked or not, with negation, anchors, nesting and `.git/info/exclude`."""
    repository = Repository(tmp_path / "repository")
    _fill(repository.path, *_FILES)
    for name, text in _IGNORE_FILES.items():
        (repository.path / name).write_text(text)
    (repository.path / ".git" / "info" / "exclude").write_text("/excluded\n")
    expected = repository.git("ls-files", "-z", "--others", "--exclude-standard").split("\0")
    assert list(files_of(repository.path)) == sorted(filter(None, expected))


def test_ignore_files_above_the_audited_folder_count(tmp_path: Path) -> None:
    """`git status` in a folder honours the repository's root; so does an audit of that folder."""
    repository = Repository(tmp_path / "repository")
    _fill(repository.path, "a/b/x.log", "a/b/y", "a/z.tmp")
    (repository.path / ".gitignore").write_text("*.log\n/a/b/y\n")
    (repository.path / ".git" / "info" / "exclude").write_text("*.tmp\n")
    assert list(files_of(repository.path / "a")) == []


def test_a_nested_repository_has_its_own_ignore_files(tmp_path: Path) -> None:
    """A submodule is not ruled by the ignore files of the repository around it."""
    outer = Repository(tmp_path / "outer")
    inner = Repository(outer.path / "inner")
    (outer.path / ".gitignore").write_text("*.log\n")
    _fill(inner.path, "a.log")
    assert "inner/a.log" in files_of(outer.path)


def test_ignore_files_count_outside_a_repository_too(tmp_path: Path) -> None:
    """An unpacked release has no `.git` and still means its `.gitignore`."""
    _fill(tmp_path, "a.log", "a.txt")
    (tmp_path / ".gitignore").write_text("*.log\n")
    assert list(files_of(tmp_path)) == [".gitignore", "a.txt"]
    assert list(files_of(tmp_path, follow_ignore_files=False)) == [".gitignore", "a.log", "a.txt"]


def test_what_is_ignored_is_counted_by_rule_and_folder(tmp_path: Path) -> None:
    """A file hidden by an ignore rule may be what an auditor seeks: each rule says how much it hid."""
    _fill(tmp_path, "a.log", "b/c.log", "tmp/x", "tmp/y")
    (tmp_path / ".gitignore").write_text("*.log\ntmp/\n")
    told = Counting()
    files_of(tmp_path, progress=told)
    assert sorted(told.left_out) == [
        ("*.log", "ignored by .gitignore"),
        ("*.log", "ignored by .gitignore"),
        ("tmp/", "ignored by .gitignore"),
    ]


def test_vendored_and_build_folders_are_left_out_and_listed(tmp_path: Path) -> None:
    """Each folder left out is named, so that nobody takes silence for absence."""
    _fill(tmp_path, "node_modules/a/index.js", "lib/vendor/b.go", "build/c.o", "src/main.py", "x/__pycache__/m.pyc")
    _fill(tmp_path, "environment/pyvenv.cfg", "environment/lib/x.py", "targets/d", "target/debug/e")
    (tmp_path / "target" / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n# cargo\n")
    told = Counting()
    assert list(files_of(tmp_path, progress=told)) == ["src/main.py", "targets/d"]
    assert dict(told.left_out) == {
        "build/": "built or cached by a tool",
        "environment/": "a virtual environment",
        "lib/vendor/": "vendored",
        "node_modules/": "vendored",
        "target/": "marked as a cache by CACHEDIR.TAG",
        "x/__pycache__/": "built or cached by a tool",
    }


def test_vendored_folders_are_walked_when_asked_for(tmp_path: Path) -> None:
    """What was vendored is part of what is shipped."""
    _fill(tmp_path, "node_modules/a/index.js", "vendor/b.go", "venv/pyvenv.cfg")
    assert len(files_of(tmp_path, include_vendored=True)) == 3


def test_a_folder_that_was_named_is_walked_whatever_its_name(tmp_path: Path) -> None:
    """Who asks for `vendor` means it."""
    _fill(tmp_path, "vendor/b.go")
    assert list(files_of(tmp_path / "vendor")) == ["b.go"]


def test_a_false_cache_tag_hides_nothing(tmp_path: Path) -> None:
    """Only the tag's signature counts, not the file's name."""
    _fill(tmp_path, "target/CACHEDIR.TAG", "target/hidden")
    assert "target/hidden" in files_of(tmp_path)


def test_the_stores_of_git_and_of_the_trail_are_never_walked(tmp_path: Path) -> None:
    """The trail would record its own growth for ever."""
    repository = Repository(tmp_path / "repository")
    _fill(repository.path, ".audit/audit.db", "a")
    told = Counting()
    assert list(files_of(repository.path, progress=told, include_vendored=True)) == ["a"]
    assert {what for what, _ in told.left_out} == {".git/", ".audit/"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("src/**/*.py", ["a.py", "deep/b.py"]),
        ("src/*.py", ["a.py"]),
        ("src/**", ["a.py", "deep/b.py", "deep/c.txt"]),
        ("src/**/[bc].*", ["deep/b.py", "deep/c.txt"]),
        ("src/{deep,none}/*.py", ["deep/b.py"]),
        ("*/*.py", ["src/a.py"]),
        ("src/nothing*", []),
    ],
)
def test_a_glob_begins_at_its_literal_part(tmp_path: Path, pattern: str, expected: list[str]) -> None:
    """`*` stops at a slash and `**` does not, as in the shell and in `.gitignore`."""
    _fill(tmp_path, "src/a.py", "src/deep/b.py", "src/deep/c.txt", "other/d.txt")
    assert list(files_of(f"{tmp_path}/{pattern}", pattern=True)) == expected


def test_a_glob_works_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The specification's own example: `base/**/*.py`."""
    _fill(tmp_path, "base/x/a.py", "b.py")
    monkeypatch.chdir(tmp_path)
    assert list(files_of("base/**/*.py", pattern=True)) == ["x/a.py"]
    assert list(files_of("*.py", pattern=True)) == ["b.py"]


def test_globs_on_request_are_left_out(tmp_path: Path) -> None:
    """They are stronger than a `.gitignore` that takes something back in."""
    _fill(tmp_path, "a.log", "docs/b.md", "src/c.py")
    (tmp_path / ".gitignore").write_text("!a.log\n")
    assert list(files_of(tmp_path, ignore=("*.log", "docs/"))) == [".gitignore", "src/c.py"]


def test_only_the_asked_paths_are_walked(tmp_path: Path) -> None:
    """A path is a file or a folder, and `src` is not `src2`."""
    _fill(tmp_path, "src/a", "src2/b", "docs/x/c", "docs/y/d", "e")
    assert list(files_of(tmp_path, paths=("./src", "docs/x/", "e"))) == ["docs/x/c", "e", "src/a"]


def test_since_and_until_select_by_time_of_change(tmp_path: Path) -> None:
    """A record's timestamp is what `--since` means, and a file's is its last change."""
    for name, seconds in (("old", 1_000_000_000), ("mid", 1_100_000_000), ("new", 1_200_000_000)):
        _fill(tmp_path, name)
        os.utime(tmp_path / name, (seconds, seconds))
    window = {"since": "2004-01-01T00:00:00Z", "until": "2008-01-10T21:20:00Z"}
    assert list(files_of(tmp_path, **window)) == ["mid"]


def test_a_target_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """One sentence: what, and why."""
    with pytest.raises(SourceError, match=r"`.*/nowhere` cannot be audited: no such file or directory"):
        files_of(tmp_path / "nowhere")


def test_a_glob_that_is_none_is_the_callers_mistake(tmp_path: Path) -> None:
    """A wrong request ends with exit code 2, not as a fault of the world."""
    with pytest.raises(UsageError, match="unclosed character class"):
        files_of(f"{tmp_path}/[", pattern=True)


def test_progress_tells_files_and_bytes(tmp_path: Path) -> None:
    """A person watching a long run sees it move."""
    _fill(tmp_path, "a", "bb")
    told = Counting()
    files_of(tmp_path, progress=told)
    assert ("files", 2, None) in told.steps
    assert ("bytes", 3, None) in told.steps


def test_the_source_says_what_it_is() -> None:
    """Every record can be traced to the version that made it."""
    assert source().get_metadata()["name"] == "file"
    assert source().get_metadata()["tools"]["scanner"].count(".") == 2


async def test_collect_gives_unsealed_records(tmp_path: Path) -> None:
    """The specification's interface: a list of records for who has no trail."""
    _fill(tmp_path, "a.py")
    (record,) = await source().collect(f"{tmp_path}/*.py", AuditOptions(pattern=True, include_hash=True))
    assert record.target == "a.py"


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_what_git_tracks_is_kept_whatever_is_ignored(tmp_path: Path, version: str, object_format: str) -> None:
    """A rule added later must not hide from an audit what is part of every commit."""
    repository = Repository(tmp_path / "repository", object_format=object_format)
    _fill(repository.path, "a.log", "b.log", "gone/deep/kept", "gone/deep/lost", "gone/lost", "gone/x/y", "src/m.py")
    _fill(repository.path, *(f"src/many/{number}.log" for number in range(300)), "z/only-ignored/a", "zz.log")
    repository.git("add", "b.log", "gone/deep/kept", "src", "zz.log")
    if version == "3":
        repository.git("add", "--intent-to-add", "gone/x/y")
    (repository.path / ".gitignore").write_text("*.log\ngone/\nz/only-ignored/\n")
    repository.git("update-index", "--index-version", version)
    expected = repository.git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    told = Counting()
    assert list(files_of(repository.path, progress=told)) == sorted(filter(None, expected))
    lost = 2 if version == "3" else 3
    hidden = [what for what, why in told.left_out if why == "ignored by .gitignore"]
    assert hidden.count("gone/") + hidden.count("gone/deep/") + hidden.count("gone/x/") == lost
    assert "z/only-ignored/" in hidden


def test_a_worktree_is_judged_by_its_own_index(tmp_path: Path) -> None:
    """There `.git` is a file that names a store elsewhere, whose exclude file all worktrees share."""
    repository = Repository(tmp_path / "repository", object_format="sha256")
    repository.commit({"a.log": "x"})
    repository.commit({".gitignore": "*.log\n"})
    (repository.path / ".git" / "info" / "exclude").write_text("secret\n")
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"))
    _fill(tmp_path / "tree", "b.log", "secret")
    assert list(files_of(tmp_path / "tree")) == [".git", ".gitignore", "a.log"]


def test_a_damaged_index_leaves_the_ignore_files_alone_to_judge(tmp_path: Path) -> None:
    """What cannot be read is not guessed, and does not end the run."""
    repository = Repository(tmp_path / "repository")
    _fill(repository.path, "a.log", "b")
    (repository.path / ".gitignore").write_text("*.log\n")
    for damage in (b"", b"DIRC", b"DIRC\0\0\0\2\xff\xff\xff\xff" + b"x" * 70, b"DIRC\0\0\0\4\0\0\0\1" + b"\xff" * 90):
        (repository.path / ".git" / "index").write_bytes(damage)
        assert list(files_of(repository.path)) == [".gitignore", "b"]


def test_a_rule_on_request_outweighs_the_index(tmp_path: Path) -> None:
    """Who asks for `*.log` to be left out means tracked ones too."""
    repository = Repository(tmp_path / "repository")
    repository.commit({"a.log": "x", "b": "y"})
    assert list(files_of(repository.path, ignore=("*.log",))) == ["b"]
