//! What relates each record to the one before: number, link and time, judged in order.
//!
//! A sound record says everything that the next one is measured against. So each part is judged by itself from its first
//! sound record on, and only what stands before that waits for the part before.
use super::facts::{Facts, Part};
use super::{Expectation, Fault, Verdict};
use crate::digest::Hash;

/// What the next record is measured against.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    /// The hash stored before.
    stored: Hash,
    /// What the bytes before hash to; differs from `stored` only in a damaged record.
    computed: Hash,
    /// The number that is due.
    due: u64,
    /// The last `recorded_at` that can be believed.
    recorded_at: &'a [u8],
}

/// Join what was found about the parts into a verdict on the slice.
pub(super) fn judge(parts: &[Part<'_>], is_whole: bool, expected: &Expectation<'_>) -> Verdict {
    let mut before = Before {
        stored: expected.previous_hash,
        computed: expected.previous_hash,
        due: expected.first_sequence,
        recorded_at: expected.previous_recorded_at.as_bytes(),
    };
    let (mut faults, mut first, mut unsigned) = (Vec::new(), expected.first_sequence, 0);
    for part in parts {
        for (position, facts) in (first..).zip(&part.pending) {
            before.judge(facts, position, &mut faults);
        }
        before = part.after.unwrap_or(before);
        faults.extend(&part.faults);
        first += part.leaves.len() as u64;
        unsigned += part.unsigned;
    }
    if !is_whole {
        faults.push((first, Fault::Frame));
    }
    faults.sort_unstable();
    faults.dedup();
    Verdict {
        faults,
        last_hash: before.stored,
        last_recorded_at: String::from_utf8_lossy(before.recorded_at).into_owned(),
        leaf_hashes: leaf_hashes(parts),
        unsigned,
    }
}

fn leaf_hashes(parts: &[Part<'_>]) -> Vec<u8> {
    let pieces: Vec<_> = parts
        .iter()
        .map(|part| part.leaves.as_flattened())
        .collect();
    pieces.concat()
}

impl<'a> Before<'a> {
    /// Return what follows a record whose hash, number and time are its own; None for any other.
    pub fn after_sound(facts: &Facts<'a>) -> Option<Self> {
        let stored = *facts.frame.record_hash;
        let is_sound = facts.computed == stored && facts.own_sequence == Some(facts.frame.sequence);
        is_sound.then_some(Self {
            stored,
            computed: stored,
            due: facts.frame.sequence.saturating_add(1),
            recorded_at: facts.recorded_at?,
        })
    }

    /// Measure the next record, at `position`, and stand after it.
    pub fn judge(&mut self, facts: &Facts<'a>, position: u64, faults: &mut Vec<(u64, Fault)>) {
        if facts.frame.sequence != self.due {
            faults.push((position, Fault::Sequence));
        }
        // A link to what the record before hashes to is whole: then its stored hash is the damage.
        if ![self.stored, self.computed].contains(facts.frame.previous_hash) {
            faults.push((position, Fault::Link));
        }
        if facts
            .recorded_at
            .is_some_and(|moment| moment < self.recorded_at)
        {
            faults.push((position, Fault::Time));
        }
        self.advance(facts);
    }

    fn advance(&mut self, facts: &Facts<'a>) {
        self.stored = *facts.frame.record_hash;
        self.computed = facts.computed;
        // A number that the record's own content confirms is a gap behind us, not a damaged row.
        let is_confirmed = facts.own_sequence == Some(facts.frame.sequence);
        let number = if is_confirmed {
            facts.frame.sequence
        } else {
            self.due
        };
        self.due = number.saturating_add(1);
        if self.computed == self.stored {
            self.recorded_at = facts.recorded_at.unwrap_or(self.recorded_at);
        }
    }
}
