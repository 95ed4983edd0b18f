//! A scan over one JSON object that looks at its members and copies nothing.

use std::borrow::Cow;

use memchr::memchr2;

/// A member's value, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string's inside, escapes and all.
    Text(&'a [u8]),
    /// A number.
    Number(&'a [u8]),
    /// `true`, `false` or `null`.
    Word(&'a [u8]),
    /// An object or an array.
    Nested(&'a [u8]),
}

/// Deeper values are refused.
const DEEPEST: usize = 128;

/// The value does not go on as JSON does, at this byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(pub usize);

/// Call `each` with every member of the object that `text` is.
///
/// Control characters within strings are let pass, and strings need not be UTF-8: who wrote them wrote a log.
///
/// # Errors
/// The text is not one JSON object; members before that place have been told.
pub fn members<'a>(
    text: &'a [u8],
    mut each: impl FnMut(&'a [u8], Value<'a>),
) -> Result<(), Broken> {
    let mut at = space(text, 0);
    if text.get(at) != Some(&b'{') {
        return Err(Broken(at));
    }
    at = space(text, at + 1);
    if text.get(at) == Some(&b'}') {
        return end(text, at + 1);
    }
    loop {
        let key_end = string(text, at)?;
        let key = &text[at + 1..key_end - 1];
        at = space(text, key_end);
        if text.get(at) != Some(&b':') {
            return Err(Broken(at));
        }
        at = space(text, at + 1);
        let value_end = value(text, at, 1)?;
        let raw = &text[at..value_end];
        each(
            key,
            match raw[0] {
                b'"' => Value::Text(&raw[1..raw.len() - 1]),
                b'{' | b'[' => Value::Nested(raw),
                b't' | b'f' | b'n' => Value::Word(raw),
                _ => Value::Number(raw),
            },
        );
        at = space(text, value_end);
        match text.get(at) {
            Some(b',') => at = space(text, at + 1),
            Some(b'}') => return end(text, at + 1),
            _ => return Err(Broken(at)),
        }
    }
}

fn end(text: &[u8], at: usize) -> Result<(), Broken> {
    let at = space(text, at);
    if at == text.len() {
        Ok(())
    } else {
        Err(Broken(at))
    }
}

#[inline]
fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// The end of the string that begins here, behind its quote.
#[inline]
fn string(text: &[u8], at: usize) -> Result<usize, Broken> {
    if text.get(at) != Some(&b'"') {
        return Err(Broken(at));
    }
    let mut from = at + 1;
    loop {
        let Some(found) = memchr2(b'"', b'\\', &text[from..]) else {
            return Err(Broken(text.len()));
        };
        let here = from + found;
        if text[here] == b'"' {
            return Ok(here + 1);
        }
        from = match text.get(here + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => here + 2,
            Some(b'u')
                if text
                    .get(here + 2..here + 6)
                    .is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit)) =>
            {
                here + 6
            }
            _ => return Err(Broken(here)),
        };
    }
}

fn value(text: &[u8], at: usize, depth: usize) -> Result<usize, Broken> {
    match text.get(at) {
        Some(b'"') => string(text, at),
        Some(b'-' | b'0'..=b'9') => number(text, at),
        Some(b'{' | b'[') => nested(text, at, depth),
        Some(b't') => word(text, at, b"true"),
        Some(b'f') => word(text, at, b"false"),
        Some(b'n') => word(text, at, b"null"),
        _ => Err(Broken(at)),
    }
}

fn word(text: &[u8], at: usize, word: &[u8]) -> Result<usize, Broken> {
    if text[at..].starts_with(word) {
        Ok(at + word.len())
    } else {
        Err(Broken(at))
    }
}

fn digits(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    let from = at;
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == from {
        Err(Broken(at))
    } else {
        Ok(at)
    }
}

fn number(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    if text[at] == b'-' {
        at += 1;
    }
    let from = at;
    at = digits(text, at)?;
    if text[from] == b'0' && at > from + 1 {
        return Err(Broken(from + 1));
    }
    if text.get(at) == Some(&b'.') {
        at = digits(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = text.get(at) {
            at += 1;
        }
        at = digits(text, at)?;
    }
    Ok(at)
}

fn nested(text: &[u8], at: usize, depth: usize) -> Result<usize, Broken> {
    if depth >= DEEPEST {
        return Err(Broken(at));
    }
    let (is_object, close) = (text[at] == b'{', text[at] + 2);
    let mut at = space(text, at + 1);
    if text.get(at) == Some(&close) {
        return Ok(at + 1);
    }
    loop {
        if is_object {
            at = space(text, string(text, at)?);
            if text.get(at) != Some(&b':') {
                return Err(Broken(at));
            }
            at = space(text, at + 1);
        }
        at = space(text, value(text, at, depth + 1)?);
        match text.get(at) {
            Some(b',') => at = space(text, at + 1),
            Some(found) if *found == close => return Ok(at + 1),
            _ => return Err(Broken(at)),
        }
    }
}

/// A string's inside without its escapes; lone surrogates become U+FFFD.
#[must_use]
pub fn unescaped(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', raw) else {
        return Cow::Borrowed(raw);
    };
    let mut out = Vec::with_capacity(raw.len());
    out.extend_from_slice(&raw[..first]);
    let mut at = first;
    while at < raw.len() {
        if raw[at] != b'\\' {
            let next = memchr::memchr(b'\\', &raw[at..]).map_or(raw.len(), |found| at + found);
            out.extend_from_slice(&raw[at..next]);
            at = next;
            continue;
        }
        let escaped = raw.get(at + 1).copied().unwrap_or(b'\\');
        at += 2;
        match escaped {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => at = unicode(raw, at, &mut out),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

fn unicode(raw: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let (mut at, mut code) = (at + 4, hex(raw, at));
    if (0xd800..0xdc00).contains(&code) && raw.get(at..at + 2) == Some(b"\\u") {
        let low = hex(raw, at + 2);
        if (0xdc00..0xe000).contains(&low) {
            code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 6;
        }
    }
    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    at
}

fn hex(raw: &[u8], at: usize) -> u32 {
    raw.get(at..at + 4)
        .and_then(|it| std::str::from_utf8(it).ok())
        .and_then(|it| u32::from_str_radix(it, 16).ok())
        .unwrap_or(0xfffd)
}
