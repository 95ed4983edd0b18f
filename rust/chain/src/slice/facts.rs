//! What one record's own bytes tell, found without its neighbours.
use super::judge::Before;
use super::scan::read;
use super::signed::Signed;
use super::{Expectation, Fault, Frame};
use crate::canonical::Form;
use crate::digest::{header, leading_zero_bits, leaf, Hash};
use crate::many::sha256_each;
use crate::moment::is_moment;

/// Records that are hashed together, still at hand from being read: few of so many differ much in length from those
/// beside them.
const GROUP: usize = 128;

/// The facts of one record that its neighbours are measured against.
pub(super) struct Facts<'b> {
    pub frame: Frame<'b>,
    /// What the bytes hash to.
    pub computed: Hash,
    /// The record's own `sequence`.
    pub own_sequence: Option<u64>,
    /// The record's own `recorded_at`, when it is a moment.
    pub recorded_at: Option<&'b [u8]>,
}

/// What one task found.
pub(super) struct Part<'b> {
    /// What is wrong with single records, and with what relates those after the first sound one, in no order.
    pub faults: Vec<(u64, Fault)>,
    /// The leaf of each record, from its stored hash and its stored signatures.
    pub leaves: Vec<Hash>,
    /// How many records carry no signature.
    pub unsigned: u64,
    /// The records up to the first sound one: they are measured against the part before.
    pub pending: Vec<Facts<'b>>,
    /// What follows this part is measured against; None when no record of it is sound.
    pub after: Option<Before<'b>>,
}

/// Return what is found about `frames`, the first of which stands at position `first`.
pub(super) fn gather<'b>(
    frames: &mut dyn Iterator<Item = Frame<'b>>,
    first: u64,
    tag: &Hash,
    expected: &Expectation<'_>,
) -> Part<'b> {
    let mut task = Task {
        expected,
        signed: Signed::new(expected),
        form: Form::default(),
        part: Part {
            faults: Vec::new(),
            leaves: Vec::new(),
            unsigned: 0,
            pending: Vec::new(),
            after: None,
        },
    };
    let (mut group, mut position) = (Vec::with_capacity(GROUP), first);
    loop {
        group.clear();
        for (position, frame) in (position..).zip(frames.take(GROUP)) {
            group.push((frame, task.content(&frame, position)));
        }
        if group.is_empty() {
            return task.finished();
        }
        task.take(&group, position, tag);
        position += group.len() as u64;
    }
}

/// A record's own number and time.
type Content<'b> = (Option<u64>, Option<&'b [u8]>);

struct Task<'e, 'b> {
    expected: &'e Expectation<'e>,
    signed: Signed<'e, 'b>,
    form: Form,
    part: Part<'b>,
}

impl<'b> Task<'_, 'b> {
    /// Take the records of one group, which were just read and are still at hand.
    fn take(&mut self, group: &[(Frame<'b>, Content<'b>)], first: u64, tag: &Hash) {
        let mut hashed = Vec::with_capacity(group.len());
        let found = group.iter().zip(computed(group, tag));
        for (position, ((frame, content), computed)) in (first..).zip(found) {
            let sigset = self.signed.read(position, frame, &mut self.part.faults);
            hashed.push(leaf(position, frame.record_hash, &sigset));
            let facts = Facts {
                frame: *frame,
                computed,
                own_sequence: content.0,
                recorded_at: content.1,
            };
            self.judge(position, facts);
        }
        self.part.leaves.extend(sha256_each(&hashed));
    }

    /// Return the record's own number and time.
    fn content(&mut self, frame: &Frame<'b>, position: u64) -> Content<'b> {
        let (is_canonical, members) = read(frame.canonical, &mut self.form);
        let own_sequence = members.and_then(|found| found.sequence);
        let recorded_at = members
            .and_then(|found| found.recorded_at)
            .filter(|text| is_moment(text));
        let found = [
            (!is_canonical).then_some(Fault::Form),
            (own_sequence != Some(frame.sequence)).then_some(Fault::Content),
            recorded_at.is_none().then_some(Fault::Time),
        ];
        let found = found.into_iter().flatten();
        self.part
            .faults
            .extend(found.map(|fault| (position, fault)));
        (own_sequence, recorded_at)
    }

    fn judge(&mut self, position: u64, facts: Facts<'b>) {
        let (part, stored) = (&mut self.part, facts.frame.record_hash);
        if facts.computed != *stored {
            part.faults.push((position, Fault::Hash));
        }
        if leading_zero_bits(stored) < self.expected.minimum_bits {
            part.faults.push((position, Fault::Bits));
        }
        part.unsigned += u64::from(facts.frame.block.is_empty());
        if let Some(before) = &mut part.after {
            before.judge(&facts, position, &mut part.faults);
        } else {
            part.after = Before::after_sound(&facts);
            part.pending.push(facts);
        }
    }

    fn finished(mut self) -> Part<'b> {
        let refused = self.signed.refused().into_iter();
        self.part
            .faults
            .extend(refused.map(|position| (position, Fault::Signature)));
        self.part
    }
}

/// Return what the bytes of each record hash to.
fn computed(group: &[(Frame<'_>, Content<'_>)], tag: &Hash) -> Vec<Hash> {
    let texts: Vec<_> = group.iter().map(|(frame, _)| frame.canonical).collect();
    let headers: Vec<_> = group
        .iter()
        .zip(sha256_each(&texts))
        .map(|((frame, _), payload)| header(tag, frame.previous_hash, &payload, frame.nonce))
        .collect();
    sha256_each(&headers)
}
