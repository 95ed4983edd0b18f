"""What a project demands of its coverage."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ami_audit.adapters.sources.module.documents import BrokenError, Folder, mapping, text

_LISTS = ("config/coverage_thresholds.yaml", "res/config/coverage_thresholds.yaml")
_FAIL_UNDER = re.compile(r"^\s*fail_under\s*=\s*([0-9.]+)\s*$", re.MULTILINE)


class Threshold(NamedTuple):
    """A least percentage, and who demands it.

    Attributes:
        suite: `unit`, `integration`; empty for the whole.
        source: Only files below this path; empty for all.
    """

    least: float
    where: str
    suite: str = ""
    source: str = ""


def thresholds(folder: Folder) -> tuple[list[Threshold], list[tuple[str, str]]]:
    """Return what is demanded, and the documents that cannot be read, each with the reason."""
    found: list[Threshold] = []
    broken: list[tuple[str, str]] = []
    for name in _LISTS:
        if (folder.root / name).is_file():
            try:
                found.extend(_listed(name, mapping(folder.yaml(name))))
            except BrokenError as error:
                broken.append((name, str(error)))
    try:
        tool = mapping(mapping(folder.toml("pyproject.toml")).get("tool"))
        least = mapping(mapping(tool.get("coverage")).get("report")).get("fail_under")
        if isinstance(least, int | float):
            found.append(Threshold(float(least), "pyproject.toml"))
    except BrokenError:
        pass  # The dependencies tell of a pyproject.toml that cannot be read.
    for name in (".coveragerc", "setup.cfg", "tox.ini"):
        found.extend(_configured(folder, name))
    return found, broken


def _listed(name: str, document: dict[str, object]) -> Iterator[Threshold]:
    for suite, said in document.items():
        facts = mapping(said)
        least = facts.get("min_coverage")
        if isinstance(least, int | float) and not isinstance(least, bool):
            yield Threshold(float(least), name, suite, text(facts.get("source_path")).strip("./"))


def _configured(folder: Folder, name: str) -> Iterator[Threshold]:
    if (folder.root / name).is_file():
        try:
            said = _FAIL_UNDER.search(folder.text(name))
        except BrokenError:
            return
        if said is not None and said[1].count(".") <= 1 and said[1] != ".":
            yield Threshold(float(said[1]), name)
