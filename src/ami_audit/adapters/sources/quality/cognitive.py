"""Cognitive complexity of every function, by complexipy, in a process of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from ami_audit.adapters.sources.quality.complexity import Tally
from ami_audit.adapters.sources.quality.findings import finding
from ami_audit.adapters.sources.quality.lines import read_lines
from ami_audit.adapters.sources.quality.place import Place
from ami_audit.adapters.sources.quality.program import Program
from ami_audit.adapters.sources.quality.tool import Job, Workshop
from ami_audit.adapters.sources.quality.violation import Checked
from ami_audit.domain.kinds import AuditSeverity

_LIMIT = 15
_CHILD = Path(__file__).with_name("cognitive_child.py")


class CognitiveLine(msgspec.Struct):
    """What is said of one file: functions as name, value and line; or why it could not be measured."""

    filename: str
    functions: list[tuple[str, int, int]] = []
    error: str = ""


class Cognitive:
    """`Tool`; what is run is our own Python, so that its crash at a hostile file is not ours."""

    name = "cognitive"
    program = "complexipy"
    distribution = "complexipy"

    def job(self, program: Program, workshop: Workshop) -> Job:
        """Return the run over the Python files that the walk has found."""
        del program  # its library is used, which tells the lines as well
        tally = Tally("cognitive", _LIMIT)
        command = (sys.executable, "-I", str(_CHILD), str(workshop.python_files))
        job = Job(
            command,
            workshop.place.root,
            read=lambda file: _checked(file, workshop.place, tally),
            ends_well=frozenset({0}),
        )
        job.facts = tally.facts
        return job


def _checked(file: IO[bytes], place: Place, tally: Tally) -> Iterator[Checked]:
    unparsed = 0
    for some in read_lines(file, CognitiveLine):
        for line in some:
            path = place.relative(line.filename)
            if line.error:
                unparsed += 1
                yield _unmeasured(path, line.error)
                continue
            found = tally.judged(path, [(name, value, row, None) for name, value, row in line.functions])
            if found is not None:
                yield found
    tally.finish()
    tally.facts["files_with_syntax_errors"] = unparsed


def _unmeasured(path: str, error: str) -> Checked:
    told = finding("file-unchecked", f"It could not be measured: {error}", where=path, severity=AuditSeverity.INFO)
    return Checked(path, (), findings=(told,))
