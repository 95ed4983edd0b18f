//! What a count is asked for, and why it cannot be done.

use std::fmt;
use std::path::PathBuf;

/// What to count and what to leave out.
#[derive(Debug, Clone)]
pub struct Request {
    /// The folder below which to count.
    pub target: PathBuf,
    /// Lines in the syntax of `.gitignore`, relative to `target`, left out whatever ignore files say.
    pub ignore: Vec<String>,
    /// Honour `.gitignore`, `.ignore` and `.git/info/exclude`.
    pub follow_ignore_files: bool,
    /// Count vendored and build folders too.
    pub include_vendored: bool,
    /// Files of more bytes are told and not read.
    pub largest_bytes: u64,
    /// Lines from which equal code is called duplicated; 0 looks for none.
    pub least_lines: usize,
    /// Threads that read and count; at least one.
    pub threads: usize,
}

/// Why nothing can be counted.
#[derive(Debug)]
pub enum Error {
    /// The target cannot be opened, or threads cannot be started.
    Target(String),
    /// A line of `ignore` is no pattern; the text names it.
    Glob(String),
    /// The thread that counted died.
    Died,
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(reason) | Self::Glob(reason) => out.write_str(reason),
            Self::Died => out.write_str("the thread that counted died: report this as a bug"),
        }
    }
}

impl std::error::Error for Error {}
