//! What stands between a line's time and its message: a level, a name, a thread, in the orders that loggers write them.

use std::borrow::Cow;

use memchr::memchr;

use crate::head::{Format, Head};
use crate::level::{of_letter, of_word, Level};

/// How far into a line a head may reach.
const WORDS_BEFORE_LEVEL: usize = 8;

/// One piece of a head.
pub struct Word<'a> {
    pub text: &'a [u8],
    /// Where the rest begins.
    pub end: usize,
    pub is_bracketed: bool,
}

/// The next word of a head: what stands in brackets, or runs to a space.
pub fn word(text: &[u8], from: usize) -> Option<Word<'_>> {
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
pub fn level_of(word: &Word<'_>) -> Option<Level> {
    let text = word.text;
    if word.is_bracketed {
        let text = text.trim_ascii();
        if let Some(level) = of_word(text) {
            return Some(level);
        }
        return memchr(b':', text).and_then(|at| of_word(&text[at + 1..]));
    }
    let text = match text {
        [b'<', inner @ .., b'>'] | [inner @ .., b':' | b',' | b']'] => inner,
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

pub fn after_time<'a>(head: &mut Head<'a>, rest: &'a [u8]) {
    let rest = match rest {
        [b':' | b',', tail @ ..] => tail,
        _ => rest,
    };
    let Some(begin) = rest.iter().position(|it| *it != b' ') else {
        head.message = Cow::Borrowed(b"");
        return;
    };
    let lead = match &rest[begin..] {
        [b'|', ..] => b'|',
        [b'-', b' ', ..] => b'-',
        _ => 0,
    };
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
                    lead,
                    name,
                    thread,
                    bracketed: found.is_bracketed,
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
            // What shouts may be a machine's place or a part of it; running text does not.
            text if !text.iter().any(u8::is_ascii_lowercase) => {}
            _ => break,
        }
        at = found.end;
    }
    head.message = Cow::Borrowed(message_from(rest, 0));
}

struct Shape<'a> {
    /// What stands between the time and the rest: `|`, `-`, or something else.
    lead: u8,
    name: Option<&'a [u8]>,
    thread: bool,
    /// The level stands in brackets, as web servers write it.
    bracketed: bool,
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
    head.format = if shape.lead == b'|' && has_name {
        Format::Loguru
    } else if shape.lead == b'-' && shape.name.is_some() {
        Format::Python
    } else if thread && !shape.bracketed || is_dotted {
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
    let is_whole = name.contains(&b'[') || !name.contains(&b']');
    (is_name(name) && is_whole).then_some((name, end))
}

/// The message without what separates it from the head.
pub fn message_from(rest: &[u8], at: usize) -> &[u8] {
    let text = rest[at..].trim_ascii_start();
    let text = text
        .strip_prefix(b"- ")
        .or_else(|| text.strip_prefix(b"| "))
        .unwrap_or(text);
    text.strip_prefix(b": ").unwrap_or(text).trim_ascii_start()
}

/// Whether a word can be the name of a logger, a class or a place in code.
pub fn is_name(text: &[u8]) -> bool {
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
