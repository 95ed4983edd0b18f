"""What is said about an erasure."""

from ami_audit.domain.erasure import ErasureAnswer


def erasure_text(answer: ErasureAnswer) -> str:
    """Return what an erasure did, in some lines."""
    values = "1 value" if answer.values == 1 else f"{answer.values} values"
    records = "1 record" if answer.records == 1 else f"{answer.records} records"
    lines = [
        f"Erased {values} in {records}; the key that opened them is destroyed.",
        f"Record {answer.sequence} says so, and names the subject as {answer.subject}.",
    ]
    if not answer.is_scrubbed:
        lines.append(
            "Somebody was reading the trail, so its log could not be emptied yet; it is when the last reader leaves."
        )
    return "\n".join(lines) + "\n"
