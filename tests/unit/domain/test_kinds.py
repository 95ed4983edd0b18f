"""The closed sets of words: their order, their synonyms, their labels."""

import json

import pytest

from ami_audit.domain.kinds import AuditSeverity, SignatureState, VerificationLevel


def test_severities_compare_by_weight_and_not_by_spelling() -> None:
    """By spelling `critical` comes before `debug`."""
    ascending = ["debug", "info", "warning", "error", "critical"]
    assert [severity.value for severity in sorted(AuditSeverity)] == ascending
    assert AuditSeverity.CRITICAL > AuditSeverity.DEBUG
    assert AuditSeverity.WARNING >= "warning"
    assert AuditSeverity.INFO < "error"
    assert AuditSeverity.INFO <= "info"


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("HIGH", AuditSeverity.ERROR),
        ("high", AuditSeverity.ERROR),
        ("Medium", AuditSeverity.WARNING),
        ("low", AuditSeverity.INFO),
        ("warn", AuditSeverity.WARNING),
        ("FATAL", AuditSeverity.CRITICAL),
        ("Error", AuditSeverity.ERROR),
    ],
)
def test_what_other_tools_write_is_understood(word: str, severity: AuditSeverity) -> None:
    """Examples and linters say HIGH where the enumeration says ERROR."""
    assert AuditSeverity(word) is severity


@pytest.mark.parametrize("word", ["", "terrible", 3, None])
def test_a_word_that_is_no_severity_is_refused(word: object) -> None:
    """A misspelt `--fail-on` must not let everything pass."""
    with pytest.raises(ValueError, match="is not a valid AuditSeverity"):
        AuditSeverity(word)


def test_the_names_of_the_examples_are_the_same_members() -> None:
    """Code written against HIGH finds the record that was sealed as ERROR."""
    assert AuditSeverity["HIGH"] is AuditSeverity.ERROR
    assert len(AuditSeverity) == 5
    assert json.dumps(AuditSeverity.HIGH) == '"error"'


def test_only_a_valid_signature_state_is_true() -> None:
    """An unsigned record proves nothing: `if record.verify_signatures()` must not pass."""
    assert [state for state in SignatureState if state] == [SignatureState.VALID]


def test_levels_hold_those_below_them() -> None:
    """`--require` compares; the order is the ladder of DESIGN section 4."""
    ladder = ["none", "links", "hashes", "signatures", "pinned-keys", "checkpoint", "witnessed", "anchored"]
    assert [level.label for level in sorted(VerificationLevel)] == ladder


@pytest.mark.parametrize("level", list(VerificationLevel))
def test_a_level_is_found_by_its_label(level: VerificationLevel) -> None:
    """What is printed can be typed."""
    assert VerificationLevel.named(level.label) is level
    assert VerificationLevel.named(f" {level.label.upper()} ") is level


def test_a_label_of_no_level_is_refused_with_those_there_are() -> None:
    """A misspelt `--require` must not ask for less."""
    with pytest.raises(ValueError, match="`signature` is no level; choose one of none, links, hashes, signatures"):
        VerificationLevel.named("signature")
