//! Which paths ignore files leave out, and how often each of their rules did.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::Match;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{openat, Mode, OFlags, CWD};

use crate::request::Error;
use crate::root::Root;

/// Bytes of an ignore file that are read; git's own are some hundred.
const LARGEST: u64 = 1 << 20;

/// The rules of one file.
struct Layer {
    rules: Gitignore,
    /// Length of the part of a path that leads to the file's directory.
    base: usize,
    name: String,
    tally: BTreeMap<String, u64>,
}

/// How often one rule left a file out: rule, its file, count.
pub type Tally = (String, String, u64);

/// The ignore files that apply where the walk stands, innermost last.
pub struct Ignores {
    requested: Layer,
    layers: Vec<Layer>,
    /// Layers before this one belong to an outer repository and do not reach in here.
    barrier: usize,
}

/// A place to return to when the walk leaves a directory.
#[derive(Clone, Copy)]
pub struct Mark {
    layers: usize,
    barrier: usize,
}

impl Ignores {
    /// Start with the asked-for globs alone.
    pub fn new(lines: &[String], base: usize) -> Result<Self, Error> {
        let mut builder = GitignoreBuilder::new(".");
        for line in lines {
            builder
                .add_line(None, line)
                .map_err(|error| Error::Glob(format!("`{line}` is not a glob: {error}")))?;
        }
        let rules = builder
            .build()
            .map_err(|error| Error::Glob(error.to_string()))?;
        let requested = Layer {
            rules,
            base,
            name: String::new(),
            tally: BTreeMap::new(),
        };
        Ok(Self {
            requested,
            layers: Vec::new(),
            barrier: 0,
        })
    }

    /// Add the ignore files of the repository's directories above the walk's root.
    pub fn enter_above(&mut self, root: &Root) {
        let Some(repository) = &root.repository else {
            return;
        };
        let Ok(below) = root.real.strip_prefix(repository) else {
            return;
        };
        let mut directory = repository.clone();
        let mut base = 0;
        for name in below.components() {
            if let Ok(opened) = openat(
                CWD,
                &directory,
                OFlags::PATH | OFlags::CLOEXEC,
                Mode::empty(),
            ) {
                self.enter(&opened, &root.prefix[..base], base == 0);
            }
            directory.push(name);
            base += name.as_os_str().len() + 1;
        }
    }

    /// Add what applies in a directory; `path` is the directory's, with its slash.
    pub fn enter(&mut self, directory: &OwnedFd, path: &[u8], is_repository: bool) {
        if is_repository {
            self.barrier = self.layers.len();
            self.add(directory, path, c".git/info/exclude");
        }
        self.add(directory, path, c".gitignore");
    }

    pub fn mark(&self) -> Mark {
        Mark {
            layers: self.layers.len(),
            barrier: self.barrier,
        }
    }

    /// Return to where `mark` was taken; the tallies of what is left are handed out.
    pub fn leave(&mut self, mark: Mark) -> Vec<Tally> {
        self.barrier = mark.barrier;
        self.layers
            .drain(mark.layers..)
            .flat_map(Layer::tallies)
            .collect()
    }

    /// The tallies that remain at the end.
    pub fn finish(mut self) -> Vec<Tally> {
        let mut all = self.leave(Mark {
            layers: 0,
            barrier: 0,
        });
        all.extend(self.requested.tallies());
        all
    }

    /// Return why a path is left out, or None. The inner file's word wins, in a file the later line's.
    pub fn reason(&mut self, path: &[u8], is_directory: bool) -> Option<String> {
        let reach = &mut self.layers[self.barrier..];
        let layers = reach.iter_mut().rev();
        for layer in std::iter::once(&mut self.requested).chain(layers) {
            match layer.decide(path, is_directory) {
                Decision::Silent => {}
                Decision::Kept => return None,
                Decision::LeftOut => return Some(layer.reason()),
            }
        }
        None
    }

    fn add(&mut self, directory: &OwnedFd, path: &[u8], name: &CStr) {
        let Some(text) = read(directory, name) else {
            return;
        };
        let mut builder = GitignoreBuilder::new(".");
        for line in String::from_utf8_lossy(&text).lines() {
            // A line that is no pattern matches nothing, as in git.
            let _ = builder.add_line(None, line);
        }
        let Ok(rules) = builder.build() else { return };
        if rules.is_empty() {
            return;
        }
        let place = crate::text::readable(path);
        let name = format!("{place}{}", name.to_string_lossy());
        self.layers.push(Layer {
            rules,
            base: path.len(),
            name,
            tally: BTreeMap::new(),
        });
    }
}

enum Decision {
    Silent,
    Kept,
    LeftOut,
}

impl Layer {
    fn decide(&mut self, path: &[u8], is_directory: bool) -> Decision {
        if self.rules.is_empty() {
            return Decision::Silent;
        }
        let below = Path::new(OsStr::from_bytes(&path[self.base..]));
        match self.rules.matched(below, is_directory) {
            Match::None => Decision::Silent,
            Match::Whitelist(_) => Decision::Kept,
            Match::Ignore(rule) => {
                count(&mut self.tally, rule.original(), is_directory);
                Decision::LeftOut
            }
        }
    }

    fn reason(&self) -> String {
        if self.name.is_empty() {
            "left out on request".to_owned()
        } else {
            format!("ignored by {}", self.name)
        }
    }

    fn tallies(self) -> Vec<Tally> {
        let reason = self.reason();
        self.tally
            .into_iter()
            .map(|(rule, count)| (rule, reason.clone(), count))
            .collect()
    }
}

/// Directories are told one by one, by path; files are only counted.
fn count(tally: &mut BTreeMap<String, u64>, rule: &str, is_directory: bool) {
    if is_directory {
        return;
    }
    match tally.get_mut(rule) {
        Some(count) => *count += 1,
        None => {
            tally.insert(rule.to_owned(), 1);
        }
    }
}

fn read(directory: impl AsFd, name: &CStr) -> Option<Vec<u8>> {
    use std::io::Read;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = std::fs::File::from(openat(directory, name, flags, Mode::empty()).ok()?);
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    Some(text)
}

/// Whether a file of that name begins with `start`.
pub fn begins_with(directory: impl AsFd, name: &CStr, start: &[u8]) -> bool {
    read(directory, name).is_some_and(|text| text.starts_with(start))
}
