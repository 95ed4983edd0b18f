//! What one record's own bytes tell, found without its neighbours.
use super::scan::{pick, scan, Members};
use super::{Expectation, Fault, Frame};
use crate::canonical::Form;
use crate::digest::{leading_zero_bits, leaf_hash, record_hash, sha256, Hash};
use crate::moment::is_moment;
use crate::sign::Message;
use crate::signatures::{hash_entries, read_block, Entry};

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
    let mut form = Form::default();
    let facts = frames.iter().zip(first..);
    facts
        .map(|(frame, position)| facts_of(frame, position, tag, expected, &mut form))
        .collect()
}

fn facts_of<'b>(
    frame: &Frame<'b>,
    position: u64,
    tag: &Hash,
    expected: &Expectation<'_>,
    form: &mut Form,
) -> Facts<'b> {
    let payload_hash = sha256(frame.canonical);
    let mut facts = Facts {
        computed: record_hash(tag, frame.previous_hash, &payload_hash, frame.nonce),
        leaf: [0; 32],
        own_sequence: None,
        recorded_at: None,
        faults: Vec::new(),
    };
    read_content(frame, form, &mut facts);
    if &facts.computed != frame.record_hash {
        facts.faults.push(Fault::Hash);
    }
    if leading_zero_bits(frame.record_hash) < expected.minimum_bits {
        facts.faults.push(Fault::Bits);
    }
    facts.leaf = leaf_hash(
        position,
        frame.record_hash,
        &read_signatures(frame, expected, &mut facts),
    );
    facts
}

fn read_content<'b>(frame: &Frame<'b>, form: &mut Form, facts: &mut Facts<'b>) {
    let is_canonical = form.holds(frame.canonical);
    if !is_canonical {
        facts.faults.push(Fault::Form);
    }
    let members = own_members(frame.canonical, is_canonical.then_some(form));
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

/// Return the two members, from what is known of the text's form, or by a look of their own.
fn own_members<'b>(text: &'b [u8], form: Option<&mut Form>) -> Option<Members<'b>> {
    match form.and_then(|form| form.members(text).map(pick)) {
        Some(members) => Some(members),
        None => scan(text),
    }
}

/// Judge the signatures of a record; return the hash of their set.
///
/// A malformed block has no such set; the hash of its bytes stands in, so that the leaf differs
/// from the sealed one.
fn read_signatures(frame: &Frame<'_>, expected: &Expectation<'_>, facts: &mut Facts<'_>) -> Hash {
    let Some(entries) = read_block(frame.block) else {
        facts.faults.push(Fault::SignatureBlock);
        return sha256(frame.block);
    };
    for entry in &entries {
        facts.faults.extend(fault_of(entry, frame, expected));
    }
    hash_entries(&entries)
}

fn fault_of(entry: &Entry<'_>, frame: &Frame<'_>, expected: &Expectation<'_>) -> Option<Fault> {
    let Some(known) = expected.keys.get(entry.key_id) else {
        return Some(Fault::UnknownKey);
    };
    if !known.is_valid_at(frame.sequence) {
        return Some(Fault::KeyNotValid);
    }
    let Ok(mut message) = Message::new(expected.origin, entry.signer, entry.timestamp_us) else {
        return Some(Fault::SignatureBlock);
    };
    let signed = message.about(frame.record_hash);
    let is_accepted = known
        .public
        .as_ref()
        .is_some_and(|key| key.accepts(signed, entry.signature));
    (!is_accepted).then_some(Fault::Signature)
}
