//! What a scan is asked for, and what can be wrong with that.

use std::fmt;
use std::path::PathBuf;

use crate::remembered::Stamp;

/// What to look at and what to leave out.
#[derive(Debug, Clone)]
pub struct Request {
    /// The directory to walk, or the one thing to look at.
    pub target: PathBuf,
    /// Only paths below `target` that match this glob; `**` crosses directories, `*` does not.
    pub glob: Option<String>,
    /// Lines in the syntax of `.gitignore`, relative to `target`, left out whatever an ignore file says.
    pub ignore: Vec<String>,
    /// Only these paths below `target`, and what is below them; empty means everything.
    pub paths: Vec<Vec<u8>>,
    /// Honour `.gitignore` and `.git/info/exclude`.
    pub follow_ignore_files: bool,
    /// Walk vendored and build directories too.
    pub include_vendored: bool,
    /// Read and hash content; otherwise only what the directory tells.
    pub read_content: bool,
    /// Only what was modified at or after this moment, microseconds since 1970.
    pub since_us: Option<i64>,
    /// Only what was modified before this moment, microseconds since 1970.
    pub until_us: Option<i64>,
    /// Files that need not be read again while their status is the same, sorted; see [`crate::stamps`].
    pub stamps: Vec<Stamp>,
    /// Threads that read and hash; at least one.
    pub threads: usize,
}

impl Request {
    /// Everything below `target`, with the defaults of the command line.
    #[must_use]
    pub fn new(target: impl Into<PathBuf>) -> Self {
        Self {
            target: target.into(),
            glob: None,
            ignore: Vec::new(),
            paths: Vec::new(),
            follow_ignore_files: true,
            include_vendored: false,
            read_content: true,
            since_us: None,
            until_us: None,
            stamps: Vec::new(),
            threads: 2,
        }
    }
}

/// Why a scan cannot begin or go on.
#[derive(Debug)]
pub enum Error {
    /// The target cannot be opened at all.
    Target(String),
    /// A glob is not one; the text names it.
    Glob(String),
    /// A thread of the scan died; what it held is lost.
    Died,
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(reason) | Self::Glob(reason) => out.write_str(reason),
            Self::Died => {
                out.write_str("a thread of the scan died; nothing after this point was looked at")
            }
        }
    }
}

impl std::error::Error for Error {}
