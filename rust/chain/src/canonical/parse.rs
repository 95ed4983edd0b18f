//! The parser that writes: JSON text in, canonical text out, in one pass.
use super::fault::{Fault, Step};
use super::number::write_number;
use super::order::compare;
use super::text::{plain_end, unescaped, write_escape};
use super::{DEPTH_LIMIT, SIZE_LIMIT};
use crate::error::{Error, Reason};

/// Memory that is kept from one text to the next.
#[derive(Default)]
pub struct Scratch {
    members: Vec<Member>,
    spare: Vec<u8>,
}

/// Where one `"key":value,` stands in the output.
#[derive(Clone, Copy)]
struct Member {
    start: usize,
    key_end: usize,
    end: usize,
    is_escaped: bool,
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
    let invalid_from = match std::str::from_utf8(text) {
        Ok(_) => usize::MAX,
        Err(error) => error.valid_up_to(),
    };
    let mut parser = Parser {
        text,
        at: 0,
        base: out.len(),
        depth: 0,
        invalid_from,
        out,
        scratch,
    };
    parser
        .document()
        .map_err(|fault| Error::Refused(fault.into_refusal()))
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    base: usize,
    depth: usize,
    invalid_from: usize,
    out: &'a mut Vec<u8>,
    scratch: &'a mut Scratch,
}

impl Parser<'_> {
    fn document(&mut self) -> Step<()> {
        self.value()?;
        if self.peek().is_some() {
            return Err(self.unexpected("the end of the text"));
        }
        self.check_size()
    }

    fn value(&mut self) -> Step<()> {
        match self.peek() {
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
        self.at += 1;
        container(self)?;
        self.depth -= 1;
        self.check_size()
    }

    fn array(&mut self) -> Step<()> {
        self.out.push(b'[');
        if self.take(b']') {
            self.out.push(b']');
            return Ok(());
        }
        for index in 0.. {
            self.value().map_err(|fault| fault.under_index(index))?;
            if !self.take(b',') {
                break;
            }
            self.out.push(b',');
        }
        if !self.take(b']') {
            return Err(self.unexpected("`,` or `]`"));
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self) -> Step<()> {
        self.out.push(b'{');
        if self.take(b'}') {
            self.out.push(b'}');
            return Ok(());
        }
        let first = self.scratch.members.len();
        let mut is_sorted = true;
        loop {
            is_sorted &= self.member(first)?;
            if !self.take(b',') {
                break;
            }
        }
        if !self.take(b'}') {
            return Err(self.unexpected("`,` or `}`"));
        }
        if !is_sorted {
            self.sort(first)?;
        }
        self.scratch.members.truncate(first);
        if let Some(last) = self.out.last_mut() {
            *last = b'}';
        }
        Ok(())
    }

    /// Write one member and its comma; return whether its key follows the one before.
    fn member(&mut self, first: usize) -> Step<bool> {
        let start = self.out.len();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        let is_escaped = self.string()?;
        let mut member = Member {
            start,
            key_end: self.out.len(),
            end: 0,
            is_escaped,
        };
        let follows = self.follows(first, &member)?;
        if !self.take(b':') {
            return Err(self.unexpected("`:`").under_key(&self.key(&member)));
        }
        self.out.push(b':');
        if let Err(fault) = self.value() {
            return Err(fault.under_key(&self.key(&member)));
        }
        self.out.push(b',');
        member.end = self.out.len();
        self.scratch.members.push(member);
        Ok(follows)
    }

    /// Return whether `member` sorts after the last one of its object, which begins at `first`.
    fn follows(&self, first: usize, member: &Member) -> Step<bool> {
        let Some(before) = self.scratch.members[first..].last() else {
            return Ok(true);
        };
        match compare_members(self.out, before, member) {
            std::cmp::Ordering::Less => Ok(true),
            std::cmp::Ordering::Greater => Ok(false),
            std::cmp::Ordering::Equal => Err(self.duplicate(member)),
        }
    }

    /// Lay the members from `first` on out again, in the order of RFC 8785 3.2.3.
    #[inline(never)]
    fn sort(&mut self, first: usize) -> Step<()> {
        let out: &[u8] = self.out;
        let body = self.scratch.members[first].start;
        let members = &mut self.scratch.members[first..];
        members.sort_unstable_by(|one, other| compare_members(out, one, other));
        let twin = members
            .windows(2)
            .find(|pair| key_of(out, &pair[0]) == key_of(out, &pair[1]))
            .map(|pair| pair[0]);
        if let Some(member) = twin {
            return Err(self.duplicate(&member));
        }
        let members = &self.scratch.members[first..];
        let spare = &mut self.scratch.spare;
        spare.clear();
        for member in members {
            spare.extend_from_slice(&self.out[member.start..member.end]);
        }
        self.out[body..].copy_from_slice(spare);
        Ok(())
    }

    fn duplicate(&self, member: &Member) -> Fault {
        Fault::new(Reason::DuplicateKey).under_key(&self.key(member))
    }

    fn key(&self, member: &Member) -> String {
        unescaped(key_of(self.out, member))
    }

    /// Write the string at the cursor; return whether it held an escape.
    fn string(&mut self) -> Step<bool> {
        let from = self.at;
        let stop = plain_end(self.text, from + 1);
        if stop >= self.invalid_from {
            return Err(Fault::new(Reason::InvalidUtf8));
        }
        if self.text.get(stop) == Some(&b'"') {
            self.at = stop + 1;
            self.out.extend_from_slice(&self.text[from..=stop]);
            return Ok(false);
        }
        self.out.extend_from_slice(&self.text[from..stop]);
        self.at = stop;
        self.escaped_rest()?;
        Ok(true)
    }

    /// Write the rest of a string, from its first escape to its closing quote.
    #[inline(never)]
    fn escaped_rest(&mut self) -> Step<()> {
        while self.text.get(self.at) == Some(&b'\\') {
            let from = write_escape(self.out, self.text, self.at).map_err(Fault::new)?;
            self.at = plain_end(self.text, from);
            if self.at >= self.invalid_from {
                return Err(Fault::new(Reason::InvalidUtf8));
            }
            self.out.extend_from_slice(&self.text[from..self.at]);
        }
        if self.text.get(self.at) != Some(&b'"') {
            return Err(self.unexpected("a closing quote"));
        }
        self.out.push(b'"');
        self.at += 1;
        Ok(())
    }

    fn number(&mut self) -> Step<()> {
        let text = &self.text[self.at..];
        if text.starts_with(b"-I") {
            return self.word();
        }
        match write_number(self.out, text) {
            Ok(length) => {
                self.at += length;
                Ok(())
            }
            Err(Reason::Syntax(expected, offset)) => {
                Err(Fault::new(Reason::Syntax(expected, self.at + offset)))
            }
            Err(reason) => Err(Fault::new(reason)),
        }
    }

    /// Write `true`, `false` or `null`; refuse the words that only look like numbers.
    fn word(&mut self) -> Step<()> {
        let rest = &self.text[self.at..];
        for word in [&b"true"[..], b"false", b"null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                self.out.extend_from_slice(word);
                return Ok(());
            }
        }
        if [&b"NaN"[..], b"Infinity", b"-Infinity"]
            .iter()
            .any(|word| rest.starts_with(word))
        {
            return Err(Fault::new(Reason::NotFinite));
        }
        Err(self.unexpected("a value"))
    }

    fn check_size(&self) -> Step<()> {
        if self.out.len() - self.base > SIZE_LIMIT {
            return Err(Fault::new(Reason::TooLarge));
        }
        Ok(())
    }

    #[cold]
    fn unexpected(&self, expected: &'static str) -> Fault {
        if self.at >= self.invalid_from {
            return Fault::new(Reason::InvalidUtf8);
        }
        Fault::new(Reason::Syntax(expected, self.at))
    }

    /// Return the next byte that is not white space, without taking it.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Take `byte` if it comes next.
    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }
}

/// Return the inside of a member's key as it is written.
fn key_of<'o>(out: &'o [u8], member: &Member) -> &'o [u8] {
    &out[member.start + 1..member.key_end - 1]
}

fn compare_members(out: &[u8], one: &Member, other: &Member) -> std::cmp::Ordering {
    let (left, right) = (key_of(out, one), key_of(out, other));
    if one.is_escaped || other.is_escaped {
        return compare(unescaped(left).as_bytes(), unescaped(right).as_bytes());
    }
    compare(left, right)
}
