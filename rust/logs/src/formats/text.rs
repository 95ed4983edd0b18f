//! Lines of text: a time, a level, a name and a message in the orders that loggers write them.

use std::borrow::Cow;

use memchr::memchr;

use super::{clf, kubernetes, logfmt, syslog};
use crate::head::{Format, Head};
use crate::layout::leading_time;
use crate::level::{of_letter, of_word, Level};
use crate::when::{Calendar, Time};

/// How far into a line a head may reach.
const WORDS_BEFORE_LEVEL: usize = 5;

/// Words that may stand before a line's time.
const WORDS_BEFORE_TIME: usize = 4;

/// What a line of text says, a container's and a system's log included.
#[must_use]
pub fn read<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    if let Some((time, end)) = time_at_start(line, calendar) {
        let rest = &line[end..];
        let wrapped = match line[0] {
            b'0'..=b'9' if rest.starts_with(b" std") => kubernetes::cri(time, rest, calendar),
            b'0'..=b'9' if line.get(10) == Some(&b'T') && is_daemon(rest) => {
                syslog::without_priority(time, rest, calendar)
            }
            b'A'..=b'Z' => syslog::without_priority(time, rest, calendar),
            _ => None,
        };
        return wrapped.unwrap_or_else(|| dated(time, rest));
    }
    let first = line[0];
    if first.is_ascii_alphabetic() {
        if let Some(head) = kubernetes::klog(line, calendar) {
            return head;
        }
        if logfmt::starts(line) {
            if let Some(head) = logfmt::read(line, calendar) {
                return head;
            }
        }
    }
    if first.is_ascii_alphanumeric() || matches!(first, b':' | b'-') {
        if let Some(head) = clf::read(line, calendar).or_else(|| late(line, calendar)) {
            return head;
        }
    }
    undated(line)
}

/// The same for what another line wraps.
#[must_use]
pub fn read_inner<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    let Some(first) = line.first() else {
        return Head::plain(line);
    };
    if let Some((time, end)) = time_at_start(line, calendar) {
        return dated(time, &line[end..]);
    }
    if first.is_ascii_alphabetic() {
        if let Some(head) = kubernetes::klog(line, calendar) {
            return head;
        }
        if logfmt::starts(line) {
            if let Some(head) = logfmt::read(line, calendar) {
                return head;
            }
        }
    }
    if first.is_ascii_digit() {
        if let Some(head) = clf::read(line, calendar) {
            return head;
        }
    }
    undated(line)
}

fn dated(time: Time, rest: &[u8]) -> Head<'_> {
    let mut head = Head::of(Format::Dated, rest);
    head.time = Some(time);
    after_time(&mut head, rest);
    head
}

/// Whether ` host name[123]:` follows, as syslog daemons write it after a full time.
fn is_daemon(rest: &[u8]) -> bool {
    let mut words = rest.split(|it| *it == b' ').skip(2);
    words
        .next()
        .is_some_and(|it| it.ends_with(b"]:") || it == b"kernel:")
}

/// A time behind a few words that are numbers, names of files or of machines.
fn late<'a>(line: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let mut at = 0;
    for _ in 0..WORDS_BEFORE_TIME {
        let length = memchr(b' ', &line[at..line.len().min(at + 80)])?;
        let word = &line[at..at + length];
        let is_passed = word == b"-" || word.iter().any(|it| it.is_ascii_digit() || *it == b'.');
        if !is_passed {
            return None;
        }
        at += length + 1;
        if let Some((time, length)) = time_at_start(&line[at..], calendar) {
            return Some(dated(time, &line[at + length..]));
        }
    }
    None
}

fn time_at_start(line: &[u8], calendar: &Calendar) -> Option<(Time, usize)> {
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
    let has_name = match name_at(rest, at) {
        Some((name, end)) if shape.name.is_none() => {
            head.logger = Some(name);
            at = end;
            true
        }
        _ => false,
    };
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

/// The name before a message, and where it ends: `name:`, `name :`, `name - `, `name]`, `dotted.name [`.
fn name_at(rest: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let found = word(rest, at).filter(|it| !it.is_bracketed)?;
    let behind = &rest[found.end..];
    let (name, end) = if let [name @ .., b':'] = found.text {
        (name, found.end)
    } else if behind.starts_with(b" - ") {
        (found.text, found.end + 3)
    } else if let [name @ .., b']'] = found.text {
        (name, found.end)
    } else if behind.starts_with(b" [") && found.text.contains(&b'.') {
        (found.text, found.end)
    } else {
        let spaces = behind.iter().take_while(|it| **it == b' ').count();
        let is_apart = spaces > 0 && behind[spaces..].starts_with(b": ");
        (found.text, found.end + spaces + is_apart.then_some(1)?)
    };
    (is_name(name) && !(name.contains(&b']') && !name.contains(&b'['))).then_some((name, end))
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
    text.len() <= 120
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
