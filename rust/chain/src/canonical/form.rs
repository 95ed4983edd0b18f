//! Whether a text is canonical already: one pass that writes nothing and keeps nothing.
use std::cmp::Ordering;

use super::marks::{Ends, Marks};
use super::members::{prefix, Member};
use super::number::{is_written, measure, Literal};
use super::shapes::{Shapes, NOWHERE, OUTERMOST};
use super::text::escape_end;
use super::{DEPTH_LIMIT, SIZE_LIMIT};

/// What was looked for in the outermost object of a canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'t, const N: usize> {
    /// The value of each key that was asked for, as it stands in the text.
    pub values: [Option<&'t [u8]>; N],
    /// Whether no key of the outermost object is written with an escape.
    pub is_plain: bool,
}

/// Looks at one text after the other, with memory kept from one to the next.
#[derive(Default)]
pub struct Form {
    marks: Marks,
    shapes: Shapes,
}

impl Form {
    /// Return the values of `keys`, or None when `text` is not in canonical form.
    ///
    /// None exactly where [`super::canonicalize`] refuses the text or writes another one. An array,
    /// a string, a number and a word have no members; a key written with an escape is not found.
    #[must_use]
    pub fn look<'t, const N: usize>(
        &mut self,
        text: &'t [u8],
        keys: [&[u8]; N],
    ) -> Option<Seen<'t, N>> {
        if text.len() > SIZE_LIMIT {
            return None;
        }
        simdutf8::basic::from_utf8(text).ok()?;
        let mut seen = Seen {
            values: [None; N],
            is_plain: true,
        };
        let is_object = text.first() == Some(&b'{');
        let mut look = Look {
            text,
            ends: self.marks.read(text),
            shapes: &mut self.shapes,
            at: 0,
            depth: usize::from(is_object),
        };
        if is_object {
            let wanted = keys.map(|key| (prefix(key, key.len()), key));
            look.object(OUTERMOST, |key, value| {
                seen.is_plain &= !key.is_escaped;
                for (value_of, (prefix, wanted)) in seen.values.iter_mut().zip(wanted) {
                    if key.prefix == prefix && text[key.from..key.to] == *wanted {
                        *value_of = Some(value);
                    }
                }
            })?;
        } else {
            look.value(NOWHERE)?;
        }
        (look.at == text.len()).then_some(seen)
    }
}

/// The key that was passed last; it is changed in place, for copying it would wait until all of it is written.
#[derive(Default)]
struct Key {
    /// Its inside in the text; before the first key nothing.
    from: usize,
    to: usize,
    is_escaped: bool,
    /// Its [`Member::prefix`].
    prefix: u64,
    /// The place of its value, and the first known key that may follow.
    below: usize,
    next: usize,
}

struct Look<'t, 'm> {
    text: &'t [u8],
    /// The next of them is the first one that is not before the cursor.
    ends: Ends<'m>,
    shapes: &'m mut Shapes,
    at: usize,
    /// Containers open at the cursor.
    depth: usize,
}

impl<'t> Look<'t, '_> {
    /// Pass a value; most are strings, which are passed without a call.
    #[inline]
    fn value(&mut self, place: usize) -> Option<()> {
        match *self.text.get(self.at)? {
            b'"' => self.string().map(|_| ()),
            first => self.other(first, place),
        }
    }

    /// Pass a value that is no string.
    #[inline(never)]
    fn other(&mut self, first: u8, place: usize) -> Option<()> {
        match first {
            b'{' => self.nested(|look| look.object(place, |_, _| ())),
            b'[' => self.nested(|look| look.array(place)),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, container: impl Fn(&mut Self) -> Option<()>) -> Option<()> {
        if self.depth == DEPTH_LIMIT {
            return None;
        }
        self.depth += 1;
        container(self)?;
        self.depth -= 1;
        Some(())
    }

    fn array(&mut self, place: usize) -> Option<()> {
        self.at += 1;
        if self.take(b']') {
            return Some(());
        }
        loop {
            self.value(place)?;
            if !self.take(b',') {
                return self.take(b']').then_some(());
            }
        }
    }

    /// Pass an object whose keys rise; tell each key and its value.
    #[inline]
    fn object(&mut self, place: usize, mut met: impl FnMut(&Key, &'t [u8])) -> Option<()> {
        self.at += 1;
        if self.take(b'}') {
            return Some(());
        }
        let mut key = Key::default();
        loop {
            if !self.known(place, &mut key) {
                self.unknown(place, &mut key)?;
            }
            let start = self.at;
            self.value(key.below)?;
            met(&key, &self.text[start..self.at]);
            if !self.take(b',') {
                return self.take(b'}').then_some(());
            }
        }
    }

    /// Pass the next key and its colon, if objects had it here before, in the order that they had it in.
    #[inline]
    fn known(&mut self, place: usize, key: &mut Key) -> bool {
        let Some((index, known)) = self.shapes.standing(place, key.next, self.text, self.at) else {
            return false;
        };
        key.from = self.at + 1;
        self.at += known.length;
        self.ends.pass_two();
        key.to = self.at - 2;
        key.is_escaped = false;
        key.prefix = known.prefix;
        key.below = known.below;
        key.next = index + 1;
        true
    }

    /// Pass the next key, which sorts after the one before, and its colon.
    #[inline(never)]
    fn unknown(&mut self, place: usize, key: &mut Key) -> Option<()> {
        let from = self.at + 1;
        (self.text.get(self.at) == Some(&b'"')).then_some(())?;
        let is_escaped = self.string()?;
        let to = self.at - 1;
        let member = Member::new(self.text, (from, to), is_escaped, 0);
        if key.from > 0 {
            let before = Member::new(self.text, (key.from, key.to), key.is_escaped, 0);
            (before.compare(&member, self.text) == Ordering::Less).then_some(())?;
        }
        self.take(b':').then_some(())?;
        let first = *self.text.get(self.at)?;
        let (below, next) = self.shapes.learn(place, &member, self.text, first);
        *key = Key {
            from,
            to,
            is_escaped,
            prefix: member.prefix,
            below,
            next,
        };
        Some(())
    }

    /// Pass the string at the cursor; return whether it holds an escape.
    #[inline]
    fn string(&mut self) -> Option<bool> {
        let at = self.ends.after_next()?;
        if *self.text.get(at)? != b'"' {
            return self.escaped(at);
        }
        self.at = at + 1;
        Some(false)
    }

    /// Pass the rest of a string from its first mark on, which does not end it.
    #[inline(never)]
    fn escaped(&mut self, mut at: usize) -> Option<bool> {
        while *self.text.get(at)? == b'\\' {
            at = self.ends.next(escape_end(self.text, at)?)?;
        }
        self.at = at + 1;
        (self.text.get(at) == Some(&b'"')).then_some(true)
    }

    fn number(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let (literal, length) = measure(rest).ok()?;
        self.at += length;
        (literal == Literal::Integer || is_written(&rest[..length])).then_some(())
    }

    fn word(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        // Each of a length that the compiler knows: compared without a call.
        self.at += match rest.first()? {
            b'n' if rest.starts_with(b"null") => 4,
            b't' if rest.starts_with(b"true") => 4,
            b'f' if rest.starts_with(b"false") => 5,
            _ => return None,
        };
        Some(())
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }
}
