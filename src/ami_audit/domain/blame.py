"""Which field was changed, where something beside the record still tells the old value."""

from collections.abc import Iterable, Sequence

from ami_audit.domain.verification import Fault

_BESIDE = ("record_index.", "records.")
_MADE_OF = {"happened_us": "timestamp", "fact": "metadata.observed"}


def with_fields(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return the faults, each `hash` fault with the fields in which its record differs from what stands beside it.

    A record whose text was changed does not hash well any more, but that alone does not say what was changed. The
    index was made from the text as it was: where it says another thing, that is the field.
    """
    differing: dict[int, list[Fault]] = {}
    for fault in faults:
        if fault.check == "column" and fault.sequence is not None and (fault.expected, fault.found) != (None, None):
            differing.setdefault(fault.sequence, []).append(fault)
    return tuple(_blamed(fault, differing.get(fault.sequence or 0, ())) for fault in faults)


def _blamed(fault: Fault, beside: Iterable[Fault]) -> Fault:
    told = {_name(other): other for other in beside} if fault.check == "hash" else {}
    if not told:
        return fault
    differences = ", ".join(
        f"`{name}` is {_shown(other.expected)} there and {_shown(other.found)} in the index"
        for name, other in told.items()
    )
    return fault.model_copy(update={"field": ", ".join(told), "detail": f"{fault.detail}; {differences}"})


def _name(fault: Fault) -> str:
    field = fault.field or ""
    for prefix in _BESIDE:
        field = field.removeprefix(prefix)
    return _MADE_OF.get(field, field)


def _shown(value: str | None) -> str:
    return "nothing" if value is None else f"`{value}`"
