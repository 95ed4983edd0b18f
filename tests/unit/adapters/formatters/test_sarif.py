"""Verdicts as SARIF: what a collector of scanners' results takes in."""

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from tests.support import answers
from tests.support.house import ROOT

from ami_audit.adapters.formatters.sarif import SarifFormatter
from ami_audit.adapters.formatters.sarif.rules import RULES
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.verification import Fault, VerificationReport, broken_by

_SCHEMA = json.loads((ROOT / "tests/vectors/data/sarif/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
_HOSTILE = Fault(check="column", where=f"record {answers.HOSTILE}", detail=f"{answers.HOSTILE} {{0}}", field="x y")
_CASES: dict[str, Callable[[], VerificationReport]] = {
    "a sound trail": answers.a_verdict,
    "an empty trail": lambda: answers.a_verdict(origin="", size=0, location="", level=0),
    "a damaged trail": lambda: answers.a_verdict(level=0, faults=answers.some_faults(300)),
    "a trail proven to less than was required": lambda: answers.a_verdict(required=VerificationLevel.CHECKPOINT),
    "a check that is not known here": lambda: answers.a_verdict(
        level=0, faults=[Fault(check="new", where="w", detail="d")]
    ),
    "hostile text": lambda: answers.a_verdict(level=0, faults=[_HOSTILE], location=f"/tmp/{answers.HOSTILE}"),
}


def _written(report: VerificationReport) -> Any:
    return json.loads(SarifFormatter("0.1.0").verification(report))


@pytest.mark.parametrize("case", _CASES)
def test_a_verdict_is_what_the_schema_of_sarif_says(case: str) -> None:
    """The schema of OASIS, not one of ours."""
    validator = jsonschema_rs.validator_for(_SCHEMA, validate_formats=True)
    assert [str(error) for error in validator.iter_errors(_written(_CASES[case]()))] == []


def test_the_schema_refuses_what_is_no_sarif() -> None:
    """Else the test above could not fail."""
    wrong = _written(answers.a_verdict(faults=answers.some_faults(1)))
    wrong["runs"][0]["results"][0]["level"] = "fatal"
    assert not jsonschema_rs.validator_for(_SCHEMA).is_valid(wrong)


def test_each_fault_is_a_result_with_its_rule_record_and_file() -> None:
    """A person who sees only the collector's page finds the record, and the file to open."""
    (run,) = _written(answers.a_verdict(level=0, required=0, faults=answers.some_faults(2)))["runs"]
    assert [result["properties"]["sequence"] for result in run["results"]] == [17, 19]
    result = run["results"][0]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (rule["id"], rule["properties"]) == (
        result["ruleId"],
        {"check": "hash", "breaks": "hashes", "security-severity": "9.0"},
    )
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == f"file://{answers.PLACE}"
    assert location["logicalLocations"][0]["fullyQualifiedName"] == f"{answers.ORIGIN}/record 17"
    assert location["logicalLocations"][0]["name"] == result["properties"]["recordId"]


def test_a_level_below_the_required_one_is_a_result() -> None:
    """Else a collector would show a trail without a known key as sound."""
    (run,) = _written(answers.a_verdict(required=VerificationLevel.CHECKPOINT))["runs"]
    (result,) = run["results"]
    assert "below what was required: `checkpoint`" in result["message"]["text"]
    assert run["invocations"][0]["exitCode"] == 1
    (sound,) = _written(answers.a_verdict())["runs"]
    assert (sound["results"], sound["invocations"][0]["exitCode"]) == ([], 0)


def test_every_check_has_a_rule_of_its_own() -> None:
    """Named in the documentation of faults; a check without a rule would be filed under `other`."""
    documented = str(Fault.__doc__).partition("check: What failed:")[2].partition("where:")[0]
    checks = set(re.findall(r"`([a-z-]+)`", documented)) | {"form"}
    assert checks <= set(RULES)
    assert [rule.id for rule in RULES.values()] == [f"AMI{number}" for number in range(1001, 1001 + len(RULES))]
    assert {RULES[check].descriptor()["properties"]["breaks"] for check in checks} == {
        broken_by(check).label for check in checks
    }


def test_the_same_fault_has_the_same_fingerprint_in_every_run() -> None:
    """By it a collector tells an old fault from a new one."""
    first, second = (
        _written(answers.a_verdict(level=0, required=0, faults=answers.some_faults(2), seconds=seconds))
        for seconds in (1, 2)
    )
    prints = [
        [result["partialFingerprints"]["fault/v1"] for result in log["runs"][0]["results"]] for log in (first, second)
    ]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == 2
