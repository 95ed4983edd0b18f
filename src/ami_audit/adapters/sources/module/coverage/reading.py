"""coverage.py's JSON, Cobertura XML, lcov and istanbul's JSON."""

from collections.abc import Callable
from typing import Any

from ami_audit.adapters.sources.module.coverage.model import Counts, Coverage
from ami_audit.adapters.sources.module.documents import BrokenError, Folder, mapping, text
from ami_audit.adapters.sources.module.naming import short

_MOST_FILES = 100_000


def coverage_json(path: str, document: dict[str, Any]) -> Coverage:
    """Return what coverage.py's `coverage json` wrote.

    Raises:
        BrokenError: It is something else.
    """
    files = document.get("files")
    if not isinstance(files, dict) or "totals" not in document:
        raise BrokenError("it is not what `coverage json` writes")
    meta = mapping(document.get("meta"))
    found = Coverage(path, "coverage.json", f"coverage.py {text(meta.get('version'))}".strip())
    found.measured_at = short(text(meta.get("timestamp")))
    for name, said in list(mapping(files).items())[:_MOST_FILES]:
        summary = mapping(mapping(said).get("summary"))
        found.files[name] = Counts(
            _number(summary, "covered_lines"),
            _number(summary, "num_statements"),
            _number(summary, "covered_branches"),
            _number(summary, "num_branches"),
        )
    return found


def istanbul(path: str, document: dict[str, Any]) -> Coverage:
    """Return what istanbul (nyc, jest, vitest) wrote as `coverage-final.json`: statements and branches by count.

    Raises:
        BrokenError: It is something else.
    """
    found = Coverage(path, "coverage-final.json", "istanbul")
    for name, said in list(document.items())[:_MOST_FILES]:
        facts = mapping(said)
        if "s" not in facts or "statementMap" not in facts:
            raise BrokenError("it is not what istanbul writes")
        hits = [hit for hit in mapping(facts.get("s")).values() if isinstance(hit, int)]
        ways = [hit for arms in mapping(facts.get("b")).values() if isinstance(arms, list) for hit in arms]
        counts = Counts(
            sum(hit > 0 for hit in hits), len(hits), sum(it > 0 for it in ways if isinstance(it, int)), len(ways)
        )
        found.files[name] = counts
    return found


def lcov(path: str, content: str) -> Coverage:
    """Return what an lcov tracefile holds; a file that stands in it several times is merged, line by line.

    Raises:
        BrokenError: It holds no record.
    """
    found = Coverage(path, "lcov", "lcov")
    lines: dict[str, dict[int, int]] = {}
    branches: dict[str, dict[str, int]] = {}
    current = ""
    for line in content.splitlines():
        word, _, rest = line.partition(":")
        if word == "SF":
            current = rest.strip()
            lines.setdefault(current, {})
            branches.setdefault(current, {})
        elif word == "DA" and current:
            _hit(lines[current], rest)
        elif word == "BRDA" and current:
            place, _, taken = rest.rpartition(",")
            before = branches[current].get(place, 0)
            branches[current][place] = before + (int(taken) if taken.isdigit() else 0)
        elif word == "end_of_record":
            current = ""
    if not lines:
        raise BrokenError("it holds no record of a file")
    for name, hits in lines.items():
        ways = branches[name].values()
        found.files[name] = Counts(
            sum(it > 0 for it in hits.values()), len(hits), sum(it > 0 for it in ways), len(ways)
        )
    return found


def _hit(lines: dict[int, int], said: str) -> None:
    parts = said.split(",")
    if len(parts) >= 2 and parts[0].isdigit() and parts[1].lstrip("-").isdigit():
        lines[int(parts[0])] = lines.get(int(parts[0]), 0) + max(0, int(parts[1]))


def cobertura(path: str, content: bytes) -> Coverage:
    """Return what a Cobertura `coverage.xml` holds: line by line, a file of several classes once.

    Entities are refused: an XML text of a kilobyte can unfold to gigabytes, or read other files.

    Raises:
        BrokenError: It is no XML, holds entities, or is something else.
    """
    import io
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    found = Coverage(path, "cobertura")
    taken: dict[str, dict[int, tuple[int, int, int]]] = {}
    current = ""
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_entities=True):
            if event == "start" and element.tag == "coverage":
                version = short(element.get("version", ""))
                # coverage.py writes its own version there; others write theirs, or nothing.
                found.tool = f"version {version}" if version else ""
                found.measured_at = short(element.get("timestamp", ""))
            elif event == "start" and element.tag == "class":
                current = element.get("filename", "")
                taken.setdefault(current, {})
            elif event == "end" and element.tag == "line" and current and len(taken) <= _MOST_FILES:
                _line(taken[current], element.attrib)
            elif event == "end" and element.tag == "class":
                current = ""
                element.clear()
    except DefusedXmlException as error:
        raise BrokenError(f"it holds what an XML report never needs: {type(error).__name__}") from error
    except ParseError as error:
        raise BrokenError(f"it is not XML: {error}") from error
    if not taken:
        raise BrokenError("it holds no class with lines")
    for name, lines in taken.items():
        hits = lines.values()
        found.files[name] = Counts(
            sum(it[0] > 0 for it in hits), len(lines), sum(it[1] for it in hits), sum(it[2] for it in hits)
        )
    return found


def _line(lines: dict[int, tuple[int, int, int]], facts: dict[str, str]) -> None:
    number, hits = facts.get("number", ""), facts.get("hits", "")
    if not (number.isdigit() and hits.isdigit()):
        return
    covered, all_ = 0, 0
    if facts.get("branch") == "true" and "(" in facts.get("condition-coverage", ""):
        one, _, other = facts["condition-coverage"].partition("(")[2].rstrip(")").partition("/")
        covered, all_ = (int(one), int(other)) if one.isdigit() and other.isdigit() else (0, 0)
    before = lines.get(int(number), (0, 0, 0))
    lines[int(number)] = (before[0] + int(hits), max(before[1], covered), max(before[2], all_))


def _number(facts: dict[str, Any], name: str) -> int:
    value = facts.get(name, 0)
    return value if isinstance(value, int) and value >= 0 else 0


READERS: dict[str, Callable[[Folder, str], Coverage]] = {
    "coverage.json": lambda folder, path: coverage_json(path, folder.json(path)),
    "coverage-final.json": lambda folder, path: istanbul(path, folder.json(path)),
    "coverage.xml": lambda folder, path: cobertura(path, folder.read(path)),
    "cobertura.xml": lambda folder, path: cobertura(path, folder.read(path)),
    "cobertura-coverage.xml": lambda folder, path: cobertura(path, folder.read(path)),
    "lcov.info": lambda folder, path: lcov(path, folder.text(path)),
    "coverage.lcov": lambda folder, path: lcov(path, folder.text(path)),
    "coverage.info": lambda folder, path: lcov(path, folder.text(path)),
}
