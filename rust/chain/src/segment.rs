//! The index of a segment of the trail: for each field the keys that its records have, and where.
use std::borrow::Cow;

use crate::canonical::{string_of, Form};
use crate::digest::{sha256, Hash};
use crate::error::Error;
use crate::merkle::subtree_root;
use crate::moment::is_moment;
use crate::Workers;

/// The indexed fields, in the order of their columns.
pub const FIELDS: [&str; 8] = [
    "action",
    "actor",
    "run_id",
    "severity",
    "source",
    "target",
    "target_type",
    "timestamp",
];

/// The length that stands for a record without a key.
const UNSAID: u32 = u32::MAX;
/// What the data of a leaf begins with; a record's leaf begins with 1.
const VERSION: u8 = 2;
const SEVERITIES: [&str; 5] = ["debug", "info", "warning", "error", "critical"];

/// One column a field: for each record the length of its key (u32 big-endian) and the key, or
/// 2^32−1 alone where it has none.
pub type Columns = [Vec<u8>; 8];

/// Return the columns of records, from their canonical texts.
///
/// A text that is not canonical, is no object, or has a key with an escape in it says nothing.
#[must_use]
pub fn columns(texts: &[&[u8]], workers: Workers<'_>) -> Columns {
    let tasks: Vec<_> = texts.chunks(workers.share(texts.len())).collect();
    let mut joined = Columns::default();
    for part in workers.map(tasks, columns_of) {
        for (column, more) in joined.iter_mut().zip(part) {
            column.extend_from_slice(&more);
        }
    }
    joined
}

fn columns_of(texts: &[&[u8]]) -> Columns {
    let mut columns = Columns::default();
    let mut form = Form::default();
    for text in texts {
        let mut keys: [Option<Cow<'_, str>>; 8] = Default::default();
        let seen = form.look(text, FIELDS.map(str::as_bytes));
        if let Some(seen) = seen.filter(|seen| seen.is_plain) {
            for (field, value) in seen.values.iter().enumerate() {
                keys[field] = value
                    .and_then(string_of)
                    .and_then(|said| key_of(field, said));
            }
        }
        for (column, key) in columns.iter_mut().zip(keys) {
            let length = key
                .as_ref()
                .map_or(UNSAID, |key| u32::try_from(key.len()).unwrap_or(UNSAID));
            column.extend_from_slice(&length.to_be_bytes());
            column.extend_from_slice(key.as_deref().unwrap_or_default().as_bytes());
        }
    }
    columns
}

/// Return the key under which a value is found: a severity by its weight, a source without its
/// version, a moment only in the format's own form.
fn key_of(field: usize, said: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match FIELDS[field] {
        "severity" => {
            let weight = SEVERITIES.iter().position(|name| *name == said)?;
            Some(Cow::Owned(weight.to_string()))
        }
        "source" => match said.find('/') {
            Some(end) => Some(Cow::Owned(said[..end].to_owned())),
            None => Some(said),
        },
        "timestamp" => is_moment(said.as_bytes()).then_some(said),
        _ => Some(said),
    }
}

/// Return how many keys a column has, and the RFC 6962 root over their leaves in byte order.
///
/// A leaf's data is the byte 2, the key's length (u32 big-endian), the key, how many records have
/// it (u32), and their sequences (u64), ascending. The first record has the sequence `first`.
///
/// # Errors
/// [`Error::Length`] when the column ends inside a key.
pub fn root(column: &[u8], first: u64) -> Result<(u64, Hash), Error> {
    let mut entries = keys(column, first)?;
    entries.sort_unstable();
    let leaves: Vec<Hash> = entries
        .chunk_by(|one, other| one.0 == other.0)
        .map(leaf)
        .collect();
    Ok((leaves.len() as u64, subtree_root(&leaves)))
}

fn leaf(entries: &[(&[u8], u64)]) -> Hash {
    let key = entries[0].0;
    let mut data = Vec::with_capacity(10 + key.len() + 8 * entries.len());
    data.extend_from_slice(&[0, VERSION]);
    data.extend_from_slice(&length(key.len()));
    data.extend_from_slice(key);
    data.extend_from_slice(&length(entries.len()));
    for (_, sequence) in entries {
        data.extend_from_slice(&sequence.to_be_bytes());
    }
    sha256(&data)
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(UNSAID).to_be_bytes()
}

fn keys(column: &[u8], first: u64) -> Result<Vec<(&[u8], u64)>, Error> {
    let wrong = Error::Length {
        what: "column",
        expected: "lengths and keys",
        found: column.len(),
    };
    let mut found = Vec::new();
    let (mut rest, mut sequence) = (column, first);
    while !rest.is_empty() {
        let (prefix, after) = rest.split_first_chunk::<4>().ok_or_else(|| wrong.clone())?;
        let length = u32::from_be_bytes(*prefix);
        rest = after;
        if length != UNSAID {
            let (key, after) = after
                .split_at_checked(length as usize)
                .ok_or_else(|| wrong.clone())?;
            found.push((key, sequence));
            rest = after;
        }
        sequence = sequence
            .checked_add(1)
            .ok_or(Error::Range("first_sequence: the segment ends past 2^64"))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(texts: &[&str], field: usize) -> Vec<u8> {
        let texts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
        columns(&texts, Workers::Caller)[field].clone()
    }

    #[test]
    fn what_is_said_is_what_is_indexed() {
        let text = r#"{"action":"a\"b","severity":"error","source":"git_source/1"}"#;
        assert_eq!(column(&[text], 0), b"\x00\x00\x00\x03a\"b");
        assert_eq!(column(&[text], 3), b"\x00\x00\x00\x013");
        assert_eq!(column(&[text], 4), b"\x00\x00\x00\x0agit_source");
        assert_eq!(column(&[text], 5), [255; 4]);
    }

    #[test]
    fn what_is_not_canonical_says_nothing() {
        for text in [
            r#"{"action": "a"}"#,
            r#"{"action":1}"#,
            r#"{"\n":1,"action":"a"}"#,
            "x",
        ] {
            assert_eq!(column(&[text], 0), [255; 4], "{text}");
        }
    }

    #[test]
    fn a_root_is_over_keys_in_byte_order_with_their_sequences() {
        let texts = [
            r#"{"action":"b"}"#,
            r#"{"action":"a"}"#,
            r#"{"action":"b"}"#,
        ];
        let (count, found) = root(&column(&texts, 0), 7).expect("a column");
        let leaf = |key: &[u8], sequences: &[u64]| {
            let mut data = vec![0, 2, 0, 0, 0, 1];
            data.extend_from_slice(key);
            data.extend_from_slice(&length(sequences.len()));
            data.extend(sequences.iter().flat_map(|number| number.to_be_bytes()));
            sha256(&data)
        };
        assert_eq!(count, 2);
        assert_eq!(
            found,
            subtree_root(&[leaf(b"a", &[8]), leaf(b"b", &[7, 9])])
        );
    }

    #[test]
    fn a_column_that_ends_too_soon_is_refused() {
        assert!(root(&[0, 0, 0, 2, b'a'], 0).is_err());
        assert!(root(&[0, 0], 0).is_err());
        assert_eq!(root(&[], 0), Ok((0, sha256(b""))));
    }
}
