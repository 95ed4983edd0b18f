"""What a list of keys says."""

from collections.abc import Sequence

from ami_audit.adapters.formatters import wording
from ami_audit.adapters.formatters.page import (
    Column,
    Cut,
    Item,
    Items,
    Line,
    Note,
    Page,
    Section,
    Table,
    Tone,
    data,
    prose,
    quoted,
    said,
    words,
)
from ami_audit.domain.key_facts import KeyFacts


def keys_page(keys: Sequence[KeyFacts]) -> Page:
    """Return each key: whose it is, where it may sign, where its private half lies."""
    count = wording.counted(len(keys), "key") if keys else "No key yet"
    blocks = (Items([_item(key) for key in keys]),) if keys else (Note((prose("`ami-audit key new` makes one."),)),)
    return Page(headline=said(count, Tone.STRONG), aside="", sections=(Section("", blocks),))


def validity(key: KeyFacts) -> str:
    """Return at which positions of the trail a key may sign."""
    if key.valid_from is None:
        return "not named by this trail"
    begin = f"from record {wording.number(key.valid_from)} on"
    return begin if key.valid_to is None else f"{begin}, before record {wording.number(key.valid_to)}"


def keys_table(keys: Sequence[KeyFacts]) -> Table:
    """Return the keys of a trail in a few columns."""
    columns = (Column("key"), Column("signer", Cut.NAME, 12), Column("may sign", Cut.WRAP, 20))
    rows = [
        (quoted(wording.short(key.key_id)), quoted(key.signer), said(validity(key), _validity_tone(key)))
        for key in keys
    ]
    return Table(columns, rows)


def _item(key: KeyFacts) -> Item:
    mark = words("signs next", Tone.GOOD) if key.is_chosen else words("key", Tone.FAINT)
    first = (data(key.name or key.signer, Tone.STRONG),)
    return Item(mark, first, tuple(_said_of(key)))


def _said_of(key: KeyFacts) -> list[Line]:
    lines: list[Line] = [(words("id "), data(key.key_id or "unknown"))]
    if key.name is not None and key.name != key.signer:
        lines.append((words("signer "), data(key.signer)))
    lines.append((words(f"may sign: {validity(key)}", _validity_tone(key)),))
    if key.where is None:
        lines.append(said("the private key is not on this machine", Tone.FAINT))
    else:
        lines.append((words("lies in "), data(key.where), words(_protection(key))))
    if key.fault:
        lines.append((prose(key.fault, Tone.BAD),))
    return lines


def _protection(key: KeyFacts) -> str:
    made = f", made {wording.time(key.created)}" if key.created else ""
    return (", with a passphrase" if key.is_encrypted else ", without a passphrase") + made


def _validity_tone(key: KeyFacts) -> Tone:
    return Tone.FAINT if key.valid_from is None or key.valid_to is not None else Tone.PLAIN
