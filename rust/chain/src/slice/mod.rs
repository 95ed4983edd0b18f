//! Verification of a slice of the trail from one buffer: every record, every fault.
//!
//! Facts about single records are found in parallel; what relates a record to the one before is
//! judged afterwards, in order. A damaged record is named alone: its neighbour is measured against
//! what the damaged one was, as far as the bytes still tell.
mod facts;
mod frame;
mod judge;
mod keys;
mod scan;
mod signed;

pub use frame::{read_frames, write_frames, Frame, Row};
pub use keys::Keys;

use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

use crate::batch::EQUATION;
use crate::digest::{record_tag, Hash};
use crate::workers::{held, Open, Workers};

/// Unsigned records that one task takes.
const UNSIGNED: usize = 256;

/// One thing that is wrong with one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The buffer is malformed here; nothing after it was read.
    Frame,
    /// The row's number is not the one that is due.
    Sequence,
    /// The canonical text is not an object, or its own `sequence` is not the row's.
    Content,
    /// The previous hash is not the record hash before it.
    Link,
    /// The record hash is not what the bytes hash to.
    Hash,
    /// The record hash has fewer leading zero bits than asked.
    Bits,
    /// `recorded_at` is missing, ill-formed or before the one of an earlier record.
    Time,
    /// A signature does not verify.
    Signature,
    /// A signature is by a key that is not known.
    UnknownKey,
    /// A signature is by a key that is not valid at this position.
    KeyNotValid,
    /// The signature block is malformed or not sorted.
    SignatureBlock,
    /// The text is not canonical JSON: it hashes well, but two readers may read it differently.
    Form,
}

impl Fault {
    /// Return the name that crosses to Python.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::Sequence => "sequence",
            Self::Content => "content",
            Self::Link => "link",
            Self::Hash => "hash",
            Self::Bits => "bits",
            Self::Time => "time",
            Self::Signature => "signature",
            Self::UnknownKey => "unknown-key",
            Self::KeyNotValid => "key-not-valid",
            Self::SignatureBlock => "signature-block",
            Self::Form => "form",
        }
    }
}

/// Where a slice begins and what it is held to.
pub struct Expectation<'a> {
    /// The trail's name.
    pub origin: &'a str,
    /// The position of the slice's first record.
    pub first_sequence: u64,
    /// The record hash before the slice; zeros before the first record.
    pub previous_hash: Hash,
    /// `recorded_at` before the slice; empty before the first record.
    pub previous_recorded_at: &'a str,
    /// Leading zero bits asked of each record hash.
    pub minimum_bits: u32,
    /// The keys whose signatures count.
    pub keys: &'a Keys,
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Every fault with the position of its record (first sequence + index in the buffer), sorted.
    pub faults: Vec<(u64, Fault)>,
    /// The stored hash of the last record; the expected previous hash of an empty slice.
    pub last_hash: Hash,
    /// `recorded_at` of the last record that can be believed.
    pub last_recorded_at: String,
    /// The leaf hash of each record, one after the other.
    pub leaf_hashes: Vec<u8>,
    /// How many records carry no signature.
    pub unsigned: u64,
}

/// Does a piece of work for which the calling thread waits: a caller that holds a lock may release it meanwhile.
pub type Aside<'a> = &'a dyn Fn(&mut (dyn FnMut() + Send));

/// Verify the records of `buffer`.
#[must_use]
pub fn verify_slice(buffer: &[u8], expected: &Expectation<'_>, workers: Workers<'_>) -> Verdict {
    let mut frames = frame::Frames(buffer);
    let parts = match workers {
        Workers::Caller => vec![whole(&mut frames, expected)],
        Workers::Pool(pool) => gather(&mut frames, expected, pool, &|work| work()),
    };
    judge::judge(&parts, frames.is_at_end(), expected)
}

/// Verify rows where they stand: the verdict is the one on their frames, without the copy.
#[must_use]
pub fn verify_rows(rows: &[Row<'_>], expected: &Expectation<'_>, workers: Workers<'_>) -> Verdict {
    let mended = frame::mended_hashes(rows);
    let frames = &mut frame::frames_of(rows, &mended);
    let parts = match workers {
        Workers::Caller => vec![whole(frames, expected)],
        Workers::Pool(pool) => gather(frames, expected, pool, &|work| work()),
    };
    judge::judge(&parts, true, expected)
}

/// Verify rows as they come: `rows` is asked on the calling thread, and everything else is done aside.
///
/// None when a hash is not 32 bytes long: such rows are for [`verify_rows`].
#[must_use]
pub fn verify_stream(
    rows: &mut dyn Iterator<Item = Row<'_>>,
    expected: &Expectation<'_>,
    workers: Workers<'_>,
    aside: Aside<'_>,
) -> Option<Verdict> {
    let mut is_odd = false;
    let mut frames = rows.map_while(|row| {
        let frame = Frame::of(&row);
        is_odd |= frame.is_none();
        frame
    });
    let parts = match workers {
        Workers::Caller => {
            let (mut frames, mut part) = (frames.collect::<Vec<_>>().into_iter(), None);
            aside(&mut || part = Some(whole(&mut frames, expected)));
            part.into_iter().collect()
        }
        Workers::Pool(pool) => gather(&mut frames, expected, pool, aside),
    };
    (!is_odd).then(|| judge::judge(&parts, true, expected))
}

/// Return what is found about the frames, as one part.
fn whole<'b>(
    frames: &mut dyn Iterator<Item = Frame<'b>>,
    expected: &Expectation<'_>,
) -> facts::Part<'b> {
    let tag = record_tag(expected.origin);
    facts::gather(frames, expected.first_sequence, &tag, expected)
}

/// Return what is found about the frames, part by part; what a part takes is read while those before are worked on.
fn gather<'b>(
    frames: &mut dyn Iterator<Item = Frame<'b>>,
    expected: &Expectation<'_>,
    pool: &ThreadPool,
    aside: Aside<'_>,
) -> Vec<facts::Part<'b>> {
    let tag = record_tag(expected.origin);
    let mut frames = frames.peekable();
    if frames.peek().is_some_and(|frame| !frame.block.is_empty()) {
        let (frames, mut parts) = (frames.collect::<Vec<_>>(), Vec::new());
        aside(&mut || parts = gather_signed(&frames, &tag, expected, Workers::Pool(pool)));
        return parts;
    }
    let (found, open) = (Mutex::new(Vec::new()), Open::default());
    pool.in_place_scope(|scope| {
        let (found, open, tag) = (&found, &open, &tag);
        let mut first = expected.first_sequence;
        loop {
            let task: Vec<_> = frames.by_ref().take(UNSIGNED).collect();
            if task.is_empty() {
                break;
            }
            let (place, count, end) = (first, task.len() as u64, open.begin());
            scope.spawn(move |_| {
                let part = facts::gather(&mut task.into_iter(), place, tag, expected);
                held(found).push((place, part));
                drop(end);
            });
            first += count;
        }
        aside(&mut || open.wait());
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable_by_key(|(first, _)| *first);
    found.into_iter().map(|(_, part)| part).collect()
}

/// The same for records that are signed: how many stand together matters more than how soon the first is begun.
fn gather_signed<'b>(
    frames: &[Frame<'b>],
    tag: &Hash,
    expected: &Expectation<'_>,
    workers: Workers<'_>,
) -> Vec<facts::Part<'b>> {
    let share = share(frames, workers);
    let tasks: Vec<_> = frames.chunks(share).enumerate().collect();
    workers.map(tasks, |(task, frames)| {
        let first = expected.first_sequence + (task * share) as u64;
        facts::gather(&mut frames.iter().copied(), first, tag, expected)
    })
}

/// Return how many records one task takes: signed ones are the cheaper the more stand together.
fn share(frames: &[Frame<'_>], workers: Workers<'_>) -> usize {
    let fair = frames.len().div_ceil(workers.count());
    workers.share(frames.len()).max(fair.min(EQUATION)).max(1)
}
