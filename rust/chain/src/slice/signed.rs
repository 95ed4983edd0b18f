//! The signatures of records, gathered as they are met and judged many at a time.
use super::{Expectation, Fault, Frame};
use crate::batch::{refused, EQUATION};
use crate::claim::Claim;
use crate::digest::{sha256, Hash, ZERO};
use crate::sign::Message;
use crate::signatures::{hash_entries, read_block, Entry};

/// Claims that wait for their verdict, and the records that they are of.
pub(super) struct Signed<'e, 'b> {
    expected: &'e Expectation<'e>,
    claims: Vec<Claim<'e>>,
    owners: Vec<u64>,
    refused: Vec<u64>,
    /// The last message, its signer and time: those of a batch are the same.
    message: Option<(&'b str, i64, Message)>,
}

impl<'e, 'b> Signed<'e, 'b> {
    pub fn new(expected: &'e Expectation<'e>) -> Self {
        Self {
            expected,
            claims: Vec::new(),
            owners: Vec::new(),
            refused: Vec::new(),
            message: None,
        }
    }

    /// Take the signatures of the record at `position`; return the hash of their set.
    ///
    /// A malformed block has no such set; the hash of its bytes stands in, so that the leaf differs
    /// from the sealed one.
    pub fn read(
        &mut self,
        position: u64,
        frame: &Frame<'b>,
        faults: &mut Vec<(u64, Fault)>,
    ) -> Hash {
        if frame.block.is_empty() {
            return ZERO;
        }
        let Some(entries) = read_block(frame.block) else {
            faults.push((position, Fault::SignatureBlock));
            return sha256(frame.block);
        };
        for entry in &entries {
            match self.claim(entry, frame) {
                Ok(claim) => {
                    self.claims.push(claim);
                    self.owners.push(position);
                }
                Err(fault) => faults.push((position, fault)),
            }
        }
        if self.claims.len() >= EQUATION {
            self.settle();
        }
        hash_entries(&entries)
    }

    /// Return the position of the record of each signature that does not verify.
    pub fn refused(mut self) -> Vec<u64> {
        self.settle();
        self.refused
    }

    fn settle(&mut self) {
        let found = refused(&self.claims);
        self.refused.extend(found.iter().map(|at| self.owners[*at]));
        self.claims.clear();
        self.owners.clear();
    }

    fn claim(&mut self, entry: &Entry<'b>, frame: &Frame<'b>) -> Result<Claim<'e>, Fault> {
        let known = self.expected.keys.get(entry.key_id);
        let known = known.ok_or(Fault::UnknownKey)?;
        if !known.is_valid_at(frame.sequence) {
            return Err(Fault::KeyNotValid);
        }
        let message = self.message(entry).ok_or(Fault::SignatureBlock)?;
        let signed = message.about(frame.record_hash);
        known
            .public
            .as_ref()
            .and_then(|key| key.claim(signed, entry.signature))
            .ok_or(Fault::Signature)
    }

    fn message(&mut self, entry: &Entry<'b>) -> Option<&mut Message> {
        let is_same = self.message.as_ref().is_some_and(|(signer, moment, _)| {
            *signer == entry.signer && *moment == entry.timestamp_us
        });
        if !is_same {
            let message = Message::new(self.expected.origin, entry.signer, entry.timestamp_us);
            self.message = Some((entry.signer, entry.timestamp_us, message.ok()?));
        }
        self.message.as_mut().map(|(_, _, message)| message)
    }
}
