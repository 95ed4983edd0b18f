//! Lines of text: a time, a level, a name and a message in the orders that loggers write them.

use std::borrow::Cow;

use memchr::memchr;

use super::order::{after_time, is_name, level_of, message_from, word};
use super::{clf, kubernetes, logfmt, syslog};
use crate::head::{Format, Head};
use crate::layout::leading_time;
use crate::level::{of_word, Level};
use crate::when::{Calendar, Time};

/// Words that may stand before a line's time.
const WORDS_BEFORE_TIME: usize = 5;

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

/// A time behind a few words that are numbers, names of files or of machines; behind others only as seconds since 1970.
fn late<'a>(line: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let (mut at, mut only_epoch) = (0, false);
    for number in 0..WORDS_BEFORE_TIME {
        let length = memchr(b' ', &line[at..line.len().min(at + 80)])?;
        let word = &line[at..at + length];
        let is_passed = word == b"-" || word.iter().any(|it| it.is_ascii_digit() || *it == b'.');
        let is_label = number == 0 && word.iter().all(u8::is_ascii_uppercase);
        let is_counted = number > 0 && line[0].is_ascii_digit();
        if !is_passed && !is_label && !is_counted {
            return None;
        }
        only_epoch |= !is_passed;
        at += length + 1;
        let rest = &line[at..];
        let is_epoch =
            rest.len() > 10 && rest[10] == b' ' && rest[..10].iter().all(u8::is_ascii_digit);
        if only_epoch && !is_epoch {
            continue;
        }
        if let Some((time, length)) = time_at_start(rest, calendar) {
            let mut head = dated(time, &rest[length..]);
            if number == 0 {
                redis(word, &rest[length..], &mut head);
            }
            return Some(head);
        }
    }
    None
}

/// `4242:M TIME # message`: Redis marks how grave a line is.
fn redis<'a>(process: &[u8], rest: &'a [u8], head: &mut Head<'a>) {
    let [.., b':', b'M' | b'S' | b'C' | b'X'] = process else {
        return;
    };
    if let [b' ', mark, b' ', message @ ..] = rest {
        head.level = match mark {
            b'.' | b'-' => Some(Level::Debug),
            b'*' => Some(Level::Info),
            b'#' => Some(Level::Warning),
            _ => return,
        };
        head.message = Cow::Borrowed(message);
    }
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
