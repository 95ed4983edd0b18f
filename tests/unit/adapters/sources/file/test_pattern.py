"""Where does a glob's walk begin?"""

import pytest

from ami_audit.adapters.sources.file.pattern import split


@pytest.mark.parametrize(
    ("pattern", "place", "glob"),
    [
        ("base/**/*.py", "base", "**/*.py"),
        ("*.py", ".", "*.py"),
        ("/etc/*.conf", "/etc", "*.conf"),
        ("/*.conf", "/", "*.conf"),
        ("a/b/c.py", "a/b/c.py", None),
        ("a/{b,c}/d", "a", "{b,c}/d"),
        ("a//b/[xy]//z", "a//b", "[xy]/z"),
        ("../up/?", "../up", "?"),
    ],
)
def test_a_glob_is_split_after_its_literal_folders(pattern: str, place: str, glob: str | None) -> None:
    """Walking from the root of the disk for `/etc/*.conf` would take minutes."""
    assert split(pattern) == (place, glob)
