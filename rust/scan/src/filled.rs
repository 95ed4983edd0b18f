//! What a reader has found out about some steps of the walk, and what is handed over of it.

use crate::observe::{numbers, observe};
use crate::pipeline::Shared;
use crate::read::Reader;
use crate::step::{Entry, Step};
use crate::text::readable;

/// What one call hands over.
#[derive(Debug, Default)]
pub struct Batch {
    /// JSON: `{"rows": [...], "skipped": [[what, why, count], ...], "linked": [[target, file, links], ...], "taken": n}`;
    /// `linked` are regular files of several names, `taken` is how many files were not read because their stamp is known.
    pub json: Vec<u8>,
    /// Rows in it.
    pub count: usize,
}

/// What the steps of one job gave.
#[derive(Default)]
pub struct Filled {
    rows: Vec<u8>,
    pub count: usize,
    skipped: Vec<u8>,
    linked: Vec<u8>,
    taken: u64,
}

impl Filled {
    pub fn is_empty(&self) -> bool {
        self.count == 0 && self.taken == 0 && self.skipped.is_empty()
    }

    pub fn append(&mut self, other: &Self) {
        join(&mut self.rows, &other.rows);
        join(&mut self.skipped, &other.skipped);
        join(&mut self.linked, &other.linked);
        self.taken += other.taken;
        self.count += other.count;
    }

    pub fn into_batch(self) -> Batch {
        let json = [
            b"{\"rows\":[".as_slice(),
            &self.rows,
            b"],\"skipped\":[",
            &self.skipped,
            b"],\"linked\":[",
            &self.linked,
            format!("],\"taken\":{}}}", self.taken).as_bytes(),
        ]
        .concat();
        Batch {
            json,
            count: self.count,
        }
    }

    pub fn take(&mut self, step: Step, shared: &Shared, reader: &mut Reader<'_>) {
        match step {
            Step::Entry(entry) => {
                self.note_links(&entry);
                if shared.reads_content && shared.remembers(&entry) {
                    self.taken += 1;
                    return;
                }
                let row = observe(entry, &shared.root, shared.reads_content.then_some(reader));
                write(&mut self.rows, &row);
                self.count += 1;
            }
            Step::Skipped { what, why, count } => write(&mut self.skipped, &(what, why, count)),
        }
    }

    /// Tell of a file that has other names too, wherever those are.
    fn note_links(&mut self, entry: &Entry) {
        let Some(status) = entry.status.filter(|it| it.is_regular() && it.links > 1) else {
            return;
        };
        let file = format!("{}:{}", numbers(status.device), status.inode);
        write(
            &mut self.linked,
            &(readable(&entry.path), file, status.links),
        );
    }
}

fn join(all: &mut Vec<u8>, more: &[u8]) {
    if !all.is_empty() && !more.is_empty() {
        all.push(b',');
    }
    all.extend_from_slice(more);
}

fn write(all: &mut Vec<u8>, value: &impl serde::Serialize) {
    if !all.is_empty() {
        all.push(b',');
    }
    // Rows hold text, integers and options only: writing them into memory cannot fail.
    let _ = serde_json::to_writer(all, value);
}
