//! Windows events as XML text: `wevtutil`'s, the event viewer's, one or many in a line.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::digits::number;
use crate::head::{Format, Head};
use crate::layout::leading_time;
use crate::level::Level;
use crate::when::Calendar;

/// What an event ends with.
pub const END: &[u8] = b"</Event>";
/// Data of an event that its message tells.
const DATA: usize = 32;

/// Whether a stream that begins like this is made of events.
#[must_use]
pub fn is_stream(start: &[u8]) -> bool {
    let start = start
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(start)
        .trim_ascii_start();
    let is_event = |text: &[u8]| {
        text.starts_with(b"<Events") || text.starts_with(b"<Event ") || text.starts_with(b"<Event>")
    };
    if start.starts_with(b"<?xml") {
        return memmem::find(start, b"?>")
            .is_some_and(|at| is_event(start[at + 2..].trim_ascii_start()));
    }
    is_event(start)
}

/// What an event says, or None if there is none.
#[must_use]
pub fn read<'a>(text: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let at = memmem::find(text, b"<Event ").or_else(|| memmem::find(text, b"<Event>"))?;
    let text = &text[at..];
    let mut head = Head::of(Format::WindowsEvent, text);
    if !text.trim_ascii_end().ends_with(END) {
        head.flaw = Some("a Windows event that breaks off");
    }
    head.time = attribute(text, b"<TimeCreated", b"SystemTime=")
        .and_then(|it| leading_time(it, calendar))
        .map(|(time, _)| time);
    head.level = element(text, b"Level").and_then(level);
    head.logger = attribute(text, b"<Provider", b"Name=");
    head.service = element(text, b"Channel");
    head.host = element(text, b"Computer");
    head.ids[2] = attribute(text, b"<Correlation", b"ActivityID=");
    head.message = Cow::Owned(message(text, head.logger));
    Some(head)
}

/// Windows counts from critical.
fn level(text: &[u8]) -> Option<Level> {
    Some(match number(text)? {
        0 | 4 => Level::Info,
        1 => Level::Critical,
        2 => Level::Error,
        3 => Level::Warning,
        5 => Level::Debug,
        _ => return None,
    })
}

/// The text of the first element of that name.
fn element<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let open = [b"<", name].concat();
    let mut from = 0;
    loop {
        let at = from + memmem::find(&text[from..], &open)?;
        let rest = &text[at + open.len()..];
        from = at + open.len();
        if matches!(rest.first(), Some(b'>' | b' ')) {
            let begin = memchr(b'>', rest)? + 1;
            if begin >= 2 && rest[begin - 2] == b'/' {
                return None;
            }
            let end = memchr(b'<', &rest[begin..])?;
            return Some(rest[begin..begin + end].trim_ascii());
        }
    }
}

/// The value of an attribute of the first element that begins so.
fn attribute<'a>(text: &'a [u8], element: &[u8], name: &[u8]) -> Option<&'a [u8]> {
    let at = memmem::find(text, element)?;
    let inside = &text[at..at + memchr(b'>', &text[at..])?];
    let from = memmem::find(inside, name)? + name.len();
    let quote = *inside.get(from)?;
    let value = &inside[from + 1..];
    memchr(quote, value).map(|end| &value[..end])
}

/// The rendered message, or the event's number, its provider and its data.
fn message(text: &[u8], provider: Option<&[u8]>) -> Vec<u8> {
    if let Some(rendered) = element(text, b"Message") {
        return unescaped(rendered);
    }
    let mut out = b"EventID ".to_vec();
    out.extend_from_slice(element(text, b"EventID").unwrap_or(b"?"));
    if let Some(provider) = provider {
        out.push(b' ');
        out.extend_from_slice(provider);
    }
    let mut rest = memmem::find(text, b"<EventData").map_or(&text[text.len()..], |at| &text[at..]);
    for _ in 0..DATA {
        let Some(at) = memmem::find(rest, b"<Data") else {
            break;
        };
        rest = &rest[at + 5..];
        let name = memchr(b'>', rest).and_then(|end| attribute(&rest[..=end], b"", b"Name="));
        let begin = memchr(b'>', rest).map_or(rest.len(), |it| it + 1);
        let is_empty = begin >= 2 && rest.get(begin - 2) == Some(&b'/');
        let end = if is_empty {
            0
        } else {
            memchr(b'<', &rest[begin..]).unwrap_or(0)
        };
        out.push(b' ');
        if let Some(name) = name {
            out.extend_from_slice(name);
            out.push(b'=');
        }
        out.extend_from_slice(&unescaped(&rest[begin..begin + end]));
    }
    out
}

/// Text without XML's five entities; line breaks become spaces.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let entities: [(&[u8], u8); 5] = [
            (b"&lt;", b'<'),
            (b"&gt;", b'>'),
            (b"&amp;", b'&'),
            (b"&quot;", b'"'),
            (b"&apos;", b'\''),
        ];
        let found = entities
            .iter()
            .find(|(name, _)| text[at..].starts_with(name));
        match (found, text[at]) {
            (Some((name, letter)), _) => {
                out.push(*letter);
                at += name.len();
            }
            (None, b'\n' | b'\r') => {
                out.push(b' ');
                at += 1;
            }
            (None, byte) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}
