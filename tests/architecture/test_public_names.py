"""Is everything the specification names found where a caller looks first?"""

import importlib

import pytest

_NAMES = (
    "AuditChain",
    "AuditContext",
    "AuditFilter",
    "AuditFinding",
    "AuditOptions",
    "AuditRecord",
    "AuditSeverity",
    "AuditSignature",
    "AuditSource",
    "AuditStatus",
    "AuditStore",
    "AuditTargetType",
    "AuditViolation",
    "BatchCollector",
    "DataClassification",
    "FileSource",
    "GitSource",
    "LogLevel",
    "QualitySource",
    "LogSource",
    "StreamCollector",
)

_VERBS = (
    "AuditChain.add_record",
    "AuditChain.export_chain",
    "AuditChain.find_records",
    "AuditChain.get_chain_slice",
    "AuditChain.verify_chain",
    "AuditChain.verify_signatures",
    "AuditContext.add_context",
    "AuditContext.add_finding",
    "AuditContext.add_findings",
    "AuditContext.add_metadata",
    "AuditContext.add_violation",
    "AuditContext.add_violations",
    "AuditFilter.matches",
    "AuditRecord.calculate_hash",
    "AuditRecord.mine_block",
    "AuditRecord.sign",
    "AuditRecord.verify",
    "AuditRecord.verify_signatures",
    "AuditSource.collect",
    "AuditSource.get_metadata",
    "AuditSource.supports",
    "AuditStore.get_provenance_chain",
    "AuditStore.get_record",
    "AuditStore.query_records",
    "AuditStore.store_record",
    "AuditStore.verify_integrity",
    "BatchCollector.collect",
    "StreamCollector.stream",
)


@pytest.mark.parametrize("name", _NAMES)
def test_a_name_of_the_specification_is_importable_from_the_package(name: str) -> None:
    """One import line serves the caller; where a name lives inside is ours to change."""
    package = importlib.import_module("ami_audit")
    assert getattr(package, name).__name__ == name
    assert name in package.__all__


@pytest.mark.parametrize("verb", _VERBS)
def test_a_verb_of_the_specification_can_be_called(verb: str) -> None:
    """Code written after the specification runs against us unchanged."""
    name, _, method = verb.partition(".")
    assert callable(getattr(getattr(importlib.import_module("ami_audit"), name), method))


def test_every_public_name_says_what_it_is() -> None:
    """`help(ami_audit.X)` is the first manual anybody opens."""
    package = importlib.import_module("ami_audit")
    assert [name for name in package.__all__ if not getattr(package, name).__doc__] == []
