"""What becomes of a source that breaks, and of a draft that cannot be sealed: the run goes on, and says so."""

from collections.abc import Generator, Iterator, Sequence

from ami_audit.domain.draft import AuditDraft
from ami_audit.domain.errors import AuditError, MalformedError, SourceError
from ami_audit.domain.finding import AuditFinding
from ami_audit.domain.kinds import AuditSeverity, Outcome
from ami_audit.domain.text import one_line, readable_path

_SHOWN = 300


def unbroken(stream: Iterator[Sequence[AuditDraft]], target: str) -> Generator[Sequence[AuditDraft]]:
    """Yield what a source yields; an error that it should not have let out ends that source alone.

    Raises:
        SourceError: The source has broken; names the error.
    """
    try:
        yield from stream
    except AuditError:
        raise
    except Exception as error:
        what = one_line(f"{type(error).__name__}: {error}")[:_SHOWN]
        raise SourceError(target, f"the source broke on what it met there ({what}), which is our fault.") from error
    finally:
        if isinstance(stream, Generator):
            stream.close()


def sealable(draft: AuditDraft, error: MalformedError) -> AuditDraft:
    """Return what is recorded in the place of a draft that cannot be: that there was one, and why it is not here."""
    reason = one_line(str(error))[:_SHOWN]
    finding = AuditFinding(
        finding_type="collection.unsealable",
        severity=AuditSeverity.WARNING,
        description=f"What was observed could not be recorded: {reason}",
        recommendation="Look at the target itself: a value in it is no plain JSON, or too large.",
    )
    return draft._replace(
        target=one_line(readable_path(draft.target))[:_SHOWN] or "?",
        actor=one_line(readable_path(draft.actor))[:_SHOWN] or "unknown",
        reason=None,
        timestamp=None,
        context={},
        metadata={},
        findings=(finding,),
        violations=(),
        outcome=Outcome.PARTIAL,
        observed="",
    )
