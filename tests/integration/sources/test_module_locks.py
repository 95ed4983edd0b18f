"""Does each lock file tell which packages there are, who needs them, and where they come from?"""

from pathlib import Path

from tests.support.modules import drafts_of, judged, locked, the, write

_UV = """version = 1
revision = 3
requires-python = ">=3.11"

[manifest]
members = ["shop", "tools"]

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "httpx", extra = ["http2"] }, { name = "tools" }]
[package.optional-dependencies]
fast = [{ name = "orjson" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "tools"
version = "0.1"
source = { editable = "tools" }

[[package]]
name = "httpx"
version = "0.28.1"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "idna" }]
wheels = [{ url = "https://index.example/httpx.whl", hash = "sha256:00" }]
[package.optional-dependencies]
http2 = [{ name = "h2" }]

[[package]]
name = "h2"
version = "4.2"
source = { git = "https://me:secret@git.example/h2?rev=v4#abc" }

[[package]]
name = "idna"
version = "3.7"
source = { url = "https://files.example/idna.tar.gz" }
sdist = { hash = "sha256:00" }

[[package]]
name = "orjson"
version = "3.11"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/orjson.tar.gz", hash = "sha256:00" }

[[package]]
name = "pytest"
version = "9.2"
source = { registry = "https://index.example/simple" }
"""


def test_uv_lock_tells_sources_groups_and_ways(tmp_path: Path) -> None:
    """An auditor asks of each package: who wanted it, and from where did it come?"""
    found = locked(write(tmp_path, {"uv.lock": _UV}))
    told = {key: (it["direct"], it.get("depth"), it["groups"], it["source"]["kind"]) for key, it in found.items()}
    assert told == {
        "h2@4.2": (False, 2, [], "git"),
        "httpx@0.28.1": (True, 1, ["main"], "registry"),
        "idna@3.7": (False, 2, [], "url"),
        "orjson@3.11": (True, 1, ["extra:fast"], "registry"),
        "pytest@9.2": (True, 1, ["group:dev"], "registry"),
    }
    assert found["h2@4.2"]["path"] == ["httpx@0.28.1", "h2@4.2"]
    assert found["h2@4.2"]["needed_by"] == ["httpx@0.28.1"]
    assert found["h2@4.2"]["source"]["place"] == "https://git.example/h2"
    assert found["idna@3.7"]["purl"] == "pkg:pypi/idna@3.7"


def test_uv_lock_is_summed_up(tmp_path: Path) -> None:
    """The short answer: how many, how deep, how many without a digest, and what is wrong."""
    lock = the("lock", drafts_of(write(tmp_path, {"uv.lock": _UV})))
    told = {name: lock.context[name] for name in ("format", "packages", "direct", "transitive", "deepest", "hashed")}
    assert told == {
        "format": "uv.lock 1.3",
        "packages": 5,
        "direct": 3,
        "transitive": 2,
        "deepest": 2,
        "hashed": 3,
    }
    assert judged(lock) == {"unhashed": "Packages have no digest (1 of 5): `pytest@9.2`."}


def test_poetry_lock_is_read_with_its_manifest(tmp_path: Path) -> None:
    """A poetry.lock does not say what the project itself asked for: the manifest beside it does."""
    manifest = """[tool.poetry]
name = "shop"
version = "1.0"
[tool.poetry.dependencies]
python = "^3.11"
Requests = "^2.30"
[tool.poetry.group.test.dependencies]
pytest = "*"
"""
    lock = """[[package]]
name = "requests"
version = "2.31.0"
optional = false
files = [{ file = "requests.whl", hash = "sha256:00" }]
[package.dependencies]
idna = ">=2.5,<4"
PySocks = { version = ">=1.5", optional = true }

[[package]]
name = "idna"
version = "3.7"
files = [{ file = "idna.whl", hash = "sha256:00" }]

[[package]]
name = "pytest"
version = "9.2"
files = []
[metadata]
lock-version = "2.1"
"""
    found = locked(write(tmp_path, {"pyproject.toml": manifest, "poetry.lock": lock}))
    assert {key: (it["direct"], it["groups"], it.get("path")) for key, it in found.items()} == {
        "idna@3.7": (False, [], ["requests@2.31.0", "idna@3.7"]),
        "pytest@9.2": (True, ["group:test"], ["pytest@9.2"]),
        "requests@2.31.0": (True, ["main"], ["requests@2.31.0"]),
    }


def test_pdm_lock_joins_a_package_with_its_extras(tmp_path: Path) -> None:
    """The tool writes a package once more for each set of its extras; it is still one package."""
    lock = """[metadata]
groups = ["default"]
lock_version = "4.5.0"
[[package]]
name = "uvicorn"
version = "0.30"
groups = ["default"]
dependencies = ["click>=7.0"]
files = [{file = "uvicorn.whl", hash = "sha256:00"}]
[[package]]
name = "uvicorn"
version = "0.30"
extras = ["standard"]
groups = ["default"]
dependencies = ["httptools>=0.5", "uvicorn==0.30"]
files = [{file = "uvicorn.whl", hash = "sha256:00"}]
[[package]]
name = "click"
version = "8.1"
[[package]]
name = "httptools"
version = "0.6"
"""
    folder = write(tmp_path, {"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["uvicorn[standard]"]\n'})
    found = locked(write(folder, {"pdm.lock": lock}))
    assert found["uvicorn@0.30"]["needs"] == ["click@8.1", "httptools@0.6"]
    assert [found[key]["depth"] for key in ("uvicorn@0.30", "click@8.1", "httptools@0.6")] == [1, 2, 2]
    assert "duplicate-package" not in judged(the("lock", drafts_of(folder)))


def test_pylock_is_read(tmp_path: Path) -> None:
    """The format that all Python tools are to share (PEP 751), under its own name and a longer one."""
    lock = """lock-version = "1.0"
[[packages]]
name = "attrs"
version = "25.1"
wheels = [{ name = "attrs.whl", hashes = { sha256 = "00" } }]
[[packages]]
name = "tool"
vcs = { type = "git", url = "https://git.example/tool", commit-id = "00" }
dependencies = [{ name = "attrs" }]
"""
    folder = write(tmp_path, {"pylock.toml": lock, "pylock.dev.toml": lock})
    locks = [it for it in drafts_of(folder) if it.action == "module.lock"]
    assert [(it.target, it.context["format"], it.context["packages"]) for it in locks] == [
        ("pylock.toml", "pylock.toml 1.0", 2),
        ("pylock.dev.toml", "pylock.toml 1.0", 2),
    ]
    assert locks[0].context["sources"] == {"git": 1, "registry": 1}


def test_package_lock_finds_the_nearest_folder(tmp_path: Path) -> None:
    """Node takes the copy nearest above; the same name may be there in two versions."""
    lock = """{"name": "shop", "lockfileVersion": 3, "packages": {
"": {"name": "shop", "dependencies": {"a": "^1"}, "devDependencies": {"b": "^2"}},
"node_modules/a": {"version": "1.0.0", "license": "MIT", "integrity": "sha512-x", "dependencies": {"b": "^1"}},
"node_modules/a/node_modules/b": {"version": "1.5.0", "integrity": "sha512-x", "resolved": "https://r.example/b.tgz"},
"node_modules/b": {"version": "2.0.0", "dev": true, "resolved": "git+ssh://git@git.example/b.git#00"}}}"""
    found = locked(write(tmp_path, {"package-lock.json": lock}))
    told = {key: (it["direct"], it["needs"], it["groups"], it["source"]["kind"]) for key, it in found.items()}
    assert told == {
        "a@1.0.0": (True, ["b@1.5.0"], ["main"], "registry"),
        "b@1.5.0": (False, [], [], "registry"),
        "b@2.0.0": (True, [], ["dev"], "git"),
    }
    assert found["a@1.0.0"]["licence"] == "MIT"
    assert found["b@2.0.0"]["source"]["place"] == "git+ssh://git.example/b.git"


def test_package_lock_of_version_1_is_read_as_the_same_tree(tmp_path: Path) -> None:
    """Old projects still hold the nested form."""
    lock = """{"name": "shop", "lockfileVersion": 1, "dependencies": {
"a": {"version": "1.0.0", "integrity": "x", "requires": {"b": "^1"}, "dependencies": {"b": {"version": "1.5.0"}}},
"b": {"version": "2.0.0", "integrity": "x"}}}"""
    found = locked(write(tmp_path, {"package-lock.json": lock, "package.json": '{"name": "shop"}'}))
    assert {key: it["needs"] for key, it in found.items()} == {"a@1.0.0": ["b@1.5.0"], "b@1.5.0": [], "b@2.0.0": []}


def test_cargo_lock_tells_two_versions_of_a_crate_apart(tmp_path: Path) -> None:
    """A line of needs names the version only where there are several."""
    registry = 'source = "registry+https://index.example"\nchecksum = "00"'
    lock = f"""version = 4
[[package]]
name = "shop"
version = "0.1.0"
dependencies = ["rand 0.8.5", "serde"]
[[package]]
name = "rand"
version = "0.8.5"
{registry}
dependencies = ["rand 0.7.3"]
[[package]]
name = "rand"
version = "0.7.3"
{registry}
[[package]]
name = "serde"
version = "1.0.0"
source = "git+https://git.example/serde?rev=1#00"
"""
    found = locked(write(tmp_path, {"Cargo.lock": lock}))
    assert {key: (it["direct"], it["depth"], it["needs"]) for key, it in found.items()} == {
        "rand@0.7.3": (False, 2, []),
        "rand@0.8.5": (True, 1, ["rand@0.7.3"]),
        "serde@1.0.0": (True, 1, []),
    }


def test_go_modules_are_pinned_by_go_mod_and_hashed_by_go_sum(tmp_path: Path) -> None:
    """go.sum also holds versions that are not used; go.mod says which are."""
    modules = (
        "module shop.example/shop\n\ngo 1.22\n\nrequire (\n\ta.example/a v1.0.0\n\tb.example/b v2.0.0 // indirect\n)\n"
    )
    sums = "a.example/a v1.0.0 h1:00=\na.example/a v1.0.0/go.mod h1:00=\na.example/a v0.9.0/go.mod h1:00=\n"
    folder = write(tmp_path, {"go.mod": modules, "go.sum": sums})
    found = locked(folder)
    assert {key: (it["direct"], it["hashes"]) for key, it in found.items()} == {
        "a.example/a@v1.0.0": (True, 1),
        "b.example/b@v2.0.0": (False, 0),
    }
    assert found["a.example/a@v1.0.0"]["purl"] == "pkg:golang/a.example/a@v1.0.0"
    assert "unhashed" in judged(the("lock", drafts_of(folder)))


def test_licences_come_from_what_is_installed(tmp_path: Path) -> None:
    """A Python lock file knows no licence; the project's own environment does, and nothing of it is imported."""
    place = ".venv/lib/python3.11/site-packages"
    files = {
        "requirements.txt": "one==1.0\ntwo==2.0\nthree==3.0\n",
        ".venv/pyvenv.cfg": "home = /usr\n",
        f"{place}/one-1.0.dist-info/METADATA": "Name: One\nVersion: 1.0\nLicense-Expression: MIT\n",
        f"{place}/two-2.0.dist-info/METADATA": "Name: two\nVersion: 2.0\nClassifier: License :: OSI Approved :: X\n",
        f"{place}/three-9.9.dist-info/METADATA": "Name: three\nVersion: 9.9\nLicense: Beer\n",
        f"{place}/one/__init__.py": "raise SystemExit('imported')\n",
    }
    found = locked(write(tmp_path, files))
    assert {key: it.get("licence") for key, it in found.items()} == {
        "one@1.0": "MIT",
        "three@3.0": None,
        "two@2.0": "X",
    }
