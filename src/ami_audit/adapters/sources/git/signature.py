"""What is known of a commit's or tag's signature.

Whether there is one, of which kind and by which key is read from the object and costs next to nothing. A signature
is checked only when the auditor's own keyring (or allowed-signers file) holds its key: what the audited repository
says about keys is never asked, and no key is ever fetched.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from ami_audit.adapters.sources.git.moments import GitDate, moment_of
from ami_audit.adapters.sources.git.openpgp import issuer_of
from ami_audit.adapters.sources.git.sshsig import fingerprint_of
from ami_audit.adapters.sources.git.verifiers import GpgVerifier, SshVerifier

_PGP = (b"-----BEGIN PGP SIGNATURE-----", b"-----BEGIN PGP MESSAGE-----")
_SSH = b"-----BEGIN SSH SIGNATURE-----"
_X509 = b"-----BEGIN SIGNED MESSAGE-----"
UNSIGNED = {"state": "none"}

State = Future[dict[str, str]] | dict[str, str]
"""What is known of a signature, or the promise of it while it is being checked."""


class Signed(NamedTuple):
    """A signature, when it was made and how to get at what it is over."""

    signature: bytes
    payload: Callable[[], bytes]
    date: GitDate = GitDate(b"", b"")


def kind_of(signature: bytes) -> str:
    """Return `gpg`, `ssh`, `x509` or `unknown`."""
    text = signature.lstrip()
    if text.startswith(_PGP):
        return "gpg"
    if text.startswith(_SSH):
        return "ssh"
    return "x509" if text.startswith(_X509) else "unknown"


class Signatures:
    """Tells of each signature its `state`, `kind` and `key`; checking goes on in threads meanwhile.

    States: `none`; `good`; `untrusted` (right, by a known key that the keyring does not trust); `bad`;
    `expired-signature`, `expired-key`, `revoked-key`; `unknown-key` (nobody here can check it); `unverified` (a
    signature is there, but no program here can check this kind, or it failed; `why` says which).
    """

    def __init__(self, folder: Path) -> None:
        """Take a private folder for what the checking programs must read from files."""
        self._gpg = GpgVerifier(folder)
        self._ssh = SshVerifier(folder)
        self._pool: ThreadPoolExecutor | None = None

    def state(self, signed: Signed) -> State:
        """Return what is known, or the promise of it when the signature is being checked."""
        if not signed.signature:
            return UNSIGNED
        match kind_of(signed.signature):
            case "gpg":
                return self._with(self._gpg, signed, key=issuer_of(signed.signature))
            case "ssh":
                return self._with(self._ssh, signed, key=fingerprint_of(signed.signature))
            case "x509":
                return {"state": "unverified", "kind": "x509", "why": "certificates are not checked"}
        return {"state": "unverified", "kind": "unknown", "why": "not a form git knows"}

    def _with(self, verifier: GpgVerifier | SshVerifier, signed: Signed, *, key: str) -> State:
        facts = {"kind": verifier.kind, "key": key}
        if not key:
            return {**facts, "state": "unverified", "why": "the signature names no key"}
        if not verifier.knows(key):
            return {**facts, "state": "unknown-key"}
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="signatures")
        return self._pool.submit(_checked, verifier, signed, facts=facts)

    def close(self) -> None:
        """Give up what is not yet checked."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _checked(verifier: GpgVerifier | SshVerifier, signed: Signed, *, facts: dict[str, str]) -> dict[str, str]:
    return {**facts, **verifier.verify(signed.signature, signed.payload(), signed_at=moment_of(signed.date))}


def settled(state: State) -> dict[str, str]:
    """Return what is known, waiting for it when needed."""
    return state.result() if isinstance(state, Future) else state
