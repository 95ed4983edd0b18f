//! What the walk needs of git's own store: its index and its exclude file.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;

use rustix::fd::OwnedFd;
use rustix::fs::{openat, Mode, OFlags};

use crate::rules::{read, Rules};
use crate::tracked::Tracked;

/// A repository the walk stands in: ignore files outside of it do not reach in.
pub struct Repository {
    /// The first of the ignore files that apply in it.
    pub first_rules: usize,
    /// The first of the thinned directories that are inside it.
    pub first_thinned: usize,
    base: usize,
    /// What all worktrees share.
    store: Option<OwnedFd>,
    tracked: Option<Tracked>,
}

impl Repository {
    /// The repository whose root is that directory; `base` is the length of its path with the slash.
    pub fn open(
        directory: &OwnedFd,
        base: usize,
        first_rules: usize,
        first_thinned: usize,
    ) -> Self {
        let store = store_of(directory);
        // A worktree has an index of its own and shares the rest.
        let common = store
            .as_ref()
            .and_then(|it| named_in(it, c"commondir", b""));
        let shared = common.as_ref().or(store.as_ref());
        let tracked = store
            .as_ref()
            .zip(shared)
            .and_then(|(own, shared)| Tracked::open(own, shared));
        Self {
            first_rules,
            first_thinned,
            base,
            tracked,
            store: common.or(store),
        }
    }

    /// The rules of `info/exclude`, if there are any.
    pub fn exclude(&self) -> Option<Rules> {
        let store = self.store.as_ref()?;
        let reason = "ignored by .git/info/exclude".to_owned();
        Rules::read(store, c"info/exclude", self.base, reason)
    }

    /// Whether git tracks that path, or anything below it when it ends in a slash.
    pub fn tracks(&mut self, path: &[u8]) -> bool {
        let below = &path[self.base..];
        self.tracked.as_mut().is_some_and(|it| it.holds(below))
    }
}

/// Git's store of the repository that has its root there.
fn store_of(directory: &OwnedFd) -> Option<OwnedFd> {
    open(directory, OsStr::new(".git")).or_else(|| named_in(directory, c".git", b"gitdir: "))
}

/// The directory that a file names after `keyword`.
fn named_in(directory: &OwnedFd, file: &CStr, keyword: &[u8]) -> Option<OwnedFd> {
    let text = read(directory, file)?;
    let place = text.strip_prefix(keyword)?.trim_ascii_end();
    open(directory, OsStr::from_bytes(place))
}

fn open(directory: &OwnedFd, place: &OsStr) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(directory, place, flags, Mode::empty()).ok()
}
