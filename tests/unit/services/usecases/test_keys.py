"""Making, taking in, giving out and choosing keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ami_audit.adapters.signers.file import FileKeyStore
from ami_audit.domain import installed
from ami_audit.domain.errors import KeyStoreError, NotFoundError, PassphraseError, UsageError
from ami_audit.domain.keyring import KeyRing
from ami_audit.domain.linkage import KeyEvent
from ami_audit.domain.stored_key import StoredKey
from ami_audit.services.usecases.keys import (
    export_key,
    first_run_text,
    hand_over,
    import_key,
    make_key,
    signer_of,
    signing_key,
)
from support.keys import CORE, CREATED, PASSPHRASE, right, silent

SEED = bytes(range(32))


@pytest.fixture(autouse=True)
def lent() -> Iterator[None]:
    """Lend the domain an arithmetic and a clock that stands, and give back what was lent before."""
    before = installed._loader, installed._loaded, installed._clock
    installed.install(arithmetic=lambda: CORE, clock=lambda: CREATED)
    yield
    installed._loader, installed._loaded, installed._clock = before


@pytest.fixture
def store(tmp_path: Path) -> FileKeyStore:
    """An empty store."""
    return FileKeyStore(tmp_path / "keys", CORE)


def made(store: FileKeyStore, signer: str = "ann@desk", *, as_default: bool = False) -> StoredKey:
    """Make one key."""
    return make_key(store, CORE, signer=signer, as_default=as_default)


def ring_of(*keys: StoredKey, retired: tuple[StoredKey, ...] = ()) -> KeyRing:
    """Return a trail's keys: each added at its place, some of them retired at record 10."""
    added = [KeyEvent(at, "added", key.key_id, key.public_key, key.signer) for at, key in enumerate(keys)]
    gone = [KeyEvent(10, "retired", key.key_id, key.public_key, key.signer) for key in retired]
    return KeyRing([*added, *gone])


def test_the_first_key_is_the_default_and_the_second_is_not(store: FileKeyStore) -> None:
    """A second key must not quietly sign what the first one signed."""
    first, second = made(store), made(store)
    assert first.created == CREATED
    assert first.key_id != second.key_id
    assert store.chosen() == first.name
    third = made(store, as_default=True)
    assert store.chosen() == third.name


def test_an_only_key_that_nobody_chose_stays_the_default(store: FileKeyStore) -> None:
    """A key that was copied here by hand signs already."""
    first = store.add(SEED, signer="ann@desk", created=CREATED, passphrase=None)
    made(store)
    assert store.chosen() == first.name


@pytest.mark.parametrize("signer", ["", "  ", "a\nb", "a\x1b[31mb", "\ud800", "x" * 201])
def test_a_signer_is_one_line_of_printable_text(store: FileKeyStore, signer: str) -> None:
    """The name is signed, shown on terminals and written into a file's first lines."""
    with pytest.raises(UsageError):
        made(store, signer)
    assert list(store.listed()) == []


def test_an_exported_private_key_comes_back_as_it_was(store: FileKeyStore, tmp_path: Path) -> None:
    """A backup that loses whose key it is signs as somebody else afterwards."""
    kept = made(store)
    text = export_key(store, CORE, "default", private=True, ask=silent, passphrase=PASSPHRASE)
    other = FileKeyStore(tmp_path / "other", CORE)
    assert signer_of(text) == "ann@desk"
    back = import_key(other, CORE, text, signer=signer_of(text) or "", opened_with=PASSPHRASE)
    assert (back.name, back.key_id, back.is_encrypted) == (kept.name, kept.key_id, False)
    assert other.seed(back.name, ask=silent) == store.seed(kept.name, ask=silent)


def test_an_export_is_public_unless_private_is_asked_for(store: FileKeyStore) -> None:
    """Whoever forgets a flag must give away nothing."""
    kept = made(store)
    text = export_key(store, CORE, kept.name, ask=silent)
    assert "PRIVATE" not in text
    assert CORE.public_key_from_pem(text) == kept.public_key
    with pytest.raises(NotFoundError):
        export_key(store, CORE, "nobody", ask=silent)


def test_a_public_export_of_an_encrypted_key_asks_nothing(store: FileKeyStore) -> None:
    """The public half is no secret."""
    kept = make_key(store, CORE, signer="ann@desk", passphrase=PASSPHRASE)
    assert CORE.public_key_from_pem(export_key(store, CORE, kept.name, ask=silent)) == kept.public_key
    with pytest.raises(PassphraseError):
        export_key(store, CORE, kept.name, private=True, ask=silent)
    open_text = export_key(store, CORE, kept.name, private=True, ask=right)
    assert CORE.seed_from_text(open_text) == store.seed(kept.name, ask=right)


def test_what_cannot_be_imported_is_said_with_its_kind(store: FileKeyStore) -> None:
    """A wrong passphrase is worth another try, a public key is not."""
    sealed = CORE.private_key_pem(SEED, passphrase=PASSPHRASE)
    with pytest.raises(PassphraseError, match=r"cannot be imported: .* no passphrase"):
        import_key(store, CORE, sealed, signer="a@b")
    with pytest.raises(KeyStoreError, match="holds a public key") as caught:
        import_key(store, CORE, CORE.public_key_pem(CORE.public_key(SEED)), signer="a@b")
    assert not isinstance(caught.value, PassphraseError)
    kept = import_key(store, CORE, SEED.hex(), signer=" a@b ", passphrase=PASSPHRASE)
    assert (kept.signer, kept.is_encrypted) == ("a@b", True)
    with pytest.raises(KeyStoreError, match="here already"):
        import_key(store, CORE, SEED.hex(), signer="a@b")


def test_a_new_trail_on_a_new_machine_gets_a_key(store: FileKeyStore) -> None:
    """The first run signs without asking anything, and the second makes nothing."""
    first = signing_key(store, CORE, signer="ann@desk", origin="host/trail")
    assert first.is_new
    again = signing_key(store, CORE, signer="ann@desk", origin="host/other", ring=KeyRing())
    assert (again.is_new, again.key) == (False, first.key)


def test_a_trail_is_signed_by_a_key_it_knows(store: FileKeyStore) -> None:
    """The default key may be newer than the trail."""
    old, new = made(store), made(store, as_default=True)
    assert signing_key(store, CORE, signer="x@y", ring=ring_of(old)).key == old
    assert signing_key(store, CORE, signer="x@y", ring=ring_of(old, new)).key == new
    assert signing_key(store, CORE, signer="x@y", ring=ring_of(old, new, retired=(new,))).key == old
    store.choose(old.name, origin="host/trail")
    assert signing_key(store, CORE, signer="x@y", origin="host/trail", ring=ring_of(old, new)).key == old


def test_a_trail_that_knows_no_key_of_this_machine_is_not_signed(store: FileKeyStore) -> None:
    """A new key would not be valid there; its owner's name helps to find the right one."""
    here, gone = made(store), made(store, "bob@server")
    store.remove(gone.name)
    with pytest.raises(KeyStoreError, match=rf"signed by: bob@server \({gone.key_id.hex()[:16]}\)"):
        signing_key(store, CORE, signer="x@y", origin="host/trail", ring=ring_of(gone))
    with pytest.raises(KeyStoreError, match="signed by: nobody"):
        signing_key(store, CORE, signer="x@y", ring=ring_of(here, retired=(here,)))
    assert [key.name for key in store.listed()] == [here.name]


def test_a_key_with_bad_protection_is_named_instead_of_another_one_made(store: FileKeyStore) -> None:
    """To go on with a fresh key would hide that the old one may have been read."""
    kept = made(store)
    Path(kept.where).chmod(0o644)
    for ring in (None, ring_of(kept)):
        with pytest.raises(KeyStoreError, match="chmod 600"):
            signing_key(store, CORE, signer="x@y", ring=ring)
    assert len(store.listed()) == 1


def test_several_keys_without_a_default_are_not_guessed_at(store: FileKeyStore) -> None:
    """A guess would sign as somebody else."""
    for seed in (SEED, bytes(32)):
        store.add(seed, signer="ann@desk", created=CREATED, passphrase=None)
    with pytest.raises(KeyStoreError, match="is the default"):
        signing_key(store, CORE, signer="x@y")


def test_the_first_run_says_where_the_key_is_and_how_to_protect_it(store: FileKeyStore) -> None:
    """It is the one moment at which somebody reads this."""
    kept = made(store)
    text = first_run_text(kept)
    assert kept.where in text
    assert "not encrypted" in text
    assert f"ami-audit key export --private --encrypt {kept.name}" in text
    sealed = make_key(store, CORE, signer="ann@desk", passphrase=PASSPHRASE)
    assert "It is encrypted." in first_run_text(sealed)


def test_who_takes_over_takes_over_new_trails_as_well(store: FileKeyStore) -> None:
    """After a theft the next new trail must not begin with the stolen key."""
    old, other, new = made(store), made(store), made(store)
    hand_over(store, other.name, retired=new.key_id, origin="host/one")
    assert (store.chosen("host/one"), store.chosen()) == (other.name, old.name)
    hand_over(store, new.name, retired=old.key_id, origin="host/two")
    assert (store.chosen("host/two"), store.chosen()) == (new.name, new.name)
    assert store.chosen("host/one") == other.name
