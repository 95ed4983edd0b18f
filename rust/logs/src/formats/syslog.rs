//! Syslog: RFC 5424, RFC 3164, and what syslog daemons write into files.

use std::borrow::Cow;

use memchr::memchr;

use crate::digits::number;
use crate::head::{Format, Head};
use crate::layout::leading_time;
use crate::level::of_priority;
use crate::when::{Calendar, Time};

/// How far a tag may reach.
const LONGEST_TAG: usize = 96;

/// What a line that begins with `<PRIORITY>` says, if it is syslog's.
#[must_use]
pub fn with_priority<'a>(line: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let close = memchr(b'>', line.get(..6.min(line.len()))?)?;
    let priority = u32::try_from(number(&line[1..close])?)
        .ok()
        .filter(|it| *it < 192)?;
    let rest = &line[close + 1..];
    let mut head = rfc5424(rest, calendar).or_else(|| {
        let (time, length) = leading_time(rest, calendar)?;
        Some(
            rfc3164(time, &rest[length..])
                .unwrap_or_else(|| Head::of(Format::Syslog3164, rest[length..].trim_ascii_start())),
        )
    })?;
    head.level = Some(of_priority(priority));
    Some(unwrapped(head, calendar))
}

/// What follows a time without priority, if it is a host and a tag.
#[must_use]
pub fn without_priority<'a>(time: Time, rest: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    rfc3164(time, rest).map(|head| unwrapped(head, calendar))
}

/// `1 TIME HOST APP PROCESS MESSAGE-ID [id key="value"] message`.
fn rfc5424<'a>(rest: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let rest = rest.strip_prefix(b"1 ")?;
    let mut words = Words { rest };
    let stamp = words.next()?;
    let (host, app, _process, _id) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let data = data_length(words.rest)?;
    let mut head = Head::of(Format::Syslog5424, words.rest[data..].trim_ascii_start());
    if let Some(text) = head.message.strip_prefix(b"\xef\xbb\xbf") {
        head.message = Cow::Owned(text.to_vec());
    }
    if stamp != b"-" {
        let (time, length) = leading_time(stamp, calendar)?;
        head.time = (length == stamp.len()).then_some(time);
    }
    head.host = (host != b"-").then_some(host);
    head.logger = (app != b"-").then_some(app);
    ids_of_data(&words.rest[..data], &mut head);
    Some(head)
}

struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let at = memchr(b' ', self.rest)?;
        let word = &self.rest[..at];
        self.rest = &self.rest[at + 1..];
        Some(word)
    }
}

/// The length of the structured data: `-`, or elements in brackets whose values may hold escaped ones.
fn data_length(text: &[u8]) -> Option<usize> {
    if text.first() == Some(&b'-') {
        return Some(1);
    }
    let (mut at, mut is_quoted) = (0, false);
    while text.get(at) == Some(&b'[') {
        loop {
            at += 1;
            match text.get(at)? {
                b'\\' if is_quoted => at += 1,
                b'"' => is_quoted = !is_quoted,
                b']' if !is_quoted => break,
                _ => {}
            }
        }
        at += 1;
    }
    (at > 0).then_some(at)
}

fn ids_of_data<'a>(data: &'a [u8], head: &mut Head<'a>) {
    for at in memchr::memchr_iter(b'=', data) {
        let key = data[..at]
            .rsplit(|it| *it == b' ')
            .next()
            .unwrap_or_default();
        if let (Some(kind), Some(b'"')) = (crate::keys::id_kind(key), data.get(at + 1)) {
            let value = &data[at + 2..];
            head.ids[kind] = memchr(b'"', value).map(|end| &value[..end]);
        }
    }
}

/// ` HOST TAG[PROCESS]: message`.
fn rfc3164(time: Time, rest: &[u8]) -> Option<Head<'_>> {
    let rest = rest
        .strip_prefix(b" ")
        .or_else(|| rest.strip_prefix(b": "))?;
    let space = memchr(b' ', rest)?;
    let host = &rest[..space];
    let is_host = !host.is_empty()
        && host.iter().all(|it| {
            it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_' | b':' | b'/' | b'@')
        })
        && crate::level::of_word(host).is_none()
        && !host.ends_with(b":");
    if !is_host {
        return None;
    }
    let rest = &rest[space + 1..];
    let (tag, length) = tag(rest)?;
    let mut head = Head::of(Format::Syslog3164, rest[length..].trim_ascii_start());
    head.time = Some(time);
    head.host = Some(host);
    head.logger = Some(tag);
    Some(head)
}

/// `name[123]:`, `name(part)[123]:`, `name:`; the name and how long all that is.
fn tag(text: &[u8]) -> Option<(&[u8], usize)> {
    let near = &text[..text.len().min(LONGEST_TAG)];
    let end = near.iter().position(|it| {
        !(it.is_ascii_alphanumeric()
            || matches!(
                it,
                b'.' | b'-' | b'_' | b'/' | b'(' | b')' | b' ' | b'@' | b'#'
            ))
    })?;
    let name = &near[..end];
    let spaces = memchr::memchr_iter(b' ', name).count();
    if name.is_empty() || spaces > 2 {
        return None;
    }
    match near[end] {
        b':' if spaces == 0 => Some((name, end + 1)),
        b'[' => {
            let close = memchr(b']', &near[end..])?;
            let at = end + close + 1;
            let is_number = near[end + 1..end + close].iter().all(u8::is_ascii_digit);
            (is_number && text.get(at) == Some(&b':')).then_some((name, at + 1))
        }
        _ => None,
    }
}

/// The same, with what the message itself says.
fn unwrapped<'a>(mut head: Head<'a>, calendar: &Calendar) -> Head<'a> {
    if let Cow::Borrowed(text) = head.message {
        if !matches!(text.first(), Some(b' ' | b'\t')) {
            head.unwrap_with(super::read_inner(text, calendar));
        }
    }
    head
}
