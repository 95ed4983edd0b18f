"""What a run's answer says of the records that tell most."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module

from ami_audit.adapters.formatters.page import Limits, Section
from ami_audit.domain.record import AuditRecord

SectionMaker = Callable[..., Section]
"""Called with the records of one action, in order, and `limits=`."""

# Actions in the order of the page, each with the module of this package that has its section, and its function.
_MAKERS: Mapping[str, tuple[str, str]] = {
    "log.overview": ("logs", "overview"),
    "log.file": ("logs", "files"),
    "log.chain": ("logs", "chains"),
    "log.template": ("logs", "templates"),
    "log.correlation": ("logs", "correlations"),
    "quality.tool": ("quality", "checks"),
    "quality.fix": ("quality", "fixes"),
    "quality.violations": ("quality", "violations"),
    "module.observed": ("module", "structure_section"),
    "module.lock": ("module", "locks_section"),
    "module.metrics": ("module", "metrics_section"),
    "module.imports": ("module", "imports_section"),
    "module.coverage": ("module", "coverage_section"),
    "module.tests": ("module", "tests_section"),
    "service.profile": ("services", "profiles_section"),
    "service.observed": ("services", "services_section"),
    "service.host": ("services", "host_section"),
    "git.path": ("git", "paths_section"),
    "git.blame": ("git", "blame_section"),
    "git.contribution": ("git", "contributions_section"),
    "git.lockfile": ("git", "lockfiles_section"),
    "git.submodule": ("git", "submodules_section"),
    "git.blob": ("git", "blobs_section"),
    "git.reflog": ("git", "reflogs_section"),
    "file.archive": ("files", "archives_section"),
    "file.hard-links": ("files", "hard_links_section"),
}


def told_sections(told: Sequence[AuditRecord], *, limits: Limits) -> Iterator[Section]:
    """Yield a section for each action that has records and a section; a maker is loaded when it is needed."""
    for action, (module, name) in _MAKERS.items():
        records = [record for record in told if record.action == action]
        if records:
            yield _maker(module, name)(records, limits=limits)


def _maker(module: str, name: str) -> SectionMaker:
    made: SectionMaker = getattr(import_module(f"ami_audit.adapters.formatters.pages.{module}"), name)
    return made
