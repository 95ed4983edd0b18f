"""Does the compiled reader of git's output say what the plain one says, whatever git prints?"""

import json

from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.reference.history import git_changes, git_commits

from ami_audit.adapters.chain_core import _native

_hash = st.sampled_from(["0" * 40, "a1" * 20, "b2" * 32, "c" * 39])
_name = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=8)
_zone = st.sampled_from(["+0000", "-0000", "+0530", "-1200", "+2359", "-0001", "+2400", "+0060", "0000", "+000"])
_seconds = st.one_of(
    st.integers(0, 2**33).map(str),
    st.integers(252_999_999_990, 253_402_300_900).map(str),
    st.just("-5"),
    st.just("007"),
)
_person = st.builds("{} <{}> {} {}\n".format, _name, _name, _seconds, _zone)
_extra = st.sampled_from(
    [
        "gpgsig one\n two\n \n three\n",
        "gpgsig\n",
        "encoding latin-1\n",
        "mergetag x\n y\n",
        "gpgsig-sha256 x\n",
        " odd\n",
        "x\n",
    ]
)
_message = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.lists(st.sampled_from([" ", "\n", "a", "é", "\x1c", "\x85", "\t", "\0", "\u2028", "\r"]), max_size=12).map(
        "".join
    ),
    st.just("x" * 1_001 + "\n"),
)


@st.composite
def _commits(draw: st.DrawFn) -> bytes:
    parents = "".join(f"parent {name}\n" for name in draw(st.lists(_hash, max_size=3)))
    author = draw(_person)
    committer = draw(st.one_of(_person, st.just(author)))
    extras = "".join(draw(st.lists(_extra, max_size=3)))
    end = draw(st.sampled_from(["\n", ""]))
    text = f"tree {draw(_hash)}\n{parents}author {author}committer {committer}{extras}{end}{draw(_message)}"
    data = text.encode()
    cut = draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))
    return data[:cut] + draw(st.sampled_from([b"", b"", b"\xff"]))


_HEADERS = f"tree {'0' * 40}\nauthor A <a@x> 1 +0000\ncommitter B <b@x> 2 +0100\n\n"


@given(st.lists(_commits(), max_size=3))
@example([(_HEADERS + "é" * length).encode() for length in (32_768, 32_769)])
def test_commits_are_the_twins(objects: list[bytes]) -> None:
    """Who, when and what of a commit must not depend on who reads it."""
    assert json.loads(_native.git_commits(objects)) == git_commits(objects)


_path = st.one_of(st.sampled_from(["a", "b c", "d/e", "f\tg", "\t", "x\t", "caf\xe9", "\n"]), st.text("ab", max_size=3))
_mode = st.sampled_from(["000000", "100644", "100755", "160000", "120000"])
_header = st.builds(":{} {} {} {} {}".format, _mode, _mode, _hash, _hash, st.sampled_from(["A", "M", "D", "T"]))
_rename = st.builds(":{} {} {} {} {}".format, _mode, _mode, _hash, _hash, st.sampled_from(["R100", "C075", "R003"]))
_counts = st.sampled_from(["1\t2", "0\t0", "-\t-"])


@st.composite
def _commit_words(draw: st.DrawFn) -> list[str]:
    listed: list[str] = []
    counted: list[str] = []
    for _ in range(draw(st.integers(0, 4))):
        path, counts = draw(_path), draw(_counts)
        if draw(st.booleans()):
            listed += [draw(_header), path]
            counted += [f"{counts}\t{path}"]
        else:
            old = draw(_path)
            listed += [draw(_rename), old, path]
            counted += [f"{counts}\t", old, path]
    return [draw(st.sampled_from(["a1" * 20, "b2" * 32])), *listed, *(counted if draw(st.booleans()) else ())]


@given(st.lists(_commit_words(), max_size=3))
def test_changes_are_the_twins(commits: list[list[str]]) -> None:
    """A count that is given to another file is a lie that nobody sees."""
    block = "".join(f"{word}\0" for words in commits for word in words).encode("latin-1")
    assert json.loads(_native.git_changes(block)) == git_changes(block)


_word = st.one_of(_header, _rename, _path, st.builds("{}\t{}".format, _counts, _path), _hash)


@given(st.lists(_word, max_size=8), st.binary(max_size=3))
def test_any_words_are_the_twins(words: list[str], rest: bytes) -> None:
    """Torn output, words out of order, a last word without an end: the same rows, and no crash."""
    block = "".join(f"{word}\0" for word in words).encode("latin-1") + rest
    assert json.loads(_native.git_changes(block)) == git_changes(block)
