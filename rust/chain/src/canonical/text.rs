//! Strings: scanned in words, escaped as RFC 8785 3.2.2.2 says.
use std::borrow::Cow;

use crate::error::Reason;

/// Write `text` as a canonical JSON string, quotes included.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let stop = plain_end(bytes, from);
        out.extend_from_slice(&bytes[from..stop]);
        let Some(&byte) = bytes.get(stop) else { break };
        write_ascii(out, byte);
        from = stop + 1;
    }
    out.push(b'"');
}

/// Return the offset of the first quote, backslash or control byte at or after `from`.
#[inline]
pub(super) fn plain_end(text: &[u8], from: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES << 7;
    let mut at = from;
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        // A subtraction borrows only above a byte that matched, so the lowest mark is exact.
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = word ^ (ONES * 0x22);
        let quote = quote.wrapping_sub(ONES) & !quote;
        let slash = word ^ (ONES * 0x5c);
        let slash = slash.wrapping_sub(ONES) & !slash;
        let marks = (control | quote | slash) & TOPS;
        if marks != 0 {
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text
        .get(at)
        .is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\')
    {
        at += 1;
    }
    at
}

/// Write the escape at `text[at]` (a backslash) in its canonical form; return where it ends.
///
/// # Errors
/// [`Reason::Syntax`] or [`Reason::LoneSurrogate`].
pub(super) fn write_escape(out: &mut Vec<u8>, text: &[u8], at: usize) -> Result<usize, Reason> {
    let (character, end) = read_escape(text, at)?;
    match u8::try_from(character) {
        Ok(byte) if byte.is_ascii() => write_ascii(out, byte),
        _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
    }
    Ok(end)
}

/// Return where the escape at `text[at]` (a backslash) ends, or None where it is not canonical.
pub(super) fn escape_end(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at + 1)? {
        b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 2),
        b'u' => {
            let digits = text.get(at + 2..at + 6)?;
            let is_control = digits.starts_with(b"000") || digits.starts_with(b"001");
            let is_low = matches!(digits[3], b'0'..=b'9' | b'a'..=b'f');
            let has_short = digits[2] == b'0' && b"89acd".contains(&digits[3]);
            (is_control && is_low && !has_short).then_some(at + 6)
        }
        _ => None,
    }
}

/// Return the character that the escape at `text[at]` stands for, and where it ends.
fn read_escape(text: &[u8], at: usize) -> Result<(char, usize), Reason> {
    let character = match text.get(at + 1) {
        Some(b'u') => return read_unicode(text, at),
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        Some(b'b') => '\x08',
        Some(b'f') => '\x0c',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        _ => return Err(Reason::Syntax("an escape", at + 1)),
    };
    Ok((character, at + 2))
}

fn read_unicode(text: &[u8], at: usize) -> Result<(char, usize), Reason> {
    let unit = code_unit(text, at)?;
    let (code, end) = match unit {
        0xd800..=0xdbff => (joined(unit, text, at + 6)?, at + 12),
        _ => (unit, at + 6),
    };
    let character = char::from_u32(code).ok_or(Reason::LoneSurrogate)?;
    Ok((character, end))
}

/// Return the code point of a surrogate pair whose second half must stand at `at`.
fn joined(high: u32, text: &[u8], at: usize) -> Result<u32, Reason> {
    if text.get(at..at + 2) != Some(b"\\u") {
        return Err(Reason::LoneSurrogate);
    }
    match code_unit(text, at)? {
        low @ 0xdc00..=0xdfff => Ok(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)),
        _ => Err(Reason::LoneSurrogate),
    }
}

/// Return the code unit of `\uXXXX` at `at`.
fn code_unit(text: &[u8], at: usize) -> Result<u32, Reason> {
    let mut unit = 0;
    for offset in at + 2..at + 6 {
        let digit = text
            .get(offset)
            .and_then(|byte| (*byte as char).to_digit(16));
        unit = unit << 4 | digit.ok_or(Reason::Syntax("a hexadecimal digit", offset))?;
    }
    Ok(unit)
}

/// Write one ASCII character as it stands in a canonical string.
fn write_ascii(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        8 => b'b',
        9 => b't',
        10 => b'n',
        12 => b'f',
        13 => b'r',
        0..=0x1f => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            let low = DIGITS[usize::from(byte & 15)];
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
        }
        _ => return out.push(byte),
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Return the characters of a canonical value, or None when it is no string.
#[must_use]
pub fn string_of(value: &[u8]) -> Option<Cow<'_, str>> {
    let inside = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if inside.contains(&b'\\') {
        return Some(Cow::Owned(unescaped(inside)));
    }
    std::str::from_utf8(inside).ok().map(Cow::Borrowed)
}

/// Return the characters of a valid string's inside.
pub(super) fn unescaped(inside: &[u8]) -> String {
    let mut plain = Vec::with_capacity(inside.len());
    let mut at = 0;
    while at < inside.len() {
        at = match (inside[at], read_escape(inside, at)) {
            (b'\\', Ok((character, end))) => {
                plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                end
            }
            (byte, _) => {
                plain.push(byte);
                at + 1
            }
        };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_plain_text_is_found_at_every_offset() {
        for stop in [b'"', b'\\', 0x1f, 0] {
            for length in 0..40 {
                let mut text = vec![b'\x7f'; length];
                text.extend([stop, b'"', 0, b'x']);
                assert_eq!(plain_end(&text, 0), length);
            }
        }
        assert_eq!(plain_end("é\u{ffff}\u{1f600} plain".as_bytes(), 0), 15);
    }

    #[test]
    fn every_control_character_survives_being_written_and_read_back() {
        for code in 0..0x80_u8 {
            let character = char::from(code).to_string();
            let mut out = Vec::new();
            write_string(&mut out, &character);
            assert_eq!(unescaped(&out[1..out.len() - 1]), character);
        }
    }
}
