//! What stays of a line when its spelling is left aside.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;

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
    let mut found = Vec::new();
    let mut closing: Option<&str> = None;
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if let Some(end) = closing {
            if holds(line, end) {
                closing = None;
            }
            continue;
        }
        if is_comment(line, language) {
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

fn is_comment(line: &[u8], language: LanguageType) -> bool {
    let begins = |mark: &str| line.starts_with(mark.as_bytes());
    language.line_comments().iter().any(|mark| begins(mark))
        || language
            .multi_line_comments()
            .iter()
            .any(|(start, _)| begins(start))
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
    line.windows(mark.len()).any(|part| part == mark.as_bytes())
}

fn spoken(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in line.split(u8::is_ascii_whitespace) {
        hasher.write(part);
    }
    hasher.finish()
}
