"""Is it told what a module is made of, by whatever name it is asked for?"""

from collections import Counter
from pathlib import Path

import pytest
from tests.support.modules import drafts_of, judged, the, write
from tests.support.repositories import Repository

from ami_audit.domain.errors import SourceError


def test_a_module_tells_its_name_version_and_programs(tmp_path: Path) -> None:
    """The head of every report: which thing is it, and in which version."""
    files = {
        "pyproject.toml": (
            '[project]\nname = "Shop.Base"\nversion = "1.2"\nlicense = "MIT"\nrequires-python = ">=3.11"\n'
            '[project.scripts]\nshop = "shop.main:run"\n'
        ),
        "shop/__init__.py": "",
        "shop/inner/__init__.py": "",
        "tests/test_a.py": "",
        "web/package.json": '{"name": "web", "bin": {"serve": "serve.js"}}',
        "Makefile": "",
    }
    found = the("observed", drafts_of(write(tmp_path, files))).context
    told = {name: found[name] for name in ("name", "version", "licence", "requires", "ecosystems", "entry_points")}
    assert told == {
        "name": "shop-base",
        "version": "1.2",
        "licence": "MIT",
        "requires": ">=3.11",
        "ecosystems": ["npm", "pypi"],
        "entry_points": {"serve": "serve.js", "shop": "shop.main:run"},
    }
    assert found["python"] == {"modules": 2, "test_files": 1, "packages": 2, "top_packages": ["shop"]}


def test_what_git_ignores_is_no_part_of_a_module_but_for_measurements(tmp_path: Path) -> None:
    """A backup beside the code would be counted as code; a coverage report is ignored everywhere, and wanted."""
    repository = Repository(tmp_path / "shop")
    repository.commit({".gitignore": "backup/\n*.tmp.py\ncoverage.json\n", "shop/__init__.py": ""})
    repository.write("backup/x.py", "def g(a):\n    if a:\n        if a:\n            return 1\n")
    repository.write("shop/y.tmp.py", "y = 1\n")
    repository.write("coverage.json", '{"meta": {"version": "7.0"}, "files": {}, "totals": {}}')
    found = drafts_of(repository.path)
    assert the("observed", found).context["python"]["modules"] == 1
    assert "backup" not in str(the("metrics", found).context)
    assert [draft.target for draft in found if draft.action == "module.coverage"]
    wanted = drafts_of(repository.path, follow_ignore_files=False)
    assert the("observed", wanted).context["python"]["modules"] == 3


def test_setup_cfg_is_read(tmp_path: Path) -> None:
    """Older projects say in it what newer ones say in pyproject.toml."""
    content = (
        "[metadata]\nname = old\nversion = 3\n[options]\ninstall_requires =\n    requests>=2\n    # why\n"
        "[options.extras_require]\ndev = pytest\n[options.entry_points]\nconsole_scripts =\n    old = old:main\n"
    )
    drafts = drafts_of(write(tmp_path, {"setup.cfg": content, "old.py": "import pytest\n"}))
    found = the("observed", drafts).context
    assert (found["name"], found["version"], found["entry_points"]) == ("old", "3", {"old": "old:main"})
    imports = the("imports", drafts).context
    assert (imports["undeclared"], imports["unused"]) == ([], ["requests"])


def test_gitlinks_of_the_tree_are_the_submodules(tmp_path: Path) -> None:
    """`.gitmodules` may list more than there is; only the tree is what a checkout gets."""
    inner, outer = Repository(tmp_path / "inner"), Repository(tmp_path / "outer")
    commit = inner.commit({"a.py": "x = 1\n"}, message="Begin")
    lists = "main_modules: [base, gone]\nextended_modules: [base]\n"
    write(outer.path, {"config/modules.yaml": lists})
    outer.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "base")
    write(outer.path, {".gitmodules": (outer.path / ".gitmodules").read_text() + '[submodule "x"]\n\tpath = x\n'})
    outer.commit({"b.py": "y = 1\n"}, message="Link it")
    found = the("observed", drafts_of(outer.path))
    assert [it["path"] for it in found.context["submodules"]] == ["base"]
    assert commit is None or found.context["submodules"][0]["commit"] == inner.git("rev-parse", "HEAD")
    assert found.context["listed_modules"] == {"main_modules": ["base", "gone"], "extended_modules": ["base"]}
    assert judged(found) == {
        "submodule-missing": "`.gitmodules` names what is no submodule in the tree: `x`.",
        "module-missing": "`config/modules.yaml` lists modules that are not here: `gone`.",
    }


def test_a_module_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ami-audit module base` from anywhere in the repository, and by the list where it lies deeper."""
    repository = Repository(tmp_path / "whole")
    files = {"base/a.py": "", "parts/tools/b.py": "", "config/modules.yaml": "extended_modules: [parts/tools]\n"}
    write(repository.path, files)
    monkeypatch.chdir(repository.path / "parts")
    assert drafts_of("base")[0].target == "base"
    monkeypatch.chdir(repository.path)
    assert drafts_of("tools")[0].target == "parts/tools"
    with pytest.raises(SourceError, match="Modules listed: parts/tools"):
        drafts_of("nothing")


def test_tests_are_listed_when_asked_for(tmp_path: Path) -> None:
    """By name and shape, as pytest and unittest find them, without running one."""
    text = """import unittest
import pytest

@pytest.mark.parametrize("n", [1, 2])
def test_one(n): ...

@pytest.mark.skip(reason="later")
async def test_two(): ...

class TestThree:
    def test_a(self): ...
    def helper(self): ...

class Four(unittest.TestCase):
    @unittest.expectedFailure
    def test_b(self): ...
"""
    files = {"tests/test_a.py": text, "tests/helper.py": "def test_no(): ...\n", "web/a.test.ts": "", "test_b.py": ""}
    drafts = drafts_of(write(tmp_path, files), include_tests=True)
    found = the("tests", drafts)
    kinds = ("files", "functions", "classes", "parametrised", "skipped", "expected_failures")
    assert [found.context[kind] for kind in kinds] == [2, 4, 2, 1, 1, 1]
    assert found.context["other_languages"] == {"javascript": 1}
    assert judged(found) == {"empty-tests": "Test files without a test (1): `test_b.py`."}
    assert "module.tests" not in Counter(it.action for it in drafts_of(tmp_path))
