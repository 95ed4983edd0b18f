//! Ed25519 (RFC 8032) under the strict rules, and the message that a record's signature covers.
use std::sync::LazyLock;

use curve25519_dalek::constants::EIGHT_TORSION;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};

use crate::canonical::write_string;
use crate::digest::{hex, sha256, Hash};
use crate::error::Error;
use crate::moment::format_moment;
use crate::workers::Workers;

/// A public key that passed the strict rules: canonical encoding, no small order.
#[derive(Debug, Clone)]
pub struct PublicKey(VerifyingKey);

/// The eight encodings of points of small order.
static SMALL_ORDER: LazyLock<[Hash; 8]> =
    LazyLock::new(|| EIGHT_TORSION.map(|point| point.compress().to_bytes()));

impl PublicKey {
    /// Read a public key, or return None when the strict rules refuse it.
    #[must_use]
    pub fn read(bytes: &Hash) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        let is_canonical = key.to_edwards().compress().as_bytes() == bytes;
        (is_canonical && !key.is_weak()).then_some(Self(key))
    }

    /// Return whether `signature` is this key's over `message`: S < L, R canonical, not small.
    ///
    /// The library recomputes R and compares encodings, so a non-canonical R never passes, and a
    /// canonical R of small order is one of eight byte strings: R need not be decompressed.
    #[must_use]
    pub fn accepts(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let is_small = SMALL_ORDER.iter().any(|point| signature[..32] == point[..]);
        !is_small
            && self
                .0
                .verify(message, &Signature::from_bytes(signature))
                .is_ok()
    }
}

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
    seed: &Hash,
    origin: &str,
    signer: &str,
    timestamp_us: i64,
    record_hashes: &[Hash],
    workers: Workers<'_>,
) -> Result<Vec<u8>, Error> {
    let key = SigningKey::from_bytes(seed);
    Message::new(origin, signer, timestamp_us)?;
    let tasks: Vec<_> = record_hashes
        .chunks(workers.share(record_hashes.len()))
        .collect();
    let parts = workers.map(tasks, |hashes| {
        let mut message = Message::new(origin, signer, timestamp_us)?;
        let signatures = hashes
            .iter()
            .flat_map(|hash| key.sign(message.about(hash)).to_bytes());
        Ok(signatures.collect::<Vec<u8>>())
    });
    Ok(parts
        .into_iter()
        .collect::<Result<Vec<_>, Error>>()?
        .concat())
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::edwards::CompressedEdwardsY;
    use curve25519_dalek::Scalar;

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

    #[test]
    fn a_signature_is_accepted_for_its_own_message_only() {
        let seed = [7; 32];
        let key = PublicKey::read(&public_key(&seed)).expect("a key of our own");
        let signature = sign(&seed, b"one");
        assert!(key.accepts(b"one", &signature));
        assert!(!key.accepts(b"two", &signature));
    }

    /// Return a signature whole, and damaged in every way that verifiers disagree about.
    fn signatures(seed: &Hash, message: &[u8]) -> Vec<[u8; 64]> {
        let whole = sign(seed, message);
        let mut all = vec![whole, with_order_added(&whole)];
        for bit in 0..512 {
            let mut flipped = whole;
            flipped[bit / 8] ^= 1 << (bit % 8);
            all.push(flipped);
        }
        let commitment = CompressedEdwardsY::from_slice(&whole[..32]).expect("32 bytes");
        let commitment = commitment.decompress().expect("a point");
        for point in EIGHT_TORSION {
            for moved in [point, commitment + point] {
                let mut forged = whole;
                forged[..32].copy_from_slice(moved.compress().as_bytes());
                all.push(forged);
            }
        }
        all
    }

    /// Return the signature with L added to S, which the equation alone does not notice.
    fn with_order_added(whole: &[u8; 64]) -> [u8; 64] {
        let order_less_one = (Scalar::ZERO - Scalar::ONE).to_bytes();
        let mut forged = *whole;
        let mut carry = 1;
        for (digit, more) in forged[32..].iter_mut().zip(order_less_one) {
            let sum = u16::from(*digit) + u16::from(more) + carry;
            *digit = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        forged
    }

    #[test]
    fn the_verdict_is_that_of_the_librarys_strict_verification() {
        let seed = [9; 32];
        let public = public_key(&seed);
        let key = PublicKey::read(&public).expect("a key of our own");
        let library = VerifyingKey::from_bytes(&public).expect("a key of our own");
        let mut accepted = 0;
        for signature in signatures(&seed, b"message") {
            let strict = library.verify_strict(b"message", &Signature::from_bytes(&signature));
            assert_eq!(key.accepts(b"message", &signature), strict.is_ok());
            accepted += usize::from(strict.is_ok());
        }
        // The whole one, and R with the neutral point added.
        assert_eq!(accepted, 2);
    }

    #[test]
    fn keys_of_small_order_and_in_foreign_encodings_are_refused() {
        for encoding in SMALL_ORDER.iter() {
            assert!(PublicKey::read(encoding).is_none());
        }
        // y = p + 3 names the point of y = 3 a second time.
        let mut foreign = [0xff; 32];
        (foreign[0], foreign[31]) = (0xf0, 0x7f);
        assert!(VerifyingKey::from_bytes(&foreign).is_ok());
        assert!(PublicKey::read(&foreign).is_none());
    }
}
