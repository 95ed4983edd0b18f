//! Turns one block of lines into events and counts them.

use std::borrow::Cow;

use foldhash::fast::FixedState;
use memchr::{memchr, memchr_iter, memmem};

use crate::block::{Block, Kind};
use crate::formats::{self, journal, windows};
use crate::head::{Format, Head};
use crate::join::{begins, joins, Trace};
use crate::keys::id_kind;
use crate::level::Level;
use crate::names::Names;
use crate::request::Request;
use crate::row;
use crate::tally::{IdStats, Map, Part, Seen, Span};
use crate::when::{Calendar, Known};
use crate::words::masked;

/// Lines longer than this are looked at only so far.
pub const LONGEST: usize = 1 << 20;
/// How much of an unparsed line is shown.
const SHOWN: usize = 256;
/// How much of a message is handed over.
pub const MESSAGE: usize = 8192;

/// An event whose lines may not all have come.
pub struct Open<'a> {
    pub head: Head<'a>,
    pub offset: u64,
    pub line: u64,
    pub lines: u64,
    /// The line as it stands, for its further members.
    pub text: &'a [u8],
    /// Where in the block the first line ends and the last joined one.
    first_end: usize,
    end: usize,
    /// What was joined, where it does not stand in the block as it should be told.
    unwrapped: Vec<u8>,
    trace: Trace,
}

/// Reads blocks.
pub struct Worker<'r> {
    request: &'r Request,
    calendar: Calendar,
    file: usize,
    part: Part,
    names: Names<'r>,
    index: Map<Box<[u8]>, usize>,
    scratch: Vec<u8>,
}

impl<'r> Worker<'r> {
    /// One that reads a block of this file.
    #[must_use]
    pub fn new(request: &'r Request, file: usize, modified_us: i64) -> Self {
        let calendar = Calendar {
            year: request.year,
            reference_us: modified_us,
            zone: request.zone.clone(),
        };
        Self {
            request,
            calendar,
            file,
            part: Part::default(),
            names: Names::of(request, file),
            index: Map::with_hasher(FixedState::with_seed(7)),
            scratch: Vec::new(),
        }
    }

    /// What the block held.
    #[must_use]
    pub fn read(mut self, block: &Block) -> Part {
        let bytes = block.bytes.as_slice();
        self.part.counts.bytes = bytes.len() as u64 + block.dropped;
        self.part.counts.cut = u64::from(block.dropped > 0);
        if block.kind != Kind::Lines {
            self.entries(block);
            return self.part;
        }
        let (mut open, mut from, mut number) = (None, 0, block.first_line);
        for newline in
            memchr_iter(b'\n', bytes).chain((!bytes.ends_with(b"\n")).then_some(bytes.len()))
        {
            self.line(block, &mut open, from, newline, number);
            number += 1;
            from = newline + 1;
        }
        self.close(block, open.take());
        self.part.counts.lines = number - block.first_line;
        self.part
    }

    fn line<'a>(
        &mut self,
        block: &'a Block,
        open: &mut Option<Open<'a>>,
        from: usize,
        to: usize,
        number: u64,
    ) {
        let line = block.line(from, to);
        let line = if line.len() > LONGEST {
            // A line that the block already lacks the rest of is counted.
            self.part.counts.cut += u64::from(block.dropped == 0);
            &line[..LONGEST]
        } else {
            line
        };
        if line.is_empty() {
            self.part.counts.blank += 1;
            return;
        }
        if !self.request.messages {
            if let Some(current) = open {
                if matches!(line[0], b' ' | b'\t') && !self.is_own(line) {
                    self.part.counts.joined += 1;
                    current.take(joins(current.trace, true, line), to, None);
                    return;
                }
            }
        }
        let head = if self.request.messages {
            Head::plain(line)
        } else {
            formats::read(line, &self.calendar)
        };
        let head = match open {
            Some(current) => match current.join(head, to) {
                Ok(()) => {
                    self.part.counts.joined += 1;
                    return;
                }
                Err(head) => head,
            },
            None => head,
        };
        let before = open.replace(Open::new(
            head,
            block.offset + from as u64,
            number,
            line,
            to,
        ));
        self.close(block, before);
    }

    /// Whether an indented line is an event of its own all the same.
    fn is_own(&self, line: &[u8]) -> bool {
        let text = line.trim_ascii_start();
        text.first()
            .is_some_and(|it| it.is_ascii_digit() || *it == b'{')
            && formats::read(text, &self.calendar).time.is_some()
    }

    /// Read the entries of a block that is no lines.
    fn entries(&mut self, block: &Block) {
        let (mut from, mut number) = (0, block.first_line);
        let mut told = 0;
        while from < block.bytes.len() {
            let rest = &block.bytes[from..];
            let blank = rest
                .iter()
                .take_while(|it| it.is_ascii_whitespace())
                .count();
            let lines = memchr_iter(b'\n', &rest[..blank]).count() as u64;
            (from, number) = (from + blank, number + lines);
            let rest = &block.bytes[from..];
            if rest.is_empty() {
                break;
            }
            let (head, length) = entry(block.kind, rest, &self.calendar);
            let text = &rest[..length];
            let lines = memchr_iter(b'\n', text.trim_ascii_end()).count() as u64 + 1;
            if let Some(head) = head {
                let mut open = Open::new(
                    head,
                    block.offset + from as u64,
                    number,
                    text,
                    from + length,
                );
                open.lines = lines;
                self.settled(&open, b"");
                self.part.counts.joined += lines - 1;
                told += lines;
            }
            number += memchr_iter(b'\n', text).count() as u64;
            from += length;
        }
        let newlines = memchr_iter(b'\n', &block.bytes).count() as u64;
        self.part.counts.lines = newlines + u64::from(!block.bytes.ends_with(b"\n"));
        self.part.counts.blank = self.part.counts.lines.saturating_sub(told);
    }

    fn close(&mut self, block: &Block, open: Option<Open<'_>>) {
        let Some(mut open) = open else {
            return;
        };
        let detail = open.settle(&block.bytes);
        self.settled(&open, &detail);
    }

    /// Count an event all of whose lines came.
    fn settled(&mut self, open: &Open<'_>, detail: &[u8]) {
        let counts = &mut self.part.counts;
        counts.events += 1;
        counts.levels[Level::slot(open.head.level)] += 1;
        counts.formats[open.head.format as usize] += 1;
        counts.known[open.head.time.map_or(Known::Missing, |it| it.known) as usize] += 1;
        let us = open.head.time.map(|it| it.us);
        if let Some(us) = us {
            counts.span.add(us);
            if self
                .part
                .ends
                .is_some_and(|(_, last)| us < last - 1_000_000)
            {
                counts.backwards += 1;
            }
            self.part.ends = Some((self.part.ends.map_or(us, |it| it.0), us));
        }
        self.look_for_flaws(open);
        self.count(open, us, detail);
    }

    fn look_for_flaws(&mut self, open: &Open<'_>) {
        let flaw = open.head.flaw.or_else(|| {
            let has_high = open.text.iter().any(|it| *it >= 0x80);
            (has_high && std::str::from_utf8(open.text).is_err())
                .then_some("bytes that are no UTF-8")
        });
        if let Some(why) = flaw {
            self.part.counts.unparsed += 1;
            if self.part.samples.len() < self.request.samples {
                let shown = open.text[..open.text.len().min(SHOWN)].to_vec();
                self.part.samples.push((open.line, why, shown));
            }
        }
    }

    fn count(&mut self, open: &Open<'_>, us: Option<i64>, detail: &[u8]) {
        if self
            .request
            .level
            .is_some_and(|least| open.head.level.is_none_or(|it| it < least))
        {
            return;
        }
        if us
            .zip(self.request.until_us)
            .is_some_and(|(us, until)| us >= until)
        {
            return;
        }
        if !self.names.passes(&open.head) {
            return;
        }
        let is_earlier = us
            .zip(self.request.since_us)
            .is_some_and(|(us, since)| us < since);
        let template = self.template(&open.head.message);
        let stats = &mut self.part.templates[template].1;
        if is_earlier {
            stats.earlier += 1;
            return;
        }
        let width = self.request.bucket_s * 1_000_000;
        let seen = Seen {
            us,
            bucket: us.map_or(0, |it| it.div_euclid(width) * width),
            level: open.head.level,
            line: open.line,
            message: &open.head.message,
            detail,
        };
        stats.add(&seen);
        self.part.counts.passed += 1;
        self.count_name(open.head.service.or(open.head.logger).unwrap_or_default());
        if us.is_some() {
            self.rate(&seen);
        } else {
            self.part.counts.undated += 1;
        }
        let ids = if self.request.max_ids > 0 {
            ids_of(&open.head)
        } else {
            [None; 5]
        };
        self.count_ids(&ids, &seen);
        if self.request.events {
            let split = row::write(&mut self.part.rows, self.file, open, &ids, detail);
            self.part
                .events
                .push((template, split, self.part.rows.len()));
        }
    }

    fn template(&mut self, message: &[u8]) -> usize {
        self.scratch.clear();
        masked(message, &mut self.scratch);
        if let Some(known) = self.index.get(self.scratch.as_slice()) {
            return *known;
        }
        let number = self.part.templates.len();
        let text: Box<[u8]> = self.scratch.as_slice().into();
        self.index.insert(text.clone(), number);
        self.part
            .templates
            .push((text, crate::tally::Stats::default()));
        number
    }

    fn rate(&mut self, seen: &Seen<'_>) {
        let is_warning = seen.level == Some(Level::Warning);
        let is_error = seen.level >= Some(Level::Error);
        let more = [1, u64::from(is_warning), u64::from(is_error)];
        match self.part.rates.last_mut() {
            Some((bucket, sums)) if *bucket == seen.bucket => {
                for (sum, one) in sums.iter_mut().zip(more) {
                    *sum += one;
                }
            }
            _ => self.part.rates.push((seen.bucket, more)),
        }
    }

    fn count_name(&mut self, name: &[u8]) {
        match self.part.names.last_mut() {
            Some((last, count)) if **last == *name => *count += 1,
            _ => self.part.names.push((name.into(), 1)),
        }
    }

    fn count_ids(&mut self, ids: &[Option<&[u8]>; 5], seen: &Seen<'_>) {
        for (kind, value) in ids.iter().enumerate() {
            if let Some(value) = value {
                let one = IdStats {
                    kind,
                    value: Box::default(),
                    count: 1,
                    worst: seen.level,
                    span: Span {
                        first: seen.us,
                        last: seen.us,
                    },
                    first_line: seen.line,
                };
                self.part.ids.add_parts(kind, value, &one, usize::MAX);
            }
        }
    }
}

impl<'a> Open<'a> {
    fn new(head: Head<'a>, offset: u64, line: u64, text: &'a [u8], end: usize) -> Self {
        let mut open = Self {
            head,
            offset,
            line,
            lines: 1,
            text,
            first_end: end,
            end,
            unwrapped: Vec::new(),
            trace: Trace::None,
        };
        let is_plain = open.head.format == Format::Plain;
        let trace = if is_plain { begins(text) } else { None };
        if trace.is_some() {
            open.head.message = Cow::Borrowed(text);
        }
        let trace =
            trace.or_else(|| begins(&open.head.message).filter(|_| open.head.format.wraps()));
        if let Some(trace) = trace {
            open.trace = trace;
            open.head.level = open.head.level.or(Some(Level::Error));
        }
        open
    }

    fn take(&mut self, trace: Option<Trace>, end: usize, text: Option<&[u8]>) {
        self.lines += 1;
        self.end = end;
        self.trace = trace.unwrap_or(self.trace);
        if let Some(text) = text {
            if !self.unwrapped.is_empty() {
                self.unwrapped.push(b'\n');
            }
            self.unwrapped.extend_from_slice(text);
        }
    }

    /// Take a line that belongs to this event, or give its head back.
    fn join(&mut self, head: Head<'a>, end: usize) -> Result<(), Head<'a>> {
        let own = &self.head;
        if head.format == Format::Plain && head.flaw.is_none() {
            if head.level.is_some() && self.trace != Trace::Go {
                return Err(head);
            }
            let is_text = (own.time.is_some() || own.level.is_some())
                && !own.format.is_json()
                && own.format != Format::Clf;
            return match joins(self.trace, is_text, &head.message) {
                Some(trace) => {
                    self.take(Some(trace), end, None);
                    Ok(())
                }
                None => Err(head),
            };
        }
        let is_same_writer = head.format.wraps()
            && head.format == own.format
            && head.logger == own.logger
            && head.service == own.service
            && head.host == own.host
            && head.stream == own.stream;
        if !is_same_writer {
            return Err(head);
        }
        if own.is_partial {
            self.head.is_partial = head.is_partial;
            self.head.message.to_mut().extend_from_slice(&head.message);
            self.take(None, end, Some(b""));
            return Ok(());
        }
        match joins(self.trace, own.level.is_some(), &head.message) {
            Some(trace) => {
                self.take(Some(trace), end, Some(&head.message));
                Ok(())
            }
            None => Err(head),
        }
    }

    /// Decide what only the whole event tells, and return what was joined.
    fn settle(&mut self, block: &'a [u8]) -> Cow<'a, [u8]> {
        if self.lines == 1 {
            return Cow::Borrowed(b"");
        }
        let detail = if self.unwrapped.is_empty() {
            let from = (self.first_end + 1).min(self.end);
            Cow::Borrowed(&block[from..self.end])
        } else {
            Cow::Owned(std::mem::take(&mut self.unwrapped))
        };
        if self.trace != Trace::None {
            self.head.level = self.head.level.or(Some(Level::Error));
        }
        let begins_as_trace = self
            .head
            .message
            .starts_with(b"Traceback (most recent call last)");
        if begins_as_trace && self.trace == Trace::PythonTold {
            let lines = detail.rsplit(|it| *it == b'\n').map(<[u8]>::trim_ascii_end);
            if let Some(line) = lines
                .into_iter()
                .find(|it| it.first().is_some_and(u8::is_ascii_alphabetic))
            {
                self.head.message = Cow::Owned(line.to_vec());
            }
        }
        detail
    }
}

/// The entry that begins here, if there is one, and its length.
fn entry<'a>(kind: Kind, text: &'a [u8], calendar: &Calendar) -> (Option<Head<'a>>, usize) {
    if kind == Kind::Journal {
        let (length, is_whole) = journal::entry(text);
        let length = length.max(1);
        return (
            Some(journal::read(&text[..length], is_whole, calendar)),
            length,
        );
    }
    let length = memmem::find(text, windows::END).map_or(text.len(), |at| at + windows::END.len());
    (windows::read(&text[..length], calendar), length)
}

/// The ids that an event names: in its members, or as `key=value` in its message.
fn ids_of<'h>(head: &'h Head<'_>) -> [Option<&'h [u8]>; 5] {
    let mut ids = head.ids;
    let message: &[u8] = &head.message;
    for at in memchr_iter(b'=', &message[..message.len().min(MESSAGE)]) {
        let key = message[..at]
            .iter()
            .rposition(|it| !it.is_ascii_alphanumeric() && !matches!(it, b'_' | b'-' | b'.'))
            .map_or(0, |it| it + 1);
        if let Some(kind) = id_kind(&message[key..at]) {
            let value = &message[at + 1..];
            let value = value.strip_prefix(b"\"").unwrap_or(value);
            let end = value
                .iter()
                .position(|it| {
                    !it.is_ascii_alphanumeric() && !matches!(it, b'_' | b'-' | b'.' | b':' | b'/')
                })
                .unwrap_or(value.len());
            if end > 0 && end <= 200 && ids[kind].is_none() {
                ids[kind] = Some(&value[..end]);
            }
        }
    }
    if ids[0].is_none() {
        if let Some(at) = memchr(b'[', &message[..message.len().min(64)]) {
            if message[at + 1..].starts_with(b"req-") {
                let end = message[at + 1..]
                    .iter()
                    .position(|it| matches!(it, b' ' | b']'));
                ids[0] = end.map(|it| &message[at + 1..at + 1 + it]);
            }
        }
    }
    ids
}
