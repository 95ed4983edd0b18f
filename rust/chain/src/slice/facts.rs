//! What one record's own bytes tell, found without its neighbours.
use super::scan::read;
use super::signed::Signed;
use super::{Expectation, Fault, Frame};
use crate::canonical::Form;
use crate::digest::{header, leading_zero_bits, leaf, Hash};
use crate::many::sha256_each;
use crate::moment::is_moment;

/// Records that are hashed together: as many as the nearest cache holds.
const GROUP: usize = 64;

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
    let mut form = Form::default();
    let mut facts: Vec<Facts<'b>> = Vec::with_capacity(frames.len());
    for group in frames.chunks(GROUP) {
        let mut sigsets = Vec::with_capacity(GROUP);
        for (frame, computed) in group.iter().zip(computed(group, tag)) {
            let mut found = facts_of(frame, computed, expected, &mut form);
            sigsets.push(signed.read(facts.len(), frame, &mut found.faults));
            facts.push(found);
        }
        let from = facts.len() - group.len();
        let leaves: Vec<_> = (first + from as u64..)
            .zip(group.iter().zip(&sigsets))
            .map(|(position, (frame, sigset))| leaf(position, frame.record_hash, sigset))
            .collect();
        for (found, leaf) in facts[from..].iter_mut().zip(sha256_each(&leaves)) {
            found.leaf = leaf;
        }
    }
    for index in signed.refused() {
        facts[index].faults.push(Fault::Signature);
    }
    facts
}

/// Return what the bytes of each record hash to.
fn computed(frames: &[Frame<'_>], tag: &Hash) -> Vec<Hash> {
    let texts: Vec<_> = frames.iter().map(|frame| frame.canonical).collect();
    let headers: Vec<_> = frames
        .iter()
        .zip(sha256_each(&texts))
        .map(|(frame, payload)| header(tag, frame.previous_hash, &payload, frame.nonce))
        .collect();
    sha256_each(&headers)
}

fn facts_of<'b>(
    frame: &Frame<'b>,
    computed: Hash,
    expected: &Expectation<'_>,
    form: &mut Form,
) -> Facts<'b> {
    let mut facts = Facts {
        computed,
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
    facts
}

fn read_content<'b>(frame: &Frame<'b>, form: &mut Form, facts: &mut Facts<'b>) {
    let (is_canonical, members) = read(frame.canonical, form);
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
