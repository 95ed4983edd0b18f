//! Values under a key: HMAC-SHA-256 (RFC 2104), and XChaCha20-Poly1305 for what only its holder reads.
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::digest::Hash;
use crate::error::Error;

/// Return HMAC-SHA-256 of `message`; the key may have any length.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Hash {
    // RFC 2104 section 3: a key longer than a block is hashed, so that no length is refused.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes a key of any length");
    };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Return `plain` encrypted, with its tag of 16 bytes at the end.
///
/// # Errors
/// [`Error::Length`] for more than the cipher can count (256 GiB).
pub fn seal(key: &Hash, nonce: &[u8; 24], plain: &[u8], about: &[u8]) -> Result<Vec<u8>, Error> {
    let payload = Payload {
        msg: plain,
        aad: about,
    };
    XChaCha20Poly1305::new(&(*key).into())
        .encrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| Error::Length {
            what: "plain text",
            expected: "less than 256 GiB",
            found: plain.len(),
        })
}

/// Return what was sealed under the same key, nonce and `about`; `None` for anything else.
#[must_use]
pub fn open(key: &Hash, nonce: &[u8; 24], sealed: &[u8], about: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload {
        msg: sealed,
        aad: about,
    };
    XChaCha20Poly1305::new(&(*key).into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_by_its_key_alone() {
        let sealed = seal(&[1; 32], &[2; 24], b"value", b"place").unwrap();
        assert_eq!(
            open(&[1; 32], &[2; 24], &sealed, b"place").as_deref(),
            Some(&b"value"[..])
        );
        assert_eq!(open(&[3; 32], &[2; 24], &sealed, b"place"), None);
        assert_eq!(open(&[1; 32], &[2; 24], &sealed, b"other"), None);
        assert_eq!(open(&[1; 32], &[2; 24], &sealed[..15], b"place"), None);
    }

    #[test]
    fn a_code_depends_on_key_and_message() {
        assert_ne!(hmac_sha256(b"a", b"m"), hmac_sha256(b"b", b"m"));
        assert_ne!(hmac_sha256(&[0; 65], b"m"), hmac_sha256(&[0; 64], b"m"));
    }
}
