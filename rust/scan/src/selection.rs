//! Which entries of the tree were asked for.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use rustix::fd::OwnedFd;

use crate::frame::{Listing, Mark};
use crate::left_out;
use crate::request::{Error, Request};
use crate::rules::read;
use crate::status::Status;

/// The request's answers to: is this entry wanted?
pub struct Selection {
    glob: Option<GlobMatcher>,
    deepest: usize,
    paths: Vec<Vec<u8>>,
    since_us: i64,
    until_us: i64,
    includes_vendored: bool,
}

impl Selection {
    pub fn new(request: &Request) -> Result<Self, Error> {
        Ok(Self {
            glob: request.glob.as_deref().map(matcher).transpose()?,
            deepest: request.glob.as_deref().map_or(usize::MAX, depth_of),
            paths: request.paths.clone(),
            since_us: request.since_us.unwrap_or(i64::MIN),
            until_us: request.until_us.unwrap_or(i64::MAX),
            includes_vendored: request.include_vendored,
        })
    }

    /// Whether a path, relative to the walk's root, is asked for or leads to one that is.
    pub fn reaches(&self, below: &[u8], is_directory: bool) -> bool {
        self.paths.is_empty()
            || self.paths.iter().any(|wanted| {
                is_at_or_below(below, wanted) || (is_directory && is_at_or_below(wanted, below))
            })
    }

    /// Whether a directory is itself asked for.
    pub fn tells(&self, below: &[u8]) -> bool {
        self.matches(below)
            && (self.paths.is_empty() || self.paths.iter().any(|it| is_at_or_below(below, it)))
    }

    /// Whether anything so many directories below the root can match the glob.
    pub fn reaches_level(&self, level: usize) -> bool {
        level < self.deepest
    }

    pub fn matches(&self, below: &[u8]) -> bool {
        let path = Path::new(OsStr::from_bytes(below));
        self.glob.as_ref().is_none_or(|it| it.is_match(path))
    }

    pub fn is_in_time(&self, status: &Status) -> bool {
        let modified = status.modified_us();
        modified >= self.since_us && (modified < self.until_us || self.until_us == i64::MAX)
    }

    /// Why a directory of that name is not entered.
    pub fn refuses_name(&self, name: &[u8], at_root: bool) -> Option<&'static str> {
        left_out::never_walked(name, at_root)
            .or_else(|| left_out::by_name(name).filter(|_| !self.includes_vendored))
    }

    /// Why a directory is not entered for what stands inside it.
    pub fn refuses_content(&self, directory: &OwnedFd, listing: &Listing) -> Option<&'static str> {
        match listing.mark.filter(|_| !self.includes_vendored)? {
            Mark::Environment => Some("a virtual environment"),
            Mark::CacheTag => read(directory, c"CACHEDIR.TAG")
                .is_some_and(|text| text.starts_with(left_out::CACHE_TAG))
                .then_some("marked as a cache by CACHEDIR.TAG"),
        }
    }
}

fn matcher(glob: &str) -> Result<GlobMatcher, Error> {
    let built = GlobBuilder::new(glob).literal_separator(true).build();
    built
        .map(|it| it.compile_matcher())
        .map_err(|error| Error::Glob(error.to_string()))
}

/// How many levels a glob can reach; `**` reaches all, and what stands in braces may hold slashes.
fn depth_of(glob: &str) -> usize {
    if glob.contains("**") || glob.contains('{') {
        usize::MAX
    } else {
        glob.split('/').count()
    }
}

fn is_at_or_below(path: &[u8], place: &[u8]) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}
