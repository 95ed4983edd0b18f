//! Private keys as PKCS#8 PEM, plain or encrypted.
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::{
    AlgorithmIdentifierRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument,
};
use zeroize::Zeroizing;

use super::pem::first_block;
use super::sealing::{unseal, Sealing};
use super::{check_pair, openssh, seed_of, KeyFault, Seed};

/// RFC 8410 section 3.
pub(super) const ED25519: AlgorithmIdentifierRef<'static> = AlgorithmIdentifierRef {
    oid: ObjectIdentifier::new_unwrap("1.3.101.112"),
    parameters: None,
};
const OTHERS: [(&str, &str); 6] = [
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.10045.2.1", "ECDSA"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.113", "Ed448"),
];

/// Return a private key as PKCS#8 PEM, encrypted when `sealing` is given.
///
/// Version 1, without the public key: it follows from the seed, and OpenSSL 3.0 refuses version 2.
///
/// # Errors
/// [`KeyFault::EmptyPassphrase`].
pub fn write_private(
    seed: &[u8; 32],
    sealing: Option<&Sealing<'_>>,
) -> Result<Zeroizing<String>, KeyFault> {
    // RFC 8410 section 7: the private key is an OCTET STRING inside the OCTET STRING.
    let mut inner = Zeroizing::new([0_u8; 34]);
    inner[..2].copy_from_slice(&[0x04, 0x20]);
    inner[2..].copy_from_slice(seed);
    let octets = OctetStringRef::new(&inner[..]).map_err(|_| KeyFault::Damaged("private key"))?;
    let key = PrivateKeyInfoRef::new(ED25519, octets);
    let (document, label) = match sealing {
        Some(sealing) => (sealing.seal(&key)?, "ENCRYPTED PRIVATE KEY"),
        None => (plain(&key)?, "PRIVATE KEY"),
    };
    document
        .to_pem(label, LineEnding::LF)
        .map_err(|_| KeyFault::Damaged("private key"))
}

fn plain(key: &PrivateKeyInfoRef<'_>) -> Result<SecretDocument, KeyFault> {
    SecretDocument::try_from(key).map_err(|_| KeyFault::Damaged("private key"))
}

/// Return the seed of a private key in PEM: PKCS#8 version 1 or 2, encrypted or not, or OpenSSH.
///
/// # Errors
/// Any [`KeyFault`] but those of public keys; each says what the text is instead.
pub fn read_private(text: &str, passphrase: Option<&[u8]>) -> Result<Seed, KeyFault> {
    let block = first_block(text)?;
    match block.label {
        "PRIVATE KEY" => seed_in(&block.der),
        // What decrypts to rubbish was decrypted with the wrong key: CBC's padding fits one time in 256.
        "ENCRYPTED PRIVATE KEY" => seed_in(&unseal(&block.der, passphrase)?).map_err(after_opening),
        "OPENSSH PRIVATE KEY" => openssh::read_private(&block.der),
        "RSA PRIVATE KEY" => Err(KeyFault::Algorithm("RSA")),
        "EC PRIVATE KEY" | "EC PARAMETERS" => Err(KeyFault::Algorithm("ECDSA")),
        "DSA PRIVATE KEY" => Err(KeyFault::Algorithm("DSA")),
        label if label.ends_with("PUBLIC KEY") => Err(KeyFault::Public),
        _ => Err(KeyFault::NotAKey),
    }
}

fn after_opening(fault: KeyFault) -> KeyFault {
    match fault {
        KeyFault::Damaged(_) => KeyFault::Passphrase,
        other => other,
    }
}

fn seed_in(der: &[u8]) -> Result<Seed, KeyFault> {
    const DAMAGED: KeyFault = KeyFault::Damaged("private key");
    let key = PrivateKeyInfoRef::try_from(der).map_err(|_| DAMAGED)?;
    check_algorithm(&key.algorithm)?;
    let bytes = key
        .private_key
        .as_bytes()
        .strip_prefix(&[0x04, 0x20])
        .ok_or(DAMAGED)?;
    let seed = seed_of(bytes).ok_or(DAMAGED)?;
    if let Some(public) = &key.public_key {
        check_pair(&seed, public.as_bytes().ok_or(DAMAGED)?)?;
    }
    Ok(seed)
}

/// Refuse every algorithm but Ed25519, and name it when it is a usual one.
pub(super) fn check_algorithm(found: &AlgorithmIdentifierRef<'_>) -> Result<(), KeyFault> {
    if found.oid != ED25519.oid {
        let text = found.oid.to_string();
        let name = OTHERS
            .iter()
            .find(|(oid, _)| *oid == text)
            .map_or("another algorithm", |(_, name)| name);
        return Err(KeyFault::Algorithm(name));
    }
    // RFC 8410 section 3: parameters MUST be absent.
    if found.parameters.is_some() {
        return Err(KeyFault::Damaged("key algorithm"));
    }
    Ok(())
}
