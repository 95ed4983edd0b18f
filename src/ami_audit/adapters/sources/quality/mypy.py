"""Mypy: broken promises about types."""

from collections.abc import Iterator
from typing import IO

import msgspec

from ami_audit.adapters.sources.quality import mypy_settings, settings
from ami_audit.adapters.sources.quality.findings import finding
from ami_audit.adapters.sources.quality.lines import read_lines
from ami_audit.adapters.sources.quality.program import Program
from ami_audit.adapters.sources.quality.tool import Job, Workshop, path_argument
from ami_audit.adapters.sources.quality.violation import Broken, Checked
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity

_SEVERITIES = {"error": AuditSeverity.ERROR, "warning": AuditSeverity.WARNING}


class MypyLine(msgspec.Struct):
    """One line of mypy's JSON, as far as it is read; its columns count from 0."""

    file: str
    message: str
    severity: str
    line: int = -1
    column: int = -1
    code: str | None = None


class Mypy:
    """`Tool`."""

    name = "mypy"
    program = "mypy"
    distribution = "mypy"

    def job(self, program: Program, workshop: Workshop) -> Job:
        """Return the run, by the project's settings without those that run its code, unless that is asked for."""
        place = workshop.place
        found = mypy_settings.found(place)
        cwd = found.parent if found else place.root
        facts: dict[str, object] = {}
        findings = settings.unread(place, mypy_settings.FILES)
        used = str(found) if found else ""
        if found and not workshop.options.project_tools:
            kept = mypy_settings.kept(
                found, workshop.folder, root=place.root, beside_us=program.origin == "beside ami-audit"
            )
            used = str(kept.path)
            if kept.left_out:
                facts["settings_left_out"] = list(kept.left_out)
                findings.append(_left_out(kept.left_out))
        python = place.root / ".venv" / "bin" / "python"
        # Types of what the project needs lie in its own environment; to ask its Python where is to run it.
        packages = (f"--python-executable={python}",) if workshop.options.project_tools and python.exists() else ()
        command = (
            program.path,
            *packages,
            *("-O", "json", "--cache-dir=/dev/null", "--no-pretty", f"--config-file={used}"),
            *("--", path_argument(place.target, cwd)),
        )

        def read(file: IO[bytes]) -> Iterator[Checked]:
            by_file: dict[str, list[Broken]] = {}
            for some in read_lines(file, MypyLine):
                for line in some:
                    by_file.setdefault(place.relative(line.file, folder=cwd), []).append(_broken(line))
            for path in sorted(by_file):
                yield Checked(path, by_file[path])

        job = Job(command, cwd, read=read, ends_early=frozenset({2}), nothing_said="There are no .py[i] files")
        job.facts, job.findings = facts, findings
        return job


def _broken(line: MypyLine) -> Broken:
    severity = _SEVERITIES.get(line.severity, AuditSeverity.INFO)
    column = line.column + 1 if line.column >= 0 else None
    return Broken(line.code or line.severity, severity, line.message, line.line if line.line > 0 else None, column)


def _left_out(names: tuple[str, ...]) -> AuditFinding:
    return finding(
        "setting-left-out",
        f"Mypy ran without the project's {', '.join(f'`{name}`' for name in names)}: they run the project's code.",
        do="If you trust the project, use `--project-tools`.",
        severity=AuditSeverity.INFO,
    )
