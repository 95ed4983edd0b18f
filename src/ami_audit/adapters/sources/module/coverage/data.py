"""coverage.py's own `.coverage`, through coverage.py."""

import json
from collections.abc import Generator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ami_audit.adapters.sources.module.child import ran
from ami_audit.adapters.sources.module.coverage.model import Coverage
from ami_audit.adapters.sources.module.coverage.reading import coverage_json
from ami_audit.adapters.sources.module.documents import BrokenError, Folder

_TIMEOUT_S = 300.0


def is_known() -> bool:
    """Return whether coverage.py is installed beside us."""
    return find_spec("coverage") is not None


def coverage_data(folder: Folder, path: str) -> Generator[None, None, Coverage]:
    """Return what a `.coverage` holds. The project's settings and plug-ins are not read, its sources are only parsed.

    Raises:
        BrokenError: It is none, or its sources are not here.
    """
    import sys

    place = folder.path(path)
    if not place.is_file():
        raise BrokenError("it is no regular file")
    with TemporaryDirectory() as scratch:
        settings, report = Path(scratch, "settings"), Path(scratch, "coverage.json")
        settings.write_text("[run]\nrelative_files = true\n[report]\nignore_errors = true\n")
        command = [sys.executable, "-I", "-m", "coverage", "json", "-q", "--fail-under=0", f"--rcfile={settings}"]
        answer = yield from ran([*command, f"--data-file={place}", "-o", report], cwd=folder.root, timeout_s=_TIMEOUT_S)
        if answer.fault or not report.is_file():
            said = answer.fault or answer.output.decode("utf-8", "backslashreplace").strip() or answer.complaint
            raise BrokenError(
                f"coverage.py cannot read it: {said.splitlines()[-1][:200] if said else 'no reason given'}"
            )
        found = coverage_json(path, json.loads(report.read_bytes()))
    # When it was read says nothing about when it was measured.
    return replace(found, form=".coverage", measured_at="")
