//! Whether a text is canonical already: one pass that writes nothing and keeps nothing.
use std::cmp::Ordering;

use super::marks::{Ends, Marks};
use super::members::{prefix, Member};
use super::number::{is_written, measure, Literal};
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
pub struct Form(Marks);

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
            ends: self.0.read(text),
            at: 0,
            depth: usize::from(is_object),
        };
        if is_object {
            let wanted = keys.map(|key| (prefix(key, key.len()), key));
            look.object(|member, value| {
                seen.is_plain &= !member.is_escaped;
                for (value_of, (prefix, key)) in seen.values.iter_mut().zip(wanted) {
                    if member.prefix == prefix && member.inside(text) == key {
                        *value_of = Some(value);
                    }
                }
            })?;
        } else {
            look.value()?;
        }
        (look.at == text.len()).then_some(seen)
    }
}

struct Look<'t, 'm> {
    text: &'t [u8],
    ends: Ends<'m>,
    at: usize,
    /// Containers open at the cursor.
    depth: usize,
}

impl<'t> Look<'t, '_> {
    /// Pass a value; most are strings, which are passed without a call.
    #[inline]
    fn value(&mut self) -> Option<()> {
        match *self.text.get(self.at)? {
            b'"' => self.string().map(|_| ()),
            first => self.other(first),
        }
    }

    /// Pass a value that is no string.
    #[inline(never)]
    fn other(&mut self, first: u8) -> Option<()> {
        match first {
            b'{' => self.nested(|look| look.object(|_, _| ())),
            b'[' => self.nested(Self::array),
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

    fn array(&mut self) -> Option<()> {
        self.at += 1;
        if self.take(b']') {
            return Some(());
        }
        loop {
            self.value()?;
            if !self.take(b',') {
                return self.take(b']').then_some(());
            }
        }
    }

    /// Pass an object whose keys rise; tell each member and its value.
    #[inline]
    fn object(&mut self, mut met: impl FnMut(&Member, &'t [u8])) -> Option<()> {
        self.at += 1;
        if self.take(b'}') {
            return Some(());
        }
        let mut before: Option<Member> = None;
        loop {
            let from = self.at + 1;
            let is_escaped = self.key()?;
            let key = (from, self.at - 1);
            let member = Member::new(self.text, key, is_escaped, 0);
            if before.is_some_and(|last| last.compare(&member, self.text) != Ordering::Less) {
                return None;
            }
            if !self.take(b':') {
                return None;
            }
            let start = self.at;
            self.value()?;
            met(&member, &self.text[start..self.at]);
            before = Some(member);
            if !self.take(b',') {
                return self.take(b'}').then_some(());
            }
        }
    }

    fn key(&mut self) -> Option<bool> {
        (self.text.get(self.at) == Some(&b'"')).then_some(())?;
        self.string()
    }

    /// Pass the string at the cursor; return whether it holds an escape.
    #[inline]
    fn string(&mut self) -> Option<bool> {
        let at = self.ends.next(self.at + 1)?;
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

#[cfg(test)]
mod tests {
    use super::super::canonicalize;
    use super::*;

    fn look<'t, const N: usize>(text: &'t [u8], keys: [&[u8]; N]) -> Option<Seen<'t, N>> {
        Form::default().look(text, keys)
    }

    fn holds(text: &[u8]) -> bool {
        look(text, []).is_some()
    }

    fn is_its_own(text: &[u8]) -> bool {
        canonicalize(text).is_ok_and(|written| written == text)
    }

    #[test]
    fn values_are_those_of_the_outermost_object_alone() {
        let text = br#"{"":[{"a":1}],"a":{"b":{"z":2}},"z":"}"}"#;
        let seen = look(text, [b"a", b"z", b"b"]).expect("canonical");
        let expected: [Option<&[u8]>; 3] = [Some(br#"{"b":{"z":2}}"#), Some(br#""}""#), None];
        assert_eq!((seen.values, seen.is_plain), (expected, true));
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for text in ["[{\"a\":1}]", "1", "\"a\"", "null", "{}", "[]"] {
            let seen = look(text.as_bytes(), [b"a"]).expect("canonical");
            assert_eq!(seen.values, [None], "{text}");
        }
    }

    #[test]
    fn keys_with_escapes_are_told() {
        let is_plain = |text: &str| look(text.as_bytes(), []).map(|seen| seen.is_plain);
        assert_eq!(is_plain(r#"{"a\n":1}"#), Some(false));
        assert_eq!(is_plain(r#"{"a":{"b\n":1}}"#), Some(true));
    }

    #[test]
    fn another_spelling_does_not_hold() {
        let objects = r#"{ };{"b":1,"a":2};{"a":1,"a":1}"#;
        let others = r#"1.0;-0;"\u0061";"\u000A";"\/";[1,];[1 ];nul;1 ;"#;
        for text in objects.split(';').chain(others.split(';')) {
            assert!(!holds(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn depth_and_size_end_where_the_parser_ends_them() {
        for depth in [1, 2, DEPTH_LIMIT - 1, DEPTH_LIMIT, DEPTH_LIMIT + 1] {
            let arrays = [vec![b'['; depth], vec![b']'; depth]].concat();
            let objects = [b"{\"a\":".repeat(depth), b"1".to_vec(), vec![b'}'; depth]].concat();
            for text in [arrays, objects] {
                assert_eq!(holds(&text), depth <= DEPTH_LIMIT, "{depth}");
                assert_eq!(holds(&text), is_its_own(&text), "{depth}");
            }
        }
        for length in [SIZE_LIMIT - 3, SIZE_LIMIT - 2, SIZE_LIMIT - 1] {
            let text = [b"\"".to_vec(), vec![b'a'; length], b"\"".to_vec()].concat();
            assert_eq!(holds(&text), is_its_own(&text), "{length}");
        }
    }

    #[test]
    fn every_byte_put_anywhere_has_the_parsers_verdict() {
        let text =
            "{\"\":-1.5e-7,\"a\\n\":\"\\u001f\\\\é\",\"b\":[true,null,{}],\"\u{fb33}\":1e+30}";
        let text = text.as_bytes();
        assert!(holds(text));
        for at in 0..=text.len() {
            for byte in 0..=255_u8 {
                let inserted = [&text[..at], &[byte], &text[at..]].concat();
                assert_eq!(holds(&inserted), is_its_own(&inserted), "{inserted:?}");
                if at < text.len() {
                    let replaced = [&text[..at], &[byte], &text[at + 1..]].concat();
                    assert_eq!(holds(&replaced), is_its_own(&replaced), "{replaced:?}");
                }
            }
            let cut = [&text[..at], &text[(at + 1).min(text.len())..]].concat();
            assert_eq!(holds(&cut), is_its_own(&cut), "{cut:?}");
        }
    }

    #[test]
    fn every_escape_has_the_parsers_verdict() {
        for code in 0..=0x0011_ffff_u32 >> 4 {
            let text = format!("\"\\u{:04x}\"", code & 0xffff);
            assert_eq!(
                holds(text.as_bytes()),
                is_its_own(text.as_bytes()),
                "{text}"
            );
        }
        for byte in 0..=255_u8 {
            let text = [b'"', b'\\', byte, b'"'];
            assert_eq!(holds(&text), is_its_own(&text), "{byte}");
        }
    }
}
