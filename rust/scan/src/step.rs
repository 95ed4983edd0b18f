//! What a walk gives: things to look at, and things it left out.

use std::ffi::CString;
use std::sync::Arc;

use rustix::fd::OwnedFd;

use crate::fault::Fault;
use crate::rules::Tally;
use crate::status::Status;

/// One step of the walk.
pub enum Step {
    Entry(Entry),
    Skipped {
        what: String,
        why: String,
        count: u64,
    },
}

/// One thing to be looked at.
pub struct Entry {
    pub directory: Arc<OwnedFd>,
    pub name: CString,
    /// The record's target.
    pub path: Vec<u8>,
    pub status: Option<Status>,
    /// Set when nothing more can be known than this.
    pub fault: Option<Fault>,
}

impl Step {
    /// One directory that is left out.
    pub fn skipped_directory(what: String, why: impl Into<String>) -> Self {
        let (why, count) = (why.into(), 1);
        Self::Skipped { what, why, count }
    }
}

impl From<Tally> for Step {
    fn from((what, why, count): Tally) -> Self {
        Self::Skipped { what, why, count }
    }
}
