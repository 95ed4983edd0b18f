//! An event that is still open, and what it takes of the lines after it.

use std::borrow::Cow;

use crate::head::{Format, Head};
use crate::join::{begins, joins, Trace};
use crate::level::Level;

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
    pub trace: Trace,
}

impl<'a> Open<'a> {
    pub fn new(head: Head<'a>, offset: u64, line: u64, text: &'a [u8], end: usize) -> Self {
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

    pub fn take(&mut self, trace: Option<Trace>, end: usize, text: Option<&[u8]>) {
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

    /// Take a line if it belongs to this event; whether it does.
    pub fn join(&mut self, head: &Head<'a>, end: usize) -> bool {
        if head.format == Format::Plain {
            return head.flaw.is_none() && self.join_plain(head, end);
        }
        let own = &self.head;
        let is_same_writer = head.format.wraps()
            && head.format == own.format
            && head.logger == own.logger
            && head.service == own.service
            && head.host == own.host
            && head.stream == own.stream;
        if !is_same_writer {
            return false;
        }
        if own.is_partial {
            self.head.is_partial = head.is_partial;
            self.head.message.to_mut().extend_from_slice(&head.message);
            self.take(None, end, Some(b""));
            return true;
        }
        let trace = joins(self.trace, own.level.is_some(), &head.message);
        if trace.is_some() {
            self.take(trace, end, Some(&head.message));
        }
        trace.is_some()
    }

    fn join_plain(&mut self, head: &Head<'a>, end: usize) -> bool {
        if head.level.is_some() && self.trace != Trace::Go {
            return false;
        }
        let own = &self.head;
        let is_text = (own.time.is_some() || own.level.is_some())
            && !own.format.is_json()
            && own.format != Format::Clf;
        let trace = joins(self.trace, is_text, &head.message);
        if trace.is_some() {
            self.take(trace, end, None);
        }
        trace.is_some()
    }

    /// Decide what only the whole event tells, and return what was joined.
    pub fn settle(&mut self, block: &'a [u8]) -> Cow<'a, [u8]> {
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
