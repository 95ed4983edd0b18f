"""Answers as a real trail would give them, for tests of how they look."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ami_audit.domain.bundle_report import BundledKey, BundleFault, BundleReport, Cosigned
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.kinds import ActorType, AuditSeverity, AuditTargetType, Outcome, VerificationLevel
from ami_audit.domain.next_steps import after_report
from ami_audit.domain.record import AuditRecord
from ami_audit.domain.reports import Breakdown, Findings, Gap, Period, ReportedFinding, RunReport, TrailReport
from ami_audit.domain.run import RunSummary, SourceSummary
from ami_audit.domain.status import StatusAnswer
from ami_audit.domain.store_check import PARTS, Part, StoreCheckAnswer, after_store_check
from ami_audit.domain.verification import Checked, Fault, VerificationReport, broken_by

MOMENT = datetime(2026, 11, 23, 20, 50, 13, tzinfo=UTC)
ORIGIN = "desk.example.org/shop"
PLACE = "/home/ann/src/shop/.audit/audit.db"
RUN_ID = "019ab1c2-7f00-7a11-8c22-0123456789ab"
HEAD = "3f9a1c20b4d5e6f7" * 4
ROOT = "a1b2c3d4e5f60718" * 4
# What a hostile repository may hold: it clears the screen, sets a title, turns the line round, ends a table, and links.
HOSTILE = (
    "a\x1b[2J\x1b]0;owned\x07\x9b31m\u202etxt.exe\u2066\n\r| `x` <script>alert(1)</script> [l](http://e.vil) ![i](x)"
)


def a_record(**facts: Any) -> AuditRecord:
    """Return a sealed-looking record; `facts` replace its own."""
    own = {
        "record_id": "019ab1c2-7f00-7a11-8c22-000000000017",
        "record_hash": HEAD,
        "sequence": 17,
        "origin": ORIGIN,
        "run_id": RUN_ID,
        "timestamp": MOMENT,
        "recorded_at": MOMENT + timedelta(hours=1),
        "actor": "Ann Example <ann@example.org>",
        "actor_type": ActorType.PERSON,
        "action": "file.observed",
        "target": "src/shop/basket/checkout.py",
        "target_type": AuditTargetType.FILE,
        "source": "file_source/1",
    }
    return AuditRecord.model_validate({**own, **facts})


def a_commit(**facts: Any) -> AuditRecord:
    """Return the record of a commit."""
    return a_record(
        **{
            "action": "git.commit",
            "target": "0123456789abcdef0123456789abcdef01234567",
            "target_type": AuditTargetType.GIT,
            "context": {"subject": "Round the total after the discount"},
            **facts,
        }
    )


def a_finding(**facts: Any) -> AuditFinding:
    """Return a finding; `facts` replace its own."""
    own = {
        "finding_id": "f",
        "finding_type": "file.unreadable",
        "severity": AuditSeverity.ERROR,
        "description": "The file cannot be read, so its content is not known: permission denied.",
        "location": "etc/secret.key",
        "recommendation": "Run as a user who may read it, or leave it out with `--ignore etc`.",
    }
    return AuditFinding.model_validate({**own, **facts})


def some_findings() -> Findings:
    """Return findings of which most are counted only."""
    record = a_record(findings=(a_finding(), a_finding(severity="warning", finding_type="file.changed-while-read")))
    return Findings(
        by_severity={"error": 2, "warning": 14},
        worst=ReportedFinding.all_of(record),
        gaps=(Gap(kind="file.unreadable", count=2, examples=("etc/secret.key", "var/lib")),),
    )


def a_run(**facts: Any) -> RunSummary:
    """Return what a run over a shop's repository did."""
    git = SourceSummary(
        name="git",
        recorded=33_925,
        unchanged=0,
        actions={"git.commit": 33_412, "git.ref": 512, "git.repository": 1},
        seconds=31.04,
    )
    file = SourceSummary(
        name="file",
        recorded=6_871,
        unchanged=12,
        actions={"file.observed": 6_871},
        skipped={"ignored by .gitignore": 1_204, "vendored folder": 1},
        examples={
            "ignored by .gitignore": ("build", "dist", ".env", "notes.txt"),
            "vendored folder": ("node_modules",),
        },
        seconds=7.2,
    )
    own = {
        "run_id": RUN_ID,
        "target": ".",
        "origin": ORIGIN,
        "sources": (git, file),
        "findings": {"error": 2, "warning": 14},
        "started_at": MOMENT,
        "seconds": 38.24,
        "first": 0,
        "size": 40_799,
        "head": HEAD,
        "root": ROOT,
        "location": PLACE,
        "provable": VerificationLevel.CHECKPOINT,
    }
    return RunSummary.model_validate({**own, **facts})


def some_faults(count: int, *, apart: int = 2) -> tuple[Fault, ...]:
    """Return faults of records, one a record, from record 17 on, that many positions apart."""
    return tuple(
        Fault(
            check="hash",
            where=f"record {sequence}",
            detail="its record_hash is not what its canonical bytes, previous_hash and nonce hash to",
            sequence=sequence,
            record_id="019ab1c2-7f00-7a11-8c22-000000000017",
            breaks=broken_by("hash"),
        )
        for sequence in range(17, 17 + count * apart, apart)
    )


def a_store_check(**facts: Any) -> StoreCheckAnswer:
    """Return what is said of a whole store; `facts` replace its own, and faults make its records damaged."""
    faults = facts.get("faults", ())
    own = {
        "location": PLACE,
        "origin": ORIGIN,
        "size": 40_799,
        "head": HEAD,
        "root": ROOT,
        "size_bytes": 61_000_000,
        "log_bytes": 4_000_000,
        "parts": tuple(
            Part(name=name, is_whole=name != "records" or not faults, detail="a few words about it") for name in PARTS
        ),
        "next_steps": after_store_check(faults, missing=bool(facts.get("missing")), guard=None),
        "seconds": 0.31,
    }
    return StoreCheckAnswer.model_validate({**own, **facts})


def a_verdict(**facts: Any) -> VerificationReport:
    """Return a verdict on a sound and signed trail; `facts` replace its own."""
    own = {
        "origin": ORIGIN,
        "level": VerificationLevel.SIGNATURES,
        "size": 40_799,
        "checked": Checked(records=40_799, checkpoints=3),
        "location": PLACE,
        "root": ROOT,
        "head": HEAD,
        "checkpoint_size": 40_799,
        "reasons": ("No key of this trail is known here as one to trust; name it with `--pin KEY_ID`.",),
        "started_at": MOMENT,
        "seconds": 1.234,
    }
    return VerificationReport.model_validate({**own, **facts})


def a_bundle_report(**facts: Any) -> BundleReport:
    """Return a verdict on a sound bundle; `facts` replace its own."""
    own = {
        "complete": True,
        "faults": (),
        "filter": {"action": "git.commit", "since": "2026-01-02T03:04:05.000000Z"},
        "keys": (
            BundledKey(key_id=HEAD[:64], public_key=ROOT, signer="ann@desk", valid_from=0, valid_to=17),
            BundledKey(key_id=ROOT, public_key=HEAD[:64], signer="bob@desk", valid_from=16, valid_to=None),
        ),
        "level": VerificationLevel.CHECKPOINT,
        "matching": 1_200,
        "not_proven": ("No policy was given, so nothing shows that others saw the same trail.",),
        "origin": ORIGIN,
        "proven": ("1204 records are as they were sealed.", "No record that answers the filter was left out."),
        "records": 1_204,
        "required": VerificationLevel.CHECKPOINT,
        "root": ROOT,
        "size": 40_799,
        "unsigned": 0,
        "witnesses": Cosigned(cosigned=4, of=5),
    }
    return BundleReport.model_validate({**own, **facts})


def a_bad_bundle_report() -> BundleReport:
    """Return a verdict on a bundle in which much is wrong, with text that somebody else chose."""
    faults = tuple(
        BundleFault(check="hash", where=f"record {number}", detail="its record_hash is not what it hashes to")
        for number in range(30)
    )
    return a_bundle_report(
        complete=False,
        faults=faults,
        level=VerificationLevel.NONE,
        proven=(),
        origin=HOSTILE,
        filter={"actor": HOSTILE},
    )


def a_key(**facts: Any) -> KeyFacts:
    """Return a key that is on this machine and named by the trail."""
    own = {
        "key_id": HEAD[:64],
        "signer": "ann@desk",
        "public_key": ROOT,
        "name": "ann@desk-3f9a1c20",
        "where": "/home/ann/.config/ami-audit/keys/ann@desk-3f9a1c20.pem",
        "created": MOMENT,
        "is_encrypted": False,
        "is_chosen": True,
        "valid_from": 0,
    }
    return KeyFacts.model_validate({**own, **facts})


def a_past_run(**facts: Any) -> RunReport:
    """Return what the trail says of a run that ended well."""
    summary = a_run()
    own = {
        "run_id": RUN_ID,
        "target": ".",
        "actor": "ann",
        "actor_type": ActorType.PERSON,
        "started_at": MOMENT,
        "finished_at": MOMENT + timedelta(seconds=38),
        "outcome": Outcome.SUCCESS,
        "sources": summary.sources,
    }
    return RunReport.model_validate({**own, **facts})


def a_report(**facts: Any) -> TrailReport:
    """Return a report on the shop's trail."""
    own = {
        "origin": ORIGIN,
        "location": PLACE,
        "size": 40_799,
        "head": HEAD,
        "root": ROOT,
        "generated_at": MOMENT,
        "period": Period(first_recorded_at=MOMENT, last_recorded_at=MOMENT + timedelta(days=3)),
        "matching": 40_799,
        "level": VerificationLevel.SIGNATURES,
        "reasons": a_verdict().reasons,
        "by_action": Breakdown.of({"git.commit": 33_412, "file.observed": 6_871, "git.ref": 512}, top=20),
        "by_severity": Breakdown.of({"info": 40_783, "warning": 14, "error": 2}, top=20),
        "by_source": Breakdown.of({"git_source": 33_925, "file_source": 6_871, "batch_collector": 2}, top=20),
        "by_target_type": Breakdown.of({"git": 33_925, "file": 6_871, "run": 2, "trail": 1}, top=20),
        "by_actor": Breakdown.of({f"Author {n} <author{n}@example.org>": 4_000 - 17 * n for n in range(12)}, top=10),
        "runs": (a_past_run(), a_past_run(finished_at=None, outcome=Outcome.UNKNOWN, sources=())),
        "findings": some_findings(),
        "skipped": (Gap(kind="ignored by .gitignore", count=1_204, examples=("build", "dist")),),
        "keys": (a_key(name=None, where=None, is_chosen=False),),
        "next_steps": after_report(verification=a_verdict(), has_findings=True, has_runs=True),
    }
    return TrailReport.model_validate({**own, **facts})


def a_status(**facts: Any) -> StatusAnswer:
    """Return the state of a place with a trail."""
    own = {
        "has_trail": True,
        "location": PLACE,
        "origin": ORIGIN,
        "size": 40_799,
        "size_bytes": 61_234_176,
        "head": HEAD,
        "root": ROOT,
        "last_recorded_at": MOMENT,
        "last_run": a_past_run(),
        "checkpoint_size": 40_700,
        "key": a_key(),
        "guard": "/home/ann/.config/ami-audit/checkpoints/shop.note",
        "next_steps": a_report().next_steps,
    }
    return StatusAnswer.model_validate({**own, **facts})
