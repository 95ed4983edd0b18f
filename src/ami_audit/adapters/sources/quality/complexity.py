"""Cyclomatic complexity of every function, by ruff's C901 with no limit."""

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import pairwise
from typing import IO, Any

from ami_audit.adapters.sources.quality.place import Place, toml_table
from ami_audit.adapters.sources.quality.program import Program
from ami_audit.adapters.sources.quality.ruff import RuffLine, by_file
from ami_audit.adapters.sources.quality.tool import GarbledError, Job, Workshop, path_argument
from ami_audit.adapters.sources.quality.violation import Broken, Checked
from ami_audit.domain.kinds import AuditSeverity

_USUAL_LIMIT = 10
_WORST = 10
_STEPS = (5, 10, 20, 50)
_BETWEEN = "` is too complex ("

Function = tuple[str, int, int, int | None]
"""A function: its name, its measure, its line and its column."""


class Complexity:
    """`Tool`."""

    name = "complexity"
    program = "ruff"
    distribution = "ruff"

    def job(self, program: Program, workshop: Workshop) -> Job:
        """Return the run; the project's settings count only for where the limit is."""
        place = workshop.place
        options = (
            "--isolated",
            "--extend-exclude=pyproject.toml,ruff.toml,.ruff.toml",
            "--select=C901",
            "--config=lint.mccabe.max-complexity=0",
            "--output-format=json-lines",
            "--no-cache",
            "--no-fix",
            "--ignore-noqa",
        )
        command = (program.path, "check", *options, "--", path_argument(place.target, place.root))
        tally = Tally("cyclomatic", _limit(place))
        job = Job(command, place.root, read=lambda file: _checked(file, place, tally))
        job.facts = tally.facts
        return job


class Tally:
    """What is known of all functions together, and which are over the limit."""

    def __init__(self, kind: str, limit: int) -> None:
        """Args: `kind` names the measure, `limit` is what a function may have."""
        self.kind = kind
        self.limit = limit
        self.facts: dict[str, Any] = {"limit": limit}
        self._measured: list[int] = []
        self._worst: list[tuple[int, str, str, int]] = []

    def judged(self, path: str, functions: Sequence[Function]) -> Checked | None:
        """Take in a file's functions (name, value, line, column); return those over the limit, if any are."""
        self._measured += [value for _, value, _, _ in functions]
        over = [it for it in functions if it[1] > self.limit]
        if not over:
            return None
        self._worst = nlargest(_WORST, [*self._worst, *((value, path, name, line) for name, value, line, _ in over)])
        return Checked(path, [self._broken(it) for it in over])

    def _broken(self, function: Function) -> Broken:
        name, value, line, column = function
        message = f"`{name}` has a {self.kind} complexity of {value}; the limit is {self.limit}"
        return Broken(f"{self.kind}-complexity", AuditSeverity.WARNING, message, line, column)

    def finish(self) -> None:
        """Put the summary into `facts`."""
        measured = self._measured
        self.facts |= {
            "functions": len(measured),
            "highest": max(measured, default=0),
            "mean": round(sum(measured) / len(measured), 2) if measured else 0,
            "distribution": _distribution(measured),
            "worst": [
                {"complexity": value, "file": path, "function": name, "line": line}
                for value, path, name, line in self._worst
            ],
        }


def _distribution(measured: list[int]) -> dict[str, int]:
    edges = (0, *_STEPS)
    counts = {f"{low + 1}-{high}": 0 for low, high in pairwise(edges)}
    names = list(counts)
    last = f">{_STEPS[-1]}"
    counts[last] = 0
    for value in measured:
        name = next((names[index] for index, step in enumerate(_STEPS) if value <= step), last)
        counts[name] += 1
    return counts


def _checked(file: IO[bytes], place: Place, tally: Tally) -> Iterator[Checked]:
    unparsed = 0
    for path, lines in by_file(file):
        functions = [_function(line) for line in lines if line.code == "C901"]
        unparsed += len(functions) < len(lines)
        found = tally.judged(place.relative(path), functions)
        if found is not None:
            yield found
    tally.finish()
    tally.facts["files_with_syntax_errors"] = unparsed


def _function(line: RuffLine) -> Function:
    name, between, rest = line.message.partition(_BETWEEN)
    value = rest.partition(" ")[0]
    if not between or not value.isdigit():
        raise GarbledError(f"`{line.message[:100]}` tells no complexity")
    return name[1:], int(value), line.location.row, line.location.column


def _limit(place: Place) -> int:
    """Return the limit that the project gives ruff, or the usual one."""
    for name, *keys in (
        (".ruff.toml", "lint", "mccabe"),
        ("ruff.toml", "lint", "mccabe"),
        ("pyproject.toml", "tool", "ruff", "lint", "mccabe"),
    ):
        for folder in place.folders():
            said = toml_table(folder / name, *keys, root=place.root).get("max-complexity")
            if isinstance(said, int) and said > 0:
                return said
    return _USUAL_LIMIT
