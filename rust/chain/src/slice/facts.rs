//! What one record's own bytes tell, found without its neighbours.
use super::scan::read;
use super::signed::Signed;
use super::{Expectation, Fault, Frame};
use crate::digest::{leading_zero_bits, leaf_hash, record_hash, sha256, Hash};
use crate::moment::is_moment;

/// The facts of one record.
#[derive(Debug, Clone)]
pub(super) struct Facts<'b> {
    /// What the bytes hash to.
    pub computed: Hash,
    /// The leaf, from the stored record hash and the stored signatures.
    pub leaf: Hash,
    /// The record's own `sequence`.
    pub own_sequence: Option<u64>,
    /// The record's own `recorded_at`, when it is a moment.
    pub recorded_at: Option<&'b str>,
    /// What is wrong with the record by itself.
    pub faults: Vec<Fault>,
}

/// Return the facts of `frames`, the first of which stands at position `first`.
pub(super) fn gather<'b>(
    frames: &[Frame<'b>],
    first: u64,
    tag: &Hash,
    expected: &Expectation<'_>,
) -> Vec<Facts<'b>> {
    let mut signed = Signed::new(expected);
    let mut facts = Vec::with_capacity(frames.len());
    for (frame, position) in frames.iter().zip(first..) {
        let mut found = facts_of(frame, tag, expected);
        let sigset_hash = signed.read(facts.len(), frame, &mut found.faults);
        found.leaf = leaf_hash(position, frame.record_hash, &sigset_hash);
        facts.push(found);
    }
    for index in signed.refused() {
        facts[index].faults.push(Fault::Signature);
    }
    facts
}

fn facts_of<'b>(frame: &Frame<'b>, tag: &Hash, expected: &Expectation<'_>) -> Facts<'b> {
    let payload_hash = sha256(frame.canonical);
    let mut facts = Facts {
        computed: record_hash(tag, frame.previous_hash, &payload_hash, frame.nonce),
        leaf: [0; 32],
        own_sequence: None,
        recorded_at: None,
        faults: Vec::new(),
    };
    read_content(frame, &mut facts);
    if &facts.computed != frame.record_hash {
        facts.faults.push(Fault::Hash);
    }
    if leading_zero_bits(frame.record_hash) < expected.minimum_bits {
        facts.faults.push(Fault::Bits);
    }
    facts
}

fn read_content<'b>(frame: &Frame<'b>, facts: &mut Facts<'b>) {
    let (is_canonical, members) = read(frame.canonical);
    if !is_canonical {
        facts.faults.push(Fault::Form);
    }
    facts.own_sequence = members.and_then(|found| found.sequence);
    if facts.own_sequence != Some(frame.sequence) {
        facts.faults.push(Fault::Content);
    }
    facts.recorded_at = members
        .and_then(|found| found.recorded_at)
        .filter(|text| is_moment(text))
        .and_then(|text| std::str::from_utf8(text).ok());
    if facts.recorded_at.is_none() {
        facts.faults.push(Fault::Time);
    }
}
