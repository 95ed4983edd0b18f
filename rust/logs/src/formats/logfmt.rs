//! `key=value` lines.

use std::borrow::Cow;

use crate::head::{Format, Head};
use crate::json::Value;
use crate::when::Calendar;

/// The pairs of a line, as far as it has the form.
pub fn pairs(line: &[u8]) -> Pairs<'_> {
    Pairs { rest: line }
}

/// Walks over pairs; what is left when it ends is in `rest`.
pub struct Pairs<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], Cow<'a, [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_ascii_start();
        let length = text
            .iter()
            .position(|it| !is_of_key(*it))
            .unwrap_or(text.len());
        if length == 0 {
            self.rest = text;
            return None;
        }
        let key = &text[..length];
        match text.get(length) {
            None | Some(b' ') => {
                self.rest = &text[length..];
                Some((key, Cow::Borrowed(b"")))
            }
            Some(b'=') => {
                let (value, end) = value(&text[length + 1..])?;
                self.rest = &text[length + 1 + end..];
                Some((key, value))
            }
            Some(_) => {
                self.rest = text;
                None
            }
        }
    }
}

/// Whether the first word is a key with its value.
pub fn starts(line: &[u8]) -> bool {
    let length = line.iter().take(64).position(|it| !is_of_key(*it));
    length.is_some_and(|it| line[it] == b'=')
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@')
}

fn value(text: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    if text.first() != Some(&b'"') {
        let length = memchr::memchr(b' ', text).unwrap_or(text.len());
        return Some((Cow::Borrowed(&text[..length]), length));
    }
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            break;
        }
        at += 2;
    }
    Some((crate::json::unescaped(&text[1..at]), at + 1))
}

/// What a line says, if it is nothing but pairs: at least two, and one of them says when, how grave or what.
pub fn read<'a>(line: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let mut pairs = pairs(line);
    let mut found = super::structured::Found::default();
    let (mut count, mut message) = (0, None);
    for (key, value) in pairs.by_ref() {
        count += 1;
        match value {
            Cow::Borrowed(raw) => found.take(b"", key, Value::Text(raw)),
            Cow::Owned(text) if matches!(key, b"msg" | b"message") => message = Some(text),
            Cow::Owned(_) => {}
        }
    }
    if count < 2 || !pairs.rest.trim_ascii().is_empty() || !found.is_telling(message.is_some()) {
        return None;
    }
    let mut head = Head::of(Format::Logfmt, line);
    found.fill(&mut head, calendar);
    match (message, found.message()) {
        (Some(text), _) => head.message = Cow::Owned(text),
        (None, Some(text)) => head.message = Cow::Borrowed(text),
        (None, None) => {}
    }
    Some(head)
}
