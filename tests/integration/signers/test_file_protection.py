"""Key files as real file systems hold them: each bad one is refused with a sentence that says what to do."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ami_audit.adapters.signers.file import FileKeyStore
from ami_audit.domain.errors import KeyStoreError, NotFoundError
from ami_audit.domain.stored_key import StoredKey
from support.keys import CORE, CREATED, PASSPHRASE, as_ordinary_user, give_away, right, silent

SEED = bytes(range(32))
RSA = (Path(__file__).parents[3] / "rust/chain/tests/keys/rsa.pem").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the keys lie."""
    return tmp_path / "config" / "ami-audit" / "keys"


@pytest.fixture
def store(folder: Path) -> FileKeyStore:
    """A store with nothing in it."""
    return FileKeyStore(folder, CORE)


@pytest.fixture
def key(store: FileKeyStore) -> StoredKey:
    """The store's one key."""
    return store.add(SEED, signer="ann@desk", created=CREATED, passphrase=None)


def mode_of(path: Path) -> int:
    """Return a path's permission bits."""
    return path.stat().st_mode & 0o7777


def test_the_folder_is_0700_and_every_file_0600_whatever_the_umask(store: FileKeyStore, folder: Path) -> None:
    """A key that others can read signs for them."""
    for number, umask in enumerate((0o000, 0o777, 0o022)):
        before = os.umask(umask)
        try:
            if number == 1:
                folder.chmod(0o700)
            kept = store.add(bytes([number]) * 32, signer="ann@desk", created=CREATED, passphrase=None)
            store.choose(kept.name)
        finally:
            os.umask(before)
    assert mode_of(folder) == 0o700
    assert {mode_of(path) for path in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 7  # three keys, their public halves, the choice


def _as_symlink(path: Path) -> None:
    moved = path.with_suffix(".elsewhere")
    path.rename(moved)
    path.symlink_to(moved)


def _as_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _as_socket(path: Path) -> None:
    path.unlink()
    short = Path(os.path.relpath(path))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(short) if len(str(short)) < len(str(path)) else str(path))


def _changed(old: str, new: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


OTHER_PEM = CORE.private_key_pem(bytes(32), passphrase=None).splitlines()[1]
OWN_PEM = CORE.private_key_pem(SEED, passphrase=None).splitlines()[1]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.chmod(0o640), r"open to other users \(mode 0640\).*chmod 600"),
        (lambda path: path.chmod(0o602), r"open to other users \(mode 0602\)"),
        (_as_symlink, "is a symbolic link"),
        (_as_folder, "A folder stands in the place"),
        (_as_fifo, "not a regular file"),
        (lambda path: path.write_text(""), "it is empty"),
        (lambda path: path.write_text("hello\n"), "it holds no key"),
        (lambda path: path.write_bytes(os.urandom(300)), "it holds no key"),
        (lambda path: path.write_text(RSA), "does not say whose key it is.*ami-audit key import"),
        (lambda path: path.write_text("x" * 70_000), "too large"),
        (_changed("Key-Id: ", "Key-Id: zz"), "does not say whose key"),
        (_changed("Signer: ", "Author: "), "does not say whose key"),
        (_changed("Public-Key: ", "Public-Key: A"), "does not say whose key"),
        (_changed("Created: 2026", "Created: 2O26"), "does not say whose key"),
    ],
)
def test_a_bad_key_file_is_listed_with_its_fault_and_refused(
    store: FileKeyStore, key: StoredKey, damage: Callable[[Path], None], sentence: str
) -> None:
    """One bad file must not hide the others, and must never be signed with."""
    damage(Path(key.where))
    (listed,) = store.listed()
    assert listed.name == key.name
    with pytest.raises(KeyStoreError, match=sentence) as caught:
        store.load(key.name, ask=silent)
    assert str(caught.value) == listed.fault
    assert key.where in listed.fault
    assert listed.fault.count("\n") == 0


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_changed(OWN_PEM, OTHER_PEM), "another key than it says"),
        (_changed(OWN_PEM[-8:], "AAAA"), "damaged or incomplete"),
        (_changed("-----END", "-----EMD"), "damaged or incomplete"),
        (lambda path: path.write_text(path.read_text().split("-----BEGIN")[0] + RSA), "a key for RSA"),
    ],
)
def test_a_key_that_is_not_the_one_it_says_is_not_signed_with(
    store: FileKeyStore, key: StoredKey, damage: Callable[[Path], None], sentence: str
) -> None:
    """CBC has no seal: a changed byte of a cipher text can decrypt to another seed, and only the key id shows it."""
    damage(Path(key.where))
    with pytest.raises(KeyStoreError, match=sentence):
        store.load(key.name, ask=silent)


def test_a_socket_in_the_place_of_a_key_is_refused(
    store: FileKeyStore, key: StoredKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a socket fails in another way than reading one."""
    monkeypatch.chdir(Path(key.where).parent)
    _as_socket(Path(key.where))
    with pytest.raises(KeyStoreError, match="cannot be opened"):
        store.load(key.name, ask=silent)


def test_a_folder_that_others_can_write_is_refused(store: FileKeyStore, key: StoredKey, folder: Path) -> None:
    """Whoever can write there can put their own key in the place of ours."""
    folder.chmod(0o720)
    for use in (store.listed, store.chosen, lambda: store.load(key.name, ask=silent), lambda: store.choose(key.name)):
        with pytest.raises(KeyStoreError, match="chmod 700"):
            use()


def test_a_folder_of_somebody_else_is_refused(store: FileKeyStore, key: StoredKey, folder: Path) -> None:
    """Under sudo the home is another's: keys made there would be nobody's in the end."""
    if os.geteuid() == 0:
        give_away(folder)
        with pytest.raises(KeyStoreError, match="belongs to nobody, not to root"):
            store.listed()
    else:
        with pytest.raises(KeyStoreError, match="belongs to root, not to"):
            FileKeyStore(Path("/etc"), CORE).listed()


def test_a_key_of_somebody_else_is_refused(store: FileKeyStore, key: StoredKey) -> None:
    """Its owner can change it at any time."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    give_away(Path(key.where))
    with pytest.raises(KeyStoreError, match="belongs to nobody, not to root"):
        store.load(key.name, ask=silent)


_MAKE = 'found = store.add(bytes(32), signer="a@b", created=datetime.now(UTC), passphrase=None).where'
_LOAD = 'found = store.load("default", ask=lambda key: None).signer'


def test_a_home_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    """A container's user often has no home: the sentence must say which setting helps."""
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    give_away(home)
    folder = home / ".config" / "ami-audit" / "keys"
    found = as_ordinary_user(_MAKE, folder)
    assert found.startswith(f"No key can be kept in `{folder}`: Permission denied. ")
    assert "AMI_AUDIT_KEYS_DIR" in found


def test_a_key_file_that_its_owner_cannot_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Mode 000 is a mistake that people make with chmod."""
    give_away(tmp_path)
    where = Path(as_ordinary_user(_MAKE, tmp_path / "keys"))
    where.chmod(0o000)
    assert as_ordinary_user(_LOAD.replace("default", where.stem), tmp_path / "keys") == (
        f"The key file `{where}` cannot be opened: Permission denied"
    )


def test_a_folder_that_its_owner_cannot_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    """The same mistake, one level up."""
    give_away(tmp_path)
    as_ordinary_user(_MAKE, tmp_path / "keys")
    (tmp_path / "keys").chmod(0o000)
    assert as_ordinary_user(_LOAD, tmp_path / "keys").endswith("Permission denied")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a key under a key's name would be found by the next run."""
    give_away(tmp_path)
    found = as_ordinary_user("resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); " + _MAKE, tmp_path / "keys")
    assert "cannot be written: File too large" in found
    assert list((tmp_path / "keys").iterdir()) == []


def test_a_folder_inside_the_audited_one_is_warned_of(store: FileKeyStore, folder: Path, tmp_path: Path) -> None:
    """A key in a repository is one `git add` away from being published; a link to it is no hiding place."""
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "config")
    for root in (tmp_path, folder, link):
        assert "AMI_AUDIT_KEYS_DIR" in store.warning(str(root))
    for root in (tmp_path / "other", folder / "deeper", tmp_path / "con"):
        assert store.warning(str(root)) == ""


def test_a_file_of_that_name_is_never_overwritten(store: FileKeyStore, key: StoredKey, folder: Path) -> None:
    """Whatever lies under a key's name may be the only copy of something."""
    path = Path(key.where)
    path.write_text("precious\n")
    with pytest.raises(KeyStoreError, match="not overwritten"):
        store.add(SEED, signer="ann@desk", created=CREATED, passphrase=None)
    assert path.read_text() == "precious\n"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_file_system_without_hard_links_keeps_keys_as_well(
    store: FileKeyStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT and some network mounts answer `link` with EPERM."""

    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    kept = store.add(SEED, signer="ann@desk", created=CREATED, passphrase=PASSPHRASE)
    assert store.seed(kept.name, ask=right) == SEED
    assert sorted(path.suffix for path in folder.iterdir()) == [".pem", ".pub"]
    with pytest.raises(KeyStoreError, match="already"):
        store.add(SEED, signer="ann@desk", created=CREATED, passphrase=None)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"default": 1, "trails": {}}', '{"default": "", "trails": []}', "[" * 9999]
)
def test_a_damaged_choice_is_not_guessed_at(store: FileKeyStore, key: StoredKey, folder: Path, text: str) -> None:
    """To sign with another key than was chosen is worse than to stop."""
    store.choose(key.name)
    (folder / "choices.json").write_text(text)
    with pytest.raises(KeyStoreError, match=r"choices\.json`.*damaged"):
        store.chosen()


def test_a_key_that_was_deleted_by_hand_is_not_found(store: FileKeyStore, key: StoredKey) -> None:
    """The choice still names it, and saying so helps more than choosing another."""
    store.choose(key.name)
    Path(key.where).unlink()
    assert store.chosen() == key.name
    with pytest.raises(NotFoundError, match="ami-audit key list"):
        store.load("default", ask=silent)
