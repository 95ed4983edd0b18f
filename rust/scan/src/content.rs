//! Whether content is text, in which encoding, and how many lines it has; told from one pass over its chunks.

/// How many first bytes decide between text and binary: git's own number.
pub const HEAD: usize = 8000;

/// What content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Empty,
    Text,
    Binary,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }
}

/// What was learnt about one file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub kind: Kind,
    pub encoding: Option<&'static str>,
    /// Lines, a last one without its newline included; None for binary and for wide encodings.
    pub lines: Option<u64>,
}

// Longest first: UTF-32's mark begins with UTF-16's.
const MARKS: &[(&[u8], &str)] = &[
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
];

/// Learns about content chunk by chunk.
#[derive(Debug, Default)]
pub struct Sniffer {
    head: Vec<u8>,
    settled: Option<Kind>,
    broken: bool,
    has_controls: bool,
    unfinished: Vec<u8>,
    newlines: u64,
    last: Option<u8>,
}

impl Sniffer {
    /// Forget everything, for the next file.
    pub fn clear(&mut self) {
        let mut head = std::mem::take(&mut self.head);
        head.clear();
        *self = Self {
            head,
            ..Self::default()
        };
    }

    /// The first bytes, at most [`HEAD`].
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Learn from the next bytes of the file, in order.
    pub fn feed(&mut self, chunk: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if room > 0
            && self.settled.is_none()
            && self.mark().is_none()
            && self.holds_nul(chunk.len().min(room))
        {
            self.settled = Some(Kind::Binary);
        }
        if self.settled.is_some() || chunk.is_empty() {
            return;
        }
        self.newlines += memchr::memchr_iter(b'\n', chunk).count() as u64;
        self.last = chunk.last().copied();
        self.check_utf8(chunk);
    }

    /// What was learnt; call it once, at the end.
    pub fn verdict(&self) -> Verdict {
        let kind = match self.settled {
            Some(kind) => kind,
            None if self.head.is_empty() => Kind::Empty,
            None => Kind::Text,
        };
        if kind != Kind::Text {
            return Verdict {
                kind,
                encoding: None,
                lines: (kind == Kind::Empty).then_some(0),
            };
        }
        let encoding = self.encoding();
        let is_wide = encoding.starts_with("utf-16") || encoding.starts_with("utf-32");
        let lines = self.newlines + u64::from(self.last != Some(b'\n'));
        Verdict {
            kind,
            encoding: Some(encoding),
            lines: (!is_wide).then_some(lines),
        }
    }

    fn mark(&self) -> Option<&'static str> {
        MARKS
            .iter()
            .find(|(mark, _)| self.head.starts_with(mark))
            .map(|(_, name)| *name)
    }

    fn holds_nul(&self, newest: usize) -> bool {
        memchr::memchr(0, &self.head[self.head.len() - newest..]).is_some()
    }

    fn encoding(&self) -> &'static str {
        let is_utf8 = !self.broken && self.unfinished.is_empty();
        match self.mark() {
            Some("utf-8-sig") if !is_utf8 => "unknown-8bit",
            Some(name) => name,
            None if is_utf8 => "utf-8",
            // Bytes 0x80 to 0x9f are control codes in ISO 8859-1 and never stand in a text of it.
            None if self.has_controls => "unknown-8bit",
            None => "latin-1",
        }
    }

    fn check_utf8(&mut self, chunk: &[u8]) {
        if !chunk.is_ascii() {
            self.has_controls |= chunk
                .iter()
                .fold(false, |found, byte| found | matches!(byte, 0x80..=0x9f));
        }
        if self.broken {
            return;
        }
        let rest = self.finish_character(chunk);
        if let Err(error) = simdutf8::compat::from_utf8(rest) {
            if error.error_len().is_some() {
                self.broken = true;
            } else {
                self.unfinished
                    .extend_from_slice(&rest[error.valid_up_to()..]);
            }
        }
    }

    /// Complete a character that the previous chunk began; return what follows it.
    fn finish_character<'a>(&mut self, chunk: &'a [u8]) -> &'a [u8] {
        let mut taken = 0;
        while !self.unfinished.is_empty() && taken < chunk.len() {
            self.unfinished.push(chunk[taken]);
            taken += 1;
            match std::str::from_utf8(&self.unfinished) {
                Ok(_) => self.unfinished.clear(),
                Err(error) if error.error_len().is_some() => {
                    self.broken = true;
                    self.unfinished.clear();
                }
                Err(_) => {}
            }
        }
        &chunk[taken..]
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Sniffer, Verdict, HEAD};

    fn of_chunks(chunks: &[&[u8]]) -> Verdict {
        let mut sniffer = Sniffer::default();
        for chunk in chunks {
            sniffer.feed(chunk);
        }
        sniffer.verdict()
    }

    #[test]
    fn a_character_cut_by_a_chunk_is_still_utf8() {
        let text = "naïve – €100 🦀\n".as_bytes();
        for cut in 0..=text.len() {
            let found = of_chunks(&[&text[..cut], &text[cut..]]);
            assert_eq!(
                (found.encoding, found.lines),
                (Some("utf-8"), Some(1)),
                "cut at {cut}"
            );
        }
        let bytewise: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(of_chunks(&bytewise).encoding, Some("utf-8"));
    }

    #[test]
    fn a_character_that_never_ends_is_not_utf8() {
        assert_eq!(of_chunks(&[b"abc\xe2\x82"]).encoding, Some("unknown-8bit"));
        assert_eq!(of_chunks(&[b"abc\xe9"]).encoding, Some("latin-1"));
    }

    #[test]
    fn only_a_nul_among_the_first_bytes_makes_content_binary() {
        let mut late = vec![b'a'; HEAD];
        late.push(0);
        assert_eq!(of_chunks(&[&late]).kind, Kind::Text);
        late[HEAD - 1] = 0;
        assert_eq!(of_chunks(&[&late]).kind, Kind::Binary);
        assert_eq!(of_chunks(&[&late[..10], &late[10..]]).kind, Kind::Binary);
    }

    #[test]
    fn marks_name_the_wide_encodings() {
        assert_eq!(
            of_chunks(&[b"\xff\xfea\0\n\0"]),
            Verdict {
                kind: Kind::Text,
                encoding: Some("utf-16-le"),
                lines: None
            }
        );
        assert_eq!(
            of_chunks(&[b"\xff\xfe\0\0a\0\0\0"]).encoding,
            Some("utf-32-le")
        );
        assert_eq!(
            of_chunks(&[b"\0\0\xfe\xff\0\0\0a"]).encoding,
            Some("utf-32-be")
        );
        assert_eq!(of_chunks(&[b"\xef\xbb\xbfa"]).encoding, Some("utf-8-sig"));
    }

    #[test]
    fn the_last_line_counts_without_its_newline() {
        assert_eq!(of_chunks(&[b"a\nb"]).lines, Some(2));
        assert_eq!(of_chunks(&[b"a\nb\n"]).lines, Some(2));
        assert_eq!(of_chunks(&[b""]).lines, Some(0));
    }
}
