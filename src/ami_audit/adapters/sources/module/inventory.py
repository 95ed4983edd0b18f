"""Which tests a module holds, by name and shape."""

from collections import Counter
from typing import Any

from ami_audit.adapters.sources.module.documents import BrokenError, Folder, mapping, texts
from ami_audit.adapters.sources.module.naming import Setting, finding, observation, short
from ami_audit.adapters.sources.module.outline import Outline
from ami_audit.adapters.sources.module.tree import Survey, is_fixture
from ami_audit.domain.draft import AuditDraft

_KINDS = ("functions", "classes", "parametrised", "skipped", "expected_failures")
_LISTED = 500
_SCRIPTS = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx")
_FOLDERS = frozenset({"test", "tests", "__tests__", "spec"})
_OTHERS = {
    "javascript": (".test.js", ".test.jsx", ".test.ts", ".test.tsx", ".test.mjs", ".spec.js", ".spec.ts", ".spec.tsx"),
    "go": ("_test.go",),
}
_RUNNERS = ("pytest.ini", "tox.ini", "setup.cfg", "noxfile.py", "jest.config.js", "jest.config.ts", "vitest.config.ts")


def is_test(path: str) -> bool:
    """Return whether pytest would collect the file by its name."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (
        name.startswith("test_") or name.endswith("_test.py") or name in {"tests.py", "test.py"}
    )


def is_for_tests(path: str) -> bool:
    """Return whether a file is part of the tests: one of them, or beside them."""
    parts = path.split("/")
    return is_test(path) or parts[-1] == "conftest.py" or bool({"test", "tests", "testing"} & set(parts[:-1]))


def tests(folder: Folder, survey: Survey, outline: Outline, *, setting: Setting) -> AuditDraft:
    """Return the one `module.tests` of a module."""
    files = {path: it["tests"] for path, it in outline.files.items() if is_test(path) and not is_fixture(path)}
    totals: Counter[str] = Counter()
    for counts in files.values():
        totals.update(counts)
    others = {kind: len(_others(survey, endings)) for kind, endings in _OTHERS.items()}
    context: dict[str, Any] = {
        "path": setting.module,
        "runner": _runner(folder, survey),
        "files": len(files),
        **{kind: totals[kind] for kind in _KINDS},
        "other_languages": {kind: count for kind, count in others.items() if count},
        "listed": [
            {"path": short(path), **{kind: counts[kind] for kind in _KINDS if counts[kind]}}
            for path, counts in sorted(files.items())[:_LISTED]
        ],
    }
    empty = sorted(path for path, counts in files.items() if not counts["functions"] and not counts["classes"])
    findings = []
    if (
        not files
        and not any(others.values())
        and survey.ending(".py", ".js", ".ts")
        and not survey.ending(".rs", ".go")
    ):
        findings.append(
            finding("no-tests", "No file is named as a test runner expects tests.", location=setting.module)
        )
    if empty:
        names = ", ".join(f"`{short(path)}`" for path in empty[:10])
        description = f"Test files without a test ({len(empty)}): {names}."
        findings.append(finding("empty-tests", description, location=setting.module))
    return observation("module.tests", f"{setting.module}#tests", setting, context=context, findings=findings)


def _others(survey: Survey, endings: tuple[str, ...]) -> list[str]:
    """Return the test files of another language: by their endings, and scripts in a folder of tests."""
    named = set(survey.ending(*endings))
    if any(ending.endswith(_SCRIPTS) for ending in endings):
        named |= {path for path in survey.ending(*_SCRIPTS) if _FOLDERS & set(path.split("/")[:-1])}
    return sorted(path for path in named if not is_fixture(path))


def _runner(folder: Folder, survey: Survey) -> dict[str, Any]:
    found: dict[str, Any] = {}
    present = [name for name in _RUNNERS if name in survey.files]
    if present:
        found["files"] = present
    try:
        tool = mapping(folder.toml("pyproject.toml").get("tool"))
    except BrokenError:
        return found
    options = mapping(mapping(tool.get("pytest")).get("ini_options"))
    if options:
        paths = options.get("testpaths")
        found["pytest"] = {
            "testpaths": [short(it) for it in texts(paths) or ([paths] if isinstance(paths, str) else [])],
            "markers": [short(it) for it in texts(options.get("markers"))][:50],
        }
    return found
