//! The parser that writes: JSON text in, canonical text out, in one pass.
use std::cmp::Ordering;

use super::cursor::Cursor;
use super::fault::{Fault, Step};
use super::members::{lay_out, sort, Member};
use super::number::{is_large_whole, measure, read_double, write_double, Literal};
use super::text::{plain_end, write_escape};
use super::DEPTH_LIMIT;
use crate::error::{Error, Reason};

/// Memory that is kept from one text to the next.
#[derive(Default)]
pub struct Scratch {
    members: Vec<Member>,
    spare: Vec<u8>,
    has_large_whole: bool,
}

impl Scratch {
    /// Whether the last text held a double that canonical JSON writes as an integer beyond 2^53 − 1.
    ///
    /// RFC 8785 allows it, but read back it is an integer that two readers may read differently.
    #[must_use]
    pub fn has_large_whole(&self) -> bool {
        self.has_large_whole
    }
}

/// Return the canonical form of `text`.
///
/// # Errors
/// [`Error::Refused`] with the path of the value that has no canonical form.
pub fn canonicalize(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(text.len());
    canonicalize_into(&mut out, text, &mut Scratch::default())?;
    Ok(out)
}

/// Append the canonical form of `text` to `out`.
///
/// # Errors
/// As [`canonicalize`]; `out` then holds an unfinished tail.
pub fn canonicalize_into(
    out: &mut Vec<u8>,
    text: &[u8],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    scratch.members.clear();
    scratch.has_large_whole = false;
    let mut parser = Parser {
        cursor: Cursor::new(text, out),
        scratch,
        depth: 0,
    };
    parser
        .document()
        .map_err(|fault| Error::Refused(fault.into_refusal()))
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    scratch: &'a mut Scratch,
    depth: usize,
}

impl Parser<'_> {
    fn document(&mut self) -> Step<()> {
        self.value()?;
        if self.cursor.peek().is_some() {
            return Err(self.cursor.unexpected("the end of the text"));
        }
        self.cursor.written();
        self.cursor.check_size()
    }

    fn value(&mut self) -> Step<()> {
        match self.cursor.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, container: impl Fn(&mut Self) -> Step<()>) -> Step<()> {
        if self.depth == DEPTH_LIMIT {
            return Err(Fault::new(Reason::TooDeep));
        }
        self.depth += 1;
        self.cursor.at += 1;
        container(self)?;
        self.depth -= 1;
        self.cursor.check_size()
    }

    fn array(&mut self) -> Step<()> {
        if self.cursor.take(b']') {
            return Ok(());
        }
        for index in 0.. {
            self.value().map_err(|fault| fault.under_index(index))?;
            if !self.cursor.take(b',') {
                break;
            }
        }
        if !self.cursor.take(b']') {
            return Err(self.cursor.unexpected("`,` or `]`"));
        }
        Ok(())
    }

    fn object(&mut self) -> Step<()> {
        if self.cursor.take(b'}') {
            return Ok(());
        }
        let first = self.scratch.members.len();
        let mut is_sorted = true;
        loop {
            is_sorted &= self.member(first)?;
            if !self.cursor.take(b',') {
                break;
            }
        }
        if self.cursor.peek() != Some(b'}') {
            return Err(self.cursor.unexpected("`,` or `}`"));
        }
        if !is_sorted {
            self.sort(first)?;
        }
        self.scratch.members.truncate(first);
        self.cursor.at += 1;
        Ok(())
    }

    /// Pass one member; return whether its key sorts after the one before.
    fn member(&mut self, first: usize) -> Step<bool> {
        if self.cursor.peek() != Some(b'"') {
            return Err(self.cursor.unexpected("a key"));
        }
        let (start, from) = (self.cursor.position(), self.cursor.at + 1);
        let is_escaped = self.string()?;
        let key = (from, self.cursor.at - 1);
        let mut member = Member::new(self.cursor.text, key, is_escaped, start);
        let follows = self.follows(first, &member)?;
        if let Err(fault) = self.member_value() {
            return Err(fault.under_key(&member.key(self.cursor.text)));
        }
        member.end = self.cursor.position();
        self.scratch.members.push(member);
        Ok(follows)
    }

    fn member_value(&mut self) -> Step<()> {
        if !self.cursor.take(b':') {
            return Err(self.cursor.unexpected("`:`"));
        }
        self.value()
    }

    /// Return whether `member` sorts after the last one of its object, which begins at `first`.
    fn follows(&self, first: usize, member: &Member) -> Step<bool> {
        let Some(before) = self.scratch.members[first..].last() else {
            return Ok(true);
        };
        match before.compare(member, self.cursor.text) {
            Ordering::Less => Ok(true),
            Ordering::Greater => Ok(false),
            Ordering::Equal => Err(self.duplicate(member)),
        }
    }

    /// Lay the members from `first` on out again, in the order of RFC 8785 3.2.3.
    #[inline(never)]
    fn sort(&mut self, first: usize) -> Step<()> {
        let Scratch { members, spare, .. } = &mut *self.scratch;
        let members = &mut members[first..];
        let body = members[0].start;
        if let Some(&twin) = sort(members, self.cursor.text) {
            return Err(self.duplicate(&twin));
        }
        lay_out(members, self.cursor.written(), body, spare);
        Ok(())
    }

    #[cold]
    fn duplicate(&self, member: &Member) -> Fault {
        Fault::new(Reason::DuplicateKey).under_key(&member.key(self.cursor.text))
    }

    /// Pass the string at the cursor; return whether it holds an escape.
    fn string(&mut self) -> Step<bool> {
        let stop = plain_end(self.cursor.text, self.cursor.at + 1);
        self.cursor.pass(stop)?;
        let is_escaped = self.cursor.byte() != Some(b'"');
        if is_escaped {
            self.escapes()?;
        }
        self.cursor.at += 1;
        Ok(is_escaped)
    }

    /// Pass the rest of a string up to its closing quote, its escapes in canonical form.
    #[inline(never)]
    fn escapes(&mut self) -> Step<()> {
        while self.cursor.byte() == Some(b'\\') {
            let (text, at) = (self.cursor.text, self.cursor.at);
            let end = write_escape(self.cursor.written(), text, at).map_err(Fault::new)?;
            self.cursor.jump(end);
            self.cursor.pass(plain_end(text, end))?;
        }
        if self.cursor.byte() != Some(b'"') {
            return Err(self.cursor.unexpected("a closing quote"));
        }
        Ok(())
    }

    fn number(&mut self) -> Step<()> {
        let (text, at) = (self.cursor.text, self.cursor.at);
        match measure(&text[at..]) {
            Ok((Literal::Integer, length)) => self.cursor.at += length,
            Ok((Literal::Double, length)) => {
                let value = read_double(&text[at..at + length]).map_err(Fault::new)?;
                self.scratch.has_large_whole |= is_large_whole(value);
                write_double(self.cursor.written(), value);
                self.cursor.jump(at + length);
            }
            Err(Reason::Syntax(..)) if text[at..].starts_with(b"-I") => return self.word(),
            Err(Reason::Syntax(expected, offset)) => {
                return Err(Fault::new(Reason::Syntax(expected, at + offset)));
            }
            Err(reason) => return Err(Fault::new(reason)),
        }
        Ok(())
    }

    /// Pass `true`, `false` or `null`; refuse the words that only look like numbers.
    fn word(&mut self) -> Step<()> {
        let words: [&[u8]; 3] = [b"true", b"false", b"null"];
        if words.iter().any(|word| self.cursor.take_word(word)) {
            return Ok(());
        }
        let words: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];
        if words.iter().any(|word| self.cursor.take_word(word)) {
            return Err(Fault::new(Reason::NotFinite));
        }
        Err(self.cursor.unexpected("a value"))
    }
}
