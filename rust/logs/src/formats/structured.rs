//! JSON lines, whoever wrote them: slog and pino, ECS and loguru, Docker and journald.

use std::borrow::Cow;

use crate::digits::number;
use crate::formats::order;
use crate::head::{Format, Head};
use crate::json::{members, unescaped, Value};
use crate::keys::{role, Role};
use crate::layout::leading_time;
use crate::level::{of_number, of_priority, of_python, of_severity_number, of_word, Level};
use crate::when::{of_epoch, Calendar, Known, Time};

/// The candidates for what a head says; each with its key's rank, and the lowest rank wins.
#[derive(Default)]
pub struct Found<'a> {
    time: Best<'a>,
    level: Best<'a>,
    logger: Best<'a>,
    service: Best<'a>,
    host: Best<'a>,
    message: Best<'a>,
    ids: [Best<'a>; 5],
    is_journal: bool,
    stream: Best<'a>,
    stack: Best<'a>,
    message_is_log: bool,
}

#[derive(Clone, Copy)]
struct Best<'a> {
    rank: u8,
    value: Option<Value<'a>>,
}

impl Default for Best<'_> {
    fn default() -> Self {
        Self {
            rank: u8::MAX,
            value: None,
        }
    }
}

impl<'a> Best<'a> {
    #[inline]
    fn offer(&mut self, rank: u8, value: Value<'a>) {
        // The last of equal keys wins, as every reader of JSON has it.
        if rank <= self.rank {
            *self = Self {
                rank,
                value: Some(value),
            };
        }
    }

    fn text(self) -> Option<&'a [u8]> {
        match self.value {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            Some(Value::Number(text)) => Some(text),
            _ => None,
        }
    }
}

/// What a line that begins with a brace says; plain text with a flaw if it is no JSON.
#[must_use]
pub fn read<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    let mut found = Found::default();
    if members(line, |key, value| found.take(b"", key, value)).is_err() {
        return Head {
            flaw: Some("not JSON, though it begins like it"),
            ..Head::plain(line)
        };
    }
    found.into_head(line, calendar, true)
}

/// The same for a line within another one, which wraps nothing itself.
#[must_use]
pub fn read_plainly<'a>(line: &'a [u8], calendar: &Calendar) -> Head<'a> {
    let mut found = Found::default();
    if members(line, |key, value| found.take(b"", key, value)).is_err() {
        return Head::plain(line);
    }
    found.into_head(line, calendar, false)
}

impl<'a> Found<'a> {
    #[inline]
    pub fn take(&mut self, outer: &[u8], key: &'a [u8], value: Value<'a>) {
        if key.len() > 32 {
            return;
        }
        let Some((role, rank)) = role(outer, key) else {
            return;
        };
        match role {
            Role::Time => self.time.offer(rank, value),
            Role::Level => self.level.offer(rank, value),
            Role::Logger => self.logger.offer(rank, value),
            Role::Service => self.service.offer(rank, value),
            Role::Host => self.host.offer(rank, value),
            Role::Message => self.offer_message(key, rank, value),
            Role::Id(kind) => self.ids[kind].offer(rank, value),
            Role::Stream => self.stream.offer(rank, value),
            Role::Journal => {
                self.is_journal = true;
                self.time.offer(rank, value);
            }
            Role::Stack => self.stack.offer(rank, value),
            Role::Group => {}
        }
        if let (Value::Nested(inside), true) = (value, outer.is_empty() || outer == b"record") {
            if inside[0] == b'{' && crate::keys::is_group(key) {
                // It was looked through before, so it is whole.
                let _ = members(inside, |inner, value| self.take(key, inner, value));
            }
        }
    }

    fn offer_message(&mut self, key: &[u8], rank: u8, value: Value<'a>) {
        if matches!(value, Value::Nested(_)) && key != b"MESSAGE" {
            return;
        }
        if rank <= self.message.rank {
            self.message_is_log = key == b"log";
        }
        self.message.offer(rank, value);
    }

    /// Put everything but the message into a head.
    pub fn fill(&self, head: &mut Head<'a>, calendar: &Calendar) {
        head.time = self.time.value.and_then(|it| time(it, calendar));
        head.level = self.level.value.and_then(|it| level(self.level.rank, it));
        head.logger = self.logger.text();
        head.service = self.service.text();
        head.host = self.host.text();
        for (to, from) in head.ids.iter_mut().zip(self.ids) {
            *to = from.text();
        }
        head.stack = self.stack.text();
        session_of_logger(head);
    }

    /// The message as it stands, if it is a string.
    pub fn message(&self) -> Option<&'a [u8]> {
        self.message.text()
    }

    /// Whether at least one member says when, how grave or what.
    pub fn is_telling(&self, has_message: bool) -> bool {
        has_message
            || [self.time, self.level, self.message]
                .iter()
                .any(|it| it.value.is_some())
    }

    fn into_head(self, line: &'a [u8], calendar: &Calendar, may_wrap: bool) -> Head<'a> {
        let format = if self.is_journal {
            Format::JournalJson
        } else if self.stream.value.is_some() && self.message_is_log {
            Format::DockerJson
        } else {
            Format::Json
        };
        let mut head = Head::of(format, line);
        self.fill(&mut head, calendar);
        head.stream = self.stream.text();
        head.message = match self.message.value {
            Some(Value::Text(text)) => unescaped(text),
            Some(Value::Number(text) | Value::Word(text)) => Cow::Borrowed(text),
            Some(Value::Nested(bytes)) => Cow::Owned(bytes_of(bytes)),
            None => Cow::Owned(pairs(line)),
        };
        if may_wrap && format.wraps() {
            unwrap(&mut head, calendar);
        }
        head
    }
}

/// `name:session` names a session, if nothing else does.
fn session_of_logger(head: &mut Head<'_>) {
    if let (Some(logger), None) = (head.logger, head.ids[1]) {
        if let Some(at) = memchr::memchr(b':', logger) {
            let (name, session) = (&logger[..at], &logger[at + 1..]);
            if !name.is_empty() && !session.is_empty() && session[0] != b':' {
                head.logger = Some(name);
                head.ids[1] = Some(session);
            }
        }
    }
}

/// What a program wrote into a line that a container's or a system's log wraps.
fn unwrap(head: &mut Head<'_>, calendar: &Calendar) {
    let end = head
        .message
        .iter()
        .rposition(|it| !matches!(it, b'\n' | b'\r'));
    let length = end.map_or(0, |it| it + 1);
    match &mut head.message {
        Cow::Borrowed(text) => {
            let text = &text[..length];
            let inner = super::read_inner(text, calendar);
            head.unwrap_with(inner);
        }
        Cow::Owned(text) => {
            text.truncate(length);
            let inner = super::read_inner(text, calendar);
            let (time, level) = (inner.time, inner.level);
            let message = inner.message.into_owned();
            let mut outer = Head::plain(b"");
            outer.time = time;
            outer.level = level;
            outer.message = Cow::Owned(message);
            head.unwrap_with(outer);
        }
    }
}

fn time(value: Value<'_>, calendar: &Calendar) -> Option<Time> {
    let text = match value {
        Value::Text(text) | Value::Number(text) => text,
        Value::Word(_) | Value::Nested(_) => return None,
    };
    if let Some((time, length)) = leading_time(text, calendar) {
        return (length == text.len())
            .then_some(time)
            .or_else(|| of_epoch(text));
    }
    exponent(text).or_else(|| of_epoch(text))
}

/// `1.7e9`, as zap writes times at its default.
fn exponent(text: &[u8]) -> Option<Time> {
    memchr::memchr2(b'e', b'E', text)?;
    let seconds: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let is_likely = (1e8..1e11).contains(&seconds);
    #[allow(clippy::cast_possible_truncation)] // Below 1e17.
    is_likely.then(|| Time {
        us: (seconds * 1e6).round() as i64,
        known: Known::Parsed,
    })
}

fn level(rank: u8, value: Value<'_>) -> Option<Level> {
    let text = match value {
        Value::Text(text) | Value::Number(text) => text,
        Value::Word(_) | Value::Nested(_) => return None,
    };
    let Some(value) = number(text) else {
        return of_word(text).or_else(|| order::lone_letter(text));
    };
    let value = u32::try_from(value).ok()?;
    match rank {
        crate::keys::RANK_PRIORITY => (value < 8).then(|| of_priority(value)),
        crate::keys::RANK_PYTHON => Some(of_python(value)),
        crate::keys::RANK_SEVERITY_NUMBER => of_severity_number(value),
        _ => of_number(value),
    }
}

/// journald writes a message that is no text as an array of its bytes.
fn bytes_of(array: &[u8]) -> Vec<u8> {
    array
        .split(|it| !it.is_ascii_digit())
        .filter_map(number)
        .filter_map(|it| u8::try_from(it).ok())
        .collect()
}

/// The members of an object without a message, as `key=value`.
fn pairs(line: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(line.len());
    // It was looked through before, so it is whole.
    let _ = members(line, |key, value| {
        if matches!(
            role(b"", key),
            Some((Role::Time | Role::Level | Role::Id(_), _))
        ) {
            return;
        }
        if !text.is_empty() {
            text.push(b' ');
        }
        text.extend_from_slice(key);
        text.push(b'=');
        match value {
            Value::Text(raw) => text.extend_from_slice(&unescaped(raw)),
            Value::Number(raw) | Value::Word(raw) => text.extend_from_slice(raw),
            Value::Nested(raw) => {
                text.extend_from_slice(if raw[0] == b'{' { b"{}" } else { b"[]" });
            }
        }
    });
    text
}
