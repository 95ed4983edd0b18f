//! What was counted: of one block by a worker, then of a whole file by whoever merges the blocks in order.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::head::FORMATS;
use crate::ids::Ids;
use crate::json::unescaped;
use crate::level::{Level, SLOTS};

/// A map that takes the same way every time.
pub type Map<K, V> = HashMap<K, V, FixedState>;

/// The earliest and the latest of some times.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    pub first: Option<i64>,
    pub last: Option<i64>,
}

impl Span {
    pub fn add(&mut self, us: i64) {
        self.first = Some(self.first.map_or(us, |it| it.min(us)));
        self.last = Some(self.last.map_or(us, |it| it.max(us)));
    }

    pub fn merge(&mut self, other: Self) {
        for us in [other.first, other.last].into_iter().flatten() {
            self.add(us);
        }
    }
}

/// Events of one template.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    pub count: u64,
    pub earlier: u64,
    pub levels: [u64; SLOTS],
    pub span: Span,
    pub first_line: u64,
    pub last_line: u64,
    /// Buckets and how many events fell into them, as they came.
    pub runs: Vec<(i64, u64)>,
    pub sample: Vec<u8>,
    pub detail: Vec<u8>,
    /// The gravest level, and the line of its first event.
    pub worst: Option<(Level, u64)>,
}

/// One event as the templates count it.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub us: Option<i64>,
    pub bucket: i64,
    pub level: Option<Level>,
    pub line: u64,
    pub message: &'a [u8],
    pub detail: &'a [u8],
    /// A traceback as a member of a JSON line, escapes and all.
    pub stack: Option<&'a [u8]>,
}

/// How much of a first event is kept.
pub const SAMPLE: usize = 1024;
pub const DETAIL: usize = 4096;

impl Stats {
    pub fn add(&mut self, seen: &Seen<'_>) {
        if self.count == 0 {
            self.first_line = seen.line;
        }
        // The sample is the first event of the gravest level.
        let is_worse = seen.level > self.worst.map(|it| it.0);
        if is_worse {
            self.worst = seen.level.map(|it| (it, seen.line));
        }
        if self.count == 0 || is_worse {
            self.sample = seen.message[..seen.message.len().min(SAMPLE)].to_vec();
            let stack = seen.stack.filter(|_| seen.detail.is_empty()).map(unescaped);
            let detail = stack.as_deref().unwrap_or(seen.detail);
            self.detail = detail[..detail.len().min(DETAIL)].to_vec();
        }
        self.count += 1;
        self.levels[Level::slot(seen.level)] += 1;
        self.last_line = seen.line;
        if let Some(us) = seen.us {
            self.span.add(us);
            push(&mut self.runs, seen.bucket, 1);
        }
    }
}

/// Count into the last run if it is of the same bucket.
fn push(runs: &mut Vec<(i64, u64)>, bucket: i64, count: u64) {
    match runs.last_mut() {
        Some((last, sum)) if *last == bucket => *sum += count,
        _ => runs.push((bucket, count)),
    }
}

/// Counts that simply add up.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub lines: u64,
    pub bytes: u64,
    pub events: u64,
    pub passed: u64,
    pub undated: u64,
    pub levels: [u64; SLOTS],
    pub formats: [u64; FORMATS],
    pub known: [u64; 4],
    pub joined: u64,
    pub blank: u64,
    pub unparsed: u64,
    pub cut: u64,
    pub backwards: u64,
    pub span: Span,
}

impl Counts {
    pub fn merge(&mut self, other: &Self) {
        self.lines += other.lines;
        self.bytes += other.bytes;
        self.events += other.events;
        self.passed += other.passed;
        self.undated += other.undated;
        add(&mut self.levels, &other.levels);
        add(&mut self.formats, &other.formats);
        add(&mut self.known, &other.known);
        self.joined += other.joined;
        self.blank += other.blank;
        self.unparsed += other.unparsed;
        self.cut += other.cut;
        self.backwards += other.backwards;
        self.span.merge(other.span);
    }
}

fn add(to: &mut [u64], from: &[u64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

/// A run of events of one bucket: all, warnings, errors and worse.
pub type Rate = (i64, [u64; 3]);

/// What one block held.
#[derive(Default)]
pub struct Part {
    pub counts: Counts,
    /// Masked messages in the order in which they were met.
    pub templates: Vec<(Box<[u8]>, Stats)>,
    pub ids: Ids,
    pub rates: Vec<Rate>,
    /// Runs of events of one name.
    pub names: Vec<(Box<[u8]>, u64)>,
    pub samples: Vec<(u64, &'static str, Vec<u8>)>,
    /// The first and the last time in the order of lines.
    pub ends: Option<(i64, i64)>,
    /// Events that pass: their masked message and where the two halves of their row end in `rows`.
    pub events: Vec<(usize, usize, usize)>,
    pub rows: Vec<u8>,
}
