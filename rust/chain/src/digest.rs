//! The hashes of the record format: what is hashed, in which order.
use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The previous hash of the first record, and the signature set of an unsigned one.
pub const ZERO: Hash = [0; 32];

/// The state that SHA-256 starts from (FIPS 180-4 5.3.3).
pub(crate) const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Return SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Return the tag that binds a record to its trail: SHA-256 of the format's name and `origin`.
#[must_use]
pub fn record_tag(origin: &str) -> Hash {
    let mut hasher = Sha256::new_with_prefix(b"ami-audit/record/v1\n");
    hasher.update(origin);
    hasher.finalize().into()
}

/// Return a header: tag, previous hash, payload hash, nonce (big-endian).
#[must_use]
pub fn header(tag: &Hash, previous_hash: &Hash, payload_hash: &Hash, nonce: u64) -> [u8; 104] {
    let mut header = [0; 104];
    header[..32].copy_from_slice(tag);
    header[32..64].copy_from_slice(previous_hash);
    header[64..96].copy_from_slice(payload_hash);
    header[96..].copy_from_slice(&nonce.to_be_bytes());
    header
}

/// Return the hash of a header.
#[must_use]
pub fn record_hash(tag: &Hash, previous_hash: &Hash, payload_hash: &Hash, nonce: u64) -> Hash {
    sha256(&header(tag, previous_hash, payload_hash, nonce))
}

/// Return what the leaf of one record hashes (RFC 6962 2.1): version, sequence, record, signatures.
#[must_use]
pub fn leaf(sequence: u64, record_hash: &Hash, sigset_hash: &Hash) -> [u8; 74] {
    let mut leaf = [0; 74];
    leaf[1] = 1;
    leaf[2..10].copy_from_slice(&sequence.to_be_bytes());
    leaf[10..42].copy_from_slice(record_hash);
    leaf[42..].copy_from_slice(sigset_hash);
    leaf
}

/// Return the leaf hash of one record.
#[must_use]
pub fn leaf_hash(sequence: u64, record_hash: &Hash, sigset_hash: &Hash) -> Hash {
    sha256(&leaf(sequence, record_hash, sigset_hash))
}

/// Return what the parent of two nodes hashes (RFC 6962 2.1).
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> [u8; 65] {
    let mut node = [1; 65];
    node[1..33].copy_from_slice(left);
    node[33..].copy_from_slice(right);
    node
}

/// Return the parent of two nodes.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&node(left, right))
}

/// Return how many bits of `hash` are zero before the first one.
#[must_use]
pub fn leading_zero_bits(hash: &Hash) -> u32 {
    let zeros = hash.iter().take_while(|byte| **byte == 0).count();
    let rest = hash.get(zeros).map_or(0, |byte| byte.leading_zeros());
    8 * u32::try_from(zeros).unwrap_or(32) + rest
}

/// Return `bytes` in lower-case hexadecimal.
#[must_use]
pub fn hex(hash: &Hash) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_all_zero_hash_has_256_leading_zero_bits() {
        assert_eq!(leading_zero_bits(&ZERO), 256);
    }

    #[test]
    fn leading_zero_bits_count_inside_the_first_nonzero_byte() {
        let mut hash = ZERO;
        hash[2] = 0x1f;
        assert_eq!(leading_zero_bits(&hash), 19);
    }

    #[test]
    fn hex_is_lower_case_and_in_order() {
        let mut hash = ZERO;
        hash[0] = 0xab;
        assert_eq!(&hex(&hash)[..4], b"ab00");
    }
}
