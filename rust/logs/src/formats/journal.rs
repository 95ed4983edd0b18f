//! journald's export format: entries of fields, a blank line between them; a field may be binary.

use memchr::{memchr, memmem};

use super::structured::Found;
use crate::head::{Format, Head};
use crate::json::Value;
use crate::when::Calendar;

/// How a stream in this format begins.
pub const MAGIC: &[u8] = b"__CURSOR=";
/// What an entry begins with, after the one before it.
pub const BETWEEN: &[u8] = b"\n\n__CURSOR=";

/// The fields of an entry, as far as it is whole.
pub fn fields(entry: &[u8]) -> Fields<'_> {
    Fields { rest: entry }
}

/// Walks over fields; what is left when it ends is in `rest`.
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let end = memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        if line.is_empty() {
            return None;
        }
        if let Some(at) = memchr(b'=', line) {
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            return Some((&line[..at], &line[at + 1..]));
        }
        let size = self.rest.get(end + 1..end + 9)?;
        let size = usize::try_from(u64::from_le_bytes(size.try_into().ok()?)).ok()?;
        let from = end + 9;
        let value = self.rest.get(from..from.checked_add(size)?)?;
        self.rest = self.rest.get(from + size + 1..).unwrap_or_default();
        Some((line, value))
    }
}

/// The length of the entry that begins here, and whether it is whole.
pub fn entry(text: &[u8]) -> (usize, bool) {
    let mut fields = fields(text);
    while fields.next().is_some() {}
    let length = text.len() - fields.rest.len();
    if matches!(fields.rest.first(), None | Some(b'\n')) {
        return (length, true);
    }
    let next = memmem::find(&text[length..], BETWEEN).map_or(text.len(), |it| length + it);
    (next, false)
}

/// What an entry says.
pub fn read<'a>(text: &'a [u8], is_whole: bool, calendar: &Calendar) -> Head<'a> {
    let mut found = Found::default();
    let mut message: &[u8] = b"";
    for (key, value) in fields(text) {
        if key == b"MESSAGE" {
            message = value;
        } else {
            found.take(b"", key, Value::Text(value));
        }
    }
    let mut head = Head::of(Format::JournalExport, message);
    found.fill(&mut head, calendar);
    if !is_whole {
        head.flaw = Some("a journal entry that breaks off");
    } else if !message.is_empty() {
        let (format, is_own) = (head.format, message.first() != Some(&b' '));
        if is_own {
            head.unwrap_with(super::read_inner(message, calendar));
        }
        head.format = format;
    }
    head
}
