//! The search through many files at once.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::prelude::*;
use rustix::fs::{open, Mode, OFlags};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::engine::Found;
use crate::rules::RuleSet;

/// Bytes of a file that are held in memory at most.
const LARGEST: u64 = 128 << 20;
/// First bytes that decide between text and binary: git's own number.
const HEAD: usize = 8000;
/// What one file holds, when that is anything.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Which of the paths that were handed over.
    pub path: usize,
    /// Hex SHA-256 of its content.
    pub sha256: String,
    /// `[rule, line, column]`; line 0 is the file's name.
    pub found: Vec<[usize; 3]>,
    /// `[rule, line]`: given up there.
    pub costly: Vec<[usize; 2]>,
}

/// Counts of files, and those that could not be searched.
#[derive(Debug, Default, Serialize)]
pub struct Faults {
    /// Files whose lines were searched.
    pub searched: usize,
    /// Lines in them.
    pub lines: usize,
    /// Files that are no text.
    pub binary: usize,
    /// Files that the rules leave out whole.
    pub ignored: usize,
    /// `[path, why]`.
    pub unread: Vec<(usize, String)>,
}

enum Outcome {
    Searched(usize, Option<Report>),
    Binary(Option<Report>),
    Ignored,
    Unread(String),
}

/// Search files below `root`, in parallel; reports come in the order of the paths.
#[must_use]
pub fn search_files(rules: &RuleSet, root: &Path, paths: &[Vec<u8>]) -> (Vec<Report>, Faults) {
    let outcomes: Vec<Outcome> = paths
        .par_iter()
        .enumerate()
        .map(|(index, path)| search_file(rules, root, path, index))
        .collect();
    let (mut reports, mut faults) = (Vec::new(), Faults::default());
    for (index, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Outcome::Searched(lines, report) => {
                faults.searched += 1;
                faults.lines += lines;
                reports.extend(report);
            }
            Outcome::Binary(report) => {
                faults.binary += 1;
                reports.extend(report);
            }
            Outcome::Ignored => faults.ignored += 1,
            Outcome::Unread(why) => faults.unread.push((index, why)),
        }
    }
    (reports, faults)
}

fn search_file(rules: &RuleSet, root: &Path, path: &[u8], index: usize) -> Outcome {
    let named = String::from_utf8_lossy(path);
    if rules.ignores(&named) {
        return Outcome::Ignored;
    }
    let content = match read(&root.join(OsStr::from_bytes(path))) {
        Ok(content) => content,
        Err(error) => return Outcome::Unread(reason(&error)),
    };
    let held = rules.held(&named);
    let by_name = rules.broken_by_name(&named, &held);
    let is_binary = content[..content.len().min(HEAD)].contains(&0);
    let (found, lines) = if is_binary {
        (Found::default(), 0)
    } else {
        let text = String::from_utf8_lossy(&content);
        let found = rules.engine.search(&text, &held.in_lines);
        (found, memchr::memchr_iter(b'\n', &content).count())
    };
    let report = (!by_name.is_empty() || found != Found::default()).then(|| Report {
        path: index,
        sha256: hex(&Sha256::digest(&content)),
        found: by_name
            .into_iter()
            .map(|(rule, column)| [rule, 0, column])
            .chain(found.places.iter().map(|it| [it.rule, it.line, it.column]))
            .collect(),
        costly: found
            .costly
            .iter()
            .map(|&(rule, line)| [rule, line])
            .collect(),
    });
    if is_binary {
        Outcome::Binary(report)
    } else {
        Outcome::Searched(lines, report)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe must not be waited for, and a link not be followed.
    let carefully = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(open(path, carefully, Mode::empty())?);
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(io::Error::other("it is no longer a regular file"));
    }
    let mut content = Vec::with_capacity(usize::try_from(facts.len().min(LARGEST)).unwrap_or(0));
    file.take(LARGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 128 MiB"));
    }
    Ok(content)
}

fn reason(error: &io::Error) -> String {
    let told = error.to_string();
    let told = told.split(" (os error").next().unwrap_or(&told);
    let mut letters = told.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::search_files;
    use crate::rules::RuleSet;
    use std::fs::write;

    #[test]
    fn files_are_told_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join("b.txt"), "one\ntwo mock\r\nMOCK mock\n").unwrap();
        write(folder.path().join("a_old.bin"), b"\0mock").unwrap();
        let rules = RuleSet::from_json(
            br#"{"rules": [{"pattern": "\\bmock\\b"}, {"pattern": "_old", "in_names": true},
                {"pattern": "^..."}]}"#,
        )
        .unwrap();
        let paths = [b"b.txt".to_vec(), b"a_old.bin".to_vec(), b"gone".to_vec()];
        let (reports, faults) = search_files(&rules, folder.path(), &paths);
        assert_eq!(
            reports[0].found,
            [[2, 1, 1], [2, 2, 1], [0, 2, 5], [2, 3, 1], [0, 3, 6]]
        );
        assert_eq!(reports[1].found, [[1, 0, 2]]);
        assert_eq!((faults.searched, faults.lines, faults.binary), (1, 3, 1));
        assert_eq!(
            faults.unread,
            [(2, "no such file or directory".to_string())]
        );
    }
}
