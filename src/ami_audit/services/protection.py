"""Puts the values that a policy names behind commitments, before records are hashed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ami_audit.domain.classification import Hiding, Policy
from ami_audit.domain.disclosure import ALGORITHM, SHA_256, commit
from ami_audit.domain.draft import FACT_MARK, fact_key
from ami_audit.domain.linkage import SealedDisclosure
from ami_audit.domain.places import Place
from ami_audit.ports.secrecy import Secrecy
from ami_audit.ports.vault import SubjectVault
from ami_audit.services.envelope import Envelope

_FACT = frozenset({("target",), ("metadata", "observed")})
_HIDDEN_IN = ("actor", "reason", "target", "context", "metadata")


class Protected(NamedTuple):
    """Contents as they are hashed, and what opens their commitments."""

    contents: list[dict[str, Any]]
    disclosures: list[SealedDisclosure]


class Protector:
    """Applies one policy to the records of one trail."""

    def __init__(self, policy: Policy, vault: SubjectVault, core: Secrecy) -> None:
        self.vault = vault
        self._policy = policy
        self._core = core

    def protect(self, contents: Sequence[dict[str, Any]]) -> Protected:
        """Return the contents with their hidden values committed; keys of new subjects are kept before it returns.

        Args:
            contents: What `content_of` returned, with sequence and record_id.

        Raises:
            MalformedError: A member inside a protected record is called as RFC 9901 calls digests.
            KeyStoreError: The subjects' keys cannot be read or kept.
        """
        contents = [_without_mark(content) for content in contents]
        judged = [self._policy.hidings(content) for content in contents]
        marks = self._marks(contents, [hidden for _, hidden in judged])
        names = self._names(contents, [hidden for _, hidden in judged])
        envelopes = self._envelopes(names)
        done, disclosures = list[dict[str, Any]](), list[SealedDisclosure]()
        for content, (classification, hidden), mark in zip(contents, judged, marks, strict=True):
            shown = {**content, "classification": classification}
            if hidden:
                mine = {place: envelopes[names[_subject(hiding, content)]] for place, hiding in hidden.items()}
                shown, found = _committed(shown, hidden, mine)
                disclosures += found
            if mark:
                shown["metadata"] = {**shown["metadata"], FACT_MARK: mark}
            done.append(shown)
        return Protected(done, disclosures)

    def _marks(self, contents: Sequence[dict[str, Any]], hidings: Sequence[Mapping[Place, Hiding]]) -> list[str]:
        """Return for each content what stands for its fact where a part of the fact is hidden; else an empty text."""
        found = [""] * len(contents)
        states = [
            index
            for index, (content, hidden) in enumerate(zip(contents, hidings, strict=True))
            if content["metadata"].get("observed") and not _FACT.isdisjoint(hidden)
        ]
        keys = [_fact_of(contents[index]) for index in states]
        for index, mark in zip(states, self.vault.marks(keys) if keys else (), strict=True):
            found[index] = mark.hex()
        return found

    def _names(
        self, contents: Sequence[Mapping[str, Any]], hidings: Sequence[Mapping[Place, Hiding]]
    ) -> dict[str, bytes]:
        subjects = {
            _subject(hiding, content)
            for content, hidden in zip(contents, hidings, strict=True)
            for hiding in hidden.values()
        }
        return {subject: self.vault.pseudonym(subject) for subject in sorted(subjects)}

    def _envelopes(self, names: Mapping[str, bytes]) -> dict[bytes, Envelope]:
        if not names:
            return {}
        self.vault.make(list(names.values()))
        keys = {name: self.vault.key(name) for name in names.values()}
        return {name: Envelope(self._core, key, name) for name, key in keys.items() if key is not None}


def _without_mark(content: dict[str, Any]) -> dict[str, Any]:
    """Return a content that states a fact without the mark that it may have from elsewhere: ours takes its place."""
    metadata = content["metadata"]
    if FACT_MARK not in metadata or not metadata.get("observed"):
        return content
    return {**content, "metadata": {name: value for name, value in metadata.items() if name != FACT_MARK}}


def _fact_of(content: Mapping[str, Any]) -> bytes:
    return fact_key(content["source"], content["target"], str(content["metadata"]["observed"]))


def _subject(hiding: Hiding, content: Mapping[str, Any]) -> str:
    """Return whom a hidden value is about; one that names nobody belongs to its record."""
    return hiding.subject or f"record:{content['record_id']}"


def _committed(
    content: dict[str, Any], hidden: Mapping[Place, Hiding], envelopes: Mapping[Place, Envelope]
) -> tuple[dict[str, Any], list[SealedDisclosure]]:
    record_id, sequence = str(content["record_id"]), int(content["sequence"])

    def salt_of(place: Place) -> str | None:
        return envelopes[place].salts(record_id)(place) if place in hidden else None

    shown, found = commit({name: content[name] for name in _HIDDEN_IN}, salt_of)
    disclosures = [
        envelopes[item.place].seal(
            item.disclosure,
            sequence=sequence,
            record_id=record_id,
            classification=hidden[item.place].classification,
        )
        for item in found
    ]
    rest = {name: value for name, value in content.items() if name not in _HIDDEN_IN}
    return {**rest, **shown, ALGORITHM: SHA_256}, disclosures
