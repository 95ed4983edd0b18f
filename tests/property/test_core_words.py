"""Does the search in one pass find what a plain loop over patterns and lines finds?"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.reference.words import Rule, search_words

from ami_audit.adapters.chain_core import _native
from ami_audit.adapters.chain_core.words import NativeWordMatcher
from ami_audit.ports.word_matcher import WordRule

# As they stand in real lists: words, patterns of every kind, and what is no pattern at all.
_PATTERNS = (
    *("mock", r"\bmocks?\b", "skip(", "parent.parent", ": Any", "—", r"\u2014", " -- ", "unsafe {", "[", "*", "a{2}"),
    *(
        r"(?<!tc)getattr",
        r"(?<!\.|\w)hasattr(?!\()",
        r"(a)\1",
        r"(?i)legacy",
        "(?:ab|cd)+e",
        "x?y?z?",
        "^",
        "$",
        r"\s$",
    ),
    *(r"if.*skip.*:", r"#\s*type:\s*ignore", r"\bdict\[[^]]+,\s*object\]", r"except:\s*", "k", "s{1,2}t", r"\w+\Z"),
)
_WORDS = (
    *("mock", "MOCK", "mocks", "skip(", "if skip:", "parent_parent", ": Any", "—", " -- ", "unsafe {", "tcgetattr"),
    *("getattr", "hasattr", "hasattr(", "aa", "abcde", "Legacy", "# type: ignore", "dict[str, object]", "except:"),
    *("\n", "\n", "\r\n", "\r", " ", "\t", "é", "\u212a", "\u017ft", "st", "\x1b", "{", "a"),
)
_rules = st.builds(
    Rule,
    pattern=st.sampled_from(_PATTERNS),
    ignore_case=st.booleans(),
    in_names=st.booleans(),
    below=st.sampled_from(["", "", "tests"]),
    except_lines=st.sampled_from(["", "", "ignore"]),
    except_paths=st.sampled_from([(), (), ("^docs/",), (r"\.md$",)]),
)
# Where Python goes its own way: `²` is of a word and no combining mark is, U+001C to U+001F are spaces, and the Turkish
# dotless and dotted letters are an i. What else is of a word differs by the edition of Unicode.
_letters = st.text(
    st.characters(
        max_codepoint=0x24F, exclude_categories=("No", "Mn"), exclude_characters="\x1c\x1d\x1e\x1f\u0130\u0131"
    ),
    max_size=3,
)
_texts = st.lists(st.one_of(st.sampled_from(_WORDS), _letters), max_size=25).map("".join)
_paths = st.sampled_from(["app.py", "mock_old.py", "tests/skip(.py", "src/tests/a.md", "docs/mock.md"])


@given(st.lists(_rules, max_size=8), _paths, _texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example([Rule("mock", ignore_case=True)], "app.py", "moc\u212a".encode())
@example([Rule("x", ignore_case=False)], "app.py", b"\xff\xfex\n\x80x")
@example([Rule(r"\bx")], "app.py", b"0123\0x")
def test_places_are_the_twins(rules: list[Rule], path: str, content: bytes) -> None:
    """A place that a list of bans does not find is a hole in a policy that somebody signs for."""
    matcher = NativeWordMatcher([WordRule(*rule) for rule in rules])
    with TemporaryDirectory() as folder:
        place = Path(folder, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        found = matcher.search(folder, [path])
    places = [tuple(it) for file in found.files for it in file.found]
    assert places == search_words(rules, path, content)
    assert not any(file.costly for file in found.files)


@given(st.lists(_texts, max_size=5))
def test_files_come_in_their_order_and_are_counted(texts: list[str]) -> None:
    """The answer names files by their place in the list."""
    matcher = NativeWordMatcher([WordRule("m")])
    with TemporaryDirectory() as folder:
        names = [f"{number}.txt" for number in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            Path(folder, name).write_bytes(text.encode())
        found = matcher.search(folder, [*names, "gone.txt"])
    assert [file.path for file in found.files] == [number for number, text in enumerate(texts) if "m" in text]
    assert (found.searched, found.unread) == (len(texts), ((len(texts), "no such file or directory"),))
    assert found.lines == sum(text.count("\n") for text in texts)


def test_what_is_no_rule_is_refused() -> None:
    """A misspelt key must not become a rule that bans nothing."""
    for wrong in (b"", b"[]", json.dumps({"rules": [{"patern": "x"}]}).encode()):
        with pytest.raises(ValueError, match="line 1"):
            _native.BannedWords(wrong)
