//! The keys that verification may use, and where in the trail each is valid.
use std::collections::HashMap;
use std::ops::Range;

use crate::claim::PublicKey;
use crate::digest::Hash;
use crate::error::Error;
use crate::sign::key_id;

/// The bytes of one entry: key id, public key, valid from, valid to.
const ENTRY: usize = 32 + 32 + 8 + 8;

/// What is known of one key. A public key that the strict rules refuse accepts nothing.
#[derive(Debug)]
pub struct Known {
    /// The key, if its encoding is one.
    pub public: Option<PublicKey>,
    ranges: Vec<Range<u64>>,
}

impl Known {
    /// Return whether the key is valid for the record at `sequence`.
    #[must_use]
    pub fn is_valid_at(&self, sequence: u64) -> bool {
        self.ranges.iter().any(|range| range.contains(&sequence))
    }
}

/// Keys by their id.
#[derive(Debug, Default)]
pub struct Keys(HashMap<Hash, Known>);

impl Keys {
    /// Read entries of key id, public key, valid from and valid to (exclusive), 80 bytes each.
    ///
    /// # Errors
    /// [`Error::Length`] when the bytes are not whole entries, [`Error::Range`] when an id is not
    /// the one of its key.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let (entries, rest) = bytes.as_chunks::<ENTRY>();
        if !rest.is_empty() {
            return Err(Error::Length {
                what: "keys",
                expected: "entries of 80 bytes",
                found: bytes.len(),
            });
        }
        let mut keys = Self::default();
        for entry in entries {
            keys.add(entry)?;
        }
        Ok(keys)
    }

    /// Return what is known of a key.
    #[must_use]
    pub fn get(&self, id: &Hash) -> Option<&Known> {
        self.0.get(id)
    }

    fn add(&mut self, entry: &[u8; ENTRY]) -> Result<(), Error> {
        let (mut id, mut public) = ([0; 32], [0; 32]);
        id.copy_from_slice(&entry[..32]);
        public.copy_from_slice(&entry[32..64]);
        if key_id(&public) != id {
            return Err(Error::Range("keys: a key id is not SHA-256 of its key"));
        }
        let known = self.0.entry(id).or_insert_with(|| Known {
            public: PublicKey::read(&public),
            ranges: Vec::new(),
        });
        known
            .ranges
            .push(number(&entry[64..72])..number(&entry[72..]));
        Ok(())
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}
