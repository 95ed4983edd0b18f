"""What every key store must do; each driver inherits these tests."""

import pickle

import pytest

from ami_audit.domain.errors import KeyStoreError, NotFoundError, PassphraseError
from ami_audit.domain.stored_key import StoredKey
from ami_audit.ports.signer import KeyStore
from support.keys import CORE, CREATED, PASSPHRASE, right, silent, wrong

SEED = bytes(range(32))
OTHER = bytes(range(32, 64))


def added(
    store: KeyStore, seed: bytes = SEED, *, signer: str = "ann@desk", passphrase: bytes | None = None
) -> StoredKey:
    """Keep one key."""
    return store.add(seed, signer=signer, created=CREATED, passphrase=passphrase)


class KeyStoreContract:
    """Tests over a fixture `key_store`, empty at first, and `reopened`, which opens the same keys again."""

    def test_an_empty_store_has_no_keys(self, key_store: KeyStore) -> None:
        """Before the first run nothing is there, and asking makes nothing."""
        assert list(key_store.listed()) == []
        assert key_store.chosen() is None
        with pytest.raises(NotFoundError):
            key_store.find("default")

    def test_a_key_is_listed_as_it_was_added(self, key_store: KeyStore, reopened: KeyStore) -> None:
        """Another process must see whose key it is without opening it."""
        kept = added(key_store)
        assert list(reopened.listed()) == [kept]
        assert (kept.signer, kept.created, kept.is_encrypted, kept.fault) == ("ann@desk", CREATED, False, "")
        assert kept.public_key == CORE.public_key(SEED)
        assert kept.key_id == CORE.key_id(kept.public_key)
        assert kept.name == f"ann@desk-{kept.key_id.hex()[:8]}"

    def test_a_loaded_key_signs_as_the_core_does(self, key_store: KeyStore, reopened: KeyStore) -> None:
        """The signer is nothing but the seed, the core and a name."""
        signer = reopened.load(added(key_store).name, ask=silent)
        assert (signer.signer, signer.public_key) == ("ann@desk", CORE.public_key(SEED))
        assert signer.sign(b"message") == CORE.sign(SEED, b"message")
        hashes = bytes(64)
        signatures = signer.sign_records(origin="a/b", timestamp_us=17, record_hashes=hashes)
        assert signatures == CORE.sign_records(
            SEED, origin="a/b", signer="ann@desk", timestamp_us=17, record_hashes=hashes
        )

    def test_a_signer_shows_no_key_and_does_not_travel(self, key_store: KeyStore) -> None:
        """A traceback or a pickle would carry the private key away."""
        signer = key_store.load(added(key_store).name, ask=silent)
        assert SEED.hex() not in repr(signer)
        assert repr(SEED) not in repr(signer)
        with pytest.raises(TypeError):
            pickle.dumps(signer)

    def test_a_passphrase_is_asked_for_only_when_it_is_needed(self, key_store: KeyStore) -> None:
        """A job without a terminal signs with an open key and is never stopped by a question."""
        asked: list[str] = []
        kept = added(key_store)
        key_store.load(kept.name, ask=lambda key: asked.append(key.name) or PASSPHRASE)
        assert asked == []
        sealed = added(key_store, OTHER, passphrase=PASSPHRASE)
        key_store.load(sealed.name, ask=lambda key: asked.append(key.name) or PASSPHRASE)
        assert asked == [sealed.name]

    def test_an_encrypted_key_opens_with_its_passphrase_alone(self, key_store: KeyStore, reopened: KeyStore) -> None:
        """A copy of the store is worth nothing without the passphrase."""
        kept = added(key_store, passphrase=PASSPHRASE)
        assert kept.is_encrypted
        assert reopened.seed(kept.name, ask=right) == SEED
        with pytest.raises(PassphraseError, match="does not open"):
            reopened.load(kept.name, ask=wrong)
        with pytest.raises(PassphraseError, match="no passphrase"):
            reopened.load(kept.name, ask=silent)

    def test_an_empty_passphrase_is_refused_and_keeps_nothing(self, key_store: KeyStore) -> None:
        """Somebody who pressed Enter believes that the key is protected."""
        with pytest.raises(PassphraseError):
            added(key_store, passphrase=b"")
        assert list(key_store.listed()) == []

    def test_the_same_key_is_not_kept_twice(self, key_store: KeyStore) -> None:
        """Under another name it would look like two parties who sign."""
        kept = added(key_store)
        with pytest.raises(KeyStoreError, match=kept.name):
            added(key_store, signer="bob@desk")
        assert list(key_store.listed()) == [kept]

    def test_a_key_is_found_by_name_id_and_default(self, key_store: KeyStore) -> None:
        """People copy what they see: a name, or the beginning of an id."""
        kept, _ = added(key_store), added(key_store, OTHER)
        key_store.choose(kept.name)
        for name in (kept.name, kept.key_id.hex(), kept.key_id.hex()[:8], kept.key_id.hex()[:9].upper(), "default"):
            assert key_store.find(name) == kept
        for name in ("nobody", kept.key_id.hex()[:7], ""):
            with pytest.raises(NotFoundError):
                key_store.find(name)

    def test_an_only_key_is_the_default_and_one_of_two_is_not(self, key_store: KeyStore) -> None:
        """With two keys a guess would sign as somebody else."""
        kept = added(key_store)
        assert key_store.chosen() == kept.name
        added(key_store, OTHER)
        assert key_store.chosen() is None

    def test_a_trail_keeps_its_own_key(self, key_store: KeyStore, reopened: KeyStore) -> None:
        """A new default must not sign trails that do not know it."""
        first, second = added(key_store), added(key_store, OTHER)
        key_store.choose(first.name)
        key_store.choose(second.key_id.hex(), origin="host/trail")
        assert reopened.chosen("host/trail") == second.name
        assert reopened.chosen("host/another") == first.name
        with pytest.raises(NotFoundError):
            key_store.choose("nobody")

    def test_a_removed_key_is_gone_with_every_choice_of_it(self, key_store: KeyStore, reopened: KeyStore) -> None:
        """What is deleted must not be signed with, nor be asked for."""
        kept, other = added(key_store), added(key_store, OTHER)
        key_store.choose(kept.name)
        key_store.choose(kept.name, origin="host/trail")
        key_store.remove(kept.name)
        assert list(reopened.listed()) == [other]
        assert reopened.chosen("host/trail") == other.name
        with pytest.raises(NotFoundError):
            key_store.remove(kept.name)

    def test_a_name_is_safe_whatever_the_signer_is_called(self, key_store: KeyStore) -> None:
        """A signer's name comes from outside and becomes part of a path."""
        for number, signer in enumerate(("../../etc/passwd", "Ünal Ö. <u@x>", "-rf", "a" * 200, "密钥")):
            kept = added(key_store, bytes([number]) * 32, signer=signer)
            assert key_store.find(kept.name).signer == signer
            assert kept.name.isascii()
            assert not set(kept.name) & set("/ <>")
            assert kept.name[0] not in ".-"

    def test_the_turn_may_be_taken_again_by_its_holder(self, key_store: KeyStore) -> None:
        """The first run looks and then writes, and the store's own verbs take the turn as well."""
        with key_store.turn(), key_store.turn():
            kept = added(key_store)
        assert list(key_store.listed()) == [kept]
