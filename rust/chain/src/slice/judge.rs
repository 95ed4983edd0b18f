//! What relates each record to the one before: number, link and time, judged in order.
use super::facts::{Facts, Part};
use super::{Expectation, Fault, Frame, Verdict};
use crate::digest::Hash;

/// What the next record is measured against.
struct Before<'a> {
    /// The hash stored before.
    stored: Hash,
    /// What the bytes before hash to; differs from `stored` only in a damaged record.
    computed: Hash,
    /// The number that is due.
    due: u64,
    /// The last `recorded_at` that can be believed.
    recorded_at: &'a [u8],
}

/// Join the facts of single records into a verdict on the slice.
pub(super) fn judge(
    frames: &[Frame<'_>],
    parts: &[Part<'_>],
    is_whole: bool,
    expected: &Expectation<'_>,
) -> Verdict {
    let mut faults = Vec::new();
    let mut before = Before {
        stored: expected.previous_hash,
        computed: expected.previous_hash,
        due: expected.first_sequence,
        recorded_at: expected.previous_recorded_at.as_bytes(),
    };
    let facts = parts.iter().flat_map(|part| &part.facts);
    for (position, (frame, facts)) in (expected.first_sequence..).zip(frames.iter().zip(facts)) {
        let from = faults.len();
        faults.extend(facts.faults.iter().map(|fault| (position, *fault)));
        faults.extend(compare(&before, frame, facts).map(|fault| (position, fault)));
        faults[from..].sort_unstable();
        advance(&mut before, frame, facts);
    }
    faults.dedup();
    if !is_whole {
        faults.push((expected.first_sequence + frames.len() as u64, Fault::Frame));
    }
    Verdict {
        faults,
        last_hash: before.stored,
        last_recorded_at: String::from_utf8_lossy(before.recorded_at).into_owned(),
        leaf_hashes: leaf_hashes(parts),
        unsigned: frames.iter().filter(|frame| frame.block.is_empty()).count() as u64,
    }
}

fn leaf_hashes(parts: &[Part<'_>]) -> Vec<u8> {
    let pieces: Vec<_> = parts
        .iter()
        .map(|part| part.leaves.as_flattened())
        .collect();
    pieces.concat()
}

fn compare(
    before: &Before<'_>,
    frame: &Frame<'_>,
    facts: &Facts<'_>,
) -> impl Iterator<Item = Fault> {
    let is_due = frame.sequence == before.due;
    // A link to what the record before hashes to is whole: then its stored hash is the damage.
    let is_linked = [before.stored, before.computed].contains(frame.previous_hash);
    let is_in_time = facts
        .recorded_at
        .is_none_or(|moment| moment >= before.recorded_at);
    let found = [
        (!is_due).then_some(Fault::Sequence),
        (!is_linked).then_some(Fault::Link),
        (!is_in_time).then_some(Fault::Time),
    ];
    found.into_iter().flatten()
}

fn advance<'a>(before: &mut Before<'a>, frame: &Frame<'_>, facts: &Facts<'a>) {
    before.stored = *frame.record_hash;
    before.computed = facts.computed.as_deref().copied().unwrap_or(before.stored);
    // A number that the record's own content confirms is a gap behind us, not a damaged row.
    let is_confirmed = facts.own_sequence == Some(frame.sequence);
    let number = if is_confirmed {
        frame.sequence
    } else {
        before.due
    };
    before.due = number.saturating_add(1);
    if facts.computed.is_none() {
        before.recorded_at = facts.recorded_at.unwrap_or(before.recorded_at);
    }
}
