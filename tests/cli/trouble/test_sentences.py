"""What is said when the world fails: one sentence that names the thing, why, and what to do."""

import os
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest
from tests.support.documents import GUIDE, tables
from tests.support.trouble import AS_OWNER, OPENING, Place

Trouble = Callable[["Place"], None]


_DAMAGED = "; copy its folder away as evidence, and restore the trail from a copy that verifies"


_RIGHTS = "it cannot be written; check who owns the file and its folder"


def _sql(place: Place, statement: str) -> None:
    with apsw.Connection(str(place.trail)) as database:
        database.execute(statement)


def _cut(place: Place, size: int) -> None:
    os.truncate(place.trail, size)


def _instead(path: Path, text: str | None) -> None:
    """Put a text, or a folder, in the place of a file."""
    path.unlink()
    path.mkdir() if text is None else path.write_text(text)


def _alone_with_its_log(place: Place) -> None:
    place.trail.with_name("audit.db-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(100))
    place.trail.unlink()


_TROUBLES: dict[str, tuple[Trouble, tuple[str, ...], int, str]] = {
    "an empty file": (
        lambda place: _cut(place, 0),
        ("repo", "verify", "query", "status", "store check"),
        3,
        OPENING + "it is empty: not a trail, or one cut to nothing; move it away to begin a new one",
    ),
    "a folder in the place of the file": (
        lambda place: _instead(place.trail, None),
        ("repo", "verify", "query", "status", "store check", "store rebuild"),
        3,
        OPENING + "it is a folder; name a file",
    ),
    "a file that is no database": (
        lambda place: _instead(place.trail, "my notes\n" * 999),
        ("repo", "verify", "query", "store check"),
        3,
        OPENING + "it is not a database; name another file, or restore the trail from a copy",
    ),
    "a truncated file": (
        lambda place: _cut(place, 40_000),
        ("repo", "verify", "query", "status", "store check", "store rebuild"),
        1,
        "ami-audit: `{trail}` is damaged: database disk image is malformed" + _DAMAGED,
    ),
    "a file of which only the first line is left": (
        lambda place: _cut(place, 100),
        ("repo", "verify"),
        1,
        "ami-audit: `{trail}` is damaged: database disk image is malformed" + _DAMAGED,
    ),
    "a log without its database": (
        _alone_with_its_log,
        ("repo", "verify", "query", "status", "store check"),
        3,
        OPENING + "the file is gone but its log `{trail}-wal` is not; restore the file, or move the log away",
    ),
    "a database from a newer version": (
        lambda place: _sql(place, "PRAGMA user_version = 99"),
        ("repo", "verify", "query", "status", "store check", "store rebuild"),
        3,
        OPENING + "it is of version 99, newer than the {newest} that this ami-audit knows; upgrade ami-audit",
    ),
    "another program's database": (
        lambda place: _sql(place, "PRAGMA application_id = 7"),
        ("repo", "verify", "store check"),
        3,
        OPENING + "it is not an ami-audit database; name another file",
    ),
    "a file that may not be read": (
        lambda place: place.trail.chmod(0),
        ("repo", "verify", "query", "store check"),
        3,
        OPENING + "it cannot be opened; check the file, its folder and who owns them",
    ),
    "a database file that may only be read": (
        lambda place: place.trail.chmod(0o400),
        ("repo",),
        3,
        "ami-audit: The store failed while writing to `{trail}`: " + _RIGHTS,
    ),
    "a folder in which nothing may be made": (
        lambda place: place.trail.parent.chmod(0o500),
        ("repo", "store rebuild"),
        3,
        OPENING + _RIGHTS,
    ),
    "a folder that may not be looked into": (
        lambda place: place.trail.parent.chmod(0),
        ("repo", "verify"),
        2,
        "ami-audit: {folder}/.audit/config.toml: it cannot be read: Permission denied; check who owns it",
    ),
    "a key that others may read": (
        lambda place: place.key.chmod(0o644),
        ("repo",),
        3,
        (
            "ami-audit: The key file `{key}` is open to other users (mode 0644); close it with `chmod 600 {key}`, and "
            "rotate the key if anybody may have read it."
        ),
    ),
    "a folder of keys in which others may write": (
        lambda place: place.keys.chmod(0o777),
        ("repo",),
        3,
        "ami-audit: Other users may put keys into the folder `{keys}` (mode 0777); close it with `chmod 700 {keys}`.",
    ),
    "a key that may not be read": (
        lambda place: place.key.chmod(0),
        ("repo",),
        3,
        "ami-audit: The key file `{key}` cannot be opened: Permission denied",
    ),
    "a folder in the place of the key": (
        lambda place: _instead(place.key, None),
        ("repo",),
        3,
        "ami-audit: A folder stands in the place of the key file `{key}`; move it away.",
    ),
    "a kept checkpoint that may not be read": (
        lambda place: place.checkpoint.chmod(0),
        ("repo", "verify", "store check"),
        3,
        (
            "ami-audit: The store failed while reading the last checkpoint kept outside the store: {checkpoint}: "
            "Permission denied; set AMI_AUDIT_STATE_DIR to a folder that you can write"
        ),
    ),
    "a folder in the place of the kept checkpoint": (
        lambda place: _instead(place.checkpoint, None),
        ("repo", "verify", "store check"),
        3,
        (
            "ami-audit: The store failed while reading the last checkpoint kept outside the store: {checkpoint}: "
            "Is a directory; set AMI_AUDIT_STATE_DIR to a folder that you can write"
        ),
    ),
    "a kept checkpoint that is something else": (
        lambda place: _instead(place.checkpoint, "rubbish\n"),
        ("repo",),
        3,
        (
            "ami-audit: The store failed while comparing the trail with its last signed checkpoint: {checkpoint} is "
            "not what was kept there: "
        ),
    ),
    "a folder where no checkpoint can be kept": (
        lambda place: place.checkpoints.chmod(0o500),
        ("repo",),
        3,
        (
            "ami-audit: The store failed while keeping the checkpoint of the sealed records outside the store: "
            "{checkpoint}: Permission denied; set AMI_AUDIT_STATE_DIR to a folder that you can write"
        ),
    ),
}


_CASES = [(name, command) for name, trouble in _TROUBLES.items() for command in trouble[1]]


@pytest.mark.parametrize(("name", "command"), _CASES)
def test_one_sentence_says_what_is_wrong_and_what_to_do(place: Place, name: str, command: str) -> None:
    """On stderr, with the right exit code, without a line of ours; and what was there is as it was."""
    trouble, _, code, sentence = _TROUBLES[name]
    expected = place.told(sentence.replace("{newest}", _newest(place)))
    trouble(place)
    before = _bytes(place)
    done = place.run(*command.split(), before=AS_OWNER)
    assert done.stderr.startswith(expected), done.stderr
    assert done.stderr.count("\n") == 1
    assert (done.returncode, done.stdout) == (code, "")
    if name != "a folder where no checkpoint can be kept":  # what was sealed before that is in the trail
        assert _bytes(place) == before


def test_the_guide_tells_of_every_trouble() -> None:
    """Whoever searches for a sentence finds it, with its exit code."""
    rows = {row[0]: row[1:] for table in tables(GUIDE / "operations.md") if "it says" in table[0] for row in table[1:]}
    assert set(_TROUBLES) <= set(rows)
    for name, (_, _, code, sentence) in _TROUBLES.items():
        said, told_code = rows[name]
        assert told_code == str(code), name
        assert all(part in sentence.replace("`", "") for part in said.strip("`").split("…")), name


def _newest(place: Place) -> str:
    with apsw.Connection(str(place.trail)) as database:
        return str(database.pragma("user_version"))


def _bytes(place: Place) -> bytes | None:
    return place.trail.read_bytes() if place.trail.is_file() and os.access(place.trail, os.R_OK) else None


@pytest.mark.parametrize("trouble", ["a database file that may only be read", "a folder in which nothing may be made"])
@pytest.mark.parametrize("command", ["query", "status", "report", "verify", "store check"])
def test_what_may_only_be_read_is_read(place: Place, trouble: str, command: str) -> None:
    """An auditor's copy on a write-protected medium answers like the original."""
    _TROUBLES[trouble][0](place)
    before = _bytes(place)
    done = place.run(*command.split(), before=AS_OWNER)
    assert (done.returncode, done.stderr) == (0, "")
    assert _bytes(place) == before


def test_a_refusal_quotes_nothing_that_a_terminal_obeys(place: Place) -> None:
    """What is refused may come from a stranger's file: it is said on one line, with its escapes written out."""
    done = place.run("query", "--since=\x1b]0;owned\x07\x1b[2J\nnot\u202eow")
    assert done.returncode == 2
    assert done.stderr.startswith("ami-audit: The time `\\x1b]0;owned\\x07\\x1b[2J\\nnot\\u202eow` is not understood")
    assert done.stderr.rstrip("\n").isprintable()
