//! Where a symbolic link leads, found out without leaving the walk.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fd::{AsRawFd, OwnedFd};
use rustix::fs::{openat2, readlinkat, Mode, OFlags, ResolveFlags, CWD};
use rustix::io::Errno;
use serde::Serialize;

use crate::root::Root;
use crate::text::{bytes_if_inexact, readable};

/// What is known of a link.
#[derive(Debug, Serialize)]
pub struct Link {
    /// Where it leads, relative to what the walk's paths are relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolves_to: Option<String>,
    pub state: State,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_bytes: Option<String>,
}

/// How far a link could be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Resolved,
    Dangling,
    Loop,
    /// It leads out of the walk; what is there was not looked at.
    Outside,
    /// A directory on the way may not be searched.
    Unreadable,
    /// The kernel would not tell.
    Unknown,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Dangling => "dangling",
            Self::Loop => "loop",
            Self::Outside => "outside",
            Self::Unreadable => "unreadable",
            Self::Unknown => "unknown",
        }
    }
}

/// Read the link of that name; `below` is its path below the walk's root. The raw target comes back too.
pub fn read(
    root: &Root,
    directory: &OwnedFd,
    name: &CStr,
    below: &[u8],
) -> Result<(Link, Vec<u8>), Errno> {
    let target = readlinkat(directory, name, Vec::new())?.into_bytes();
    let (state, resolves_to) = follow(root, below, &target);
    let link = Link {
        resolves_to,
        state,
        target: readable(&target).into_owned(),
        target_bytes: bytes_if_inexact(&target),
    };
    Ok((link, target))
}

fn follow(root: &Root, below: &[u8], target: &[u8]) -> (State, Option<String>) {
    let path = if target.starts_with(b"/") {
        // RESOLVE_BENEATH refuses every absolute link, even one that leads back inside.
        match Path::new(OsStr::from_bytes(target)).strip_prefix(&root.real) {
            Ok(inside) => inside.as_os_str().as_bytes(),
            Err(_) => return (State::Outside, None),
        }
    } else {
        below
    };
    let path = if path.is_empty() { b"." } else { path };
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    match openat2(
        &root.directory,
        OsStr::from_bytes(path),
        OFlags::PATH | OFlags::CLOEXEC,
        Mode::empty(),
        resolve,
    ) {
        Ok(found) => (State::Resolved, name_of(root, &found)),
        Err(Errno::NOENT | Errno::NOTDIR) => (State::Dangling, None),
        Err(Errno::LOOP) => (State::Loop, None),
        Err(Errno::XDEV) => (State::Outside, None),
        Err(Errno::ACCESS) => (State::Unreadable, None),
        Err(_) => (State::Unknown, None),
    }
}

fn name_of(root: &Root, found: &OwnedFd) -> Option<String> {
    let entry = format!("/proc/self/fd/{}", found.as_raw_fd());
    let real = readlinkat(CWD, entry, Vec::new()).ok()?.into_bytes();
    let below = Path::new(OsStr::from_bytes(&real))
        .strip_prefix(&root.real)
        .ok()?
        .as_os_str()
        .as_bytes();
    let mut named = root.prefix.clone();
    named.extend_from_slice(below);
    Some(if named.is_empty() {
        ".".to_owned()
    } else {
        readable(&named).trim_end_matches('/').to_owned()
    })
}
