//! Cuts a stream into blocks of whole events, so that threads may read them side by side.

use memchr::{memchr, memchr_iter, memmem, memrchr};

use crate::formats::{self, journal, windows};
use crate::join::{begins, joins, Trace};
use crate::request::Request;
use crate::source::{Digest, Fault, Source};
use crate::when::Calendar;

/// Bytes read at a time.
const SIZE: usize = 1 << 20;
/// How far back from a block's end the beginning of an event is looked for.
const LOOK_BACK: usize = 1 << 18;

/// Where a zero byte says that a stream is no text, and how many lines may say that it is a log all the same.
const START: usize = 8000;
const LINES_AT_START: usize = 100;

/// What a stream is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Lines.
    #[default]
    Lines,
    /// Entries of journald's export format.
    Journal,
    /// Windows events as XML.
    Windows,
}

impl Kind {
    fn of(start: &[u8]) -> Self {
        if start.starts_with(journal::MAGIC) {
            Self::Journal
        } else if windows::is_stream(&start[..start.len().min(4096)]) {
            Self::Windows
        } else {
            Self::Lines
        }
    }
}

/// Some whole events.
#[derive(Debug, Default)]
pub struct Block {
    /// What it is made of.
    pub kind: Kind,
    /// Lines, the last one perhaps without its line feed.
    pub bytes: Vec<u8>,
    /// Where it begins in the stream.
    pub offset: u64,
    /// Number of its first line, from 1.
    pub first_line: u64,
    /// Bytes of its last line that were not kept.
    pub dropped: u64,
}

impl Block {
    /// The line between two places, without a carriage return at its end.
    #[must_use]
    pub fn line(&self, from: usize, to: usize) -> &[u8] {
        let line = &self.bytes[from..to];
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}

/// The blocks of one file.
pub struct Blocks<'r> {
    source: Source,
    request: &'r Request,
    carry: Vec<u8>,
    offset: u64,
    line: u64,
    is_over: bool,
    kind: Option<Kind>,
    /// Why the stream ended before its end.
    fault: Option<Fault>,
}

impl<'r> Blocks<'r> {
    /// The blocks of this source.
    #[must_use]
    pub fn new(source: Source, request: &'r Request) -> Self {
        Self {
            source,
            request,
            carry: Vec::new(),
            offset: 0,
            line: 1,
            is_over: false,
            kind: None,
            fault: None,
        }
    }

    /// Why the stream ended before its end, and the digest of a file that was read to its end.
    pub fn end(self) -> (Option<Fault>, Option<Digest>) {
        let digest = if self.fault.is_none() {
            self.source.digest()
        } else {
            None
        };
        (self.fault, digest)
    }

    /// What the stream is made of, or None if it is no log.
    fn kind_of(&mut self, start: &[u8]) -> Option<Kind> {
        if self.kind.is_none() {
            let kind = if self.request.messages {
                Kind::Lines
            } else {
                Kind::of(start)
            };
            if kind == Kind::Lines && is_binary(start) {
                return None;
            }
            self.kind = Some(kind);
        }
        self.kind
    }

    fn read(&mut self, bytes: &mut Vec<u8>, more: usize) {
        let from = bytes.len();
        bytes.resize(from + more, 0);
        let (length, fault) = self.source.fill(&mut bytes[from..]);
        bytes.truncate(from + length);
        self.is_over = length < more;
        self.fault = self.fault.take().or(fault);
    }

    /// Skip to the next line feed, and return how many bytes that were; what follows is carried.
    fn drop_line(&mut self) -> u64 {
        let mut dropped = 0;
        let mut bytes = Vec::new();
        while !self.is_over {
            bytes.clear();
            self.read(&mut bytes, SIZE);
            if let Some(at) = memchr(b'\n', &bytes) {
                self.carry = bytes.split_off(at + 1);
                return dropped + at as u64 + 1;
            }
            dropped += bytes.len() as u64;
        }
        dropped
    }

    /// Where to cut: before the last line that surely begins an event.
    fn cut(&self, bytes: &[u8]) -> Option<usize> {
        let last = memrchr(b'\n', bytes)? + 1;
        let entry = match self.kind {
            Some(Kind::Journal) => memmem::rfind(bytes, journal::BETWEEN).map(|at| at + 2),
            Some(Kind::Windows) => {
                memmem::rfind(bytes, windows::END).map(|at| at + windows::END.len())
            }
            _ => None,
        };
        if self.request.messages || entry.is_some() {
            return entry.or(Some(last));
        }
        let calendar = Calendar::default();
        let nearest = bytes.len().saturating_sub(LOOK_BACK);
        let mut end = last - 1;
        while let Some(before) = memrchr(b'\n', &bytes[..end]) {
            let start = before + 1;
            if start <= nearest {
                break;
            }
            let previous = memrchr(b'\n', &bytes[..before]).map_or(0, |it| it + 1);
            if is_beginning(&bytes[start..end], &bytes[previous..before], &calendar) {
                return Some(start);
            }
            end = before;
        }
        Some(last)
    }
}

fn is_beginning(line: &[u8], previous: &[u8], calendar: &Calendar) -> bool {
    let head = formats::read(line, calendar);
    if head.time.is_none() && !(line.starts_with(b"{") && head.flaw.is_none()) {
        return false;
    }
    if !head.format.wraps() {
        return true;
    }
    let before = formats::read(previous, calendar);
    let is_trace =
        begins(&before.message).is_some() || matches!(before.message.first(), Some(b' ' | b'\t'));
    !before.is_partial && !is_trace && joins(Trace::Python, true, &head.message).is_none()
}

/// Whether a stream is no log: a zero byte near its beginning, and no line that says when.
///
/// A log that was cut while its writer went on begins with nothing but zeros.
fn is_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(START)];
    if memchr(0, start).is_none() || start.iter().all(|it| *it == 0) {
        return false;
    }
    let calendar = Calendar::default();
    let mut lines = bytes.split(|it| *it == b'\n').take(LINES_AT_START);
    !lines.any(|line| {
        let line = &line[line.iter().take_while(|it| **it == 0).count()..];
        formats::read(&line[..line.len().min(START)], &calendar)
            .time
            .is_some()
    })
}

impl Iterator for Blocks<'_> {
    type Item = Block;

    fn next(&mut self) -> Option<Block> {
        if self.is_over && self.carry.is_empty() {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.carry);
        let mut dropped = 0;
        if !self.is_over {
            self.read(&mut bytes, SIZE);
        }
        if bytes.is_empty() {
            return None;
        }
        let Some(kind) = self.kind_of(&bytes) else {
            self.fault = Some((
                "binary",
                "it is no text: a byte 0 near its beginning".to_owned(),
            ));
            self.is_over = true;
            return None;
        };
        if !self.is_over {
            match self.cut(&bytes) {
                Some(at) => self.carry = bytes.split_off(at),
                None => dropped = self.drop_line(),
            }
        }
        let block = Block {
            kind,
            offset: self.offset,
            first_line: self.line,
            dropped,
            bytes,
        };
        self.offset += block.bytes.len() as u64 + dropped;
        let newlines = memchr_iter(b'\n', &block.bytes).count() as u64;
        self.line += newlines + u64::from(dropped > 0);
        Some(block)
    }
}
