//! The formats of single lines, told apart by how a line begins.

pub mod clf;
pub mod journal;
pub mod kubernetes;
pub mod logfmt;
pub mod order;
pub mod structured;
pub mod syslog;
pub mod text;
pub mod windows;

use crate::head::Head;
use crate::when::Calendar;

/// What a line says; a line that is nothing else is plain.
#[must_use]
pub fn read<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    let Some(first) = line.first() else {
        return Head::plain(line);
    };
    let found = match first {
        b'{' => return structured::read(line, calendar),
        b'<' if line.get(1).is_some_and(u8::is_ascii_digit) => {
            syslog::with_priority(line, calendar)
        }
        b'<' if line.starts_with(b"<Event") && !line.starts_with(b"<Events") => {
            windows::read(line, calendar)
        }
        _ => None,
    };
    found.unwrap_or_else(|| text::read(line, calendar))
}

/// The same for what another line wraps: a wrapper within a wrapper is text.
#[must_use]
pub(crate) fn read_inner<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    if line.first() == Some(&b'{') {
        return structured::read_plainly(line, calendar);
    }
    text::read_inner(line, calendar)
}
