"""What is said about retention, in some lines."""

from ami_audit.domain.archive import ArchiveVerdict
from ami_audit.domain.retention import PruneAnswer, RetentionStatus


def status_text(answer: RetentionStatus) -> str:
    """Return how retention stands."""
    lines = [f"{_records(answer.size)} sealed, held from record {answer.held_from} on."]
    if answer.pruned_by is not None:
        lines.append(f"The earlier ones were pruned, as record {answer.pruned_by} says.")
    if answer.has_policy:
        lines.append(f"Kept: {_days(answer.keep)}, unless a rule of `.audit/policy.toml` says otherwise.")
    lines += [f"On hold: `{hold.name}`, since record {hold.sequence}." for hold in answer.holds]
    if answer.cut is not None:
        lines.append(f"Old enough: {_records(answer.prunable)}, all below record {answer.cut}.")
    lines += answer.blocked_by
    if not answer.blocked_by:
        lines.append("`ami-audit retention prune` archives them and lets go of them.")
    return "\n".join(lines) + "\n"


def prune_text(answer: PruneAnswer) -> str:
    """Return what a pruning did."""
    change = f"{abs(answer.bytes_freed):,} bytes {'freed' if answer.bytes_freed >= 0 else 'more'}"
    lines = [
        f"Pruned {_records(answer.pruned)} below record {answer.cut}; record {answer.sequence} says so.",
        f"They are in `{answer.archive}`; `ami-audit retention check` proves it.",
        f"The trail took {answer.bytes_before:,} bytes and takes {answer.bytes_after:,} now: {change}.",
    ]
    if answer.kept:
        lines.insert(1, f"{_records(answer.kept)} below it stay: the trail says them about itself.")
    if not answer.is_scrubbed:
        lines.append("Somebody was reading the trail, so its log is emptied when the last reader leaves.")
    return "\n".join(lines) + "\n"


def verdict_text(verdict: ArchiveVerdict) -> str:
    """Return what an archive proves."""
    held = f"records {verdict.first} to {verdict.first + verdict.records - 1} of {verdict.origin}"
    if verdict.is_sound:
        return (
            f"Sound: {held}.\n"
            f"Proven to: {verdict.level.label}.\n"
            f"{verdict.signer} signed the checkpoint of {verdict.checkpoint_size} records that covers them, with the "
            f"key {verdict.key_id}.\n" + "".join(f"{reason}\n" for reason in verdict.reasons)
        )
    faults = [f"  {fault}" for fault in verdict.faults]
    return "\n".join((f"Not sound: {held}.", *faults)) + "\n"


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def _days(days: int | None) -> str:
    return "for ever" if days is None else "1 day" if days == 1 else f"{days} days"
