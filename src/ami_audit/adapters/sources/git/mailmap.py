"""Who a name and an address belong to, as the repository's `.mailmap` says."""

import re
from typing import NamedTuple

_LINE = re.compile(rb"\s*([^<#]*?)\s*<([^>]*)>\s*(?:([^<]*?)\s*<([^>]*)>)?")
_LARGEST_BYTES = 4 << 20


class Signer(NamedTuple):
    """A name and an address, as bytes."""

    name: bytes
    email: bytes


class _Entry(NamedTuple):
    name: bytes
    email: bytes


class Mailmap:
    """A parsed mailmap; addresses and names match whatever the case of their ASCII letters."""

    def __init__(self, text: bytes = b"") -> None:
        """Read the file's text; a line that is none of git's four forms is passed over, as git does."""
        self._by_email: dict[bytes, _Entry] = {}
        self._by_both: dict[tuple[bytes, bytes], _Entry] = {}
        for line in text[:_LARGEST_BYTES].splitlines():
            if not line.startswith(b"#"):
                self._add(line)

    def __bool__(self) -> bool:
        return bool(self._by_email or self._by_both)

    def _add(self, line: bytes) -> None:
        found = _LINE.match(line)
        if found is None:
            return
        name, email, old_name, old_email = found.groups()
        if old_email is None:
            self._merge(email, _Entry(name, b""))
        elif old_name:
            self._by_both[old_email.lower(), old_name.lower()] = _Entry(name, email)
        else:
            self._merge(old_email, _Entry(name, email))

    def _merge(self, address: bytes, entry: _Entry) -> None:
        # A later line overrides only what it names.
        before = self._by_email.get(address.lower(), _Entry(b"", b""))
        self._by_email[address.lower()] = _Entry(entry.name or before.name, entry.email or before.email)

    def resolved(self, signer: Signer) -> Signer:
        """Return who that really is; the same signer when the mailmap does not know."""
        address = signer.email.lower()
        entry = self._by_both.get((address, signer.name.lower())) or self._by_email.get(address)
        return Signer(entry.name or signer.name, entry.email or signer.email) if entry else signer
