"""Values as salted digests, and the disclosures that open them (RFC 9901, SD-JWT)."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ami_audit.domain.errors import MalformedError
from ami_audit.domain.places import Place, written

DIGESTS = "_sd"
ALGORITHM = "_sd_alg"
ELEMENT = "..."
SHA_256 = "sha-256"
RESERVED = frozenset({DIGESTS, ELEMENT})
_DIGEST = re.compile(r"[A-Za-z0-9_-]{43}")


class Disclosure(NamedTuple):
    """What opens one digest: the salt, the member's name (None for an element), the value, and their exact text."""

    text: str
    salt: str
    name: str | None
    value: Any

    @classmethod
    def of(cls, salt: str, name: str | None, value: Any) -> "Disclosure":
        """Return the disclosure of a value (RFC 9901 sections 4.2.1 and 4.2.2)."""
        parts = [salt, value] if name is None else [salt, name, value]
        text = json.dumps(parts, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return cls(_base64url(text.encode()), salt, name, value)

    @classmethod
    def parse(cls, text: str) -> "Disclosure":
        """Return the disclosure that a text is; its digest is over the text as it was received.

        Raises:
            MalformedError: It is none.
        """
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, binascii.Error, RecursionError) as error:
            raise MalformedError("", "a disclosure is base64url of a JSON array") from error
        match parts:
            case [str(salt), str(name), value] if name not in RESERVED:
                return cls(text, salt, name, value)
            case [str(salt), value]:
                return cls(text, salt, None, value)
        raise MalformedError("", "a disclosure holds salt, name and value, or salt and value, and no reserved name")

    @property
    def digest(self) -> str:
        """SHA-256 of the text, base64url without padding (RFC 9901 section 4.2.3)."""
        return _base64url(hashlib.sha256(self.text.encode("ascii")).digest())

    @property
    def json(self) -> bytes:
        """The JSON array itself."""
        return base64.urlsafe_b64decode(self.text + "=" * (-len(self.text) % 4))


def disclosure_of(array: bytes) -> Disclosure:
    """Return the disclosure whose JSON array is that.

    Raises:
        MalformedError: It is none.
    """
    return Disclosure.parse(_base64url(array))


def digest_text(digest: bytes) -> str:
    """Return a digest of 32 bytes as it stands in content."""
    return _base64url(digest)


def digest_bytes(text: str) -> bytes:
    """Return the 32 bytes of a digest; empty for what is none."""
    return base64.urlsafe_b64decode(text + "=") if _DIGEST.fullmatch(text) else b""


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Committed(NamedTuple):
    """One value that was put behind a digest: where it stood, and what opens it."""

    place: Place
    disclosure: Disclosure


def commit(value: Any, salt_of: Callable[[Place], str | None], place: Place = ()) -> tuple[Any, list[Committed]]:
    """Return `value` with digests in the place of what has a salt, and what was put behind them.

    What stands inside a committed value may be committed as well: then its digest is part of that value.

    Args:
        value: JSON.
        salt_of: Returns the salt of a place that is to be committed, else None.
        place: Where `value` stands.

    Raises:
        MalformedError: A member is called `_sd` or `...`, which RFC 9901 keeps for digests.
    """
    if isinstance(value, Mapping):
        return _commit_members(value, salt_of, place)
    if isinstance(value, list | tuple):
        return _commit_elements(value, salt_of, place)
    return value, []


def _commit_members(
    value: Mapping[str, Any], salt_of: Callable[[Place], str | None], place: Place
) -> tuple[Any, list[Committed]]:
    kept: dict[str, Any] = {}
    digests: list[str] = []
    committed: list[Committed] = []
    for name, item in value.items():
        here = (*place, name)
        if name in RESERVED:
            raise MalformedError(written(here), "RFC 9901 keeps that name for digests; call it otherwise")
        inner, found = commit(item, salt_of, here)
        committed += found
        salt = salt_of(here)
        if salt is None:
            kept[name] = inner
            continue
        committed.append(Committed(here, Disclosure.of(salt, name, inner)))
        digests.append(committed[-1].disclosure.digest)
    # RFC 9901 section 4.2.4.1: sorted, so that their order tells nothing.
    return ({DIGESTS: sorted(digests), **kept} if digests else kept), committed


def _commit_elements(
    value: list[Any] | tuple[Any, ...], salt_of: Callable[[Place], str | None], place: Place
) -> tuple[Any, list[Committed]]:
    kept: list[Any] = []
    committed: list[Committed] = []
    for index, item in enumerate(value):
        here = (*place, index)
        inner, found = commit(item, salt_of, here)
        committed += found
        salt = salt_of(here)
        if salt is not None:
            committed.append(Committed(here, Disclosure.of(salt, None, inner)))
            inner = {ELEMENT: committed[-1].disclosure.digest}
        kept.append(inner)
    return kept, committed


class Digest(NamedTuple):
    """One digest in content: the place it stands for, or the place around it where the name is not known."""

    text: str
    within: Place
    name: str | int | None

    @property
    def place(self) -> str:
        """Where the value stands, as text."""
        return written(self.within, unknown=True) if self.name is None else written((*self.within, self.name))


class Revealed(NamedTuple):
    """Content with what was disclosed in its place.

    Attributes:
        value: The content; what was not disclosed is left out.
        digests: Every digest met, in their order; those of decoys look like any other.
    """

    value: Any
    digests: list[Digest]


def reveal(content: Any, disclosures: Mapping[str, Disclosure]) -> Revealed:
    """Return `content` with the disclosed values in their places (RFC 9901 section 7.1).

    Args:
        content: JSON with digests.
        disclosures: By their digests; each must belong to a digest in the content or in another disclosed value.

    Raises:
        MalformedError: A digest stands twice, a disclosure belongs nowhere, names a member that is there already, or is
            one of an element where a member is due; or what stands under a reserved name is no digest.
    """
    revealing = _Revealing(disclosures)
    value = revealing.shown(content, ())
    known = [digest.text for digest in revealing.digests]
    if len(set(known)) != len(known):
        raise MalformedError("", "a digest stands in it twice")
    if set(disclosures) - set(known):
        raise MalformedError("", "a disclosure belongs to no digest in it")
    if isinstance(value, dict):
        value.pop(ALGORITHM, None)
    return Revealed(value, revealing.digests)


class _Revealing:
    """Puts values in their places, and notes every digest on the way."""

    def __init__(self, disclosures: Mapping[str, Disclosure]) -> None:
        self.digests: list[Digest] = []
        self._disclosures = disclosures

    def shown(self, value: Any, place: Place) -> Any:
        """Return what is shown of the value at a place."""
        if isinstance(value, dict):
            return self._members(value, place)
        if isinstance(value, list):
            return self._elements(value, place)
        return value

    def _members(self, value: dict[str, Any], place: Place) -> dict[str, Any]:
        if ELEMENT in value:
            raise MalformedError(written((*place, ELEMENT)), "a digest of an element stands outside a list")
        shown = {name: self.shown(item, (*place, name)) for name, item in value.items() if name != DIGESTS}
        for text in _digests(value.get(DIGESTS, []), place):
            disclosure = self._disclosures.get(text)
            self.digests.append(Digest(text, place, disclosure.name if disclosure else None))
            if disclosure is None:
                continue
            if disclosure.name is None or disclosure.name in shown:
                raise MalformedError(written(place), "a disclosure does not fit a digest among its members")
            shown[disclosure.name] = self.shown(disclosure.value, (*place, disclosure.name))
        return shown

    def _elements(self, value: list[Any], place: Place) -> list[Any]:
        shown: list[Any] = []
        for index, item in enumerate(value):
            here = (*place, index)
            if not isinstance(item, dict) or ELEMENT not in item:
                shown.append(self.shown(item, here))
                continue
            text = item[ELEMENT]
            if len(item) != 1 or not isinstance(text, str):
                raise MalformedError(written(here), "it must be a digest")
            disclosure = self._disclosures.get(text)
            self.digests.append(Digest(text, place, index))
            if disclosure is None:
                continue
            if disclosure.name is not None:
                raise MalformedError(written(here), "a disclosure of a member does not fit an element")
            shown.append(self.shown(disclosure.value, here))
        return shown


def _digests(value: Any, place: Place) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise MalformedError(written((*place, DIGESTS)), "it must be a list of digests")
    return list(value)
