"""Does the git source tell of every commit what git itself would tell?"""

import random
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.observed import Counting, commits_of, drafts_of, knowing, only
from tests.support.repositories import Repository

from ami_audit.adapters.sources.git import GitSource
from ami_audit.domain.errors import SourceError
from ami_audit.domain.kinds import ActorType, AuditTargetType
from ami_audit.domain.options import AuditOptions

_SOME_LINES = "".join(f"line {number}\n" for number in range(40))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository with a work tree."""
    return Repository(tmp_path / "repository")


def test_a_commit_says_who_when_and_what(repository: Repository) -> None:
    """These are the facts that an auditor asks of a change."""
    name = repository.commit(
        {"a.txt": "1\n2\n"},
        message="Add a\n\nBecause.\n",
        author="Zoë Writer <zoe@example.org>",
        date="1700000000 +0530",
    )
    draft = commits_of(repository.path)[name]
    assert draft.actor == "Zoë Writer <zoe@example.org>"
    assert draft.actor_type is ActorType.PERSON
    assert draft.target_type is AuditTargetType.GIT
    assert draft.source == "git_source/1"
    assert draft.timestamp == "2023-11-14T22:13:20.000000Z"
    assert draft.context["author"]["date"] == "2023-11-15T03:43:20+05:30"
    assert draft.context["committer"]["name"] == "A Tester"
    assert draft.context["subject"] == "Add a"
    assert draft.context["message"] == "Add a\n\nBecause.\n"
    assert draft.context["parents"] == []
    assert draft.context["signature"] == {"state": "none"}
    assert draft.context["changes"] == [{"path": "a.txt", "status": "A", "added": 2, "deleted": 0}]
    assert draft.context["totals"] == {"files": 1, "added": 2, "deleted": 0}


def test_a_rename_keeps_the_old_path_and_its_line_counts(repository: Repository) -> None:
    """A file that moved is one change, not a deletion and an unrelated addition."""
    repository.commit({"old name.txt": _SOME_LINES})
    (repository.path / "old name.txt").unlink()
    name = repository.commit({"new\nname.txt": _SOME_LINES + "one more\n"})
    (change,) = commits_of(repository.path)[name].context["changes"]
    assert change["status"] == "R"
    assert (change["old_path"], change["path"]) == ("old name.txt", "new\nname.txt")
    assert (change["added"], change["deleted"]) == (1, 0)
    assert 50 < change["similarity"] < 100


def test_a_binary_file_has_no_line_counts_and_says_so(repository: Repository) -> None:
    """None is not zero: nobody counted."""
    name = repository.commit({"image": b"\x00\x01" * 50, "text": "1\n"})
    changes = commits_of(repository.path)[name].context["changes"]
    assert changes[0] == {"path": "image", "status": "A", "added": None, "deleted": None, "binary": True}
    assert changes[1]["added"] == 1


def test_a_changed_mode_and_a_changed_type_are_told(repository: Repository) -> None:
    """A script that became executable is a change though no line did."""
    repository.commit({"run": "#!/bin/sh\n", "link": "text\n"})
    (repository.path / "run").chmod(0o755)
    (repository.path / "link").unlink()
    (repository.path / "link").symlink_to("run")
    name = repository.commit()
    link, run = commits_of(repository.path)[name].context["changes"]
    assert run["mode"] == {"from": "100644", "to": "100755"}
    assert (run["status"], run["added"], run["deleted"]) == ("M", 0, 0)
    assert link["status"] == "T"


def test_a_submodule_pointer_tells_from_where_to_where(repository: Repository) -> None:
    """A moved pointer changes the code that is built; its two ends are the evidence."""
    old, new = "1" * 40, "2" * 40
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{old},lib/sub")
    repository.git("commit", "-qm", "pin")
    repository.git("update-index", "--cacheinfo", f"160000,{new},lib/sub")
    repository.git("commit", "-qm", "move")
    first, second = commits_of(repository.path).values()
    assert first.context["changes"][0]["submodule"] == {"from": None, "to": old}
    assert second.context["changes"][0]["submodule"] == {"from": old, "to": new}
    assert drafts_of(repository.path)[0].context["submodules"] == [{"path": "lib/sub", "commit": new}]


def test_a_merge_names_its_parents_and_counts_no_lines(repository: Repository) -> None:
    """As in `git log --numstat`: the lines of a merge were counted where they were written."""
    first = repository.commit({"a": "1\n"})
    repository.git("checkout", "-qb", "side")
    side = repository.commit({"b": "1\n"})
    repository.git("checkout", "-q", "main")
    main = repository.commit({"c": "1\n"})
    repository.git("merge", "-q", "--no-ff", "-m", "join", "side")
    drafts = commits_of(repository.path)
    merge = drafts[repository.git("rev-parse", "HEAD")]
    assert merge.context["merge"] is True
    assert merge.context["parents"] == [main, side]
    assert "changes" not in merge.context
    assert next(iter(drafts)) == first


def test_parents_come_before_their_children_whatever_their_dates(repository: Repository) -> None:
    """Evidence is read in the order in which it could have happened, and dates can lie."""
    names = [repository.commit({"a": str(year)}, date=f"{2_000_000_000 - year} +0000") for year in range(5)]
    assert list(commits_of(repository.path)) == names


def test_the_same_repository_gives_the_same_drafts(repository: Repository) -> None:
    """A source whose answers wander cannot be checked by running it twice."""
    _write_tangle(repository, commits=150, seed=3)
    assert drafts_of(repository.path) == drafts_of(repository.path)


def test_line_counts_are_those_of_git_log_over_a_tangled_history(repository: Repository) -> None:
    """Hundreds of commits in several chunks and processes: each must get its own numbers."""
    _write_tangle(repository, commits=400, seed=7)
    log = subprocess.run(
        ["git", "log", "--numstat", "-M", "--format=commit %H"],
        cwd=repository.path,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    expected = {}
    for part in re.split(r"^commit ", log, flags=re.MULTILINE)[1:]:
        name, *lines = part.split("\n")
        counts = [line.split("\t")[:2] for line in lines if line]
        expected[name] = [sum(int(pair[side]) for pair in counts) for side in (0, 1)]
    found = {
        name: [draft.context.get("totals", {}).get(side, 0) for side in ("added", "deleted")]
        for name, draft in commits_of(repository.path).items()
    }
    assert found == expected


def _write_tangle(repository: Repository, *, commits: int, seed: int) -> None:
    """Write a history with branches, merges, renames and deletions through fast-import."""
    chance = random.Random(seed)
    stream: list[str] = []
    marks: list[int] = []
    files: dict[str, list[str]] = {}
    for mark in range(1, commits + 1):
        parents = [marks[-1]] if marks else []
        if len(marks) > 5 and chance.random() < 0.15:
            parents.append(chance.choice(marks[-5:-1]))
        files[f"d{chance.randrange(4)}/f{chance.randrange(20)}"] = [
            str(chance.randrange(30)) for _ in range(chance.randrange(1, 60))
        ]
        if len(files) > 3 and chance.random() < 0.2:
            old = chance.choice(sorted(files))
            files[f"moved/{mark}"] = [*files.pop(old), "moved"]
        stream.append(f"commit refs/heads/main\nmark :{mark}\n")
        stream.append(f"committer C <c@example.org> {1_700_000_000 + mark} +0000\ndata 1\nx")
        stream.extend(f"\n{word} :{parent}" for word, parent in zip(("from", "merge"), parents, strict=False))
        stream.append("\ndeleteall\n")
        for name, lines in files.items():
            text = "\n".join(lines)
            stream.append(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n")
        marks.append(mark)
    repository.git("fast-import", "--quiet", stdin="".join(stream).encode())


def test_a_large_commit_is_cut_and_says_how_much_was_left_out(repository: Repository) -> None:
    """One record must stay small, and what it leaves out must be a number and not silence."""
    name = repository.commit({f"f{number:04}": "1\n" for number in range(1_200)})
    context = commits_of(repository.path)[name].context
    assert len(context["changes"]) == 1_000
    assert context["omitted"] == 200
    assert context["totals"] == {"files": 1_200, "added": 1_200, "deleted": 0}


def test_since_and_until_ask_the_authors_date(repository: Repository) -> None:
    """The author's date is the record's timestamp; since counts itself in, until out."""
    names = [repository.commit({"a": str(day)}, date=f"{1_700_000_000 + day * 86_400} +0000") for day in range(4)]
    since = datetime.fromtimestamp(1_700_000_000 + 86_400, UTC)
    until = datetime.fromtimestamp(1_700_000_000 + 3 * 86_400, UTC)
    assert list(commits_of(repository.path, since=since, until=until)) == names[1:3]


def test_an_author_is_found_by_part_of_name_or_address_whatever_the_case(repository: Repository) -> None:
    """A person asks for `jane`, not for the exact line that git stores."""
    jane = repository.commit({"a": "1"}, author="Jane Doe <jd@example.org>")
    repository.commit({"a": "2"}, author="John <john@example.org>")
    other = repository.commit({"a": "3"}, author="Kim <KIM@Example.net>")
    assert list(commits_of(repository.path, authors=("jANE", "kim@example"))) == [jane, other]


def test_the_mailmap_is_applied_and_what_it_changed_is_kept(repository: Repository) -> None:
    """One person under three addresses is one actor, and the raw identity stays as evidence."""
    mapped = repository.commit({"a": "1"}, author="jd <jd@laptop>")
    plain = repository.commit({".mailmap": "Jane Doe <jane@example.org> <JD@laptop>\n"}, author="Kim <k@example.org>")
    drafts = commits_of(repository.path)
    assert drafts[mapped].actor == "Jane Doe <jane@example.org>"
    assert drafts[mapped].context["author"]["raw"] == "jd <jd@laptop>"
    assert "raw" not in drafts[plain].context["author"]
    assert list(commits_of(repository.path, authors=("jd@laptop",))) == [mapped]


def test_a_path_limits_the_history_but_not_what_a_commit_says(repository: Repository) -> None:
    """A commit is one fact for ever, however it was asked for; else the first question would shape the evidence."""
    both = repository.commit({"src/a": "1", "docs/b": "1"})
    repository.commit({"docs/b": "2"})
    only_source = repository.commit({"src/a": "2"})
    limited = commits_of(repository.path / "src")
    assert list(limited) == [both, only_source]
    assert limited[both] == commits_of(repository.path)[both]
    assert list(commits_of("src", repository.path)) == [both, only_source]
    assert list(commits_of(repository.path, paths=("src",))) == [both, only_source]


def test_a_glob_limits_the_history(repository: Repository) -> None:
    """`base/**/*.py` is what a person types for all Python files."""
    repository.commit({"src/a.txt": "1"})
    python = repository.commit({"src/deep/er/a.py": "1"})
    assert list(commits_of(f"{repository.path}/src/**/*.py", pattern=True)) == [python]


def test_a_path_with_wildcards_in_its_name_is_taken_as_it_stands(repository: Repository) -> None:
    """A file may be called `*`; asking for it must not ask for everything."""
    star = repository.commit({"*": "1"})
    repository.commit({"other": "1"})
    assert list(commits_of(repository.path / "*")) == [star]


def test_a_deleted_file_still_has_its_history(repository: Repository) -> None:
    """What was deleted is often just what is asked about."""
    added = repository.commit({"gone": "1"})
    (repository.path / "gone").unlink()
    deleted = repository.commit()
    assert list(commits_of(repository.path / "gone")) == [added, deleted]


def test_a_path_that_never_was_is_an_error(repository: Repository) -> None:
    """A misspelt path must not look like a clean history."""
    repository.commit({"a": "1"})
    with pytest.raises(SourceError, match="no such path"):
        drafts_of(repository.path / "misspelt")


def test_a_folder_that_is_no_repository_is_one_clear_sentence(tmp_path: Path) -> None:
    """The person is told what to do, not what git printed."""
    with pytest.raises(SourceError, match="no Git repository there or in a folder above"):
        drafts_of(tmp_path)


def test_a_target_outside_the_named_repository_is_refused(repository: Repository, tmp_path: Path) -> None:
    """Otherwise it would silently mean the whole repository."""
    repository.commit({"a": "1"})
    with pytest.raises(SourceError, match="outside the repository"):
        drafts_of(tmp_path, repository.path)


def test_what_the_trail_knows_is_counted_and_not_told_again(repository: Repository) -> None:
    """A second run costs what is new, and says what was unchanged."""
    for number in range(3):
        repository.commit({"a": str(number)})
    before = drafts_of(repository.path)
    new = repository.commit({"a": "new"})
    progress = Counting()
    again = GitSource().stream(str(repository.path), AuditOptions(), known=knowing(before), progress=progress)
    commits = only([draft for batch in again for draft in batch], "git.commit")
    assert [draft.target for draft in commits] == [new]
    assert progress.unchanged_facts == 3
    assert progress.steps[-1] == ("commits", 4, 4)


def test_known_commits_outside_the_filter_are_not_counted_as_unchanged(repository: Repository) -> None:
    """Unchanged means: asked for, and as it was; what nobody asked for is neither."""
    repository.commit({"a": "1"}, author="Jane <jane@example.org>")
    repository.commit({"a": "2"}, author="John <john@example.org>")
    progress = Counting()
    stream = GitSource().stream(
        str(repository.path), AuditOptions(authors=("jane",)), known=lambda keys: [True] * len(keys), progress=progress
    )
    assert only([draft for batch in stream for draft in batch], "git.commit") == []
    assert progress.unchanged_facts == 1


def test_full_tells_everything_again(repository: Repository) -> None:
    """`--full` is how a person asks for a fresh recording."""
    repository.commit({"a": "1"})
    stream = GitSource().stream(str(repository.path), AuditOptions(full=True), known=lambda keys: [True] * len(keys))
    assert len(only([draft for batch in stream for draft in batch], "git.commit")) == 1
