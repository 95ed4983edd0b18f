//! The rules of one ignore file, and how often each left a file out.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::Match;
use rustix::fd::AsFd;
use rustix::fs::{openat, Mode, OFlags};

use crate::request::Error;

/// Bytes of an ignore file that are read; git's own are some hundred.
const LARGEST: u64 = 1 << 20;

/// How often one rule left a file out: rule, why, count.
pub type Tally = (String, String, u64);

/// The rules of one file, or those that were asked for.
pub struct Rules {
    matcher: Gitignore,
    /// Length of the part of a path that leads to the file's directory.
    base: usize,
    reason: String,
    tally: BTreeMap<String, u64>,
}

/// What one file says about a path.
pub enum Saying<'a> {
    Nothing,
    Keep,
    /// Leave it out, by that rule.
    Leave(&'a str),
}

impl Rules {
    /// The lines a caller asked for.
    pub fn requested(lines: &[String], base: usize) -> Result<Self, Error> {
        let mut builder = GitignoreBuilder::new(".");
        for line in lines {
            builder
                .add_line(None, line)
                .map_err(|error| Error::Glob(format!("`{line}` is not a glob: {error}")))?;
        }
        let matcher = builder
            .build()
            .map_err(|error| Error::Glob(error.to_string()))?;
        Ok(Self::new(matcher, base, "left out on request".to_owned()))
    }

    /// The rules of a file; None when there are none.
    pub fn read(directory: impl AsFd, name: &CStr, base: usize, reason: String) -> Option<Self> {
        let text = read(directory, name)?;
        let mut builder = GitignoreBuilder::new(".");
        for line in String::from_utf8_lossy(&text).lines() {
            // A line that is no pattern matches nothing, as in git.
            let _ = builder.add_line(None, line);
        }
        let matcher = builder.build().ok().filter(|it| !it.is_empty())?;
        Some(Self::new(matcher, base, reason))
    }

    fn new(matcher: Gitignore, base: usize, reason: String) -> Self {
        Self {
            matcher,
            base,
            reason,
            tally: BTreeMap::new(),
        }
    }

    /// Why these rules leave something out.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// What these rules say; the last line that matches counts.
    pub fn say(&self, path: &[u8], is_directory: bool) -> Saying<'_> {
        if self.matcher.is_empty() {
            return Saying::Nothing;
        }
        let below = Path::new(OsStr::from_bytes(&path[self.base..]));
        match self.matcher.matched(below, is_directory) {
            Match::None => Saying::Nothing,
            Match::Whitelist(_) => Saying::Keep,
            Match::Ignore(rule) => Saying::Leave(rule.original()),
        }
    }

    /// Count a file that a rule left out. (Directories are told one by one.)
    pub fn count(&mut self, rule: &str) {
        match self.tally.get_mut(rule) {
            Some(count) => *count += 1,
            None => {
                self.tally.insert(rule.to_owned(), 1);
            }
        }
    }

    /// What was counted.
    pub fn tallies(self) -> Vec<Tally> {
        let Self { tally, reason, .. } = self;
        tally
            .into_iter()
            .map(|(rule, count)| (rule, reason.clone(), count))
            .collect()
    }
}

/// The bytes of a small regular file, never through a link; None when it cannot be read.
pub fn read(directory: impl AsFd, name: &CStr) -> Option<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = std::fs::File::from(openat(directory, name, flags, Mode::empty()).ok()?);
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    Some(text)
}
