//! Which paths ignore files leave out, as git would, and how many.

use rustix::fd::OwnedFd;
use rustix::fs::{openat, Mode, OFlags, CWD};

use crate::repository::Repository;
use crate::request::Error;
use crate::root::Root;
use crate::rules::{Rules, Saying, Tally};
use crate::text::readable;

/// What is decided about a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Ruling {
    Kept,
    /// Left out, and why.
    LeftOut(String),
    /// A directory that is left out, and why, but for the files in it that git tracks all the same.
    Thinned(String),
}

/// The ignore files that apply where the walk stands, innermost last.
pub struct Ignores {
    requested: Rules,
    rules: Vec<Rules>,
    repositories: Vec<Repository>,
    thinned: Vec<Thinned>,
}

/// A directory of which only what git tracks is kept.
struct Thinned {
    directory: String,
    reason: String,
    left_out: u64,
}

/// A place to return to when the walk leaves a directory.
#[derive(Clone, Copy, Default)]
pub struct Mark {
    rules: usize,
    repositories: usize,
    thinned: usize,
}

impl Ignores {
    /// Start with the asked-for globs alone.
    pub fn new(lines: &[String], base: usize) -> Result<Self, Error> {
        Ok(Self {
            requested: Rules::requested(lines, base)?,
            rules: Vec::new(),
            repositories: Vec::new(),
            thinned: Vec::new(),
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
            let repository =
                Repository::open(directory, path.len(), self.rules.len(), self.thinned.len());
            self.rules.extend(repository.exclude());
            self.repositories.push(repository);
        }
        let reason = format!("ignored by {}.gitignore", readable(path));
        self.rules
            .extend(Rules::read(directory, c".gitignore", path.len(), reason));
    }

    /// Keep, in the directory just entered, only what git tracks.
    pub fn thin(&mut self, path: &[u8], reason: String) {
        let directory = readable(path).into_owned();
        self.thinned.push(Thinned {
            directory,
            reason,
            left_out: 0,
        });
    }

    pub fn mark(&self) -> Mark {
        Mark {
            rules: self.rules.len(),
            repositories: self.repositories.len(),
            thinned: self.thinned.len(),
        }
    }

    /// Return to where `mark` was taken; the tallies of what is left are handed out.
    pub fn leave(&mut self, mark: Mark) -> Vec<Tally> {
        self.repositories.truncate(mark.repositories);
        let thinned = self
            .thinned
            .drain(mark.thinned..)
            .filter(|it| it.left_out > 0);
        let thinned = thinned.map(|it| (it.directory, it.reason, it.left_out));
        self.rules
            .drain(mark.rules..)
            .flat_map(Rules::tallies)
            .chain(thinned)
            .collect()
    }

    /// The tallies that remain at the end.
    pub fn finish(mut self) -> Vec<Tally> {
        let mut all = self.leave(Mark::default());
        all.extend(self.requested.tallies());
        all
    }

    /// Decide about a path; a directory's ends in a slash. Paths must come in the order of their bytes.
    pub fn rule(&mut self, path: &[u8]) -> Ruling {
        let is_directory = path.ends_with(b"/");
        let named = path.strip_suffix(b"/").unwrap_or(path);
        if let Saying::Leave(rule) = self.requested.say(named, is_directory) {
            let rule = rule.to_owned();
            return left_out(&mut self.requested, &rule, is_directory);
        }
        let (first_rules, first_thinned) = self
            .repositories
            .last()
            .map_or((0, 0), |it| (it.first_rules, it.first_thinned));
        if self.thinned.len() > first_thinned {
            return self.rule_thinned(path);
        }
        for at in (first_rules..self.rules.len()).rev() {
            match self.rules[at].say(named, is_directory) {
                Saying::Nothing => {}
                Saying::Keep => return Ruling::Kept,
                Saying::Leave(rule) => {
                    if self
                        .repositories
                        .last_mut()
                        .is_some_and(|it| it.tracks(path))
                    {
                        return tracked(path, self.rules[at].reason());
                    }
                    let rule = rule.to_owned();
                    return left_out(&mut self.rules[at], &rule, is_directory);
                }
            }
        }
        Ruling::Kept
    }

    fn rule_thinned(&mut self, path: &[u8]) -> Ruling {
        let Some(thinned) = self.thinned.last_mut() else {
            return Ruling::Kept;
        };
        if self
            .repositories
            .last_mut()
            .is_some_and(|it| it.tracks(path))
        {
            return tracked(path, &thinned.reason);
        }
        thinned.left_out += u64::from(!path.ends_with(b"/"));
        Ruling::LeftOut(thinned.reason.clone())
    }
}

/// What git tracks is kept whatever its ignore files say.
fn tracked(path: &[u8], reason: &str) -> Ruling {
    if path.ends_with(b"/") {
        Ruling::Thinned(reason.to_owned())
    } else {
        Ruling::Kept
    }
}

fn left_out(rules: &mut Rules, rule: &str, is_directory: bool) -> Ruling {
    if !is_directory {
        rules.count(rule);
    }
    Ruling::LeftOut(rules.reason().to_owned())
}
