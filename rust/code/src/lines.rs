//! What stays of a line when its spelling is left aside.

use memchr::{memchr_iter, memmem};
use tokei::LanguageType;

/// One line that counts: its number from 1, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub number: u32,
    pub hash: u64,
}

/// Written by programs for programs, or prose: equal lines there are no duplicated code.
const DATA: &[&str] = &[
    "CSV",
    "INI",
    "JSON",
    "Jupyter Notebooks",
    "Plain Text",
    "SVG",
    "TOML",
    "XML",
    "YAML",
];

/// Whether equal lines in that language are duplicated code.
pub fn is_code(language: LanguageType) -> bool {
    !language.is_literate() && !DATA.contains(&language.name())
}

/// Return the lines that say something: not blank, no comment on lines of its own, with a letter or a digit.
///
/// Blanks do not matter anywhere in a line. Comments behind code stay.
pub fn significant(text: &[u8], language: LanguageType) -> Vec<Line> {
    let marks = Marks::of(language);
    let mut found = Vec::new();
    let mut closing: Option<&str> = None;
    for (index, line) in split(text).enumerate() {
        let line = line.trim_ascii();
        if let Some(end) = closing {
            if holds(line, end) {
                closing = None;
            }
            continue;
        }
        if marks.begin(line) {
            closing = left_open(line, language);
            continue;
        }
        if line
            .iter()
            .any(|&byte| byte.is_ascii_alphanumeric() || byte >= 0x80)
        {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            found.push(Line {
                number,
                hash: spoken(line),
            });
        }
    }
    found
}

/// The lines of a text, the last one with or without its end.
fn split(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr_iter(b'\n', text).chain([text.len()]);
    ends.scan(0, move |start, end| {
        let line = &text[*start..end];
        *start = end + 1;
        Some(line)
    })
}

/// What begins a comment, and which bytes that can be.
struct Marks {
    texts: Vec<&'static [u8]>,
    can_begin: [bool; 256],
}

impl Marks {
    fn of(language: LanguageType) -> Self {
        let whole = language.line_comments().iter();
        let texts: Vec<&[u8]> = whole
            .chain(
                language
                    .multi_line_comments()
                    .iter()
                    .map(|(start, _)| start),
            )
            .map(|mark| mark.as_bytes())
            .filter(|mark| !mark.is_empty())
            .collect();
        let mut can_begin = [false; 256];
        for text in &texts {
            can_begin[usize::from(text[0])] = true;
        }
        Self { texts, can_begin }
    }

    fn begin(&self, line: &[u8]) -> bool {
        line.first()
            .is_some_and(|&byte| self.can_begin[usize::from(byte)])
            && self.texts.iter().any(|text| line.starts_with(text))
    }
}

/// The mark that ends a comment which begins on this line and does not end on it.
fn left_open(line: &[u8], language: LanguageType) -> Option<&'static str> {
    let (start, end) = language
        .multi_line_comments()
        .iter()
        .find(|(start, _)| line.starts_with(start.as_bytes()))?;
    (!holds(&line[start.len()..], end)).then_some(*end)
}

fn holds(line: &[u8], mark: &str) -> bool {
    memmem::find(line, mark.as_bytes()).is_some()
}

/// Odd numbers with about half their bits set, as folded multiplication likes them.
const KEYS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xa076_1d64_78bd_642f];

/// A hash of the bytes that are no blanks, eight at a time.
fn spoken(line: &[u8]) -> u64 {
    let (mut state, mut word, mut held) = (KEYS[0], 0u64, 0u32);
    for &byte in line {
        if byte.is_ascii_whitespace() {
            continue;
        }
        word = word << 8 | u64::from(byte);
        held += 1;
        if held % 8 == 0 {
            state = folded(state ^ word, KEYS[1]);
            word = 0;
        }
    }
    folded(state ^ word, KEYS[0] ^ u64::from(held))
}

fn folded(one: u64, other: u64) -> u64 {
    let whole = u128::from(one) * u128::from(other);
    let (low, high) = (whole & u128::from(u64::MAX), whole >> 64);
    #[allow(clippy::cast_possible_truncation)] // Both halves fit by what they are.
    let mixed = (low ^ high) as u64;
    mixed
}
