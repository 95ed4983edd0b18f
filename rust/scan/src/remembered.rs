//! What earlier records say of files, so that one whose status is still the same need not be read again.
//!
//! A stamp is a digest over a file's path and all that its status tells. It is made of a record's text, and of a status;
//! where both give the same one, the file was read before and neither size, times, inode, rights nor owner have changed.

use std::borrow::Cow;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::observe::numbers;
use crate::stamp;
use crate::status::Status;

/// What one file looked like when it was read.
pub type Stamp = [u8; 16];

const TAG: &[u8] = b"ami-audit/file-stamp/1\n";

/// A file that was changed this shortly before a run may have been changed again within one tick of its clock.
const UNSETTLED_MS: u64 = 2_000;

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    context: Facts<'a>,
    #[serde(borrow)]
    outcome: Cow<'a, str>,
    run_id: Option<&'a str>,
    #[serde(borrow)]
    target: Cow<'a, str>,
}

// None of these texts ever holds what JSON escapes, but for the path; a record where one does tells nothing.
#[derive(Deserialize)]
struct Facts<'a> {
    changed_at: Option<&'a str>,
    /// Of `file.seen`: what it tells of many files.
    #[serde(borrow, default)]
    files: Vec<Facts<'a>>,
    group: Option<Owner>,
    inode: Option<Number>,
    mime: Option<&'a str>,
    mode: Option<&'a str>,
    modified_at: Option<&'a str>,
    owner: Option<Owner>,
    path_bytes: Option<&'a str>,
    sha256: Option<&'a str>,
    size_bytes: Option<Number>,
    target: Option<String>,
    volume: Option<&'a str>,
}

#[derive(Deserialize)]
struct Owner {
    id: u32,
}

/// A count as records write it: as text beyond 2^53−1.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Small(u64),
    Large(String),
}

impl Number {
    fn value(&self) -> Option<u64> {
        match self {
            Self::Small(value) => Some(*value),
            Self::Large(text) => text.parse().ok(),
        }
    }
}

/// The stamps in the texts of records, sorted; what does not tell all of a file gives none.
///
/// Files of a media type in `except` are left out: they are to be opened in any case.
#[must_use]
pub fn stamps<'a>(records: impl IntoIterator<Item = &'a [u8]>, except: &[String]) -> Vec<Stamp> {
    let mut found = Vec::new();
    for text in records {
        if let Ok(record) = serde_json::from_slice::<Record<'_>>(text) {
            record.stamps(except, &mut found);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl Record<'_> {
    fn stamps(&self, except: &[String], found: &mut Vec<Stamp>) {
        let Some(settled) = self.run_id.and_then(settled_before) else {
            return;
        };
        if self.outcome != "success" {
            return;
        }
        let of = |facts: &Facts<'_>, target: &str| facts.stamp(target, &settled, except);
        match &*self.action {
            "file.observed" => found.extend(of(&self.context, &self.target)),
            "file.seen" => found.extend(
                self.context
                    .files
                    .iter()
                    .filter_map(|it| of(it, it.target.as_deref()?)),
            ),
            _ => {}
        }
    }
}

impl Facts<'_> {
    fn stamp(&self, target: &str, settled: &str, except: &[String]) -> Option<Stamp> {
        let is_excepted = |it: &str| except.iter().any(|mime| mime == it);
        let changed_at = self.changed_at?;
        // A name that is no text may read like another one.
        if self.path_bytes.is_some()
            || self.sha256.is_none()
            || self.mime.is_none_or(is_excepted)
            || changed_at >= settled
        {
            return None;
        }
        Some(digest(&[
            target,
            self.volume?,
            &self.inode.as_ref()?.value()?.to_string(),
            &self.size_bytes.as_ref()?.value()?.to_string(),
            self.modified_at?,
            changed_at,
            self.mode?,
            &self.owner.as_ref()?.id.to_string(),
            &self.group.as_ref()?.id.to_string(),
        ]))
    }
}

/// The stamp that a file of that path and status has; None when no record can tell all of it.
pub fn stamp_of(path: &[u8], status: &Status) -> Option<Stamp> {
    Some(digest(&[
        simdutf8::basic::from_utf8(path).ok()?,
        &numbers(status.device),
        &status.inode.to_string(),
        &status.size.to_string(),
        &stamp::written(status.modified)?,
        &stamp::written(status.changed)?,
        &format!("{:04o}", status.mode & 0o7777),
        &status.owner.to_string(),
        &status.group.to_string(),
    ]))
}

fn digest(parts: &[&str]) -> Stamp {
    let mut hasher = Sha256::new_with_prefix(TAG);
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut stamp = Stamp::default();
    let length = stamp.len();
    stamp.copy_from_slice(&hasher.finalize()[..length]);
    stamp
}

/// The moment before which whatever had changed was settled when a run began, which its UUIDv7 tells.
fn settled_before(run_id: &str) -> Option<String> {
    let is_uuid7 = run_id.len() == 36 && run_id.as_bytes()[14] == b'7';
    let digits = [run_id.get(..8)?, run_id.get(9..13)?].concat();
    if !is_uuid7 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return None;
    }
    let milliseconds = u64::from_str_radix(&digits, 16).ok()?;
    let settled = milliseconds
        .checked_sub(UNSETTLED_MS)
        .filter(|_| is_uuid7)?;
    let nanoseconds = u32::try_from(settled % 1000 * 1_000_000).ok()?;
    stamp::written((i64::try_from(settled / 1000).ok()?, nanoseconds))
}
