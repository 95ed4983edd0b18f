"""What the quality source says of a place, in the shapes tests ask for; and places with something to say of."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ami_audit.adapters.chain_core.scanner import NativeScanner
from ami_audit.adapters.chain_core.words import NativeWordMatcher
from ami_audit.adapters.sources.quality import QualitySource
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.options import AuditOptions

BIN = Path(sys.executable).parent
Place = tuple[str, int | None, int | None, str, str]


def source() -> QualitySource:
    """Return the source as it is put together outside tests."""
    return QualitySource(NativeScanner(), NativeWordMatcher)


def quality(target: Path | str, *tools: str, **options: Any) -> list[AuditDraft]:
    """Return every draft of a target, by these checks."""
    asked = AuditOptions(quality_tools=tools, **options)
    return [draft for batch in source().stream(str(target), asked) for draft in batch]


def places(drafts: Sequence[AuditDraft], tool: str) -> list[Place]:
    """Return what a tool found, in its order: file, line, column, rule, message."""
    return [
        (str(it.file_path), it.line_number, it.column_number, it.rule, it.message)
        for draft in drafts
        if draft.action == "quality.violations" and draft.actor == tool
        for it in draft.violations
    ]


def run_of(drafts: Sequence[AuditDraft], tool: str) -> AuditDraft:
    """Return the one record of a tool's run."""
    (draft,) = [draft for draft in drafts if draft.action == "quality.tool" and draft.actor == tool]
    return draft


def kinds(draft: AuditDraft) -> list[str]:
    """Return the types of the draft's findings."""
    return [finding.finding_type for finding in draft.findings]


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, and return it."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def installed(package: str, folder: Path) -> Path:
    """Return a copy of an installed package's code: a real project's, as it is published."""
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    copy = folder / package
    shutil.copytree(Path(found.origin).parent, copy, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    return copy


def own_answer(folder: Path, *words: str) -> str:
    """Return what a tool itself says, run by hand in a folder."""
    words = (str(BIN / words[0]), *words[1:])
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False).stdout


def json_lines(text: str) -> list[dict[str, Any]]:
    """Return the JSON values of a text, one a line."""
    return [json.loads(line) for line in text.splitlines()]


def stand_in(folder: Path, name: str, script: str) -> Path:
    """Write a program of the project's own environment: one that does not do what its name says."""
    place = write(folder, {f".venv/bin/{name}": f"#!/bin/sh\n{script}\n"}) / ".venv" / "bin" / name
    place.chmod(0o755)
    return place
