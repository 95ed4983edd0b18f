//! The walk itself: depth first, in the order of the paths' bytes, one directory's names in memory per level.

use std::collections::VecDeque;
use std::ffi::{CStr, CString};
use std::sync::Arc;

use rustix::fd::OwnedFd;
use rustix::fs::{fstat, statat, AtFlags};
use rustix::io::Errno;

use crate::attributes::Holder;
use crate::fault::{spoken, Fault, Kind};
use crate::frame::{above_of, list, open, Listing, Named};
use crate::ignores::{Ignores, Mark, Ruling};
use crate::pseudo;
use crate::request::{Error, Request};
use crate::rights;
use crate::root::Root;
use crate::selection::Selection;
use crate::status::Status;
use crate::step::{Entry, Step};
use crate::text::{named, readable};

/// Directories kept open above the one being walked; those further up are opened again on the way back.
const OPEN_LEVELS: usize = 64;

/// Bytes of the longest path that is walked; the kernel's own limit for one call is 4,096.
const LONGEST_PATH: usize = 32 * 1024;

struct Frame {
    /// None when too many stand open below it.
    directory: Option<Arc<OwnedFd>>,
    status: Status,
    path_length: usize,
    names: std::vec::IntoIter<Named>,
    mark: Mark,
}

/// The walk below one root.
pub struct Walk {
    root: Arc<Root>,
    selection: Selection,
    /// None once their last tallies were handed out.
    ignores: Option<Ignores>,
    reads_ignore_files: bool,
    stack: Vec<Frame>,
    path: Vec<u8>,
    waiting: VecDeque<Step>,
    scratch: Vec<u8>,
}

impl Walk {
    /// Open a walk; the root's own directory is listed at once.
    pub fn new(root: Arc<Root>, request: &Request) -> Result<Self, Error> {
        let mut walk = Self {
            selection: Selection::new(request)?,
            ignores: Some(Ignores::new(&request.ignore, root.prefix.len())?),
            reads_ignore_files: request.follow_ignore_files,
            stack: Vec::new(),
            path: root.prefix.clone(),
            waiting: VecDeque::new(),
            scratch: Vec::new(),
            root,
        };
        walk.begin().map_err(|errno| Error::Target(spoken(errno)))?;
        Ok(walk)
    }

    fn begin(&mut self) -> Result<(), Errno> {
        let root = Arc::clone(&self.root);
        let directory = Arc::new(rustix::io::fcntl_dupfd_cloexec(&root.directory, 0)?);
        if let Some(name) = &root.single {
            self.path.extend_from_slice(name.to_bytes());
            let step = self.look(&directory, name.clone());
            self.waiting.extend(step);
            return Ok(());
        }
        let status = fstat(&directory)?.into();
        let listing = list(&directory, &mut self.scratch)?;
        let step = self.told(&directory, c".", &directory, &status);
        self.waiting.extend(step);
        if let (true, Some(ignores)) = (self.reads_ignore_files, &mut self.ignores) {
            ignores.enter_above(&root);
        }
        self.push(directory, status, listing);
        Ok(())
    }

    /// Enter a directory whose path stands in `self.path`.
    fn push(&mut self, directory: Arc<OwnedFd>, status: Status, listing: Listing) {
        let Some(ignores) = &mut self.ignores else {
            return;
        };
        let mark = ignores.mark();
        if self.reads_ignore_files && (listing.has_gitignore || listing.is_repository) {
            ignores.enter(&directory, &self.path, listing.is_repository);
        }
        self.stack.push(Frame {
            directory: Some(directory),
            status,
            path_length: self.path.len(),
            names: listing.names.into_iter(),
            mark,
        });
        if let Some(far) = self.stack.len().checked_sub(OPEN_LEVELS + 1) {
            self.stack[far].directory = None;
        }
    }

    /// Go back to the directory above, opening it again when it had been closed.
    fn pop(&mut self) {
        let Some(left) = self.stack.pop() else { return };
        if let Some(ignores) = &mut self.ignores {
            let tallies = ignores.leave(left.mark);
            self.waiting.extend(tallies.into_iter().map(Step::from));
        }
        let Some(above) = self.stack.last_mut() else {
            return;
        };
        if above.directory.is_some() {
            return;
        }
        let reopened = left
            .directory
            .as_deref()
            .and_then(|it| above_of(it, &above.status));
        above.directory = reopened.map(Arc::new);
        if above.directory.is_none() && above.names.len() > 0 {
            let what = readable(&self.path[..above.path_length]).into_owned();
            let why = "the directory was moved during the walk".to_owned();
            let count = std::mem::take(&mut above.names).len() as u64;
            self.waiting.push_back(Step::Skipped { what, why, count });
        }
    }

    fn visit(&mut self, named: Named) -> Option<Step> {
        let frame = self.stack.last()?;
        let directory = frame.directory.clone()?;
        self.path.truncate(frame.path_length);
        self.path.extend_from_slice(named.name.to_bytes());
        if !self.selection.reaches(self.below(), named.is_directory) {
            return None;
        }
        let thinned = match self.rule(&named) {
            // Files that are left out are told by the rule that did it, with their number.
            Ruling::LeftOut(why) => return named.is_directory.then(|| self.skip_directory(why)),
            Ruling::Thinned(why) => Some(why),
            Ruling::Kept => None,
        };
        if self.path.len() > LONGEST_PATH {
            let reason = format!("its path is longer than {LONGEST_PATH} bytes");
            return Some(self.faulty(directory, named.name, Fault(Kind::PathTooLong, reason)));
        }
        if named.is_directory {
            return self.descend(directory, named.name, thinned);
        }
        let is_match = self.selection.matches(self.below());
        is_match
            .then(|| self.look(&directory, named.name))
            .flatten()
    }

    /// The current path, relative to the walk's root.
    fn below(&self) -> &[u8] {
        &self.path[self.root.prefix.len()..]
    }

    fn rule(&mut self, named: &Named) -> Ruling {
        if named.is_directory {
            let (name, at_root) = (named.name.to_bytes(), self.stack.len() == 1);
            if let Some(why) = self.selection.refuses_name(name, at_root) {
                return Ruling::LeftOut(why.to_owned());
            }
            self.path.push(b'/');
        }
        let ignores = self.ignores.as_mut();
        let ruling = ignores.map_or(Ruling::Kept, |it| it.rule(&self.path));
        self.path
            .truncate(self.path.len() - usize::from(named.is_directory));
        ruling
    }

    fn skip_directory(&self, why: impl Into<String>) -> Step {
        Step::skipped_directory(format!("{}/", readable(&self.path)), why)
    }

    fn descend(
        &mut self,
        above: Arc<OwnedFd>,
        name: CString,
        thinned: Option<String>,
    ) -> Option<Step> {
        if !self.selection.reaches_level(self.stack.len()) {
            return None;
        }
        let (directory, status) = match open(&above, &name) {
            Ok(opened) => opened,
            Err(errno) => return Some(self.faulty(above, name, Fault::of_open(errno))),
        };
        if let Some(why) = self.pseudo(&directory, &status) {
            return Some(self.skip_directory(why));
        }
        let listing = match list(&directory, &mut self.scratch) {
            Ok(listing) => listing,
            Err(errno) => return Some(self.faulty(above, name, Fault::of_read(errno, 0))),
        };
        if let Some(why) = self.selection.refuses_content(&directory, &listing) {
            return Some(self.skip_directory(why));
        }
        let step = self.told(&above, &name, &directory, &status);
        self.path.push(b'/');
        self.push(Arc::new(directory), status, listing);
        if let (Some(why), Some(ignores)) = (thinned, &mut self.ignores) {
            ignores.thin(&self.path, why);
        }
        step
    }

    /// The directory itself, where there is something to tell of it.
    fn told(
        &self,
        above: &Arc<OwnedFd>,
        name: &CStr,
        directory: &OwnedFd,
        status: &Status,
    ) -> Option<Step> {
        let is_wanted = self.selection.tells(self.below()) && self.selection.is_in_time(status);
        let is_notable = || rights::is_notable(status) || Holder::opened(directory).has_notable();
        (is_wanted && is_notable())
            .then(|| self.entry(Arc::clone(above), name.to_owned(), Ok(*status)))
    }

    /// Why a directory on another device is not entered.
    fn pseudo(&self, directory: &OwnedFd, status: &Status) -> Option<String> {
        let above = self.stack.last()?;
        if above.status.device == status.device {
            return None;
        }
        pseudo::name_of(directory).map(|name| format!("a pseudo file system ({name})"))
    }

    fn look(&self, directory: &Arc<OwnedFd>, name: CString) -> Option<Step> {
        let directory = Arc::clone(directory);
        match statat(&directory, &name, AtFlags::SYMLINK_NOFOLLOW).map(Status::from) {
            Ok(status) => {
                let is_in_time = self.selection.is_in_time(&status);
                is_in_time.then(|| self.entry(directory, name, Ok(status)))
            }
            Err(errno) => Some(self.entry(directory, name, Err(Fault::of_open(errno)))),
        }
    }

    /// An entry about which only its status can be known, if that.
    fn faulty(&self, directory: Arc<OwnedFd>, name: CString, fault: Fault) -> Step {
        let mut step = self.entry(directory, name, Err(fault));
        if let Step::Entry(entry) = &mut step {
            let found = statat(&entry.directory, &entry.name, AtFlags::SYMLINK_NOFOLLOW);
            entry.status = found.ok().map(Status::from);
        }
        step
    }

    fn entry(&self, directory: Arc<OwnedFd>, name: CString, known: Result<Status, Fault>) -> Step {
        let path = named(&self.path).to_vec();
        Step::Entry(Entry {
            directory,
            name,
            path,
            status: known.as_ref().ok().copied(),
            fault: known.err(),
        })
    }
}

impl Iterator for Walk {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.waiting.pop_front() {
                return Some(step);
            }
            let Some(frame) = self.stack.last_mut() else {
                let tallies = self.ignores.take()?.finish();
                self.waiting.extend(tallies.into_iter().map(Step::from));
                continue;
            };
            let Some(named) = frame.names.next() else {
                self.pop();
                continue;
            };
            let step = self.visit(named);
            if step.is_some() {
                return step;
            }
        }
    }
}
