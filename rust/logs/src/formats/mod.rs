//! The formats of single lines, told apart by how a line begins.

pub mod logfmt;
pub mod structured;
pub mod text;

use crate::head::Head;
use crate::when::Calendar;

/// What a line says; a line that is nothing else is plain.
#[must_use]
pub fn read<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    match line.first() {
        Some(b'{') => structured::read(line, calendar),
        Some(first) if first.is_ascii_alphabetic() => match logfmt::starts(line) {
            true => logfmt::read(line, calendar).unwrap_or_else(|| text::read(line, calendar)),
            false => text::read(line, calendar),
        },
        Some(_) => text::read(line, calendar),
        None => Head::plain(line),
    }
}
