"""coverage.py's own `.coverage`, through coverage.py."""

import json
from collections.abc import Generator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ami_audit.adapters.sources.module.child import python_script, ran
from ami_audit.adapters.sources.module.coverage.model import Coverage
from ami_audit.adapters.sources.module.coverage.reading import coverage_json
from ami_audit.adapters.sources.module.documents import BrokenError, Folder

_TIMEOUT_S = 300.0


def is_known() -> bool:
    """Return whether coverage.py is installed beside us."""
    return find_spec("coverage") is not None


def coverage_data(folder: Folder, path: str) -> Generator[None, None, Coverage]:
    """Return what a `.coverage` holds.

    Raises:
        BrokenError: It is none.
    """
    content = folder.read(path)
    with TemporaryDirectory() as scratch:
        # A copy: opening a database may write to it.
        data, report = Path(scratch, "data"), Path(scratch, "coverage.json")
        data.write_bytes(content)
        answer = yield from ran([*python_script("covered.py"), data, report], cwd=folder.root, timeout_s=_TIMEOUT_S)
        if answer.fault or answer.status or not report.is_file():
            why = answer.fault or answer.complaint.replace(scratch, "") or f"it ended with {answer.status}"
            raise BrokenError(f"coverage.py cannot read it: {why[:200]}")
        found = coverage_json(path, json.loads(report.read_bytes()))
    # When it was read says nothing about when it was measured.
    return replace(found, form=".coverage", measured_at="")
