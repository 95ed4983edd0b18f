"""Are imports followed, and compared with what is declared?"""

from pathlib import Path

from tests.support.modules import drafts_of, judged, the, write
from tests.support.repositories import Repository

_PROJECT = '[project]\nname = "shop"\ndependencies = ["requests", "pyyaml", "idle", "google-cloud-storage"]\n'


def test_circles_and_layers_are_found(tmp_path: Path) -> None:
    """What builds upon what, top first; a circle that only type checkers see is none."""
    files = {
        "src/shop/__init__.py": "",
        "src/shop/web.py": "from shop import logic\n",
        "src/shop/logic.py": "from shop import data, money\n",
        "src/shop/money.py": "import shop.logic\n",
        "src/shop/data.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import web\n",
    }
    found = the("imports", drafts_of(write(tmp_path, files)))
    (package,) = found.context["packages"]
    assert (package["package"], package["modules"], package["imports"]) == ("shop", 5, 4)
    assert package["layers"] == [["web"], ["logic", "money"], ["data"]]
    assert package["cycles"] == [["shop.logic", "shop.money"]]
    assert judged(found) == {"import-cycle": "Modules import each other in a circle: `shop.logic`, `shop.money`."}


def test_declared_and_imported_packages_are_compared(tmp_path: Path) -> None:
    """Names differ, tests need more than code, and what is optional need not be there."""
    files = {
        "pyproject.toml": _PROJECT,
        "shop/__init__.py": "import os\nimport yaml\nfrom google.cloud import storage\nfrom . import cart\n",
        "shop/cart.py": "import requests\nimport numpy.linalg\ntry:\n    import ujson\nexcept ImportError:\n    pass\n",
        "tests/helper.py": "",
        "tests/test_cart.py": "import helper\nimport shop.cart\nimport pytest\n",
    }
    found = the("imports", drafts_of(write(tmp_path, files)))
    assert [(it["distribution"], it["path"], it["tests_only"]) for it in found.context["undeclared"]] == [
        ("numpy", "shop/cart.py", False),
        ("pytest", "tests/test_cart.py", True),
    ]
    assert found.context["unused"] == ["idle"]
    assert found.context["distributions"] == ["google-cloud-storage", "numpy", "pytest", "pyyaml", "requests", "ujson"]


def test_what_is_installed_says_which_distribution_brings_a_name(tmp_path: Path) -> None:
    """No table of names is whole; the project's own environment knows."""
    place = ".venv/lib/python3.11/site-packages"
    files = {
        "requirements.txt": "odd-name==1\n",
        "a.py": "import strange\n",
        ".venv/pyvenv.cfg": "",
        f"{place}/odd_name-1.dist-info/METADATA": "Name: odd.name\nVersion: 1\n",
        f"{place}/odd_name-1.dist-info/RECORD": "strange/__init__.py,,\nodd_name-1.dist-info/METADATA,,\n",
    }
    found = the("imports", drafts_of(write(tmp_path, files))).context
    assert (found["distributions"], found["undeclared"], found["unused"]) == (["odd-name"], [], [])


def test_modules_of_one_repository_import_each_other_from_the_folder_above(tmp_path: Path) -> None:
    """`from base.backend… import …`: the import root is the parent of the module's folder."""
    repository = Repository(tmp_path / "whole")
    files = {
        "base/backend/__init__.py": "",
        "base/backend/a.py": "from base.backend import b\nfrom files.store import keep\nimport launcher\n",
        "base/backend/b.py": "",
        "base/requirements.txt": "requests==1\n",
        "files/store.py": "keep = 1\n",
    }
    write(repository.path, files)
    (repository.path / "launcher").mkdir()
    found = the("imports", drafts_of(repository.path / "base"))
    assert found.target == "base#imports"
    assert found.context["other_modules"] == ["files", "launcher"]
    assert found.context["undeclared"] == []
    (package,) = found.context["packages"]
    assert (package["package"], package["imports"]) == ("base", 1)
    write(repository.path, {"run.py": "import launcher.main\n", "pyproject.toml": '[project]\nname = "whole"\n'})
    assert the("imports", drafts_of(repository.path)).context["undeclared"] == []


def test_nothing_of_the_module_is_run(tmp_path: Path) -> None:
    """The audited code may do anything when it is imported, and may be named like what we import."""
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w').write('sprung')\n"
    names = ("json", "ast", "grimp", "complexipy", "coverage", "sitecustomize", "conftest", "setup")
    folder = write(tmp_path / "m", {f"{name}.py": trap for name in names} | {"shop/__init__.py": trap})
    write(folder, {".coverage": "x", "pyproject.toml": "[tool.ruff]\nextend = 'other.toml'\n", "tests/test_a.py": trap})
    drafts_of(folder, include_tests=True, include_dependencies=True)
    assert not (tmp_path / "sprung").exists()
