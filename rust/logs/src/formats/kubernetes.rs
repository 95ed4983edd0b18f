//! Kubernetes: the container runtime's lines and klog's own.

use std::borrow::Cow;

use crate::digits::two;
use crate::head::{Format, Head};
use crate::layout::clocked_at;
use crate::level::of_letter;
use crate::when::{Calendar, Known, Time, Wall};

/// What follows a time in ` stdout F message`; a `P` says that the message goes on in the next line.
#[must_use]
pub fn cri<'a>(time: Time, rest: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    if time.known != Known::Parsed {
        return None;
    }
    let (stream, rest) = (rest.get(1..7)?, rest.get(7..)?);
    if rest[..].len() < 3 || !matches!(stream, b"stdout" | b"stderr") || rest[0] != b' ' {
        return None;
    }
    let tag = rest[1];
    if !matches!(tag, b'F' | b'P') || !matches!(rest[2], b' ' | b':') {
        return None;
    }
    let message = &rest[3..];
    let mut head = Head::of(Format::Cri, message);
    head.time = Some(time);
    head.stream = Some(stream);
    if tag == b'P' {
        head.is_partial = true;
    } else if !matches!(message.first(), Some(b' ' | b'\t')) {
        head.unwrap_with(super::read_inner(message, calendar));
    }
    Some(head)
}

/// `I0102 15:04:05.678901   12345 file.go:12] message`.
#[must_use]
pub fn klog<'a>(line: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let level = of_letter(*line.first()?)?;
    if line.get(5) != Some(&b' ') || !matches!(line[0], b'I' | b'W' | b'E' | b'F') {
        return None;
    }
    let wall = Wall {
        month: two(line, 1)?,
        day: two(line, 3)?,
        ..Wall::default()
    };
    let (time, end) = clocked_at(line, 6, wall, calendar)?;
    let rest = line[end..].trim_ascii_start();
    let close = memchr::memchr(b']', &rest[..rest.len().min(160)])?;
    let mut place = rest[..close].split(|it| *it == b' ').rev();
    let mut head = Head::of(Format::Klog, b"");
    head.logger = place.next().filter(|it| !it.is_empty());
    head.time = Some(time);
    head.level = Some(level);
    head.message = Cow::Borrowed(rest[close + 1..].trim_ascii_start());
    Some(head)
}
