//! Which files there are to count.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::Arc;

use ami_audit_scan::{never_walked, vendored_by_name};
use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, Error as WalkError, WalkBuilder, WalkState};

use crate::request::{Error, Request};

/// What the walk hands over: a file, or what was left out and why.
pub enum Found {
    File(PathBuf),
    LeftOut(PathBuf, String),
}

const OWN_IGNORE_FILE: &str = ".tokeignore";

/// Check the request and return its walk.
pub fn prepared(request: &Request) -> Result<WalkBuilder, Error> {
    let status = request
        .target
        .metadata()
        .map_err(|error| Error::Target(error.to_string()))?;
    if !status.is_dir() {
        return Err(Error::Target("it is not a folder".to_owned()));
    }
    let mut walk = WalkBuilder::new(&request.target);
    let follows = request.follow_ignore_files;
    if follows {
        walk.add_custom_ignore_filename(OWN_IGNORE_FILE);
    }
    // A person's global excludes are of that person's machine: the same tree must count the same on another one.
    walk.git_global(false)
        .git_exclude(follows)
        .git_ignore(follows)
        .ignore(follows)
        .parents(follows)
        .follow_links(false)
        .threads(request.threads.max(1));
    let mut overrides = OverrideBuilder::new(&request.target);
    for line in &request.ignore {
        // An override is a line to keep; with `!` in front it leaves out.
        let turned = line
            .strip_prefix('!')
            .map_or_else(|| format!("!{line}"), str::to_owned);
        overrides
            .add(&turned)
            .map_err(|error| Error::Glob(format!("`{line}` is not a glob: {error}")))?;
    }
    let overrides = overrides
        .build()
        .map_err(|error| Error::Glob(error.to_string()))?;
    if !request.ignore.is_empty() {
        walk.overrides(overrides);
    }
    Ok(walk)
}

/// Walk, handing over what is found until there is no more or `stop` is raised.
pub fn walk(
    mut builder: WalkBuilder,
    include_vendored: bool,
    into: &Sender<Found>,
    stop: &Arc<AtomicBool>,
) {
    let told = into.clone();
    builder.filter_entry(move |entry| {
        let reason = left_out(entry, include_vendored);
        if let Some(reason) = reason {
            let _ = told.send(Found::LeftOut(entry.path().to_owned(), reason.to_owned()));
        }
        reason.is_none()
    });
    builder.build_parallel().run(|| {
        let (into, stop) = (into.clone(), Arc::clone(stop));
        Box::new(move |entry| {
            if stop.load(Ordering::Relaxed) || !handed(entry, &into) {
                return WalkState::Quit;
            }
            WalkState::Continue
        })
    });
}

fn left_out(entry: &DirEntry, include_vendored: bool) -> Option<&'static str> {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    if !is_folder || entry.depth() == 0 {
        return None;
    }
    let name = entry.file_name().as_encoded_bytes();
    never_walked(name, entry.depth() == 1).or_else(|| {
        let reason = vendored_by_name(name)
            .filter(|_| !is_package(entry))
            .or_else(|| cached(entry));
        if include_vendored {
            None
        } else {
            reason
        }
    })
}

/// A package of the module's own that is called like a vendored folder: `venv`, `build`.
fn is_package(entry: &DirEntry) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    !matches!(
        name,
        b"node_modules" | b"site-packages" | b"bower_components" | b"__pycache__"
    ) && entry.path().join("__init__.py").is_file()
}

/// A folder that a tool has marked as its own: a virtual environment, a cache such as `target`.
fn cached(entry: &DirEntry) -> Option<&'static str> {
    if entry.path().join("pyvenv.cfg").is_file() {
        Some("a virtual environment")
    } else if entry.path().join("CACHEDIR.TAG").is_file() {
        Some("built or cached by a tool")
    } else {
        None
    }
}

fn handed(entry: Result<DirEntry, WalkError>, into: &Sender<Found>) -> bool {
    match entry {
        Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
            into.send(Found::File(entry.into_path())).is_ok()
        }
        Ok(_) => true,
        Err(error) => {
            let (path, reason) = blamed(error);
            into.send(Found::LeftOut(path, reason)).is_ok()
        }
    }
}

fn blamed(error: WalkError) -> (PathBuf, String) {
    match error {
        WalkError::WithPath { path, err } => (path, blamed(*err).1),
        WalkError::WithDepth { err, .. } => blamed(*err),
        other => (PathBuf::new(), other.to_string()),
    }
}
