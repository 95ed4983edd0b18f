//! Public keys as SPKI PEM (RFC 8410 section 4); OpenSSH lines are read too.
use pkcs8::der::asn1::BitStringRef;
use pkcs8::der::{Decode, Encode};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use pkcs8::{Document, LineEnding};

use super::pem::first_block;
use super::private::{check_algorithm, ED25519};
use super::{openssh, KeyFault};
use crate::claim::PublicKey;

const DAMAGED: KeyFault = KeyFault::Damaged("public key");

/// Return a public key as SPKI PEM.
///
/// # Errors
/// [`KeyFault::Point`]: the bytes are no public key under the strict rules.
pub fn write_public(public: &[u8; 32]) -> Result<String, KeyFault> {
    checked(public)?;
    let subject_public_key = BitStringRef::from_bytes(public).map_err(|_| DAMAGED)?;
    let info = SubjectPublicKeyInfoRef {
        algorithm: ED25519,
        subject_public_key,
    };
    let der = info.to_der().map_err(|_| DAMAGED)?;
    Document::try_from(der.as_slice())
        .and_then(|document| document.to_pem("PUBLIC KEY", LineEnding::LF))
        .map_err(|_| DAMAGED)
}

/// Return the 32 bytes of a public key given as SPKI PEM or as an OpenSSH line.
///
/// # Errors
/// A [`KeyFault`] that says what the text is instead.
pub fn read_public(text: &str) -> Result<[u8; 32], KeyFault> {
    if let Some(line) = openssh::public_line(text) {
        return checked(&openssh::read_public(line)?);
    }
    let block = first_block(text)?;
    match block.label {
        "PUBLIC KEY" => checked(key_in(&block.der)?),
        "RSA PUBLIC KEY" => Err(KeyFault::Algorithm("RSA")),
        label if label.ends_with("PRIVATE KEY") => Err(KeyFault::Private),
        _ => Err(KeyFault::NotAKey),
    }
}

fn key_in(der: &[u8]) -> Result<&[u8], KeyFault> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| DAMAGED)?;
    check_algorithm(&info.algorithm)?;
    info.subject_public_key.as_bytes().ok_or(DAMAGED)
}

fn checked(bytes: &[u8]) -> Result<[u8; 32], KeyFault> {
    let public = bytes.try_into().map_err(|_| DAMAGED)?;
    PublicKey::read(&public)
        .map(|_| public)
        .ok_or(KeyFault::Point)
}
