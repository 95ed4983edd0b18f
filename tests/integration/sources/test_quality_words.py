"""Are banned words found where each generation of the list bans them, and nowhere else?"""

import time
from pathlib import Path

import pytest
from tests.support.quality import kinds, places, quality, run_of, write

from ami_audit.domain.errors import UsageError
from ami_audit.domain.kinds import AuditSeverity, Outcome

SECOND = r"""
version: "2.0.0"
global_banned_words:
  - "mock"
  - '(?<!tc)getattr'
  - "—"
directory_specific_banned_words:
  tests:
    - "pytest.skip("
    - "if.*skip.*:"
banned_filename_patterns:
  - "_v1"
  - ".bak"
ignored_files:
  - "scripts/patterns.py"
"""
THIRD = r"""
version: "3.0.0"
banned:
  - pattern: '\bmock\b'
    reason: "No mocks."
    exception_regex: 'pytest[-_]mock'
dir_rules:
  tests:
    - {pattern: 'skip\(', reason: "Run it."}
filename_rules:
  - {pattern: '_old\.', reason: "Use git."}
"""
FOURTH = r"""
version: "4.0.0"
universal_exceptions:
  - paths: ['tests/']
    patterns: ['\bmock\b']
  - paths: ['docs/']
    patterns: ['.*']
banned:
  - pattern: '\bmock\b'
    reason: "No mocks."
    category: test-doubles
  - pattern: 'TODO'
    reason: "Do it."
directory_rules:
  tests:
    - pattern: 'not implemented yet'
      reason: "Implement it."
      category: directory-rules
filename_rules:
  - pattern: '_v[0-9]+'
    reason: "Use git."
    category: filename-rules
"""
# Small files that say very much.
_THOUSAND = ", ".join(f"p{number}" for number in range(1_000))
ALIASES = (
    f"l: &l [{_THOUSAND}]\nt: &t {{paths: *l, patterns: *l}}\n"
    f"banned: []\nuniversal_exceptions: [{', '.join(['*t'] * 1_000)}]\n"
)
FOLDERS = f"l: &l [{_THOUSAND}]\nglobal_banned_words: []\ndirectory_specific_banned_words:\n" + "".join(
    f"  d{number}: *l\n" for number in range(1_000)
)


def _found(folder: Path, **options: object) -> list[tuple[str, int | None, int | None]]:
    drafts = quality(folder, "banned-words", **options)
    return [place[:3] for place in places(drafts, "banned-words")]


def test_the_second_generation(tmp_path: Path) -> None:
    """Words and patterns mixed, whatever their case; what is no pattern stands for itself."""
    write(
        tmp_path,
        {
            "scripts/config/patterns/banned_words.yaml": SECOND,
            "scripts/patterns.py": "mock\n",
            "app.py": "x = Mock()\ntcgetattr(0)\ny = GETATTR(x, 'y')  # — so\nif skip:\n",
            "tests/test_app.py": "def test():\n    pytest.skip('later')\n    if SKIPPED: pass\n",
            "api_v1.py": "",
            "api_v10.py": "",
            "notes.BAK": "",
        },
    )
    assert _found(tmp_path) == [
        ("api_v1.py", None, None),
        ("app.py", 1, 5),
        ("app.py", 3, 5),
        ("app.py", 3, 24),
        ("notes.BAK", None, None),
        ("scripts/config/patterns/banned_words.yaml", 4, 6),
        ("scripts/config/patterns/banned_words.yaml", 5, 13),
        ("scripts/config/patterns/banned_words.yaml", 6, 6),
        ("tests/test_app.py", 2, 5),
        ("tests/test_app.py", 3, 5),
    ]
    run = run_of(quality(tmp_path, "banned-words"), "banned-words")
    assert run.context["generation"] == 2
    assert run.context["forms"] == {"backtracking": 1, "literal": 1, "regex": 5}
    assert run.context["taken_literally"] == ["pytest.skip("]
    assert run.context["ignored"] == 1


def test_the_third_generation(tmp_path: Path) -> None:
    """With lines that are exempt."""
    write(
        tmp_path,
        {
            "res/config/banned_words.yaml": THIRD,
            "app.py": "mock\nuse pytest-mock here: mock\nMOCK\nskip(\n",
            "tests/a.py": "skip(\n",
            "x_old.py": "",
        },
    )
    expected = [
        ("app.py", 1, 1),
        ("res/config/banned_words.yaml", 6, 33),
        ("tests/a.py", 1, 1),
        ("x_old.py", None, None),
    ]
    assert _found(tmp_path) == expected
    assert run_of(quality(tmp_path, "banned-words"), "banned-words").context["generation"] == 3


def test_the_fourth_generation_with_exceptions_of_the_project(tmp_path: Path) -> None:
    """Reasons and kinds are told; universal exceptions and the project's own both count."""
    write(
        tmp_path,
        {
            "config/banned_words.yaml": FOURTH,
            "config/banned_words_exceptions.yaml": (
                "exceptions:\n"
                "  - pattern: 'TODO'\n    paths: ['^legacy/']\n"
                "  - pattern: '.*'\n    paths: ['^config/']\n"
            ),
            "app.py": "a mock\nTODO\nMOCK mocks\n",
            "legacy/old.py": "TODO mock\n",
            "tests/a.py": "mock\nnot implemented yet\n",
            "docs/a.md": "mock TODO\n",
            "api_v2.py": "",
        },
    )
    drafts = quality(tmp_path, "banned-words")
    assert places(drafts, "banned-words") == [
        ("api_v2.py", None, None, "banned.filename-rules", "`_v[0-9]+` is banned: Use git."),
        ("app.py", 1, 3, "banned.test-doubles", r"`\bmock\b` is banned: No mocks."),
        ("app.py", 2, 1, "banned", "`TODO` is banned: Do it."),
        ("legacy/old.py", 1, 6, "banned.test-doubles", r"`\bmock\b` is banned: No mocks."),
        ("tests/a.py", 2, 1, "banned.directory-rules", "`not implemented yet` is banned: Implement it."),
    ]
    run = run_of(drafts, "banned-words")
    assert run.context["said_in"] == ["config/banned_words.yaml", "config/banned_words_exceptions.yaml"]
    assert (run.context["generation"], run.context["violations"], run.context["patterns"]) == (4, 5, 4)
    assert {violation.severity for draft in drafts for violation in draft.violations} == {AuditSeverity.ERROR}


def test_words_are_looked_for_only_when_that_is_asked(tmp_path: Path) -> None:
    """They are the project's own rule, and an opinion elsewhere."""
    write(tmp_path, {"banned_words.yaml": FOURTH, "app.py": "TODO\n"})
    assert not places(quality(tmp_path, "ruff"), "banned-words")
    assert places(quality(tmp_path, "ruff", check_banned_words=True), "banned-words")


def test_a_list_elsewhere_can_be_named(tmp_path: Path) -> None:
    """A team keeps one list for many repositories; the nearest above the target counts otherwise."""
    write(tmp_path, {"lists/own.yaml": FOURTH, "repo/.git/HEAD": "", "repo/a/app.py": "TODO\n"})
    drafts = quality(tmp_path / "repo" / "a", "banned-words", banned_words_file=str(tmp_path / "lists" / "own.yaml"))
    assert [place[:3] for place in places(drafts, "banned-words")] == [("a/app.py", 1, 1)]
    write(tmp_path, {"repo/config/banned_words.yaml": FOURTH})
    assert _found(tmp_path / "repo" / "a") == [("a/app.py", 1, 1)]


def test_a_list_that_is_named_and_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """A slip of the user's, and no fault of the project."""
    with pytest.raises(UsageError, match=r"no file `.*gone.yaml` that bans words"):
        quality(tmp_path, "banned-words", banned_words_file=str(tmp_path / "gone.yaml"))


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (None, "quality.banned-words-missing", "No file says which words are banned"),
        ("- a\n- b\n", "quality.banned-words-unusable", "holds no mapping"),
        ("banned: [\n", "quality.banned-words-unusable", "cannot be read"),
        ("version: 4\n", "quality.banned-words-unusable", "bans nothing"),
        ("banned: !!bool foo\n", "quality.banned-words-unusable", "not what its tag says"),
        ('banned: !!int ""\n', "quality.banned-words-unusable", "not what its tag says"),
        ("banned: !!timestamp foo\n", "quality.banned-words-unusable", "not what its tag says"),
        ("[" * 50_000, "quality.banned-words-unusable", "cannot be read"),
        (ALIASES, "quality.banned-words-unusable", "says too much"),
        (FOLDERS, "quality.banned-words-unusable", "says too much"),
        ("!!python/object/apply:os.system ['touch sprung']\n", "quality.banned-words-unusable", "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_used_is_a_finding(tmp_path: Path, text: str | None, kind: str, said: str) -> None:
    """No list must not look like no violations."""
    write(tmp_path, {"app.py": "mock\n"} | ({"banned_words.yaml": text} if text else {}))
    run = run_of(quality(tmp_path, "banned-words"), "banned-words")
    assert (run.outcome, kinds(run)) == (Outcome.FAILURE, [kind])
    assert said in run.findings[0].description
    assert not (tmp_path / "sprung").exists()


def test_patterns_that_are_meant_to_hurt_are_given_up(tmp_path: Path) -> None:
    """A list in a hostile repository must not stop the audit, nor hide that a pattern was given up."""
    listed = r"""
banned:
  - {pattern: '(?!z)(a|aa)+\1c', reason: "evil"}
  - {pattern: '(\w{500}){500}', reason: "huge"}
  - {pattern: 'needle', reason: "found all the same"}
universal_exceptions:
  - {paths: ['(?=(a+)+$)(a|aa)+\1c'], patterns: ['needle']}
"""
    write(tmp_path, {"banned_words.yaml": listed, "a.txt": ("a" * 5_000 + "\n") * 200 + "needle\n"})
    began = time.process_time()
    drafts = quality(tmp_path, "banned-words")
    assert time.process_time() - began < 30
    assert ("a.txt", 201, 1) in [place[:3] for place in places(drafts, "banned-words")]
    (told,) = [draft for draft in drafts if draft.target == "a.txt"]
    assert kinds(told) == ["quality.pattern-too-costly"]
    assert told.findings[0].location == "a.txt:1"
    assert kinds(run_of(drafts, "banned-words")) == ["quality.pattern-unusable"]


def test_what_is_no_text_is_counted(tmp_path: Path) -> None:
    """Names of binary files count, their bytes do not; bytes that are no UTF-8 hide nothing on their line."""
    write(
        tmp_path,
        {
            "banned_words.yaml": FOURTH,
            "logo_v1.bin": b"\0TODO",
            "latin.txt": b"\xe9t\xe9 TODO\r\n",
            "link_v9.txt": "",
        },
    )
    (tmp_path / "link_v9.txt").unlink()
    (tmp_path / "link_v9.txt").symlink_to("latin.txt")
    found = [place for place in _found(tmp_path) if "yaml" not in place[0]]
    assert found == [("latin.txt", 1, 5), ("logo_v1.bin", None, None)]
    run = run_of(quality(tmp_path, "banned-words"), "banned-words")
    assert (run.context["binary"], run.context["searched"]) == (1, 2)


def test_files_that_git_ignores_are_left_out(tmp_path: Path) -> None:
    """The same files as the file source sees."""
    write(
        tmp_path,
        {".git/HEAD": "", ".gitignore": "*.log\n", "banned_words.yaml": FOURTH, "a.log": "TODO\n", "b.py": "TODO\n"},
    )
    assert [place for place in _found(tmp_path) if "yaml" not in place[0]] == [("b.py", 1, 1)]
    assert ("a.log", 1, 1) in _found(tmp_path, follow_ignore_files=False)
