"""Is what lock files pin read as each tool wrote it?"""

import pytest

from ami_audit.domain.lockfile import NOTHING, Pins, compared, is_lockfile, pins_of

_UV = """\
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "anyio"
version = "4.1.0"
source = { registry = "https://example.org/simple" }
dependencies = [{ name = "idna" }]
sdist = { url = "https://example.org/anyio-4.1.0.tar.gz", hash = "sha256:aa", size = 1 }
wheels = [
    { url = "https://example.org/anyio-4.1.0-py3-none-any.whl", hash = "sha256:bb", size = 2 },
]

[[package]]
name = "shop"
version = "0.1.0"
source = { editable = "." }

[package.metadata]
requires-dist = [{ name = "anyio" }]
"""

_POETRY_OLD = """\
[[package]]
name = "idna"
version = "3.1"

[[package]]
name = "tool"
version = "1.0"

[package.source]
type = "git"
url = "https://example.org/tool.git"
resolved_reference = "abc"

[metadata]
content-hash = "00"

[metadata.files]
idna = [{ file = "idna-3.1.tar.gz", hash = "sha256:cc" }]
"""

_POETRY = """\
[[package]]
name = "idna"
version = "3.1"
files = [{ file = "idna-3.1.tar.gz", hash = "sha256:cc" }]
"""

_PDM = """\
[metadata]
groups = ["default"]

[[package]]
name = "idna"
version = "3.1"
files = [{ file = "idna-3.1.tar.gz", hash = "sha256:cc" }]

[[package]]
name = "tool"
version = "1.0"
git = "https://example.org/tool.git"
"""

_PYLOCK = """\
lock-version = "1.0"

[[packages]]
name = "idna"
version = "3.1"
wheels = [{ name = "idna-3.1.whl", url = "https://example.org/idna-3.1.whl", hashes = { sha256 = "cc" } }]

[[packages]]
name = "tool"
vcs = { type = "git", url = "https://example.org/tool.git", commit-id = "abc" }
"""

_CARGO = """\
version = 3

[[package]]
name = "shop"
version = "0.1.0"
dependencies = ["rand 0.8.5", "rand 0.9.0"]

[[package]]
name = "rand"
version = "0.8.5"
source = "registry+https://example.org/index"
checksum = "dd"

[[package]]
name = "rand"
version = "0.9.0"
source = "git+https://example.org/rand#abc"
"""

_CARGO_OLD = """\
[[package]]
name = "rand"
version = "0.8.5"
source = "registry+https://example.org/index"

[metadata]
"checksum rand 0.8.5 (registry+https://example.org/index)" = "dd"
"""

_NPM = """\
{"name": "shop", "lockfileVersion": 3, "packages": {
  "": {"name": "shop", "version": "1.0.0"},
  "node_modules/a": {"version": "1.0.0", "resolved": "https://example.org/a.tgz", "integrity": "sha512-ee"},
  "node_modules/b/node_modules/a": {"version": "2.0.0", "integrity": "sha512-ff"},
  "node_modules/@x/c": {"version": "3.0.0", "resolved": "git+ssh://git@example.org/c.git#abc"},
  "node_modules/mine": {"resolved": "packages/mine", "link": true}
}}
"""

_NPM_OLD = """\
{"name": "shop", "lockfileVersion": 1, "dependencies": {
  "a": {"version": "1.0.0", "integrity": "sha1-00 sha512-ee"},
  "b": {"version": "1.0.0", "dependencies": {"a": {"version": "2.0.0"}}}
}}
"""

_GO = """\
example.org/a v1.0.0 h1:gg=
example.org/a v1.0.0/go.mod h1:hh=
example.org/a v1.1.0/go.mod h1:ii=
"""

CASES = {
    "uv.lock": (_UV, {"anyio": {"4.1.0"}, "shop": {"0.1.0 (editable+.)"}}),
    "old/poetry.lock": (_POETRY_OLD, {"idna": {"3.1"}, "tool": {"1.0 (git+https://example.org/tool.git#abc)"}}),
    "poetry.lock": (_POETRY, {"idna": {"3.1"}}),
    "pdm.lock": (_PDM, {"idna": {"3.1"}, "tool": {"1.0 (git+https://example.org/tool.git)"}}),
    "pylock.toml": (_PYLOCK, {"idna": {"3.1"}, "tool": {"(git+https://example.org/tool.git#abc)"}}),
    "Cargo.lock": (
        _CARGO,
        {"shop": {"0.1.0 (path)"}, "rand": {"0.8.5", "0.9.0 (git+https://example.org/rand#abc)"}},
    ),
    "old/Cargo.lock": (_CARGO_OLD, {"rand": {"0.8.5"}}),
    "package-lock.json": (
        _NPM,
        {"a": {"1.0.0", "2.0.0"}, "@x/c": {"3.0.0 (git+ssh://git@example.org/c.git#abc)"}},
    ),
    "old/package-lock.json": (_NPM_OLD, {"a": {"1.0.0", "2.0.0"}, "b": {"1.0.0"}}),
    "go.sum": (_GO, {"example.org/a": {"v1.0.0", "v1.1.0"}}),
}


@pytest.mark.parametrize("path", CASES)
def test_each_format_is_read(path: str) -> None:
    """Packages, all their versions, and where a version comes from that is not of the registry."""
    text, expected = CASES[path]
    assert {name: set(versions) for name, versions in pins_of(path, text.encode()).versions.items()} == expected
    assert is_lockfile(path)


@pytest.mark.parametrize(
    ("path", "digests"),
    [
        (
            "uv.lock",
            {"anyio 4.1.0 anyio-4.1.0.tar.gz sha256": "aa", "anyio 4.1.0 anyio-4.1.0-py3-none-any.whl sha256": "bb"},
        ),
        ("old/poetry.lock", {"idna 3.1 idna-3.1.tar.gz sha256": "cc"}),
        ("poetry.lock", {"idna 3.1 idna-3.1.tar.gz sha256": "cc"}),
        ("pdm.lock", {"idna 3.1 idna-3.1.tar.gz sha256": "cc"}),
        ("pylock.toml", {"idna 3.1 idna-3.1.whl sha256": "cc"}),
        ("Cargo.lock", {"rand 0.8.5 sha256": "dd"}),
        ("old/Cargo.lock", {"rand 0.8.5 sha256": "dd"}),
        ("package-lock.json", {"a 1.0.0 sha512": "ee", "a 2.0.0 sha512": "ff"}),
        ("old/package-lock.json", {"a 1.0.0 sha1": "00", "a 1.0.0 sha512": "ee"}),
        (
            "go.sum",
            {
                "example.org/a v1.0.0 sha256": "gg=",
                "example.org/a v1.0.0 go.mod sha256": "hh=",
                "example.org/a v1.1.0 go.mod sha256": "ii=",
            },
        ),
    ],
)
def test_digests_are_kept_with_what_they_are_of(path: str, digests: dict[str, str]) -> None:
    """A new file of the same version is not a changed digest; the same file with another digest is."""
    assert pins_of(path, CASES[path][0].encode()).digests == digests


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", "<<<<<<< HEAD\n"),
        ("uv.lock", "[[package]]\nversion = '1'\n"),
        ("uv.lock", "package = 3\n"),
        ("uv.lock", "[[package]]\nname = 3\n"),
        ("poetry.lock", "[[package]]\nname = 'a'\n"),
        ("package-lock.json", "{"),
        ("package-lock.json", "[]"),
        ("package-lock.json", '{"packages": {"node_modules/a": 3}}'),
        ("package-lock.json", '{"dependencies": ' * 50_000),
        ("go.sum", "one two\n"),
        ("Cargo.lock", "\xff"),
    ],
)
def test_what_is_not_of_the_format_is_refused(path: str, text: str) -> None:
    """Hostile or broken: one kind of error, never another."""
    with pytest.raises(ValueError, match=r"."):
        pins_of(path, text.encode("latin-1"))


def test_reading_by_packages_reads_what_the_whole_says() -> None:
    """A text that only looks like packages is read as a whole."""
    text = 'note = """\n[[package]]\nname = "ghost"\n"""\n' + _UV
    assert pins_of("uv.lock", text.encode()) == pins_of("uv.lock", _UV.encode())


def test_comparing_names_what_came_went_and_moved() -> None:
    """Sorted by name, with all versions before and after."""
    before = Pins({"a": frozenset({"1"}), "b": frozenset({"1", "2"}), "gone": frozenset({"9"})}, {"a 1": "x"})
    after = Pins(
        {"a": frozenset({"1"}), "b": frozenset({"2", "3"}), "new": frozenset({"0"})}, {"a 1": "y", "new 0": "z"}
    )
    changes = compared(before, after)
    assert changes.added == [("new", ["0"])]
    assert changes.removed == [("gone", ["9"])]
    assert changes.changed == [("b", ["1", "2"], ["2", "3"])]
    assert changes.redigested == ["a 1"]
    assert compared(NOTHING, NOTHING) == ([], [], [], [])
