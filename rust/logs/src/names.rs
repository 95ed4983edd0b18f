//! Whose events pass: those of the services or loggers that were asked for.

use std::collections::BTreeMap;

use crate::head::Head;
use crate::request::Request;

/// Names of one file that are counted apart while it is read, and that are told.
const KEPT: usize = 4096;
const TOLD: usize = 50;

/// The names asked for; none lets everything pass.
pub struct Names<'r> {
    asked: &'r [String],
}

impl<'r> Names<'r> {
    /// Those that hold for this file.
    pub fn of(request: &'r Request, file: usize) -> Self {
        let is_whole = request.whole.contains(&file);
        Self {
            asked: if is_whole { &[] } else { &request.names },
        }
    }

    /// Whether the event's service or logger is one of them, or begins with one and goes on with no letter or digit.
    pub fn passes(&self, head: &Head<'_>) -> bool {
        self.asked.is_empty()
            || [head.service, head.logger]
                .into_iter()
                .flatten()
                .any(|name| self.asked.iter().any(|it| begins(name, it.as_bytes())))
    }
}

fn begins(name: &[u8], asked: &[u8]) -> bool {
    name.get(..asked.len())
        .is_some_and(|it| it.eq_ignore_ascii_case(asked))
        && name
            .get(asked.len())
            .is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_')
}

/// Events by name, as many names as are kept; the others are counted under the empty name.
#[derive(Debug, Default)]
pub struct Named {
    counts: BTreeMap<Box<[u8]>, u64>,
}

impl Named {
    /// Count events of a name.
    pub fn add(&mut self, name: &[u8], count: u64) {
        if let Some(known) = self.counts.get_mut(name) {
            *known += count;
        } else if self.counts.len() < KEPT || name.is_empty() {
            self.counts.insert(name.into(), count);
        } else {
            self.add(b"", count);
        }
    }

    /// The most frequent names, then by name; what is left is summed up under the empty one.
    pub fn told(&self) -> Vec<(&[u8], u64)> {
        let mut all: Vec<(&[u8], u64)> = self
            .counts
            .iter()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, count)| (&**name, *count))
            .collect();
        all.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let rest = self.counts.get(b"".as_slice()).copied().unwrap_or(0)
            + all.iter().skip(TOLD).map(|(_, count)| count).sum::<u64>();
        all.truncate(TOLD);
        if rest > 0 {
            all.push((b"", rest));
        }
        all
    }
}
