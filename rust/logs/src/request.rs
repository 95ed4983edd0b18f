//! What a reading is asked for, and what can be wrong with it.

use std::fmt;
use std::path::PathBuf;

use crate::level::Level;

/// Which logs to read and what to tell of them.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files, read in this order.
    pub paths: Vec<PathBuf>,
    /// Only events at least as grave.
    pub level: Option<Level>,
    /// Only events at or after this, microseconds since 1970.
    pub since_us: Option<i64>,
    /// Only events before this.
    pub until_us: Option<i64>,
    /// The year of times that name none; None takes the latest not after the file's own time.
    pub year: Option<i64>,
    /// For times without a zone: from which wall-clock microsecond on how many seconds east of UTC hold.
    pub zone: Vec<(i64, i32)>,
    /// Hand over each event that passes.
    pub events: bool,
    /// Each line is a message without head.
    pub messages: bool,
    /// Width of a bucket of the rates, in seconds.
    pub bucket_s: i64,
    /// Share of equal words above which a message belongs to a template.
    pub similarity: f64,
    /// Templates kept.
    pub max_templates: usize,
    /// Unparsed lines shown of each file.
    pub samples: usize,
    /// Ids of each file that are kept.
    pub max_ids: usize,
    /// Only events whose service or logger is one of these or begins with one; none lets all pass.
    pub names: Vec<String>,
    /// Positions of files to which `names` does not apply.
    pub whole: Vec<usize>,
    /// Hash the files as they lie on disk.
    pub digest: bool,
    /// Threads that parse; at least one.
    pub threads: usize,
}

impl Request {
    /// Those files, with the defaults of the command line.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            level: None,
            since_us: None,
            until_us: None,
            year: None,
            zone: Vec::new(),
            events: false,
            messages: false,
            bucket_s: 60,
            similarity: 0.4,
            max_templates: 10_000,
            samples: 5,
            max_ids: 10_000,
            names: Vec::new(),
            whole: Vec::new(),
            digest: false,
            threads: 2,
        }
    }

    /// Whether the request makes sense.
    ///
    /// # Errors
    /// It does not; says why.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |text: &str| Err(Error::Request(text.to_owned()));
        if self.bucket_s < 1 {
            return wrong("a bucket of the rates must be at least one second wide");
        }
        if !(0.0..=1.0).contains(&self.similarity) {
            return wrong("the similarity of templates must be between 0 and 1");
        }
        if self.year.is_some_and(|year| !(1..=9999).contains(&year)) {
            return wrong("the year must be between 1 and 9999");
        }
        if !self.zone.is_sorted() || self.zone.iter().any(|(_, east)| east.abs() > 86_400) {
            return wrong("the zone's offsets must rise in time and be less than a day");
        }
        Ok(())
    }
}

/// Why a reading cannot begin or go on.
#[derive(Debug)]
pub enum Error {
    /// The request makes no sense.
    Request(String),
    /// No thread could be started.
    Threads(String),
    /// A thread of the reading died; what it held is lost.
    Died,
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(reason) | Self::Threads(reason) => out.write_str(reason),
            Self::Died => {
                out.write_str("a thread of the reading died; nothing after this point was read")
            }
        }
    }
}

impl std::error::Error for Error {}
