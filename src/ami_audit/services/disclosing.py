"""What a reader with a clearance, and perhaps the subjects' keys, is shown of stored records."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ami_audit.domain.disclosure import Digest, Disclosure, digest_text, reveal
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.linkage import ErasedValue, SealedDisclosure, SealedRecord
from ami_audit.domain.places import UNKNOWN
from ami_audit.domain.redaction import ProtectedValue, ValueState, withheld_by_class
from ami_audit.ports.secrecy import Secrecy
from ami_audit.ports.stores import DisclosureReader
from ami_audit.ports.vault import SubjectVault
from ami_audit.services.envelope import Envelope, Opened

# Canonical content begins so when, and only when, it commits to values: no other member sorts before `action`.
COMMITTED = b'{"_sd'
_TOP = ("actor", "reason", "target")


class Judged(NamedTuple):
    """What is known of one stored disclosure."""

    state: ValueState
    opened: Opened | None = None


class Opener:
    """Opens disclosures with the keys that are here."""

    def __init__(self, vault: SubjectVault | None, core: Secrecy) -> None:
        self._vault = vault
        self._core = core
        self._envelopes: dict[bytes, Envelope | None] = {}
        self._taken: frozenset[tuple[int, bytes]] | None = None

    @property
    def has_keys(self) -> bool:
        """Whether this machine holds the trail's vault."""
        return self._vault is not None

    def was_erased(self, sequence: int, digest: bytes) -> bool:
        """Return whether the list of erasures outside the store names this very value."""
        if self._taken is None:
            lists = self._vault.erased_values().values() if self._vault is not None else ()
            self._taken = frozenset[tuple[int, bytes]]().union(*lists)
        return (sequence, digest) in self._taken

    def is_erased(self, subject: bytes) -> bool:
        """Return whether a subject is on the list of erasures outside the store."""
        return self._vault is not None and subject in self._vault.erased()

    def judge(self, stored: SealedDisclosure, record_id: str) -> Judged:
        """Return what a stored disclosure is: disclosed, withheld for want of its key, erased, or tampered."""
        envelope = self._envelope(stored.subject)
        if envelope is None:
            return Judged(ValueState.ERASED if self.is_erased(stored.subject) else ValueState.WITHHELD)
        opened = envelope.open(stored, record_id=record_id)
        return Judged(ValueState.TAMPERED) if opened is None else Judged(ValueState.DISCLOSED, opened)

    def _envelope(self, subject: bytes) -> Envelope | None:
        if subject not in self._envelopes:
            key = self._vault.key(subject) if self._vault is not None else None
            self._envelopes[subject] = Envelope(self._core, key, subject) if key is not None else None
        return self._envelopes[subject]


class View:
    """What one reader sees of some records."""

    def __init__(
        self,
        opener: Opener | None = None,
        *,
        clearance: DataClassification = DataClassification.RESTRICTED,
        stored: Mapping[int, Sequence[SealedDisclosure]] | None = None,
        erased: Mapping[int, Sequence[ErasedValue]] | None = None,
    ) -> None:
        self._opener = opener
        self._clearance = clearance
        self._stored = stored or {}
        self._erased = erased or {}

    def shown(self, row: SealedRecord, content: dict[str, Any]) -> tuple[dict[str, Any], tuple[ProtectedValue, ...]]:
        """Return a record's content as this reader sees it, and what became of each protected value.

        Raises:
            MalformedError: The record's digests make no sense.
        """
        shown, paths = withheld_by_class(content, self._clearance)
        by_class = [
            ProtectedValue(
                path=path,
                state=ValueState.WITHHELD,
                classification=DataClassification(content["classification"]),
            )
            for path in paths
        ]
        if not row.canonical.startswith(COMMITTED):
            return shown, tuple(by_class)
        judged = self._judged(row)
        committed = {digest.text for digest in reveal(shown, {}).digests}
        readable = {
            text: one.opened.disclosure
            for text, one in judged.items()
            if one.opened is not None and text in committed and one.opened.classification <= self._clearance
        }
        revealed = reveal(shown, readable)
        values = [_value(digest, judged.get(digest.text), readable) for digest in revealed.digests]
        return _filled(revealed.value, values), (*values, *by_class)

    def _judged(self, row: SealedRecord) -> dict[str, Judged]:
        judged = {digest_text(value.digest): Judged(ValueState.ERASED) for value in self._erased.get(row.sequence, ())}
        if self._opener is not None:
            for stored in self._stored.get(row.sequence, ()):
                judged[digest_text(stored.digest)] = self._opener.judge(stored, row.record_id)
        return judged


def _value(digest: Digest, judged: Judged | None, readable: Mapping[str, Disclosure]) -> ProtectedValue:
    state = judged.state if judged else ValueState.WITHHELD
    opened = judged.opened if judged else None
    if opened is not None and digest.text not in readable:
        state = ValueState.WITHHELD
        digest = digest._replace(name=digest.name if digest.name is not None else opened.disclosure.name)
    return ProtectedValue(
        path=digest.place,
        state=state,
        classification=opened.classification if opened else None,
        digest=digest.text,
    )


def _filled(content: dict[str, Any], values: list[ProtectedValue]) -> dict[str, Any]:
    """Return the content with a placeholder for each field of the record itself that is not shown.

    Where nobody here knows which of them a digest is, they are given out in order: all of them are missing.
    """
    known = {value.path for value in values}
    nameless = [index for index, value in enumerate(values) if value.path == UNKNOWN]
    for name in _TOP:
        if name in content:
            continue
        if name not in known and nameless:
            index = nameless.pop(0)
            values[index] = values[index].model_copy(update={"path": name})
        found = next((value for value in values if value.path == name), None)
        content[name] = found.state.placeholder if found else ValueState.WITHHELD.placeholder
    return content


async def view_of(
    rows: Sequence[SealedRecord],
    store: DisclosureReader,
    *,
    opener: Opener,
    clearance: DataClassification,
) -> View:
    """Return what a reader sees of these rows; only those that commit to values are looked up."""
    stored: dict[int, Sequence[SealedDisclosure]] = {}
    erased: dict[int, Sequence[ErasedValue]] = {}
    for row in rows:
        if row.canonical.startswith(COMMITTED):
            stored[row.sequence] = await store.disclosures(row.sequence, count=1)
            erased[row.sequence] = await store.erased(row.sequence, count=1)
    return View(opener, clearance=clearance, stored=stored, erased=erased)
