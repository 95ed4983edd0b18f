"""ami-audit: signed, hash-chained evidence that an outsider can verify offline.

    from ami_audit import AuditContext

    async with AuditContext(actor="billing", action="invoice.sent", target="invoice:17") as audit:
        audit.add_context(total_cents=1250)

Names are loaded when they are first used, so that importing the package stays cheap and loads no driver.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ami_audit.domain.draft import AuditDraft as AuditDraft
    from ami_audit.domain.errors import AuditError as AuditError
    from ami_audit.domain.finding import AuditFinding as AuditFinding
    from ami_audit.domain.finding import AuditViolation as AuditViolation
    from ami_audit.domain.kinds import ActorType as ActorType
    from ami_audit.domain.kinds import AuditSeverity as AuditSeverity
    from ami_audit.domain.kinds import AuditStatus as AuditStatus
    from ami_audit.domain.kinds import AuditTargetType as AuditTargetType
    from ami_audit.domain.kinds import DataClassification as DataClassification
    from ami_audit.domain.kinds import LogLevel as LogLevel
    from ami_audit.domain.kinds import Outcome as Outcome
    from ami_audit.domain.kinds import SignatureState as SignatureState
    from ami_audit.domain.kinds import VerificationLevel as VerificationLevel
    from ami_audit.domain.options import AuditOptions as AuditOptions
    from ami_audit.domain.query import AuditFilter as AuditFilter
    from ami_audit.domain.record import AuditRecord as AuditRecord
    from ami_audit.domain.run import RunSummary as RunSummary
    from ami_audit.domain.signature import AuditSignature as AuditSignature
    from ami_audit.domain.verification import VerificationReport as VerificationReport
    from ami_audit.entrypoints.bootstrap.sources import FileSource as FileSource
    from ami_audit.entrypoints.bootstrap.sources import GitSource as GitSource
    from ami_audit.entrypoints.bootstrap.sources import LogSource as LogSource
    from ami_audit.entrypoints.bootstrap.sources import ModuleSource as ModuleSource
    from ami_audit.entrypoints.bootstrap.sources import QualitySource as QualitySource
    from ami_audit.entrypoints.bootstrap.sources import ServiceSource as ServiceSource
    from ami_audit.entrypoints.library import AuditChain as AuditChain
    from ami_audit.entrypoints.library import AuditContext as AuditContext
    from ami_audit.entrypoints.library import AuditStore as AuditStore
    from ami_audit.entrypoints.library import BatchCollector as BatchCollector
    from ami_audit.entrypoints.library import StreamCollector as StreamCollector
    from ami_audit.ports.analyzer import AuditAnalyzer as AuditAnalyzer
    from ami_audit.ports.source import AuditSource as AuditSource

_HOMES = {
    "domain.draft": ("AuditDraft",),
    "domain.errors": ("AuditError",),
    "domain.finding": ("AuditFinding", "AuditViolation"),
    "domain.kinds": (
        "ActorType",
        "AuditSeverity",
        "AuditStatus",
        "AuditTargetType",
        "DataClassification",
        "LogLevel",
        "Outcome",
        "SignatureState",
        "VerificationLevel",
    ),
    "domain.options": ("AuditOptions",),
    "domain.query": ("AuditFilter",),
    "domain.record": ("AuditRecord",),
    "domain.run": ("RunSummary",),
    "domain.signature": ("AuditSignature",),
    "domain.verification": ("VerificationReport",),
    "entrypoints.bootstrap.sources": (
        "FileSource",
        "GitSource",
        "LogSource",
        "ModuleSource",
        "QualitySource",
        "ServiceSource",
    ),
    "entrypoints.library": ("AuditChain", "AuditContext", "AuditStore", "BatchCollector", "StreamCollector"),
    "ports.analyzer": ("AuditAnalyzer",),
    "ports.source": ("AuditSource",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 (a sorted list of the names above)


def __getattr__(name: str) -> Any:
    """Load a public name from its home at the first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def _lend() -> None:
    """Lend the domain its arithmetic and its clock; neither is loaded before it is needed."""
    from ami_audit.domain.installed import install

    def machine() -> Any:
        return import_module(f"{__name__}.entrypoints.bootstrap.machine")

    install(arithmetic=lambda: machine().core(), clock=lambda: machine().clock())


_lend()
