//! What one directory holds, in the order of its paths' bytes.

use std::cmp::Ordering;
use std::ffi::CString;

use rustix::fd::OwnedFd;
use rustix::fs::{fstat, openat, statat, AtFlags, FileType, Mode, OFlags, RawDir};
use rustix::io::Errno;

use crate::status::Status;

/// One name in a directory.
pub struct Named {
    pub name: CString,
    pub is_directory: bool,
}

/// A directory's names, sorted, and the marks seen among them.
#[derive(Default)]
pub struct Listing {
    pub names: Vec<Named>,
    pub is_repository: bool,
    pub has_gitignore: bool,
    pub mark: Option<Mark>,
}

/// What may mark a directory as one that no person wrote.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A `CACHEDIR.TAG`; its content is still to be checked.
    CacheTag,
    /// The `pyvenv.cfg` of a virtual environment.
    Environment,
}

/// List a directory; `buffer` is scratch, kept from call to call.
pub fn list(directory: &OwnedFd, buffer: &mut Vec<u8>) -> Result<Listing, Errno> {
    let mut listing = Listing::default();
    buffer.clear();
    buffer.reserve(1 << 16);
    let mut entries = RawDir::new(directory, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name();
        if !matches!(name.to_bytes(), b"." | b"..") {
            listing.add(directory, name.to_owned(), entry.file_type());
        }
    }
    listing.names.sort_unstable_by(by_path);
    Ok(listing)
}

/// Open a directory by its name, never through a link.
pub fn open(above: &OwnedFd, name: &CString) -> Result<(OwnedFd, Status), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(above, name, flags, Mode::empty())?;
    let status = fstat(&directory)?.into();
    Ok((directory, status))
}

/// The directory above, if it is still the one the walk came from.
pub fn above_of(below: &OwnedFd, expected: &Status) -> Option<OwnedFd> {
    let (above, found) = open(below, &c"..".to_owned()).ok()?;
    found.is_same_file(expected).then_some(above)
}

impl Listing {
    fn add(&mut self, directory: &OwnedFd, name: CString, kind: FileType) {
        match name.to_bytes() {
            b".git" => self.is_repository = true,
            b".gitignore" => self.has_gitignore = true,
            b"CACHEDIR.TAG" => self.mark = self.mark.or(Some(Mark::CacheTag)),
            b"pyvenv.cfg" => self.mark = Some(Mark::Environment),
            _ => {}
        }
        let is_directory = match kind {
            FileType::Directory => true,
            FileType::Unknown => is_directory(directory, &name),
            _ => false,
        };
        self.names.push(Named { name, is_directory });
    }
}

fn is_directory(directory: &OwnedFd, name: &CString) -> bool {
    statat(directory, name.as_c_str(), AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}

/// Compare as whole paths would: a directory's name goes on with a slash (`a.txt` before `a/b`).
fn by_path(left: &Named, right: &Named) -> Ordering {
    let (a, b) = (left.name.to_bytes(), right.name.to_bytes());
    let shared = a.len().min(b.len());
    a[..shared]
        .cmp(&b[..shared])
        .then_with(|| next(left, shared).cmp(&next(right, shared)))
}

fn next(named: &Named, at: usize) -> Option<u8> {
    named
        .name
        .to_bytes()
        .get(at)
        .copied()
        .or_else(|| named.is_directory.then_some(b'/'))
}
