//! Signing with Ed25519 (RFC 8032), and the message that a record's signature covers.
use ed25519_dalek::{Signer, SigningKey};
use sha2::Digest;

use crate::canonical::write_string;
use crate::digest::{hex, sha256, Hash};
use crate::error::Error;
use crate::moment::format_moment;
use crate::pen::Pen;
use crate::workers::Workers;

/// Return the public key of a 32-byte seed.
#[must_use]
pub fn public_key(seed: &Hash) -> Hash {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// Return the id of a public key: SHA-256 of its 32 bytes.
#[must_use]
pub fn key_id(public_key: &Hash) -> Hash {
    sha256(public_key)
}

/// Return the signature of `message` by `seed`.
#[must_use]
pub fn sign(seed: &Hash, message: &[u8]) -> [u8; 64] {
    SigningKey::from_bytes(seed).sign(message).to_bytes()
}

/// The signed message of a record, all but the record's hash written once.
pub struct Message {
    text: Vec<u8>,
    hash_at: usize,
}

impl Message {
    /// Lay out the message of `signer` at `timestamp_us` on the trail `origin`.
    ///
    /// # Errors
    /// [`Error::Range`] when the timestamp is outside the years 1 to 9999.
    pub fn new(origin: &str, signer: &str, timestamp_us: i64) -> Result<Self, Error> {
        let timestamp = format_moment(timestamp_us)
            .ok_or(Error::Range("timestamp_us: outside the years 1 to 9999"))?;
        let mut text = Vec::with_capacity(256);
        text.extend_from_slice(b"ami-audit/signature/v1\n{\"algorithm\":\"Ed25519\",\"origin\":");
        write_string(&mut text, origin);
        text.extend_from_slice(b",\"record_hash\":\"");
        let hash_at = text.len();
        text.extend_from_slice(&[b'0'; 64]);
        text.extend_from_slice(b"\",\"signer\":");
        write_string(&mut text, signer);
        text.extend_from_slice(b",\"timestamp\":\"");
        text.extend_from_slice(timestamp.as_bytes());
        text.extend_from_slice(b"\"}");
        Ok(Self { text, hash_at })
    }

    /// Return the message about one record.
    pub fn about(&mut self, record_hash: &Hash) -> &[u8] {
        self.text[self.hash_at..self.hash_at + 64].copy_from_slice(&hex(record_hash));
        &self.text
    }
}

/// Return one signature (64 bytes) for each record hash (32 bytes), in order.
///
/// # Errors
/// As [`Message::new`].
pub fn sign_records(
    pen: &Pen,
    origin: &str,
    signer: &str,
    timestamp_us: i64,
    record_hashes: &[Hash],
    workers: Workers<'_>,
) -> Result<Vec<u8>, Error> {
    Message::new(origin, signer, timestamp_us)?;
    let tasks: Vec<_> = record_hashes
        .chunks(workers.share(record_hashes.len()))
        .collect();
    let parts = workers.map(tasks, |hashes| {
        let mut message = Message::new(origin, signer, timestamp_us)?;
        let mut signatures = Vec::with_capacity(64 * hashes.len());
        pen.sign_all(hashes.len(), &mut signatures, |index, digest| {
            digest.update(message.about(&hashes[index]));
        });
        Ok(signatures)
    });
    Ok(parts
        .into_iter()
        .collect::<Result<Vec<_>, Error>>()?
        .concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_the_canonical_json_of_its_five_facts() {
        let mut message = Message::new("example.com/\"trail\"", "Zoë", 7).expect("1970");
        let text = String::from_utf8(message.about(&[0xab; 32]).to_vec()).expect("UTF-8");
        let json = text
            .strip_prefix("ami-audit/signature/v1\n")
            .expect("the domain comes first");
        let canonical = crate::canonical::canonicalize(json.as_bytes()).expect("JSON");
        assert_eq!(canonical, json.as_bytes());
        assert!(json.contains(&"ab".repeat(32)) && json.contains("1970-01-01T00:00:00.000007Z"));
    }
}
