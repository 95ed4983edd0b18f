"""How a person of git is written in a record: the mailmap's answer, and the exact bytes where text cannot hold them."""

from typing import NamedTuple

from ami_audit.adapters.sources.git.commit import Person
from ami_audit.adapters.sources.git.mailmap import Mailmap, Signer
from ami_audit.adapters.sources.git.moments import written_date
from ami_audit.domain.text import is_exact, readable

# People remembered at most, so that a history of forged names cannot fill the memory.
_REMEMBERED = 50_000
_LONGEST = 256
_NOBODY = "unknown"


class Identity(NamedTuple):
    """One person, ready to be written.

    Attributes:
        actor: `Name <email>`, after the mailmap.
        facts: `name` and `email` after the mailmap; `raw` when it changed them; `bytes` (hex) of the raw identity
            when the text does not hold it exactly. Each is cut after 256 characters.
        haystack: What an author filter looks in: names and addresses before and after the mailmap, lower case.
    """

    actor: str
    facts: dict[str, str]
    haystack: str


class Identities:
    """Writes persons, each only once."""

    def __init__(self, mailmap: Mailmap) -> None:
        """Take the mailmap to ask."""
        self._mailmap = mailmap
        self._known: dict[tuple[Signer, bytes], Identity] = {}
        self._named: dict[tuple[str, str], Identity] = {}

    def identity(self, signer: Signer, encoding: bytes = b"") -> Identity:
        """Return the person behind a header's name and address.

        Args:
            signer: Name and address as the object holds them.
            encoding: The object's `encoding` header.
        """
        found = self._known.get((signer, encoding))
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[signer, encoding] = self._written(signer, encoding)
        return found

    def named(self, name: str, email: str) -> Identity:
        """Return the person behind a header's name and address that are UTF-8, as text."""
        found = self._named.get((name, email))
        if found is None:
            if len(self._named) >= _REMEMBERED:
                self._named.clear()
            found = self._named[name, email] = self.identity(Signer(name.encode(), email.encode()))
        return found

    def person(self, person: Person, encoding: bytes = b"") -> dict[str, str]:
        """Return a person with the date, as it stands in a record's context."""
        return {**self.identity(person.signer, encoding).facts, **written_date(person.date)}

    def _written(self, signer: Signer, encoding: bytes) -> Identity:
        real = self._mailmap.resolved(signer)
        name, email = _short(decoded(real.name, encoding)), _short(decoded(real.email, encoding))
        raw = f"{decoded(signer.name, encoding)} <{decoded(signer.email, encoding)}>"
        facts = {"name": name, "email": email}
        if real != signer:
            facts["raw"] = _short(raw)
        whole = signer.name + b" <" + signer.email + b">"
        if not encoding and not is_exact(whole, raw):
            facts["bytes"] = whole[:_LONGEST].hex()
        actor = f"{name} <{email}>".strip() if name or email else _NOBODY
        return Identity(actor, facts, f"{actor}\n{raw}".casefold())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def decoded(raw: bytes, encoding: bytes) -> str:
    """Return bytes as text: in the encoding they claim when that fits, else UTF-8 with each invalid byte escaped."""
    if not encoding:
        return readable(raw)
    try:
        text = raw.decode(encoding.decode("ascii"))
        text.encode()
    except (LookupError, ValueError):
        return readable(raw)
    return text
