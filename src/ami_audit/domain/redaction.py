"""What a reader sees of a record's values: which are disclosed, withheld, erased or not what was committed to."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from ami_audit.domain.disclosure import ALGORITHM, DIGESTS, ELEMENT, SHA_256
from ami_audit.domain.draft import FACT_MARK, fact_mark
from ami_audit.domain.finding import VALUE
from ami_audit.domain.kinds import DataClassification
from ami_audit.domain.places import UNKNOWN, Place, read_place

_SHOWN_OF_A_SECRET = 4
_LEAST_TO_SHOW = 16


class ValueState(StrEnum):
    """What is known of one protected value."""

    DISCLOSED = "disclosed"
    WITHHELD = "withheld"
    ERASED = "erased"
    TAMPERED = "tampered"

    @property
    def placeholder(self) -> str:
        """What stands in the place of a text that must be there: `(withheld)`."""
        return f"({self.value})"


class ProtectedValue(BaseModel):
    """One value of a record that not everybody may read.

    Attributes:
        path: Where it stands: `context.user.email`; `context.user.?` for a member whose name is not known here.
        state: What became of it for this reader.
        classification: Its class; null when that is not known here.
        digest: The record's commitment to it (RFC 9901); empty for a value that is withheld by the record's class
            alone and stands in the trail in clear.
    """

    model_config = VALUE

    path: str
    state: ValueState
    classification: DataClassification | None = None
    digest: str = ""


def recommitted(content: Mapping[str, Any], protected: Sequence[ProtectedValue]) -> dict[str, Any]:
    """Return a record's content with digests for its protected values: the object that was hashed.

    Args:
        content: The content as the reader sees it.
        protected: Its protected values, each with its digest.
    """
    if not protected:
        return dict(content)
    found: dict[str, Any] = _thawed(content)
    elements = [(*read_place(value.path), value) for value in protected]
    for place, is_unknown, value in sorted(elements, key=lambda item: [str(part).zfill(12) for part in item[0]]):
        within = place if is_unknown else place[:-1]
        around = _at(found, within)
        if isinstance(around, list):
            _put_element(around, int(place[-1]), value)
            continue
        if not is_unknown:
            around.pop(place[-1], None)
        around[DIGESTS] = sorted([*around.get(DIGESTS, []), value.digest])
    found[ALGORITHM] = SHA_256
    return found


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _thawed(item) for name, item in value.items()}
    return [_thawed(item) for item in value] if isinstance(value, list | tuple) else value


def _at(content: Any, place: Place) -> Any:
    for part in place:
        content = content[part]
    return content


def _put_element(elements: list[Any], index: int, value: ProtectedValue) -> None:
    """Put an element's digest where it stood; what is not disclosed was left out of the list."""
    digest = {ELEMENT: value.digest}
    if value.state is ValueState.DISCLOSED:
        elements[index] = digest
    else:
        elements.insert(index, digest)


def withheld_by_class(content: Mapping[str, Any], clearance: DataClassification) -> tuple[dict[str, Any], list[str]]:
    """Return a record's content without the facts that its class keeps from this reader, and their paths.

    Args:
        content: A record's content; digests may stand in it.
        clearance: The highest class that the reader may read.
    """
    classification = DataClassification(content.get("classification", DataClassification.INTERNAL))
    if classification <= clearance:
        return dict(content), []
    shown, paths = dict(content), list[str]()
    for tree in ("context", "metadata"):
        facts = content.get(tree) or {}
        kept = {name: value for name, value in facts.items() if name == DIGESTS or _is_mark(tree, name, value)}
        if len(facts) > len(kept):
            shown[tree] = kept
            paths.append(f"{tree}.{UNKNOWN}")
    for name in ("findings", "violations"):
        if content.get(name):
            shown[name] = [_judged(item) for item in content[name]]
            paths.append(name)
    return shown, paths


def _is_mark(tree: str, name: str, value: object) -> bool:
    """Return whether that is a keyed digest, which tells a reader without the owner's key nothing."""
    return tree == "metadata" and name == FACT_MARK and bool(fact_mark(value))


def _judged(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding or a violation that says what and how bad, and nothing of the values it was made from."""
    hidden = {"description": ValueState.WITHHELD.placeholder, "message": ValueState.WITHHELD.placeholder}
    emptied: dict[str, Any] = {"location": None, "recommendation": None, "metadata": {}, "file_path": None}
    return {name: {**hidden, **emptied}.get(name, value) for name, value in item.items()}


def masked(secret: str) -> str:
    """Return a secret so that its owner knows it again and nobody else learns it: `ghp_…`, or `…` for a short one."""
    return (secret[:_SHOWN_OF_A_SECRET] if len(secret) >= _LEAST_TO_SHOW else "") + "…"


def fingerprint_message(kind: str, secret: str) -> bytes:
    """Return what the owner's key is applied to (HMAC-SHA-256) to name a secret without keeping it."""
    return f"ami-audit/secret/v1\n{kind}\n{secret}".encode("utf-8", "surrogatepass")
