"""What `ami-audit checkpoint cosign` and `checkpoint add` do: ask witnesses, or carry files to and from them."""

from pathlib import Path

from ami_audit.domain.cosigning import CosigningAnswer, Outcome, WitnessOutcome
from ami_audit.domain.errors import UsageError
from ami_audit.entrypoints.bootstrap.rules import quorum_policy
from ami_audit.entrypoints.bootstrap.trails import opener, require_trail
from ami_audit.entrypoints.bootstrap.witnesses import witness_caller
from ami_audit.entrypoints.cli.answers import announce, deliver
from ami_audit.entrypoints.cli.failures import Finished
from ami_audit.entrypoints.cli.plain import deliver_plain
from ami_audit.entrypoints.settings import Settings, settings_at
from ami_audit.services.portal import portal
from ami_audit.services.store import AuditStore
from ami_audit.services.usecases.cosign import add_cosignatures, cosign, cosign_request

_WORDS = {
    Outcome.COSIGNED: "cosigned",
    Outcome.KEPT: "has cosigned",
    Outcome.REFUSED: "refused",
    Outcome.UNREACHABLE: "unreachable",
    Outcome.UNASKED: "not asked",
}


def ask_witnesses(
    chosen: Settings, *, policy: Path | None, warn: bool, format_name: str, output: Path | None, note: Path | None
) -> None:
    """Ask the policy's witnesses and write what came of it; too few are a failure unless only a warning is wanted.

    Raises:
        Finished: With exit code 1 when the quorum is not reached.
    """
    require_trail(chosen)
    asked = quorum_policy(chosen, policy)
    with AuditStore(opener(chosen, announce=announce)) as trail:
        work = cosign(trail, witness_caller(), policy=asked, timeout_s=chosen.values.witness_timeout_s)
        answer = portal.run(work)
    _write(answer, format_name=format_name, output=output, note=note)
    if not answer.is_reached:
        _fall_short(answer, warn=warn or chosen.values.quorum_missed == "warn")


def write_request(
    chosen: Settings, file: Path, *, policy: Path | None, witness: str | None, old_size: int | None
) -> None:
    """Write the request that is carried to a witness without a network."""
    require_trail(chosen)
    asked = quorum_policy(chosen, policy)
    with AuditStore(opener(chosen, announce=announce)) as trail:
        request = portal.run(cosign_request(trail, policy=asked, witness=witness, old_size=old_size))
    deliver(str(request), file)


def take_answer(
    chosen: Settings, file: Path, *, policy: Path | None, format_name: str, output: Path | None, note: Path | None
) -> None:
    """Keep the cosignatures that a witness gave out as a file."""
    require_trail(chosen)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"The cosignatures in `{file}` cannot be read: {reason}.") from error
    with AuditStore(opener(chosen, announce=announce)) as trail:
        answer = portal.run(add_cosignatures(trail, text, policy=quorum_policy(chosen, policy)))
    _write(answer, format_name=format_name, output=output, note=note)


def with_timeout(*, store: str | None, key: str | None, timeout_s: float | None) -> Settings:
    """Return the settings in force here."""
    return settings_at(overrides={"store": store, "key": key, "witness_timeout_s": timeout_s})


def _write(answer: CosigningAnswer, *, format_name: str, output: Path | None, note: Path | None) -> None:
    deliver_plain("cosigning", answer, text=_told(answer), format_name=format_name, output=output)
    if note is not None:
        deliver(answer.note, note)


def _fall_short(answer: CosigningAnswer, *, warn: bool) -> None:
    told = (
        f"Of {answer.witnesses} witnesses {answer.cosigned} have cosigned the checkpoint of {answer.size} records; the "
        f"policy asks for {answer.required} or more."
    )
    announce(f"ami-audit: {told}{' This is only a warning, as was asked for.' if warn else ''}")
    if not warn:
        raise Finished(1)


def _told(answer: CosigningAnswer) -> str:
    state = "quorum reached" if answer.is_reached else f"too few: {answer.required} or more are asked for"
    lines = [f"checkpoint {answer.size} of {answer.origin}: witnessed {answer.cosigned}/{answer.witnesses}, {state}"]
    width = max((len(each.witness) for each in answer.outcomes), default=0)
    return "\n".join((*lines, *(_line(each, width) for each in answer.outcomes))) + "\n"


def _line(each: WitnessOutcome, width: int) -> str:
    when = f" at {each.cosigned_at:%Y-%m-%d %H:%M:%S}Z" if each.cosigned_at else ""
    why = each.detail
    line = f"  {each.witness:<{width}}  {_WORDS[each.outcome]}{when}{f': {why}' if why else ''}"
    # What a witness said is shown, and must not be obeyed by a terminal.
    return line.encode("ascii", "backslashreplace").decode()
