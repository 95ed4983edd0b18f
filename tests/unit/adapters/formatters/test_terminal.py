"""Terminal answers: what they always say, that they fit, and that nothing in them is obeyed."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.support import answers
from tests.support.answers import HOSTILE

from ami_audit.adapters.formatters.terminal import Screen, TerminalFormatter
from ami_audit.domain.kinds import VerificationLevel
from ami_audit.domain.reports import Findings

# Bold, dim and the palette's own six colours; never black, white or a fixed shade.
_NAMED = re.compile(r"\x1b\[(?:0|[12]|3[1-6])(?:;(?:[12]|3[1-6]))*m")
Write = Callable[[TerminalFormatter], str]

_HOSTILE_RUN = {"target": HOSTILE, "origin": HOSTILE, "location": HOSTILE}
_ANSWERS: dict[str, Write] = {
    "run": lambda f: f.run(answers.a_run(), findings=answers.some_findings(), verification=answers.a_verdict()),
    "interrupted run": lambda f: f.run(answers.a_run(interrupted=True)),
    "hostile run": lambda f: f.run(answers.a_run(**_HOSTILE_RUN)),
    "verdict": lambda f: f.verification(answers.a_verdict()),
    "damaged": lambda f: f.verification(answers.a_verdict(level=0, faults=answers.some_faults(30))),
    "records": lambda f: f.records([answers.a_record(), answers.a_commit()], next_cursor=17),
    "hostile records": lambda f: f.records(
        [
            answers.a_record(target=HOSTILE, actor=HOSTILE, action=HOSTILE),
            answers.a_commit(context={"subject": HOSTILE}),
        ]
    ),
    "report": lambda f: f.report(answers.a_report()),
    "hostile report": lambda f: f.report(answers.a_report(origin=HOSTILE, filters={"text": HOSTILE})),
    "status": lambda f: f.status(answers.a_status()),
    "no trail": lambda f: f.status(answers.a_status(has_trail=False, key=None)),
    "bundle": lambda f: f.bundle(answers.a_bundle_report()),
    "bad bundle": lambda f: f.bundle(answers.a_bad_bundle_report()),
    "whole store": lambda f: f.store_check(answers.a_store_check()),
    "damaged store": lambda f: f.store_check(
        answers.a_store_check(
            location=HOSTILE, faults=answers.some_faults(3), missing=(HOSTILE,), leftovers=(HOSTILE,), rebuilt=3
        )
    ),
    "keys": lambda f: f.keys([answers.a_key(), answers.a_key(signer=HOSTILE, name=HOSTILE, fault=HOSTILE)]),
    "no keys": lambda f: f.keys([]),
}


def _plain(width: int = 80, *, is_unicode: bool = True) -> TerminalFormatter:
    return TerminalFormatter(Screen(width=width, is_unicode=is_unicode))


@pytest.mark.parametrize("name", _ANSWERS)
@pytest.mark.parametrize("width", [60, 80, 140])
def test_an_answer_fits_the_screen(name: str, width: int) -> None:
    """A wrapped table cannot be read; only a command to copy is never broken."""
    too_long = [line for line in _ANSWERS[name](_plain(width)).splitlines() if cell_len(line) > width]
    assert [line for line in too_long if not line.startswith("  ami-audit ")] == []


@pytest.mark.parametrize("name", _ANSWERS)
def test_plain_text_holds_no_escape(name: str) -> None:
    """What goes to a file or a pipe is text and nothing else, and no line of it ends in blanks."""
    lines = _ANSWERS[name](_plain()).split("\n")
    assert [line for line in lines if not line.isprintable() or line != line.rstrip()] == []


@pytest.mark.parametrize("name", _ANSWERS)
def test_colours_are_only_those_of_the_palette(name: str) -> None:
    """Dark or light is the terminal's to know; a fixed white is invisible on white."""
    text = _ANSWERS[name](TerminalFormatter(Screen(is_coloured=True)))
    assert "\x1b" not in _NAMED.sub("", text)


@pytest.mark.parametrize("name", _ANSWERS)
def test_colours_add_nothing_to_what_is_said(name: str) -> None:
    """A person who does not see colours reads the same."""
    coloured = _ANSWERS[name](TerminalFormatter(Screen(is_coloured=True)))
    assert _NAMED.sub("", coloured) == _ANSWERS[name](_plain())


@pytest.mark.parametrize("name", _ANSWERS)
def test_a_screen_that_knows_ascii_only_gets_ascii(name: str) -> None:
    """An answer must be printable in every locale."""
    assert _ANSWERS[name](_plain(is_unicode=False)).isascii()


@settings(max_examples=60)
@given(st.text(min_size=1), st.integers(40, 160))
def test_no_audited_text_breaks_the_table(text: str, width: int) -> None:
    """Whatever a file is called: one line, within the width, printable."""
    record = answers.a_record(target=f"x{text}", actor=f"x{text}", action=f"x{text}")
    table = _plain(width).records([record]).splitlines()
    assert len(table) == 4
    assert all(line.isprintable() for line in table)
    assert cell_len(table[3]) <= max(width, 75)


@pytest.mark.parametrize("level", list(VerificationLevel))
def test_the_level_is_always_the_first_thing_said(level: VerificationLevel) -> None:
    """A bare `PASSED` says nothing about how far."""
    text = _plain().verification(answers.a_verdict(level=level))
    assert text.startswith(f"Proven to: {level.label} ")
    assert "PASSED" not in text.upper()


def test_faults_are_named_up_to_a_bound_and_the_rest_counted() -> None:
    """A thousand lines scroll the level away; none may be dropped in silence."""
    text = _plain(140).verification(answers.a_verdict(level=0, faults=answers.some_faults(24)))
    assert "24 faults" in text
    assert "record 55" in text
    assert "record 57" not in text
    assert "and 4 more; --format=json shows all" in text


def test_faults_are_the_reason_for_a_low_level() -> None:
    """What keeps a sound trail from a higher level is not what this one needs to hear."""
    text = _plain().verification(answers.a_verdict(level="links", faults=answers.some_faults(2)))
    assert "nothing above `links` can be said" in text
    assert "--pin" not in text
    assert "nothing above `links` can be said" in _plain().report(answers.a_report(level="links", faults=2))


def test_a_field_is_named_once() -> None:
    """`trigger head_alone, head_alone` reads like two things."""
    (fault,) = answers.some_faults(1)
    named = fault.model_copy(update={"where": "trigger head_alone", "field": "head_alone"})
    unnamed = fault.model_copy(update={"field": "actor"})
    text = _plain(140).verification(answers.a_verdict(level=0, faults=(named, unnamed)))
    assert "head_alone, head_alone" not in text
    assert "record 17, actor" in text


def test_records_in_a_row_with_the_same_fault_are_told_in_one_line() -> None:
    """A page that was overwritten damages dozens of neighbours."""
    faults = (*answers.some_faults(300, apart=1), *answers.some_faults(1))
    text = _plain(140).verification(answers.a_verdict(level=0, faults=faults))
    assert "records 17 to 316  hash" in text
    assert "record 17          hash" in text
    assert "more" not in text


def test_a_run_spells_out_the_worst_few_only() -> None:
    """The rest is a command away; the trail's place must stay in sight."""
    findings = answers.some_findings()
    text = _plain().run(answers.a_run(), findings=findings.model_copy(update={"worst": findings.worst * 10}))
    assert text.count("file.unreadable at") + text.count("file.changed-while-read at") == 5
    assert "and 11 more" in text


def test_a_level_below_what_was_required_is_said() -> None:
    """Nothing is wrong with the trail, and still the answer is no."""
    text = _plain().verification(answers.a_verdict(required=VerificationLevel.CHECKPOINT))
    assert "Required was: checkpoint." in text
    assert "not as it was sealed" not in text


def test_a_run_says_what_was_done_and_what_to_do_next() -> None:
    """The summary is what a person acts on."""
    text = _plain().run(answers.a_run(), findings=answers.some_findings())
    for said in (
        "40,796 new records",
        "33,412 commits, 512 branches and tags, 1 repository",
        "1,204  ignored by .gitignore  build, dist, .env",
        "2 errors, 14 warnings",
        "and 14 more",
        "3f9a1c20b4d5",
        "/home/ann/src/shop/.audit/audit.db",
        "ami-audit verify",
    ):
        assert said in text


def test_findings_are_counted_as_the_run_counted_them() -> None:
    """The worst are looked up among warnings and above; notes are counted all the same."""
    text = _plain().run(answers.a_run(findings={"info": 3}), findings=Findings())
    assert "Findings: 3 notes" in text


def test_a_source_that_failed_is_not_hidden_by_one_that_did_not() -> None:
    """Half an audit must not look like a whole one."""
    failed = answers.a_run().sources[0].model_copy(update={"error": "`/x` is not a Git repository.", "actions": {}})
    text = _plain().run(answers.a_run(sources=(failed, answers.a_run().sources[1])))
    assert "failed: `/x` is not a Git repository." in text


def test_a_second_run_says_that_nothing_is_new() -> None:
    """Zero records must not read like a failure."""
    source = answers.a_run().sources[0].model_copy(update={"recorded": 0, "actions": {}, "unchanged": 33_925})
    text = _plain().run(answers.a_run(sources=(source,), findings={}))
    assert "Audit of .: nothing new" in text
    assert "33,925" in text
    assert "Findings: none" in text


def test_a_long_path_keeps_its_ends() -> None:
    """The file's own name is what a reader looks for."""
    path = "src/" + "deep/" * 30 + "checkout.py"
    (row,) = [line for line in _plain().records([answers.a_record(target=path)]).splitlines() if "file.obs" in line]
    assert re.search(r" src/\S*…\S*heckout\.py ", row)


def test_a_row_begins_no_two_records_with_the_same_id() -> None:
    """Ids begin with the time, so neighbours look alike; what is shown is the hash, which `--record` also takes."""
    text = _plain().records([answers.a_record(record_hash="ab" * 32), answers.a_record(record_hash="cd" * 32)])
    assert "abababab" in text
    assert "cdcdcdcd" in text


def test_the_way_to_the_next_records_follows_their_order() -> None:
    """`--after` with the newest first would show the same ones again."""
    assert "add `--after 17`" in _plain().records([answers.a_record()], next_cursor=17)
    assert "add `--before 17`" in _plain().records([answers.a_record()], next_cursor=17, newest_first=True)


def test_a_trail_without_a_checkpoint_elsewhere_says_so() -> None:
    """Only what is kept outside the store shows that its end was cut off."""
    assert "kept nowhere else" in _plain().status(answers.a_status(guard=None))
    assert "checkpoint  none yet" in _plain().status(answers.a_status(checkpoint_size=None))


def test_a_run_that_never_ended_is_told_apart_from_one_that_did() -> None:
    """Power cuts happen in the middle of runs."""
    assert "no end of it is recorded" in _plain().status(
        answers.a_status(last_run=answers.a_past_run(finished_at=None))
    )


def test_a_report_that_nobody_verified_says_so() -> None:
    """Silence would read as proof."""
    assert "not verified for this report" in _plain().report(answers.a_report(level=None))


def test_numbers_that_are_lower_bounds_are_called_so() -> None:
    """Reading stops at a bound; what was not read was not counted."""
    cut = answers.some_findings().model_copy(update={"is_complete": False})
    assert "at least 2 errors" in _plain().report(answers.a_report(findings=cut))
