"""What the state of a place says."""

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import Facts, Line, Page, Section, Tone, data, prose, quoted, said, words
from ami_audit.adapters.formatters.pages import parts
from ami_audit.domain.key_facts import KeyFacts
from ami_audit.domain.reports import RunReport
from ami_audit.domain.status import StatusAnswer

Row = tuple[str, Line]


def status_page(answer: StatusAnswer) -> Page:
    """Return how a place stands: its trail, its key, what can be done next."""
    if not answer.has_trail:
        return Page(
            headline=said("There is no trail here yet", Tone.STRONG),
            aside="",
            sections=(
                Section("", (Facts((("would lie in", quoted(answer.location)), _key(answer.key))),)),
                parts.next_steps(answer.next_steps),
            ),
        )
    return Page(
        headline=(words("Trail ", Tone.STRONG), data(answer.origin, Tone.STRONG)),
        aside=wording.counted(answer.size, "record"),
        sections=(Section("", (Facts(_standing(answer)),)), parts.next_steps(answer.next_steps)),
    )


def _standing(answer: StatusAnswer) -> list[Row]:
    taken = (words(f", {wording.size(answer.size_bytes)}", Tone.FAINT),) if answer.size_bytes is not None else ()
    sealed = f", sealed {wording.time(answer.last_recorded_at)}" if answer.last_recorded_at else ""
    return [
        ("head", (data(wording.short(answer.head)), words(sealed, Tone.FAINT))),
        _level(answer),
        _checkpoint(answer),
        ("last run", _run(answer.last_run)),
        _key(answer.key),
        ("lies in", (data(answer.location), *taken)),
    ]


def _level(answer: StatusAnswer) -> Row:
    if answer.level is None:
        return "level", said("not checked for this answer", Tone.FAINT)
    return "level", (parts.level(answer.level, is_sound=True),)


def _checkpoint(answer: StatusAnswer) -> Row:
    if answer.checkpoint_size is None:
        return "checkpoint", said("none yet", Tone.DOUBTFUL)
    after = answer.size - answer.checkpoint_size
    covered = f"over {wording.counted(answer.checkpoint_size, 'record')}"
    covered += f", {wording.number(after)} sealed since" if after > 0 else ""
    kept = (words(", kept in "), data(answer.guard)) if answer.guard else (words(", kept nowhere else", Tone.DOUBTFUL),)
    return "checkpoint", (words(covered), *kept)


def _run(run: RunReport | None) -> Line:
    if run is None:
        return said("none yet", Tone.DOUBTFUL)
    begun = (words(f"{wording.time(run.started_at)}, of "), data(run.target), words(" by "), data(run.actor))
    return (*begun, words(": "), parts.run_outcome(run))


def _key(key: KeyFacts | None) -> Row:
    if key is None:
        return "key", said("none yet; the first run makes one", Tone.FAINT)
    fault = (words("; "), prose(key.fault, Tone.BAD)) if key.fault else ()
    return "key", (data(key.name or key.signer), words(" "), data(wording.short(key.key_id), Tone.FAINT), *fault)
