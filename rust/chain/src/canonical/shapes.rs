//! The keys that objects had before: a text made like others is compared with them instead of being read.
use std::cmp::Ordering;

use super::members::Member;
use super::order::compare;

/// The longest `"key":` that is remembered.
const LONGEST: usize = 32;
/// Keys that are remembered of the objects at one place.
const KEYS: usize = 48;
/// Places that are remembered.
const PLACES: usize = 256;
/// Keys that may be missing one after the other before a key is read.
const TRIES: usize = 3;

/// The place of the outermost object.
pub(super) const OUTERMOST: usize = 0;
/// A place of which nothing is remembered.
pub(super) const NOWHERE: usize = usize::MAX;

/// For each place in a text the keys that its objects had, in the order of RFC 8785 3.2.3.
///
/// A place is the key that leads to it, under the place of that key's object; the items of an array share one.
pub(super) struct Shapes(Vec<Vec<Known>>);

impl Default for Shapes {
    fn default() -> Self {
        Self(vec![Vec::new()])
    }
}

/// A key without escapes, as it stands in a text.
pub(super) struct Known {
    /// `"key":`, zeros behind it.
    words: [u64; 4],
    /// Ones where `words` counts.
    mask: [u64; 4],
    /// The length of `"key":`.
    pub length: usize,
    /// The key's [`Member::prefix`].
    pub prefix: u64,
    /// The place of its values.
    pub below: usize,
}

impl Shapes {
    /// Return the known key that stands in `text` at `at`, from the place's `first` on, and which of them it is.
    #[inline]
    pub fn standing(
        &self,
        place: usize,
        first: usize,
        text: &[u8],
        at: usize,
    ) -> Option<(usize, &Known)> {
        let known = self.0.get(place)?.get(first..)?;
        let usual = known.first()?;
        if usual.is_at(text, at) {
            return Some((first, usual));
        }
        Self::later(known, text, at).map(|(index, known)| (first + index, known))
    }

    /// The same for the keys after the first of `known`, which is missing.
    #[inline(never)]
    fn later<'k>(known: &'k [Known], text: &[u8], at: usize) -> Option<(usize, &'k Known)> {
        let mut next = known.iter().enumerate().skip(1).take(TRIES);
        next.find(|(_, known)| known.is_at(text, at))
    }

    /// Remember the key of `member`, whose value begins with `first`.
    ///
    /// Returns the place of its values, and the first key of its place that sorts after it.
    pub fn learn(
        &mut self,
        place: usize,
        member: &Member,
        text: &[u8],
        first: u8,
    ) -> (usize, usize) {
        let count = self.0.len();
        let Some(known) = self.0.get_mut(place) else {
            return (NOWHERE, 0);
        };
        let at = known.partition_point(|known| known.compare(member, text) == Ordering::Less);
        if let Some(same) = known.get(at) {
            if same.compare(member, text) == Ordering::Equal {
                return (same.below, at + 1);
            }
        }
        let is_learnt =
            known.len() < KEYS && !member.is_escaped && member.inside(text).len() + 3 <= LONGEST;
        if !is_learnt {
            return (NOWHERE, at);
        }
        let has_place = matches!(first, b'{' | b'[') && count < PLACES;
        let below = if has_place { count } else { NOWHERE };
        known.insert(at, Known::new(member, text, below));
        if has_place {
            self.0.push(Vec::new());
        }
        (below, at + 1)
    }
}

impl Known {
    fn new(member: &Member, text: &[u8], below: usize) -> Self {
        let key = member.inside(text);
        let length = key.len() + 3;
        let (mut bytes, mut mask) = ([0; LONGEST], [0; LONGEST]);
        bytes[0] = b'"';
        bytes[1..=key.len()].copy_from_slice(key);
        bytes[length - 2..length].copy_from_slice(b"\":");
        mask[..length].fill(0xff);
        Self {
            words: words_of(&bytes),
            mask: words_of(&mask),
            length,
            prefix: member.prefix,
            below,
        }
    }

    /// Return whether `"key":` stands in `text` at `at`.
    #[inline]
    fn is_at(&self, text: &[u8], at: usize) -> bool {
        let Some(rest) = text.get(at..) else {
            return false;
        };
        match rest.first_chunk::<LONGEST>() {
            Some(chunk) => self.begins(chunk),
            None => self.is_end(rest),
        }
    }

    #[inline]
    fn begins(&self, chunk: &[u8; LONGEST]) -> bool {
        let mut differing = 0;
        for (eight, (word, mask)) in chunk
            .as_chunks::<8>()
            .0
            .iter()
            .zip(self.words.iter().zip(&self.mask))
        {
            differing |= (u64::from_le_bytes(*eight) ^ word) & mask;
        }
        differing == 0
    }

    /// The same in the last bytes of a text.
    #[inline(never)]
    fn is_end(&self, rest: &[u8]) -> bool {
        let mut chunk = [0; LONGEST];
        chunk[..rest.len()].copy_from_slice(rest);
        self.begins(&chunk)
    }

    fn compare(&self, member: &Member, text: &[u8]) -> Ordering {
        let mut bytes = [0; LONGEST];
        for (eight, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.words) {
            *eight = word.to_le_bytes();
        }
        let key = &bytes[1..self.length - 2];
        if member.is_escaped {
            return compare(key, member.key(text).as_bytes());
        }
        compare(key, member.inside(text))
    }
}

fn words_of(bytes: &[u8; LONGEST]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, eight) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*eight);
    }
    words
}
