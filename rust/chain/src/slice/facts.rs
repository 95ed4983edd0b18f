//! What one record's own bytes tell, found without its neighbours.
use super::scan::read;
use super::signed::Signed;
use super::{Expectation, Fault, Frame};
use crate::canonical::Form;
use crate::digest::{header, leading_zero_bits, leaf, Hash};
use crate::many::sha256_each;
use crate::moment::is_moment;

/// Records that are hashed together: few of so many differ much in length from those beside them.
const GROUP: usize = 256;

/// The facts of one record.
#[derive(Debug, Clone)]
pub(super) struct Facts<'b> {
    /// What the bytes hash to, when that is not the stored record hash.
    pub computed: Option<Box<Hash>>,
    /// The record's own `sequence`.
    pub own_sequence: Option<u64>,
    /// The record's own `recorded_at`, when it is a moment.
    pub recorded_at: Option<&'b [u8]>,
    /// What is wrong with the record by itself.
    pub faults: Vec<Fault>,
}

/// What one task found.
pub(super) struct Part<'b> {
    pub facts: Vec<Facts<'b>>,
    /// The leaf of each record, from its stored hash and its stored signatures.
    pub leaves: Vec<Hash>,
}

/// Return the facts of `frames`, the first of which stands at position `first`.
pub(super) fn gather<'b>(
    frames: &[Frame<'b>],
    first: u64,
    tag: &Hash,
    expected: &Expectation<'_>,
) -> Part<'b> {
    let mut signed = Signed::new(expected);
    let mut form = Form::default();
    let mut facts: Vec<Facts<'b>> = Vec::with_capacity(frames.len());
    let mut leaves = Vec::with_capacity(frames.len());
    for (group, from) in frames.chunks(GROUP).zip((first..).step_by(GROUP)) {
        let mut hashed = Vec::with_capacity(group.len());
        for (position, (frame, computed)) in (from..).zip(group.iter().zip(computed(group, tag))) {
            let mut found = facts_of(frame, computed, expected, &mut form);
            let sigset = signed.read(facts.len(), frame, &mut found.faults);
            hashed.push(leaf(position, frame.record_hash, &sigset));
            facts.push(found);
        }
        leaves.extend(sha256_each(&hashed));
    }
    for index in signed.refused() {
        facts[index].faults.push(Fault::Signature);
    }
    Part { facts, leaves }
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
        computed: None,
        own_sequence: None,
        recorded_at: None,
        faults: Vec::new(),
    };
    read_content(frame, form, &mut facts);
    if computed != *frame.record_hash {
        facts.computed = Some(Box::new(computed));
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
        .filter(|text| is_moment(text));
    if facts.recorded_at.is_none() {
        facts.faults.push(Fault::Time);
    }
}
