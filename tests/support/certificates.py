"""Certificates for HTTPS servers of tests: of an authority of their own, of nobody, expired, expiring."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


class Authority:
    """An authority that signs certificates; `file` is what a client trusts."""

    def __init__(self, folder: Path) -> None:
        """Make its key and its own certificate in `folder`."""
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("A Test Authority")
        self._certificate = _made(
            self._name, self._name, self._key.public_key(), signed_by=self._key, is_authority=True, days=(-1, 3650)
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def server(
        self, name: str = "localhost", *, days: tuple[int, int] = (-1, 365), own: bool = False
    ) -> ssl.SSLContext:
        """Return what a server presents.

        Args:
            name: The host that the certificate is for.
            days: From when to when it is valid, from today on.
            own: It is signed by itself and not by the authority.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        issuer, signer = (subject, key) if own else (self._name, self._key)
        certificate = _made(subject, issuer, key.public_key(), signed_by=signer, is_authority=False, days=days)
        file = self._folder / f"server-{certificate.serial_number}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _made(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    *,
    signed_by: ec.EllipticCurvePrivateKey,
    is_authority: bool,
    days: tuple[int, int],
) -> x509.Certificate:
    now = datetime.now(UTC)
    name = subject.rfc4514_string().removeprefix("CN=")
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
    )
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    else:
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    return builder.sign(signed_by, hashes.SHA256())
