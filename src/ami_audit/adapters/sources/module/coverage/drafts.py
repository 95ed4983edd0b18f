"""What is told of a module's coverage."""

import hashlib
import posixpath
from collections.abc import Generator, Iterator
from typing import Any

from ami_audit.adapters.sources.module.coverage.data import coverage_data, is_known
from ami_audit.adapters.sources.module.coverage.model import Counts, Coverage
from ami_audit.adapters.sources.module.coverage.reading import READERS
from ami_audit.adapters.sources.module.coverage.thresholds import Threshold, thresholds
from ami_audit.adapters.sources.module.documents import BrokenError, Folder
from ami_audit.adapters.sources.module.naming import Setting, finding, observation, short, violation
from ami_audit.adapters.sources.module.tree import Survey
from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.finding import AuditFinding, AuditViolation
from ami_audit.domain.kinds import AuditSeverity, Outcome

_LEAST_COVERED = 20
_DATA = ".coverage"


class CoverageReports:
    """The coverage artefacts of one module, judged against what it demands."""

    def __init__(self, folder: Folder, survey: Survey, setting: Setting) -> None:
        self._folder = folder
        self._survey = survey
        self._setting = setting
        self._demanded, self._broken = thresholds(folder)

    def drafts(self) -> Generator[AuditDraft | None]:
        """Yield one `module.coverage` for each artefact; None while coverage.py is still reading."""
        artefacts = self._survey.named(*READERS)
        for path in artefacts:
            yield self._tried(path)
        for path in self._survey.named(_DATA):
            yield from self._data(path)
        artefacts += self._survey.named(_DATA)
        if (self._demanded and not artefacts) or self._broken:
            yield self._missing(is_measured=bool(artefacts))

    def _tried(self, path: str) -> AuditDraft:
        try:
            return self._draft(READERS[posixpath.basename(path)](self._folder, path))
        except BrokenError as error:
            return self._unreadable(path, str(error))

    def _data(self, path: str) -> Generator[AuditDraft | None]:
        if not is_known():
            yield self._unreadable(path, "coverage.py is not installed: `pip install 'ami-audit[quality]'`")
            return
        try:
            found = yield from coverage_data(self._folder, path)
        except BrokenError as error:
            yield self._unreadable(path, str(error))
        else:
            yield self._draft(found)

    def _draft(self, found: Coverage) -> AuditDraft:
        total, place = found.total, self._setting.place(found.path)
        context: dict[str, Any] = {
            "path": place,
            "format": found.form,
            "tool": found.tool,
            "measured_at": found.measured_at,
            "files": len(found.files),
            **_told(total),
            "least_covered": [
                {"path": short(path), **_told(counts)}
                for path, counts in sorted(found.files.items(), key=lambda it: (it[1].percent, it[0]))[:_LEAST_COVERED]
            ],
            "files_digest": _digest(found),
            "demanded": [
                {"least": it.least, "where": it.where, "suite": it.suite, "source": it.source} for it in self._demanded
            ],
        }
        violations = list(self._below(found))
        return observation("module.coverage", place, self._setting, context=context, violations=violations)

    def _below(self, found: Coverage) -> Iterator[AuditViolation]:
        for demanded in self._demanded:
            counts = _selected(found, demanded)
            if counts is None or not _concerns(demanded, found):
                continue
            # As coverage.py judges: what is shown is what is compared.
            if round(counts.percent, 2) < demanded.least:
                what = f"`{demanded.source}`" if demanded.source else "the module"
                what += f" is covered by {demanded.suite} tests" if demanded.suite else " is covered"
                yield violation(
                    "coverage-threshold",
                    f"{counts.percent:.2f} % of {what}; `{demanded.where}` demands {demanded.least:g} %.",
                    path=self._setting.place(found.path),
                    severity=AuditSeverity.ERROR,
                )

    def _missing(self, *, is_measured: bool) -> AuditDraft:
        findings = [
            finding("broken-document", f"`{name}` cannot be read: {why}.", location=self._setting.place(name))
            for name, why in self._broken
        ]
        if not is_measured and self._demanded:
            first = self._demanded[0]
            findings.append(
                finding(
                    "coverage-missing",
                    f"`{first.where}` demands {first.least:g} % coverage, and there is no report.",
                    location=self._setting.module,
                    recommendation="Run the tests with coverage, and keep coverage.json or coverage.xml.",
                )
            )
        context = {"path": self._setting.module, "format": "none", "demanded": [it.least for it in self._demanded]}
        target = f"{self._setting.module}#coverage"
        return observation(
            "module.coverage", target, self._setting, context=context, findings=findings, outcome=Outcome.PARTIAL
        )

    def _unreadable(self, path: str, why: str) -> AuditDraft:
        place = self._setting.place(path)
        told: list[AuditFinding] = [
            finding(
                "broken-document", f"`{path}` cannot be read: {why}.", location=place, severity=AuditSeverity.WARNING
            )
        ]
        context = {"path": place, "format": "unknown"}
        return observation(
            "module.coverage", place, self._setting, context=context, findings=told, outcome=Outcome.FAILURE
        )


def _told(counts: Counts) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "percent": round(counts.percent, 2),
        "covered_lines": counts.covered,
        "lines": counts.lines,
    }
    if counts.branches:
        facts |= {"covered_branches": counts.covered_branches, "branches": counts.branches}
    return facts


def _digest(found: Coverage) -> str:
    """Return a digest of every file's counts, so that a change anywhere is a new fact."""
    lines = (f"{path}\0{it.covered}/{it.lines}/{it.covered_branches}/{it.branches}" for path, it in found.files.items())
    return hashlib.sha256("\n".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()


def _selected(found: Coverage, demanded: Threshold) -> Counts | None:
    """Return the counts of what a threshold is about; None when the artefact holds nothing of it."""
    if not demanded.source:
        return found.total
    whole, is_met = Counts(), False
    for path, counts in found.files.items():
        if f"/{demanded.source}/" in f"/{path}" or path == demanded.source:
            whole.add(counts)
            is_met = True
    return whole if is_met else None


def _concerns(demanded: Threshold, found: Coverage) -> bool:
    """Whether an artefact is of the suite: when its name says another one, it is not."""
    suites = ("unit", "integration")
    named = [suite for suite in suites if suite in found.path]
    return not demanded.suite or not named or demanded.suite in named
