//! Ids that tie events together: requests, sessions, traces.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::level::Level;
use crate::tally::{Map, Span};

/// Events of one id.
#[derive(Debug, Clone)]
pub struct IdStats {
    pub kind: usize,
    pub count: u64,
    pub worst: Option<Level>,
    pub span: Span,
    pub first_line: u64,
}

/// Ids in the order in which they were met.
#[derive(Debug, Default)]
pub struct Ids {
    met: Vec<(IdStats, usize)>,
    /// Their values, one after the other; an id knows where its own ends.
    values: Vec<u8>,
    /// By the hash of kind and value; what hashes the same stands at the next free number.
    index: Map<u64, usize>,
    /// Events whose id found no place.
    pub left_out: u64,
}

impl Ids {
    /// Count an id, unless it would be one too many.
    pub fn add(&mut self, value: &[u8], more: &IdStats, most: usize) {
        let mut hash = FixedState::with_seed(more.kind as u64).hash_one(value);
        while let Some(at) = self.index.get(&hash).copied() {
            if self.met[at].0.kind == more.kind && self.value(at) == value {
                let known = &mut self.met[at].0;
                known.count += more.count;
                known.worst = known.worst.max(more.worst);
                known.span.merge(more.span);
                return;
            }
            hash = hash.wrapping_add(1);
        }
        if self.met.len() == most {
            self.left_out += more.count;
            return;
        }
        self.index.insert(hash, self.met.len());
        self.values.extend_from_slice(value);
        self.met.push((more.clone(), self.values.len()));
    }

    /// Add those of a later block.
    pub fn merge(&mut self, later: &Self, most: usize) {
        for (at, (more, _)) in later.met.iter().enumerate() {
            self.add(later.value(at), more, most);
        }
    }

    /// Each with its value, by kind and value.
    pub fn sorted(&self) -> Vec<(&[u8], &IdStats)> {
        let each = self.met.iter().enumerate();
        let mut all: Vec<_> = each.map(|(at, (id, _))| (self.value(at), id)).collect();
        all.sort_by_key(|(value, id)| (id.kind, *value));
        all
    }

    fn value(&self, at: usize) -> &[u8] {
        let from = at.checked_sub(1).map_or(0, |before| self.met[before].1);
        &self.values[from..self.met[at].1]
    }
}
