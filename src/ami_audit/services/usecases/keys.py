"""Makes, takes in, gives out and chooses private keys."""

from typing import NamedTuple

from ami_audit.domain.errors import KeyStoreError, UsageError
from ami_audit.domain.installed import now
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.stored_key import StoredKey
from ami_audit.ports.signer import AskPassphrase, KeyCore, KeyStore

_LONGEST_SIGNER = 200
_SIGNER = "Signer: "


class SigningKey(NamedTuple):
    """The key that signs a trail, and whether it was made just now."""

    key: StoredKey
    is_new: bool


def make_key(
    store: KeyStore, core: KeyCore, *, signer: str, passphrase: bytes | None = None, as_default: bool = False
) -> StoredKey:
    """Make a key, keep it and return it; the first key becomes the default, and `as_default` makes a later one so.

    Raises:
        UsageError: `signer` is not one line of text.
        PassphraseError: The passphrase is empty.
        KeyStoreError: The key cannot be kept.
    """
    return _keep(store, core.generate_seed(), signer=signer, passphrase=passphrase, as_default=as_default)


def import_key(
    store: KeyStore,
    core: KeyCore,
    text: str,
    *,
    signer: str,
    opened_with: bytes | None = None,
    passphrase: bytes | None = None,
    as_default: bool = False,
) -> StoredKey:
    """Take in a private key: PKCS#8 or OpenSSH PEM, 64 hex digits or base64; return it as kept.

    Args:
        text: The key, as its file holds it.
        signer: Whose key it is.
        opened_with: The passphrase under which `text` is encrypted.
        passphrase: The passphrase under which it is kept; None keeps it open.

    Raises:
        PassphraseError: The text is encrypted, and `opened_with` is missing or wrong.
        KeyStoreError: The text is no such key, or the key is here already.
    """
    try:
        seed = core.seed_from_text(text, passphrase=opened_with)
    except KeyStoreError as error:
        raise type(error)(f"The key cannot be imported: {error}.") from error
    return _keep(store, seed, signer=signer, passphrase=passphrase, as_default=as_default)


def _keep(store: KeyStore, seed: bytes, *, signer: str, passphrase: bytes | None, as_default: bool) -> StoredKey:
    name = checked_signer(signer)
    with store.turn():
        # What was the default only because it was alone stays the default.
        default = None if as_default else store.chosen()
        kept = store.add(seed, signer=name, created=now(), passphrase=passphrase)
        store.choose(default or kept.name)
    return kept


def checked_signer(signer: str) -> str:
    """Return whose key it is, without white space around it.

    Raises:
        UsageError: Empty, too long, or not one line of printable text.
    """
    name = signer.strip()
    if not name or len(name) > _LONGEST_SIGNER or not name.isprintable():
        raise UsageError(f"A signer is one line of 1 to {_LONGEST_SIGNER} printable characters: {signer!r}")
    return name


def export_key(
    store: KeyStore,
    core: KeyCore,
    name: str,
    *,
    private: bool = False,
    ask: AskPassphrase,
    passphrase: bytes | None = None,
) -> str:
    """Return a key as PEM, with whose it is above it: the public half, or the private one when `private` says so.

    Args:
        name: The key's name or id, or `default`.
        private: Give out the private key, which signs as its owner wherever it goes.
        ask: Gives the passphrase under which the key is kept.
        passphrase: The passphrase for the private key that is given out; None writes it open.

    Raises:
        NotFoundError: No key is called so.
        PassphraseError: The passphrase is missing or wrong.
        KeyStoreError: The key cannot be used.
    """
    found = _usable(store, name)
    if private:
        pem = core.private_key_pem(store.seed(found.name, ask=ask), passphrase=passphrase)
    else:
        pem = core.public_key_pem(found.public_key)
    # RFC 7468 section 2 allows text above the key: it says whose it is, here and to `signer_of`.
    return f"{_SIGNER}{found.signer}\nKey-Id: {found.key_id.hex()}\n\n{pem}"


def _usable(store: KeyStore, name: str) -> StoredKey:
    found = store.find(name)
    if found.fault:
        raise KeyStoreError(found.fault)
    return found


def signer_of(text: str) -> str | None:
    """Return whose key a text is, where it was exported here and says so; None otherwise."""
    above = text.partition("-----BEGIN ")[0].splitlines()
    return next((line.removeprefix(_SIGNER) for line in above if line.startswith(_SIGNER)), None)


def signing_key(
    store: KeyStore,
    core: KeyCore,
    *,
    signer: str,
    origin: str = "",
    ring: KeyRing | None = None,
    wanted: str = "",
    passphrase: bytes | None = None,
) -> SigningKey:
    """Return the key that signs a trail; a new trail's is made when this machine has none.

    Args:
        store: The keys on this machine.
        core: Makes a key.
        signer: Whose key a new one is.
        origin: The trail's name.
        ring: The trail's keys; None or empty for a trail that is begun now.
        wanted: The key that the user names; empty when they name none.
        passphrase: Encrypts a key that is made.

    Raises:
        NotFoundError: No key is called as `wanted` or as the choice for this trail says.
        KeyStoreError: No key here may sign the trail, or several might begin it and none is the default.
    """
    if wanted:
        return SigningKey(_usable(store, wanted), is_new=False)
    if ring is not None and ring.entries():
        return SigningKey(_key_of(store, ring, origin), is_new=False)
    if not store.listed():
        with store.turn():
            if not store.listed():  # nobody was quicker
                return SigningKey(make_key(store, core, signer=signer, passphrase=passphrase), is_new=True)
    name = store.chosen(origin)
    if name is None:
        _refuse_faulty(store, name)
        raise KeyStoreError(
            f"None of the keys in `{store.where}` is the default; name one with `--key`, or choose the default with "
            "`ami-audit key new --default`. `ami-audit key list` shows them."
        )
    return SigningKey(_usable(store, name), is_new=False)


def _key_of(store: KeyStore, ring: KeyRing, origin: str) -> StoredKey:
    """Return the key chosen for the trail if the trail lets it sign, else the newest key here that may."""
    spans = {entry.key_id: entry.valid_from for entry in ring.entries() if entry.is_open}
    fit = [key for key in store.listed() if key.key_id in spans]
    name = store.chosen(origin)
    chosen = next((key for key in fit if key.name == name), None)
    if chosen or fit:
        return chosen or max(fit, key=lambda key: spans[key.key_id])
    _refuse_faulty(store, name)
    owners = [entry for entry in ring.entries() if entry.is_open]
    who = ", ".join(f"{entry.signer} ({entry.key_id.hex()[:16]})" for entry in owners) or "nobody"
    raise KeyStoreError(
        f"No key in `{store.where}` may sign the trail `{origin}`; bring one of its keys here with "
        f"`ami-audit key import`. It is signed by: {who}"
    )


def _refuse_faulty(store: KeyStore, name: str | None) -> None:
    """Raise what is wrong with the key of that name, or with the first that cannot be used."""
    faulty = [key for key in store.listed() if key.fault]
    first = next((key for key in faulty if key.name == name), faulty[0] if faulty else None)
    if first is not None:
        raise KeyStoreError(first.fault)


def hand_over(store: KeyStore, name: str, *, retired: bytes, origin: str) -> None:
    """Let the key of that name sign the trail `origin`, and new trails as well where the retired key did.

    Args:
        store: The keys on this machine.
        name: The key that took over.
        retired: The id of the key that was retired: nobody would think that it still begins new trails.
        origin: The trail's name.
    """
    with store.turn():
        default = store.chosen()
        store.choose(name, origin=origin)
        if any(key.name == default and key.key_id == retired for key in store.listed()):
            store.choose(name)


def first_run_text(key: StoredKey) -> str:
    """Return what a person must know about the key that was just made for them; one short paragraph."""
    lock = "It is encrypted." if key.is_encrypted else "It is not encrypted: whoever can read it can sign as you."
    return (
        f"A signing key was made for {key.signer}: `{key.where}`. {lock} Keep a copy where only you can reach it "
        f"(`ami-audit key export --private --encrypt {key.name}`), never in the repository. "
        "Without it this trail can be verified but not continued."
    )
