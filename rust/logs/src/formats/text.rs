//! Lines of text: a time, a level, a name and a message in the orders that loggers write them.

use std::borrow::Cow;

use memchr::memchr;

use crate::head::{Format, Head};
use crate::layout::leading_time;
use crate::level::{of_letter, of_word, Level};
use crate::when::Calendar;

/// How far into a line a head may reach.
const WORDS_BEFORE_LEVEL: usize = 5;

/// What a line of text says.
#[must_use]
pub fn read<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    let Some((time, end)) = time_at_start(line, calendar) else {
        return undated(line);
    };
    let mut head = Head::of(Format::Dated, &line[end..]);
    head.time = Some(time);
    after_time(&mut head, &line[end..]);
    head
}

fn time_at_start(line: &[u8], calendar: &Calendar) -> Option<(crate::when::Time, usize)> {
    if line.first() == Some(&b'[') {
        let (time, length) = leading_time(&line[1..], calendar)?;
        // `[time]`, or env_logger's `[time LEVEL name]`.
        let at = 1 + length;
        return match line.get(at)? {
            b']' => Some((time, at + 1)),
            b' ' => Some((time, at)),
            _ => None,
        };
    }
    leading_time(line, calendar)
}

/// One piece of a head.
struct Word<'a> {
    text: &'a [u8],
    /// Where the rest begins.
    end: usize,
    is_bracketed: bool,
}

/// The next word of a head: what stands in brackets, or runs to a space.
fn word(text: &[u8], from: usize) -> Option<Word<'_>> {
    let at = from
        + text[from..]
            .iter()
            .position(|it| !matches!(it, b' ' | b'\t' | b'|'))?;
    let rest = &text[at..];
    let close = match rest[0] {
        b'[' => b']',
        b'(' => b')',
        _ => 0,
    };
    if close != 0 {
        if let Some(length) = closing(rest, rest[0], close) {
            let end = at + length + 1;
            return Some(Word {
                text: &text[at + 1..end - 1],
                end: end + usize::from(matches!(text.get(end), Some(b':' | b','))),
                is_bracketed: true,
            });
        }
    }
    let length = rest
        .iter()
        .position(|it| matches!(it, b' ' | b'\t' | b'|'))
        .unwrap_or(rest.len());
    Some(Word {
        text: &rest[..length],
        end: at + length,
        is_bracketed: false,
    })
}

/// Where the bracket that opens `text` closes, within its first 128 bytes.
fn closing(text: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.iter().take(128).enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// What a level looks like: `ERROR`, `[error]`, `ERROR:`, `<error>`, `core:error`.
fn level_of(word: &Word<'_>) -> Option<Level> {
    let text = word.text;
    if word.is_bracketed {
        let text = text.trim_ascii();
        if let Some(level) = of_word(text) {
            return Some(level);
        }
        return memchr(b':', text).and_then(|at| of_word(&text[at + 1..]));
    }
    let text = match text {
        [b'<', inner @ .., b'>'] => inner,
        [inner @ .., b':' | b',' | b']'] => inner,
        _ => text,
    };
    // Running text says `error`; a level says `ERROR` or `Error`.
    let is_spelled_as_level =
        text.first().is_some_and(u8::is_ascii_uppercase) || text.len() < word.text.len();
    of_word(text).filter(|_| is_spelled_as_level)
}

/// The level of a word that is nothing but Android's or klog's letter.
pub fn lone_letter(word: &[u8]) -> Option<Level> {
    match word {
        [letter] => of_letter(*letter),
        _ => None,
    }
}

fn after_time<'a>(head: &mut Head<'a>, rest: &'a [u8]) {
    let rest = match rest {
        [b':' | b',', tail @ ..] => tail,
        _ => rest,
    };
    let Some(begin) = rest.iter().position(|it| *it != b' ') else {
        head.message = Cow::Borrowed(b"");
        return;
    };
    let piped = rest[begin] == b'|';
    let dashed = rest[begin..].starts_with(b"- ");
    let (mut at, mut name, mut thread) = (0, None, false);
    for _ in 0..WORDS_BEFORE_LEVEL {
        let Some(found) = word(rest, at) else {
            break;
        };
        let level = level_of(&found).or_else(|| {
            // Android: two numbers, then the letter.
            (!found.is_bracketed && at > 0)
                .then(|| lone_letter(found.text))
                .flatten()
        });
        if level.is_some() {
            head.level = level;
            after_level(
                head,
                rest,
                found.end,
                &Shape {
                    piped,
                    dashed,
                    name,
                    thread,
                },
            );
            return;
        }
        match found.text {
            b"-" => {}
            _ if found.is_bracketed => thread = true,
            text if text
                .iter()
                .all(|it| it.is_ascii_digit() || *it == b'#' || *it == b':') => {}
            text if name.is_none() && is_name(text) => name = Some(text),
            _ => break,
        }
        at = found.end;
    }
    head.message = Cow::Borrowed(message_from(rest, 0));
}

struct Shape<'a> {
    piped: bool,
    dashed: bool,
    name: Option<&'a [u8]>,
    thread: bool,
}

fn after_level<'a>(head: &mut Head<'a>, rest: &'a [u8], end: usize, shape: &Shape<'a>) {
    head.logger = shape.name;
    let mut at = end;
    let mut thread = shape.thread;
    // `[thread]`, `(thread)`, a process number.
    while let Some(found) = word(rest, at) {
        let is_number = found.text.iter().all(u8::is_ascii_digit) && !found.text.is_empty();
        if found.text == b"-"
            || found.text == b"---"
            || found.is_bracketed && !thread
            || is_number && !thread && at == end && shape.thread
        {
            thread |= found.is_bracketed;
            at = found.end;
        } else {
            break;
        }
    }
    let found = word(rest, at);
    let mut has_name = false;
    if let (Some(found), None) = (&found, shape.name) {
        if !found.is_bracketed {
            let dash = rest[found.end..].starts_with(b" - ");
            let colon = found.text.ends_with(b":");
            let spaced_colon = rest[found.end..].trim_ascii_start().starts_with(b": ");
            let name = found.text.strip_suffix(b":").unwrap_or(found.text);
            if (dash || colon || spaced_colon) && is_name(name) {
                head.logger = Some(name);
                has_name = true;
                at = found.end + if dash { 3 } else { 0 };
                if spaced_colon {
                    at += 1 + rest[found.end..]
                        .iter()
                        .position(|it| *it == b':')
                        .unwrap_or(0);
                }
            }
        }
    }
    let is_dotted = head.logger.is_some_and(|it| it.contains(&b'.'));
    head.format = if shape.piped && has_name {
        Format::Loguru
    } else if shape.dashed && shape.name.is_some() {
        Format::Python
    } else if thread || is_dotted {
        Format::Java
    } else {
        Format::Dated
    };
    head.message = Cow::Borrowed(message_from(rest, at));
}

/// The message without what separates it from the head.
fn message_from(rest: &[u8], at: usize) -> &[u8] {
    let text = rest[at..].trim_ascii_start();
    let text = text
        .strip_prefix(b"- ")
        .or_else(|| text.strip_prefix(b"| "))
        .unwrap_or(text);
    text.strip_prefix(b": ").unwrap_or(text).trim_ascii_start()
}

/// Whether a word can be the name of a logger, a class or a place in code.
fn is_name(text: &[u8]) -> bool {
    text.len() >= 2
        && text.len() <= 120
        && text.iter().any(u8::is_ascii_alphabetic)
        && text.iter().all(|it| {
            it.is_ascii_alphanumeric()
                || matches!(
                    it,
                    b'.' | b'_'
                        | b'$'
                        | b'-'
                        | b':'
                        | b'/'
                        | b'@'
                        | b'<'
                        | b'>'
                        | b'#'
                        | b'['
                        | b']'
                )
        })
}

/// A line without a time: perhaps with a level before its text.
fn undated(line: &[u8]) -> Head<'_> {
    let mut head = Head::plain(line);
    if !line
        .first()
        .is_some_and(|it| it.is_ascii_alphabetic() || *it == b'[')
    {
        return head;
    }
    let first = &line[..line.len().min(160)];
    if let Some(colon) = memchr(b':', first) {
        // Python's `LEVEL:name:message`.
        if let Some(level) = of_word(&line[..colon]) {
            head.level = Some(level);
            let rest = &line[colon + 1..];
            let is_python = line[..colon].iter().all(u8::is_ascii_uppercase);
            let name = memchr(b':', rest).filter(|at| is_python && is_name(&rest[..*at]));
            if let Some(at) = name {
                head.format = Format::Python;
                head.logger = Some(&rest[..at]);
                head.message = Cow::Borrowed(&rest[at + 1..]);
            } else {
                head.message = Cow::Borrowed(rest.trim_ascii_start());
            }
            return head;
        }
    }
    let Some(found) = word(first, 0) else {
        return head;
    };
    let is_loud = found.is_bracketed
        || found
            .text
            .iter()
            .all(|it| it.is_ascii_uppercase() || *it == b':');
    if let (Some(level), true) = (level_of(&found), is_loud) {
        head.level = Some(level);
        head.message = Cow::Borrowed(message_from(line, found.end));
    }
    head
}
