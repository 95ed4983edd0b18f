//! Turns one block of lines into events and counts them.

use foldhash::fast::FixedState;
use memchr::{memchr_iter, memmem};

use crate::block::{Block, Kind};
use crate::formats::{self, journal, windows};
use crate::head::Head;
use crate::join::joins;
use crate::names::Names;
use crate::open::Open;
use crate::request::Request;
use crate::tally::{Map, Part};
use crate::when::Calendar;

/// Lines longer than this are looked at only so far.
pub const LONGEST: usize = 1 << 20;
/// How much of a message is handed over.
pub const MESSAGE: usize = 8192;

/// Reads blocks.
pub struct Worker<'r> {
    pub(crate) request: &'r Request,
    calendar: Calendar,
    pub(crate) file: usize,
    pub(crate) part: Part,
    pub(crate) names: Names<'r>,
    pub(crate) index: Map<Box<[u8]>, usize>,
    pub(crate) scratch: Vec<u8>,
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
        if let Some(done) = &mut open {
            self.close(block, done);
        }
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
        if let Some(current) = open {
            if current.join(&head, to) {
                self.part.counts.joined += 1;
                return;
            }
        }
        if let Some(done) = open {
            self.close(block, done);
        }
        *open = Some(Open::new(
            head,
            block.offset + from as u64,
            number,
            line,
            to,
        ));
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

    fn close<'a>(&mut self, block: &'a Block, open: &mut Open<'a>) {
        let detail = open.settle(&block.bytes);
        self.settled(open, &detail);
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
