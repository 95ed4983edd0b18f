"""JSON answers: they are what their published schemas say, and harmless to look at."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel
from tests.support import answers, proof_answers, retention_answers, rules_answers
from tests.support.published import NAMES, PUBLISHED, schema_of, text_of

from ami_audit.adapters.formatters.answers import What
from ami_audit.adapters.formatters.json import JsonFormatter
from ami_audit.domain.answer import as_json
from ami_audit.domain.rules import Rules, RulesAnswer

_FORMATTER = JsonFormatter()


def _plain(what: What, answer: BaseModel) -> str:
    return as_json(what, answer.model_dump(mode="json"))


_CASES: dict[str, tuple[What, Callable[[], str]]] = {
    "a run": ("run", lambda: _FORMATTER.run(answers.a_run())),
    "a run with all that is known of it": (
        "run",
        lambda: _FORMATTER.run(
            answers.a_run(),
            findings=answers.some_findings(),
            verification=answers.a_verdict(faults=answers.some_faults(2)),
        ),
    ),
    "a sound trail": ("verification", lambda: _FORMATTER.verification(answers.a_verdict())),
    "a damaged trail": (
        "verification",
        lambda: _FORMATTER.verification(answers.a_verdict(level=0, faults=answers.some_faults(300))),
    ),
    "no record": ("records", lambda: _FORMATTER.records([])),
    "some records": (
        "records",
        lambda: _FORMATTER.records([answers.a_commit(), answers.a_record(target=answers.HOSTILE)], next_cursor=17),
    ),
    "a record": ("record", lambda: _plain("record", answers.a_commit())),
    "a report": ("report", lambda: _FORMATTER.report(answers.a_report())),
    "a place with a trail": ("status", lambda: _FORMATTER.status(answers.a_status(level="checkpoint"))),
    "a place without a trail": (
        "status",
        lambda: _FORMATTER.status(answers.a_status(has_trail=False, last_run=None, key=None, guard=None)),
    ),
    "a bundle": ("bundle-verification", lambda: _FORMATTER.bundle(answers.a_bundle_report())),
    "a bad bundle": ("bundle-verification", lambda: _FORMATTER.bundle(answers.a_bad_bundle_report())),
    "a sound trail with witnesses and approvals": (
        "verification",
        lambda: _FORMATTER.verification(
            answers.a_verdict(witnesses=rules_answers.some_witnesses(), approvals=rules_answers.some_approvals())
        ),
    ),
    "records with approvals": (
        "records",
        lambda: _FORMATTER.records([answers.a_record()], approvals=[rules_answers.a_state()]),
    ),
    "cosignatures": ("cosigning", lambda: _plain("cosigning", rules_answers.a_cosigning())),
    "an approval": ("approval", lambda: _plain("approval", rules_answers.an_approval())),
    "an unasked approval": (
        "approval",
        lambda: _plain("approval", rules_answers.an_approval(state=None)),
    ),
    "rules": ("rules", lambda: _plain("rules", rules_answers.some_rules())),
    "no rules": ("rules", lambda: _plain("rules", RulesAnswer.of(Rules()))),
    "a checkpoint": ("checkpoint", lambda: _plain("checkpoint", proof_answers.a_checkpoint())),
    "a proof": ("proof", lambda: _plain("proof", proof_answers.a_proof())),
    "a proof of growth": ("consistency", lambda: _plain("consistency", proof_answers.a_consistency())),
    "a proof that holds": ("proof-verdict", lambda: _plain("proof-verdict", proof_answers.a_proof_verdict())),
    "an export": ("tiles", lambda: _plain("tiles", proof_answers.some_tiles())),
    "a whole store": ("store-check", lambda: _FORMATTER.store_check(answers.a_store_check())),
    "a damaged store": (
        "store-check",
        lambda: _FORMATTER.store_check(
            answers.a_store_check(
                rebuilt=3, missing=("x", answers.HOSTILE), leftovers=("y",), faults=answers.some_faults(2)
            )
        ),
    ),
    "an erasure": ("erasure", lambda: _plain("erasure", retention_answers.an_erasure())),
    "retention": ("retention", lambda: _plain("retention", retention_answers.a_retention())),
    "a pruning": ("pruning", lambda: _plain("pruning", retention_answers.a_pruning())),
    "an archive": ("archive", lambda: _plain("archive", retention_answers.an_archive_verdict())),
    "keys": ("keys", lambda: _FORMATTER.keys([answers.a_key(), answers.a_key(name=None, where=None, created=None)])),
}


def _published(what: What) -> Any:
    return json.loads((PUBLISHED / f"{what}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", _CASES)
def test_an_answer_is_what_its_published_schema_says(case: str) -> None:
    """Programs are written against the schema; a field it does not name, or one that is missing, breaks them."""
    what, write = _CASES[case]
    validator = jsonschema_rs.validator_for(_published(what), validate_formats=True)
    errors = [str(error) for error in validator.iter_errors(json.loads(write()))]
    assert errors == []


@pytest.mark.parametrize("what", NAMES)
def test_a_published_schema_is_the_one_its_model_makes(what: What) -> None:
    """A schema kept by hand falls behind; `python -m tests.support.published` writes them anew."""
    assert (PUBLISHED / f"{what}.json").read_text(encoding="utf-8") == text_of(schema_of(what))


@pytest.mark.parametrize("what", NAMES)
def test_a_published_schema_refuses_what_is_not_in_it(what: What) -> None:
    """A schema that accepts anything proves nothing."""
    validator = jsonschema_rs.validator_for(_published(what))
    _, write = next(case for case in _CASES.values() if case[0] == what)
    answer = json.loads(write())
    assert not validator.is_valid({**answer, "another": 1})
    assert not validator.is_valid({name: value for name, value in answer.items() if name != "generated_at"})


@pytest.mark.parametrize("case", _CASES)
def test_an_answer_names_its_schema_and_its_time_first(case: str) -> None:
    """A reader of a file must know what it is before reading all of it."""
    what, write = _CASES[case]
    answer = json.loads(write())
    assert list(answer)[:2] == ["schema", "generated_at"]
    assert answer["schema"] == f"ami-audit/{what}/1"


def test_records_are_written_with_the_names_of_the_model() -> None:
    """`query` output must read back as the records it came from."""
    record = answers.a_commit(findings=(answers.a_finding(),))
    (written,) = json.loads(_FORMATTER.records([record]))["records"]
    assert type(record).model_validate(written) == record


def test_audited_text_survives_and_holds_nothing_a_terminal_obeys() -> None:
    """JSON is often looked at with `cat`; the escapes must be the same text to a parser."""
    text = _FORMATTER.records([answers.a_record(target=answers.HOSTILE, actor="\x7f\u200b\u2028\U000e0041")])
    (written,) = json.loads(text)["records"]
    assert (written["target"], written["actor"]) == (answers.HOSTILE, "\x7f\u200b\u2028\U000e0041")
    assert [c for c in text if not c.isprintable() and c != "\n"] == []


def test_a_path_that_no_encoding_can_write_is_still_an_answer() -> None:
    """A trail may lie in a folder whose name is not UTF-8: Python hands such a path on with lone surrogates."""
    text = _FORMATTER.run(answers.a_run(location="/srv/caf\udce9/audit.db"))
    assert json.loads(text.encode())["location"] == "/srv/caf\udce9/audit.db"


def test_a_level_is_written_as_its_label() -> None:
    """`--require` takes the label, so a script can hand it back."""
    answer = json.loads(_FORMATTER.verification(answers.a_verdict(level="pinned-keys", faults=answers.some_faults(1))))
    assert (answer["level"], answer["required"], answer["faults"][0]["breaks"]) == ("pinned-keys", "hashes", "hashes")
    assert answer["is_sound"] is False
