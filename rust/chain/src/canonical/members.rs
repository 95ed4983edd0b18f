//! The members of an object: compared by their keys, laid out again when they were out of order.
use std::cmp::Ordering;

use super::order::compare;
use super::text::unescaped;

/// One `"key":value` of an object.
#[derive(Clone, Copy)]
pub(super) struct Member {
    /// The first eight bytes of the key, big-endian, zeros after its end.
    pub prefix: u64,
    /// Whether keys compare as their prefixes do: no escape, no byte that UTF-16 sorts elsewhere.
    is_plain: bool,
    pub is_escaped: bool,
    /// The key's inside in the text.
    key: (usize, usize),
    /// The member in the output.
    pub start: usize,
    pub end: usize,
}

impl Member {
    /// Describe a member whose key's inside is `text[from..to]`, written at `start`.
    #[inline]
    pub fn new(text: &[u8], (from, to): (usize, usize), is_escaped: bool, start: usize) -> Self {
        let prefix = prefix(&text[from..], to - from);
        // Bytes from E0 on have their three upper bits set; UTF-16 sorts EE to F4 differently.
        let high = prefix & prefix << 1 & prefix << 2 & (u64::MAX / 255) << 7;
        Self {
            prefix,
            is_plain: !is_escaped && high == 0,
            is_escaped,
            key: (from, to),
            start,
            end: start,
        }
    }

    /// Return the key's characters.
    pub fn key(&self, text: &[u8]) -> String {
        let inside = self.inside(text);
        if self.is_escaped {
            return unescaped(inside);
        }
        String::from_utf8_lossy(inside).into_owned()
    }

    /// Compare two keys in the order of RFC 8785 3.2.3.
    #[inline]
    pub fn compare(&self, other: &Self, text: &[u8]) -> Ordering {
        if self.is_plain && other.is_plain && self.prefix != other.prefix {
            return self.prefix.cmp(&other.prefix);
        }
        self.compare_whole(other, text)
    }

    fn compare_whole(&self, other: &Self, text: &[u8]) -> Ordering {
        if self.is_escaped || other.is_escaped {
            return compare(self.key(text).as_bytes(), other.key(text).as_bytes());
        }
        compare(self.inside(text), other.inside(text))
    }

    /// Return the key's inside as it stands in the text.
    pub fn inside<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        &text[self.key.0..self.key.1]
    }
}

/// Sort members by key; return the first whose key its object has twice.
pub(super) fn sort<'m>(members: &'m mut [Member], text: &[u8]) -> Option<&'m Member> {
    members.sort_unstable_by(|one, other| one.compare(other, text));
    members
        .windows(2)
        .find(|pair| pair[0].compare(&pair[1], text) == Ordering::Equal)
        .map(|pair| &pair[0])
}

/// Write members, which fill `out` from `body` on, in the order they are given in.
pub(super) fn lay_out(members: &[Member], out: &mut [u8], body: usize, spare: &mut Vec<u8>) {
    spare.clear();
    for member in members {
        if !spare.is_empty() {
            spare.push(b',');
        }
        spare.extend_from_slice(&out[member.start..member.end]);
    }
    out[body..].copy_from_slice(spare);
}

/// Return the first eight of the `length` bytes that a key has at the start of `text`.
#[inline]
pub(super) fn prefix(text: &[u8], length: usize) -> u64 {
    let Some(chunk) = text.first_chunk::<8>() else {
        let known = text[..length].iter().chain(std::iter::repeat(&0));
        return known
            .take(8)
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
    };
    let word = u64::from_be_bytes(*chunk);
    let beyond = u32::try_from(64 - 8 * length.min(8)).unwrap_or(0);
    word & u64::MAX.unbounded_shl(beyond)
}
