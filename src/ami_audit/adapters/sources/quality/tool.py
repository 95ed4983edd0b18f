"""What a tool is to the source: how it is run, and how its output is read."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from ami_audit.adapters.sources.quality.place import Place
from ami_audit.adapters.sources.quality.program import Program
from ami_audit.adapters.sources.quality.violation import Checked
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.options import AuditOptions
from ami_audit.domain.text import readable_path

Reader = Callable[[IO[bytes]], Iterator[Checked]]


class GarbledError(Exception):
    """Output that is not what the tool writes; says why."""


class Workshop(NamedTuple):
    """Where tools work.

    Attributes:
        place: What is checked.
        options: How.
        folder: For files of ours; nothing is written into the project.
        python_files: A list of the target's Python files, absolute, each ended by a NUL.
    """

    place: Place
    options: AuditOptions
    folder: Path
    python_files: Path


@dataclass(slots=True)
class Job:
    """One run of a tool, as it is to be.

    Attributes:
        command: Its words.
        cwd: Where it runs.
        read: Makes its output into what it says of each file.
        ends_well: Exit codes after which its output is whole.
        ends_early: Exit codes after which the output holds why the rest was not checked.
        nothing_said: How it says that there is nothing to check, on standard error.
        facts: What else the record of the run says; filled while the output is read.
        findings: What could not be known about the run.
        without_settings: What is run instead when the tool ends with exit code 2, as it does at the project's settings.
    """

    command: tuple[str, ...]
    cwd: Path
    read: Reader
    ends_well: frozenset[int] = frozenset({0, 1})
    ends_early: frozenset[int] = frozenset()
    nothing_said: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[AuditFinding] = field(default_factory=list)
    without_settings: "Job | None" = None


class Tool(Protocol):
    """A checker of code.

    Attributes:
        name: What it is called in records and options.
        program: What is run.
        distribution: The package that brings it.
    """

    name: str
    program: str
    distribution: str

    def job(self, program: Program, workshop: Workshop) -> Job:
        """Return its run over the target."""
        ...


def path_argument(path: Path, folder: Path) -> str:
    """Return a path as an argument that no tool takes for an option, relative to where the tool runs."""
    relative = os.path.relpath(path, folder)
    return f"./{relative}" if relative.startswith("-") else relative


def without(command: tuple[str, ...], folder: Path) -> list[str]:
    """Return a command as records tell it: our own folder, another one each time, is not named."""
    return [readable_path(word).replace(str(folder), "<temporary>") for word in command]


def sorted_counts(counts: Mapping[str, int], *, most: int = 1_000) -> dict[str, int]:
    """Return the most frequent names with their counts, by name."""
    top = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    return dict(sorted(top))
