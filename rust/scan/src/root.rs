//! Where a walk begins, and what its paths are relative to.

use std::ffi::{CString, OsStr};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, CWD};

use crate::fault::spoken;
use crate::request::Error;
use crate::text::{named, readable};

/// The opened beginning of a walk.
pub struct Root {
    pub directory: OwnedFd,
    /// The directory's real path.
    pub real: PathBuf,
    /// What stands before every path below the directory to make it a record's target: relative to the repository that
    /// holds it, else empty; for one file outside a repository its absolute directory.
    pub prefix: Vec<u8>,
    /// The one name to look at, when the target is not a directory.
    pub single: Option<CString>,
    /// The repository's root that holds the directory.
    pub repository: Option<PathBuf>,
}

impl Root {
    /// Open the target: a directory (a link to one is followed, for it was named), or one entry of a directory.
    pub fn open(target: &Path) -> Result<Self, Error> {
        let found = fs::symlink_metadata(target).map_err(|error| unreachable(&error))?;
        let is_directory = found.is_dir() || fs::metadata(target).is_ok_and(|it| it.is_dir());
        let (place, single) = if is_directory {
            (target, None)
        } else {
            split(target)?
        };
        let real = fs::canonicalize(place).map_err(|error| unreachable(&error))?;
        // One entry needs no right to list its directory.
        let access = if is_directory {
            OFlags::RDONLY
        } else {
            OFlags::PATH
        };
        let flags = access | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::openat(CWD, &real, flags, Mode::empty())
            .map_err(|errno| Error::Target(spoken(errno)))?;
        let repository = repository_of(&real);
        let prefix = prefix(&real, repository.as_deref(), single.is_some());
        Ok(Self {
            directory,
            real,
            prefix,
            single,
            repository,
        })
    }
}

/// Return how records name what a walk of `target` begins at; `.` for the root of a repository or of the walk.
///
/// # Errors
/// The target cannot be opened at all.
pub fn place(target: &Path) -> Result<String, Error> {
    let root = Root::open(target)?;
    let mut path = root.prefix;
    path.extend_from_slice(root.single.as_ref().map_or(b"", |it| it.to_bytes()));
    Ok(readable(named(&path)).into_owned())
}

fn split(target: &Path) -> Result<(&Path, Option<CString>), Error> {
    let name = target
        .file_name()
        .map_or(Vec::new(), |it| it.as_bytes().to_vec());
    let name = CString::new(name).map_err(|_| Error::Target("its name holds a NUL".into()))?;
    let place = target
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Ok((place, Some(name)))
}

fn repository_of(directory: &Path) -> Option<PathBuf> {
    directory
        .ancestors()
        .find(|it| it.join(".git").symlink_metadata().is_ok())
        .map(Path::to_path_buf)
}

fn prefix(real: &Path, repository: Option<&Path>, is_single: bool) -> Vec<u8> {
    let relative: &OsStr = match repository {
        Some(repository) => real.strip_prefix(repository).unwrap_or(real).as_os_str(),
        None if is_single => real.as_os_str(),
        None => OsStr::new(""),
    };
    let mut prefix = relative.as_bytes().to_vec();
    if !prefix.is_empty() && !prefix.ends_with(b"/") {
        prefix.push(b'/');
    }
    prefix
}

fn unreachable(error: &io::Error) -> Error {
    let errno = rustix::io::Errno::from_io_error(error);
    Error::Target(errno.map_or_else(|| error.to_string(), spoken))
}
