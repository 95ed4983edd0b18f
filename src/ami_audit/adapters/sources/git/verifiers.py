"""The programs that check signatures: `gpg` and `ssh-keygen`, with the auditor's own keys."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

_TIMEOUT_S = 20
_GPG = ("--batch", "--no-tty", "--no-autostart", "--no-auto-check-trustdb", "--no-auto-key-retrieve")
_GPG_STATES = (
    ("BADSIG", "bad"),
    ("EXPSIG", "expired-signature"),
    ("EXPKEYSIG", "expired-key"),
    ("REVKEYSIG", "revoked-key"),
    ("ERRSIG", "unknown-key"),
)
_TRUSTED = re.compile(rb"^\[GNUPG:\] TRUST_(?:MARGINAL|FULLY|ULTIMATE)\b", re.MULTILINE)


class GpgVerifier:
    """Checks OpenPGP signatures with the user's keyring."""

    kind = "gpg"

    def __init__(self, folder: Path) -> None:
        """Take a folder for the signature files; the keyring is only listed when the first signature is met."""
        self._folder = folder

    def knows(self, key: str) -> bool:
        """Return whether the keyring holds the key (a fingerprint or a 16-digit id)."""
        return key[-16:] in self._keys

    @cached_property
    def _keys(self) -> frozenset[str]:
        # gpg would create an empty keyring where there is none: an audit must not.
        home = Path(os.environ.get("GNUPGHOME") or Path.home() / ".gnupg")
        if shutil.which("gpg") is None or not any(home.glob("pubring.*")):
            return frozenset()
        listing = _run(["gpg", *_GPG, "--with-colons", "--with-subkey-fingerprint", "--list-keys"], b"")
        fields = (line.split(b":") for line in listing.splitlines())
        return frozenset(line[9][-16:].decode() for line in fields if line[0] == b"fpr" and len(line) > 9)

    def verify(self, signature: bytes, payload: bytes, *, signed_at: datetime | None) -> dict[str, str]:
        """Return `state`, and `why` when it could not be checked; about 10 ms. gpg reads the moment itself."""
        del signed_at
        with NamedTemporaryFile(dir=self._folder) as file:
            file.write(signature)
            file.flush()
            status = _run(["gpg", *_GPG, "--status-fd=1", "--verify", file.name, "-"], payload)
        for word, state in _GPG_STATES:
            if f"[GNUPG:] {word} ".encode() in status:
                return {"state": state}
        if b"[GNUPG:] GOODSIG " in status and b"[GNUPG:] VALIDSIG " in status:
            return {"state": "good" if _TRUSTED.search(status) else "untrusted"}
        return {"state": "unverified", "why": "gpg gave no verdict"}


class SshVerifier:
    """Checks SSH signatures against the user's `gpg.ssh.allowedSignersFile`."""

    kind = "ssh"

    def __init__(self, folder: Path) -> None:
        """Take a folder for the signature files; the allowed signers are read when the first signature is met."""
        self._folder = folder

    def knows(self, key: str) -> bool:
        """Return whether the allowed-signers file holds the key, or an authority that may have certified it."""
        return key in self._keys or "cert-authority" in self._keys

    @cached_property
    def _allowed(self) -> str:
        command = ["git", "config", "--global", "--type=path", "--get", "gpg.ssh.allowedSignersFile"]
        return os.fsdecode(_run(command, b"").strip()) if shutil.which("ssh-keygen") else ""

    @cached_property
    def _keys(self) -> frozenset[str]:
        try:
            lines = Path(self._allowed).read_bytes().splitlines() if self._allowed else []
        except OSError:
            return frozenset()
        return frozenset(key for line in lines if not line.startswith(b"#") for key in _keys_in(line))

    def verify(self, signature: bytes, payload: bytes, *, signed_at: datetime | None) -> dict[str, str]:
        """Return `state`; the key had to be allowed when the commit was made. About 10 ms."""
        with NamedTemporaryFile(dir=self._folder) as file:
            file.write(signature)
            file.flush()
            common = ["-f", self._allowed, "-s", file.name, *_moment_option(signed_at)]
            found = _run(["ssh-keygen", "-Y", "find-principals", *common], b"").splitlines()
            if not found:
                return {"state": "unknown-key"}
            who = os.fsdecode(found[0])
            verdict = _run(["ssh-keygen", "-Y", "verify", "-n", "git", "-I", who, *common], payload)
        return {"state": "good", "principal": who} if verdict.startswith(b"Good ") else {"state": "bad"}


def _keys_in(line: bytes) -> list[str]:
    words = line.split()
    keys = ["cert-authority"] if any(b"cert-authority" in word for word in words[:2]) else []
    for word in words:
        if word.startswith(b"AAAA"):
            raw = base64.b64decode(word + b"==", validate=False)
            keys.append("SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("="))
    return keys


def _moment_option(signed_at: datetime | None) -> list[str]:
    # ssh-keygen reads this in local time; `_run` makes that UTC.
    return [] if signed_at is None else [f"-Overify-time={signed_at:%Y%m%d%H%M%S}"]


def _run(command: list[str], stdin: bytes) -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"LC_ALL": "C", "TZ": "UTC"}
    try:
        answer = subprocess.run(  # noqa: S603 (no shell)
            command,
            input=stdin,
            env=environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
            check=False,
            process_group=0,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return answer.stdout
