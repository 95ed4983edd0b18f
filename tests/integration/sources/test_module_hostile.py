"""Does a module that means harm cost more than a finding?"""

import os
from pathlib import Path

import pytest
from tests.support.modules import drafts_of, judged, source, the, write
from tests.support.observed import Counting
from tests.support.processes import children

from ami_audit.domain.options import AuditOptions

_DEEP = 200_000
_LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("uv.lock", "[" * _DEEP),
        ("uv.lock", "version = 99\n"),
        ("uv.lock", b"\xff\xfe\x00"),
        ("package-lock.json", '{"a":' * _DEEP),
        ("package-lock.json", "[]"),
        ("Cargo.lock", "version = 4\n[[package]]\nname = "),
        ("pdm.lock", '[metadata]\nlock_version = "9"\n'),
        ("setup.cfg", "no section\n"),
        ("config/modules.yaml", "main_modules: [\n"),
        ("config/modules.yaml", "a: !!bool foo\n"),
        ("config/modules.yaml", 'a: !!int ""\n'),
        ("config/modules.yaml", "a: !!timestamp foo\n"),
        ("config/modules.yaml", "a: &a [*a]\n"),
        ("config/modules.yaml", _LAUGHS),
    ],
)
def test_a_broken_document_is_a_finding_and_the_rest_is_told(tmp_path: Path, name: str, content: str | bytes) -> None:
    """Whoever breaks one file must not hide all others."""
    drafts = drafts_of(write(tmp_path, {name: content, "a.py": "x = 1\n"}))
    assert "broken-document" in judged(the("observed", drafts))
    assert the("metrics", drafts).context["total"]["files"] >= 1


def test_odd_shapes_of_documents_are_borne(tmp_path: Path) -> None:
    """Valid TOML and JSON whose values are of the wrong kind everywhere."""
    files = {
        "pyproject.toml": 'project = 1\ntool = ["x"]\n[dependency-groups]\na = [{include-group = "b"}, 3]\n',
        "uv.lock": 'version = 1\npackage = [{name = 1, source = 2, dependencies = [3], wheels = "x"}]\n',
        "package.json": '{"name": [], "dependencies": [], "bin": 3, "license": {"type": 4}}',
        "package-lock.json": '{"packages": {"": 3, "node_modules/a": {"version": 1, "dependencies": {"a": 2}}}}',
        "Cargo.toml": "package = 1\n[dependencies]\na = 3\n[target]\nx = 1\n",
        "coverage.json": '{"files": {"a": 3}, "totals": 1}',
    }
    drafts = drafts_of(write(tmp_path, files), include_dependencies=True, include_tests=True)
    assert {it.action for it in drafts} >= {"module.observed", "module.lock", "module.coverage", "module.metrics"}


def test_links_devices_and_huge_files_are_not_followed(tmp_path: Path) -> None:
    """A link may lead to a secret, a pipe waits for ever, and a file of gigabytes fills the memory."""
    secret = write(tmp_path, {"secret.toml": 'version = 1\n[[package]]\nname = "private"\nversion = "1"\n'})
    folder = write(tmp_path / "module", {"a.py": "x = 1\n"})
    (folder / "uv.lock").symlink_to(secret / "secret.toml")
    os.mkfifo(folder / "poetry.lock")
    os.mkfifo(folder / "pipe.py")
    with (folder / "Cargo.lock").open("wb") as file:
        file.truncate(65 << 20)
    with (folder / "large.py").open("wb") as file:
        file.truncate(17 << 20)
    drafts = drafts_of(folder, include_dependencies=True)
    assert "private" not in str(drafts)
    said = sorted(it.description for it in the("observed", drafts).findings)
    assert said == [
        "`Cargo.lock` cannot be read: it is larger than 64 MiB.",
        "`poetry.lock` cannot be read: it is no regular file.",
        "`uv.lock` cannot be read: it leads out of the repository.",
    ]
    assert judged(the("metrics", drafts))["unreadable"] == "`large.py` was not counted: larger than 16 MiB."


def test_sources_that_parsers_choke_on_cost_only_themselves(tmp_path: Path) -> None:
    """Deep nesting, NULs and bad encodings: each is told, and the file beside them is still read."""
    files = {
        "deep.py": "(" * 5_000 + ")" * 5_000,
        "nul.py": b"x = 1\x00\n",
        "bytes.py": b"x = '\xff'\n",
        "fine.py": "import requests\n",
        "requirements.txt": "flask==1\n",
    }
    found = the("imports", drafts_of(write(tmp_path, files)))
    assert found.context["distributions"] == ["requests"]
    told = {it.location for it in found.findings if it.finding_type == "module.unparsed-source"}
    assert told == {"bytes.py", "deep.py", "nul.py"}


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    """Vendored folders, nested repositories, formats that are not read: nobody may take silence for absence."""
    files = {
        "node_modules/a/package.json": "{}",
        "inner/.git/HEAD": "",
        "yarn.lock": "",
        "tests/fixtures/uv.lock": "",
        "a.py": "",
        "app/venv/__init__.py": "",
    }
    progress = Counting()
    drafts = drafts_of(write(tmp_path, files), progress=progress)
    assert the("metrics", drafts).context["languages"]["Python"]["files"] == 2
    assert {
        ("node_modules", "vendored or built"),
        ("inner", "a repository of its own; audit it by its name"),
        ("yarn.lock", "a format that is not read"),
        ("fixtures", "manifests and lock files that tests are fed with"),
    } <= set(progress.left_out)


def test_more_than_a_record_can_hold_is_cut_and_told(tmp_path: Path) -> None:
    """A record over a mebibyte is refused, and with it would go the whole run."""
    long = "n" * 200
    files = {f"{long}_{n}.py": f"import {long}_{n + 1}\n" * 2 for n in range(300)}
    files |= {f"p{n}/uv.lock": "broken" for n in range(450)}
    needs = ", ".join(f'{{ name = "{long}{n}" }}' for n in range(450))
    packages = "".join(f'[[package]]\nname = "{long}{n}"\nversion = "1"\n' for n in range(450))
    files["uv.lock"] = f'version = 1\n[[package]]\nname = "a"\nversion = "1"\ndependencies = [{needs}]\n{packages}'
    drafts = drafts_of(write(tmp_path, files), include_dependencies=True)
    assert max(len(str(it.context)) for it in drafts) < 500_000
    observed = the("observed", drafts)
    assert len(observed.findings) <= 401
    assert "too-many-documents" in judged(observed)


def test_closing_while_other_programs_work_ends_them(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a large module must leave no parser running."""
    before = children()
    folder = write(tmp_path, {f"{n}.py": "x = [\n" + "    1,\n" * 20_000 + "]\n" for n in range(20)})
    stream = source().stream(str(folder), AuditOptions())
    for batch in stream:
        if not batch and children() - before:
            break
    assert children() - before
    stream.close()  # type: ignore[attr-defined]
    assert children() <= before
