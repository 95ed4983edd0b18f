//! A cursor over the text that copies it to the output in runs, as long as it is canonical already.
use super::fault::{Fault, Step};
use super::SIZE_LIMIT;
use crate::error::Reason;

/// Where the parser stands. What lies between `copied` and `at` is canonical and not yet written.
pub(super) struct Cursor<'a> {
    pub text: &'a [u8],
    pub at: usize,
    copied: usize,
    out: &'a mut Vec<u8>,
    base: usize,
    invalid_from: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a [u8], out: &'a mut Vec<u8>) -> Self {
        let invalid_from = match std::str::from_utf8(text) {
            Ok(_) => usize::MAX,
            Err(error) => error.valid_up_to(),
        };
        Self {
            text,
            at: 0,
            copied: 0,
            base: out.len(),
            out,
            invalid_from,
        }
    }

    /// Return where the next byte will stand in the output.
    #[inline]
    pub fn position(&self) -> usize {
        self.out.len() + (self.at - self.copied)
    }

    /// Write the run that is pending; return the output.
    #[inline]
    pub fn written(&mut self) -> &mut Vec<u8> {
        self.out.extend_from_slice(&self.text[self.copied..self.at]);
        self.copied = self.at;
        self.out
    }

    /// Move to `at` without copying what is passed.
    #[inline]
    pub fn jump(&mut self, at: usize) {
        self.at = at;
        self.copied = at;
    }

    /// Move to `at`, in a string, and copy what is passed.
    ///
    /// # Errors
    /// [`Reason::InvalidUtf8`] when it is not UTF-8.
    #[inline]
    pub fn pass(&mut self, at: usize) -> Step<()> {
        self.at = at;
        if at >= self.invalid_from {
            return Err(Fault::new(Reason::InvalidUtf8));
        }
        Ok(())
    }

    /// Return the byte at the cursor.
    #[inline]
    pub fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Return the next byte that is not white space, with the cursor on it.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => self.skip_space(),
        }
    }

    /// Take `byte` if it comes next.
    #[inline]
    pub fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Take `word` if it stands at the cursor.
    #[inline]
    pub fn take_word(&mut self, word: &[u8]) -> bool {
        let is_next = self.text[self.at..].starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    /// Refuse a text whose output is too long already.
    #[inline]
    pub fn check_size(&self) -> Step<()> {
        if self.position() - self.base > SIZE_LIMIT {
            return Err(Fault::new(Reason::TooLarge));
        }
        Ok(())
    }

    #[cold]
    pub fn unexpected(&self, expected: &'static str) -> Fault {
        if self.at >= self.invalid_from {
            return Fault::new(Reason::InvalidUtf8);
        }
        Fault::new(Reason::Syntax(expected, self.at))
    }

    #[inline(never)]
    fn skip_space(&mut self) -> Option<u8> {
        self.written();
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.copied = self.at;
        self.byte()
    }
}
