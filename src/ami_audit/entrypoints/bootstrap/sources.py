"""Sources: the built-in ones, ready to use, and those of installed plug-ins."""

from collections.abc import Callable
from pathlib import Path

from ami_audit.adapters.chain_core.code_counter import NativeCodeCounter
from ami_audit.adapters.chain_core.history_parser import NativeHistoryParser
from ami_audit.adapters.chain_core.log_reader import NativeLogReader
from ami_audit.adapters.chain_core.scanner import NativeScanner
from ami_audit.adapters.chain_core.words import NativeWordMatcher
from ami_audit.adapters.sources.file import FileSource as _FileSource
from ami_audit.adapters.sources.git import GitSource as _GitSource
from ami_audit.adapters.sources.log import LogSource as _LogSource
from ami_audit.adapters.sources.module import ModuleSource as _ModuleSource
from ami_audit.adapters.sources.quality import QualitySource as _QualitySource
from ami_audit.adapters.sources.service import ServiceSource as _ServiceSource
from ami_audit.entrypoints.bootstrap.plugins import plugins
from ami_audit.ports.source import AuditSource


class GitSource(_GitSource):
    """Observes a repository's history: commits, refs, submodules, and on request more."""

    def __init__(self, repo_path: str | Path | None = None) -> None:
        """What git prints is read by the native core.

        Args:
            repo_path: Where the repository is; targets are then paths in it. None: each target says where it is.
        """
        super().__init__(repo_path, parser=NativeHistoryParser())


class FileSource(_FileSource):
    """Observes files: content hash, kind, rights, owner, times, and where links lead."""

    def __init__(self) -> None:
        """Files are walked and hashed by the native core."""
        super().__init__(NativeScanner())


class LogSource(_LogSource):
    """Reads logs of any mix of formats: levels, times, templates of errors, bursts, ids, foreign hash chains."""

    def __init__(self) -> None:
        """Logs are read and counted by the native core."""
        super().__init__(NativeLogReader())


class QualitySource(_QualitySource):
    """Runs ruff, mypy, bandit and complexity checks side by side, reads ami-agent's results, finds banned words."""

    def __init__(self) -> None:
        """Files are listed, and words looked for, by the native core."""
        super().__init__(NativeScanner(), NativeWordMatcher)


class ServiceSource(_ServiceSource):
    """Observes services: declared, running, listening, healthy; what they use, and on request what they log."""

    def __init__(self) -> None:
        """Logs are read by the native core."""
        super().__init__(NativeLogReader())


class ModuleSource(_ModuleSource):
    """Observes modules: structure, dependencies, metrics, imports, coverage, tests."""

    def __init__(self) -> None:
        """Code is counted by the native core."""
        super().__init__(NativeCodeCounter())


_OWN: dict[str, Callable[[], AuditSource]] = {
    "git": GitSource,
    "file": FileSource,
    "log": LogSource,
    "service": ServiceSource,
    "module": ModuleSource,
    "quality": QualitySource,
}


def sources() -> dict[str, Callable[[], AuditSource]]:
    """Return what makes each source, by name: the built-in ones and those of installed plug-ins."""
    return {**_OWN, **plugins("ami_audit.sources", taken=set(_OWN))}


def quality_checks() -> tuple[str, ...]:
    """Return the names of the checks of quality."""
    from ami_audit.adapters.sources.quality.source import AGENT, TOOLS, WORDS

    return (*TOOLS, WORDS, AGENT)


def check_may_fix(target: str) -> None:
    """See that nothing is lost when a target's files are mended.

    Raises:
        SourceError: Changes are not committed, or there is no repository.
    """
    from ami_audit.adapters.sources.quality.place import locate
    from ami_audit.adapters.sources.quality.source import check_may_fix as check
    from ami_audit.domain.options import AuditOptions

    check(locate(target), AuditOptions())
