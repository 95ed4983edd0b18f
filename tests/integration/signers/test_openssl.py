"""Keys go to the `openssl` and `ssh-keygen` programs and come back: a backup must outlive this program."""

import shutil
import subprocess
from pathlib import Path

import pytest

from ami_audit.adapters.signers.file import FileKeyStore
from ami_audit.domain.errors import KeyStoreError, PassphraseError
from support.keys import CORE, CREATED

SEED = bytes(range(32))
PUBLIC = CORE.public_key(SEED)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the program openssl"),
]


def run(*command: str | Path, given: str | bytes = b"") -> bytes:
    """Run a program and return what it printed."""
    raw = given.encode() if isinstance(given, str) else given
    done = subprocess.run(command, input=raw, check=False, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("passphrase", [None, b"right", "Grüße".encode()])
def test_openssl_opens_what_is_written_here(tmp_path: Path, passphrase: bytes | None) -> None:
    """Scrypt's cost is chosen so that it stays under openssl's limit of 32 MiB."""
    (tmp_path / "pass").write_bytes(passphrase or b"unused")
    pem = CORE.private_key_pem(SEED, passphrase=passphrase)
    public = run("openssl", "pkey", "-passin", f"file:{tmp_path / 'pass'}", "-pubout", given=pem)
    assert public.decode() == CORE.public_key_pem(PUBLIC)


@pytest.mark.parametrize("passphrase", [None, b"right"])
def test_openssl_opens_a_key_file_as_it_lies_in_the_store(tmp_path: Path, passphrase: bytes | None) -> None:
    """The lines above the key are RFC 7468's explanatory text: nothing must be cut away by hand."""
    store = FileKeyStore(tmp_path / "keys", CORE)
    where = Path(store.add(SEED, signer="ann@desk", created=CREATED, passphrase=passphrase).where)
    public = run("openssl", "pkey", "-in", where, "-passin", "pass:right", "-pubout")
    assert public == run("openssl", "pkey", "-pubin", "-in", where.with_suffix(".pub"), "-pubout")


def test_openssl_verifies_what_is_signed_here(tmp_path: Path) -> None:
    """A stranger checks one signature with no tool of ours."""
    (tmp_path / "public.pem").write_text(CORE.public_key_pem(PUBLIC))
    (tmp_path / "message").write_bytes(b"message")
    (tmp_path / "signature").write_bytes(CORE.sign(SEED, b"message"))
    told = run(
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "public.pem", "-rawin",
        "-in", tmp_path / "message", "-sigfile", tmp_path / "signature",
    )  # fmt: skip
    assert b"Verified Successfully" in told


@pytest.mark.parametrize(
    "options",
    [
        ("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256"),
        ("-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512", "-iter", "100000"),
        ("-v2", "aes-192-cbc"),
        ("-scrypt",),
        ("-scrypt", "-scrypt_N", "32768", "-scrypt_r", "4", "-scrypt_p", "2"),
    ],
)
def test_what_openssl_encrypts_is_opened_here(options: tuple[str, ...]) -> None:
    """A key that was made elsewhere, by any of openssl's usual means, can be imported."""
    plain = run("openssl", "genpkey", "-algorithm", "ed25519").decode()
    sealed = run("openssl", "pkcs8", "-topk8", *options, "-passout", "pass:right", given=plain).decode()
    expected = CORE.seed_from_pem(plain, passphrase=None)
    assert CORE.seed_from_pem(sealed, passphrase=b"right") == expected
    with pytest.raises(PassphraseError):
        CORE.seed_from_pem(sealed, passphrase=b"wrong")
    public = run("openssl", "pkey", "-pubout", given=plain).decode()
    assert CORE.public_key_from_pem(public) == CORE.public_key(expected)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-v2", "des3"), "an unknown algorithm"),
        (("-v1", "PBE-SHA1-3DES"), "a scheme older than PBES2"),
        (("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1"), "no longer safe"),
    ],
)
def test_encryption_that_is_no_longer_safe_is_named(options: tuple[str, ...], reason: str) -> None:
    """To say that the passphrase is wrong would send the user in circles."""
    plain = run("openssl", "genpkey", "-algorithm", "ed25519").decode()
    sealed = run("openssl", "pkcs8", "-topk8", *options, "-passout", "pass:right", given=plain).decode()
    with pytest.raises(KeyStoreError, match=reason):
        CORE.seed_from_pem(sealed, passphrase=b"right")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("rsa", "-pkeyopt", "rsa_keygen_bits:1024"), "RSA"),
        (("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "ECDSA"),
        (("x25519",), "X25519"),
        (("ed448",), "Ed448"),
    ],
)
def test_keys_of_other_algorithms_are_named(options: tuple[str, ...], name: str) -> None:
    """`openssl genpkey` makes many keys, and one word of difference is easily made."""
    private = run("openssl", "genpkey", "-algorithm", *options).decode()
    public = run("openssl", "pkey", "-pubout", given=private).decode()
    for read in (lambda: CORE.seed_from_text(private), lambda: CORE.public_key_from_pem(public)):
        with pytest.raises(KeyStoreError, match=f"a key for {name}, and only Ed25519"):
            read()


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs the program ssh-keygen")
def test_a_key_of_ssh_keygen_is_read(tmp_path: Path) -> None:
    """Many engineers have just this one Ed25519 key."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ann@desk", "-f", tmp_path / "key")
    seed = CORE.seed_from_text((tmp_path / "key").read_text())
    assert CORE.public_key(seed) == CORE.public_key_from_pem((tmp_path / "key.pub").read_text())
    run("ssh-keygen", "-q", "-p", "-N", "right", "-f", tmp_path / "key")
    with pytest.raises(KeyStoreError, match="OpenSSH's own passphrase format"):
        CORE.seed_from_text((tmp_path / "key").read_text(), passphrase=b"right")
