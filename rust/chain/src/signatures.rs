//! Signature blocks: the signatures of one record, as bytes, sorted by key and signature.
use sha2::{Digest, Sha256};

use crate::digest::{Hash, ZERO};
use crate::error::Error;

/// The one algorithm of version 1.
const ED25519: u8 = 1;

/// The bytes of an entry before its signer: algorithm, key id, signature, time, signer's length.
const FIXED: usize = 1 + 32 + 64 + 8 + 2;

/// One signature of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'b> {
    /// SHA-256 of the public key.
    pub key_id: &'b Hash,
    /// The Ed25519 signature.
    pub signature: &'b [u8; 64],
    /// When it was made, in microseconds since 1970 (UTC).
    pub timestamp_us: i64,
    /// Who says to have made it.
    pub signer: &'b str,
}

impl Entry<'_> {
    /// Append the bytes of this entry to `block`.
    ///
    /// # Errors
    /// [`Error::Length`] when the signer takes more than 65,535 bytes.
    pub fn write(&self, block: &mut Vec<u8>) -> Result<(), Error> {
        let length = u16::try_from(self.signer.len()).map_err(|_| Error::Length {
            what: "signer",
            expected: "at most 65535 bytes",
            found: self.signer.len(),
        })?;
        block.push(ED25519);
        block.extend_from_slice(self.key_id);
        block.extend_from_slice(self.signature);
        block.extend_from_slice(&self.timestamp_us.to_be_bytes());
        block.extend_from_slice(&length.to_be_bytes());
        block.extend_from_slice(self.signer.as_bytes());
        Ok(())
    }
}

/// Return the entries of a block, or None when it is malformed, unsorted or repeats one.
#[must_use]
pub fn read_block(block: &[u8]) -> Option<Vec<Entry<'_>>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut rest = block;
    while !rest.is_empty() {
        let (entry, after) = read_entry(rest)?;
        let follows = entries.last().is_none_or(|before| {
            (before.key_id, before.signature) < (entry.key_id, entry.signature)
        });
        if !follows {
            return None;
        }
        entries.push(entry);
        rest = after;
    }
    Some(entries)
}

fn read_entry(bytes: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let (algorithm, bytes) = bytes.split_first()?;
    let (key_id, bytes) = bytes.split_first_chunk::<32>()?;
    let (signature, bytes) = bytes.split_first_chunk::<64>()?;
    let (timestamp, bytes) = bytes.split_first_chunk::<8>()?;
    let (length, bytes) = bytes.split_first_chunk::<2>()?;
    let (signer, rest) = bytes.split_at_checked(u16::from_be_bytes(*length).into())?;
    let entry = Entry {
        key_id,
        signature,
        timestamp_us: i64::from_be_bytes(*timestamp),
        signer: std::str::from_utf8(signer).ok()?,
    };
    (*algorithm == ED25519).then_some((entry, rest))
}

/// Return the hash of a block's (key id, signature) pairs; 32 zero bytes for an empty block.
///
/// None when the block is malformed.
#[must_use]
pub fn sigset_hash(block: &[u8]) -> Option<Hash> {
    if block.is_empty() {
        return Some(ZERO);
    }
    Some(hash_entries(&read_block(block)?))
}

/// Return the hash of the (key id, signature) pairs of `entries`, each with its length.
#[must_use]
pub fn hash_entries(entries: &[Entry<'_>]) -> Hash {
    if entries.is_empty() {
        return ZERO;
    }
    let mut hasher = Sha256::new();
    for entry in entries {
        hasher.update(32_u16.to_be_bytes());
        hasher.update(entry.key_id);
        hasher.update(64_u16.to_be_bytes());
        hasher.update(entry.signature);
    }
    hasher.finalize().into()
}

/// Return one block of one entry for each signature, one after the other, and their ends.
///
/// # Errors
/// As [`Entry::write`].
pub fn signature_blocks(
    key_id: &Hash,
    signer: &str,
    timestamp_us: i64,
    signatures: &[[u8; 64]],
) -> Result<(Vec<u8>, Vec<usize>), Error> {
    let mut blocks = Vec::with_capacity(signatures.len() * (FIXED + signer.len()));
    let mut ends = Vec::with_capacity(signatures.len());
    for signature in signatures {
        let entry = Entry {
            key_id,
            signature,
            timestamp_us,
            signer,
        };
        entry.write(&mut blocks)?;
        ends.push(blocks.len());
    }
    Ok((blocks, ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(keys: &[u8]) -> Vec<u8> {
        let mut block = Vec::new();
        for key in keys {
            let entry = Entry {
                key_id: &[*key; 32],
                signature: &[9; 64],
                timestamp_us: -1,
                signer: "Zoë",
            };
            entry.write(&mut block).expect("a short signer");
        }
        block
    }

    #[test]
    fn a_block_reads_back_as_it_was_written() {
        let bytes = block(&[1, 2]);
        let entries = read_block(&bytes).expect("sorted");
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[1].key_id, entries[1].timestamp_us), (&[2; 32], -1));
        assert_eq!(entries[1].signer, "Zoë");
    }

    #[test]
    fn unsorted_repeated_and_cut_blocks_are_refused() {
        assert_eq!(read_block(&block(&[2, 1])), None);
        assert_eq!(read_block(&block(&[1, 1])), None);
        let whole = block(&[1, 2]);
        let one = block(&[1]).len();
        for end in (1..whole.len()).filter(|end| *end != one) {
            assert_eq!(read_block(&whole[..end]), None, "{end} bytes");
        }
    }

    #[test]
    fn only_the_empty_block_has_the_zero_signature_set() {
        assert_eq!(sigset_hash(&[]), Some(ZERO));
        assert_ne!(sigset_hash(&block(&[1])), Some(ZERO));
    }

    #[test]
    fn the_fixed_part_of_an_entry_has_the_length_it_is_said_to_have() {
        assert_eq!(block(&[1]).len(), FIXED + "Zoë".len());
    }
}
