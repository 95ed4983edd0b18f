//! Bytes that claim to be text, as JSON can hold them.

use std::borrow::Cow;
use std::fmt::Write;

/// Return bytes as UTF-8, each invalid byte written `\xNN`.
#[must_use]
pub fn readable(raw: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = simdutf8::basic::from_utf8(raw) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(raw.len() + 16);
    for chunk in raw.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    Cow::Owned(text)
}

/// Return the bytes in hex when [`readable`] cannot give them back, else None.
pub fn bytes_if_inexact(raw: &[u8]) -> Option<String> {
    simdutf8::basic::from_utf8(raw).is_err().then(|| hex(raw))
}

/// Return bytes in lower-case hex.
pub fn hex(raw: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(raw.len() * 2);
    for byte in raw {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Return a path as records name it; only a walk's root comes with its slash, or with no name at all.
pub fn named(path: &[u8]) -> &[u8] {
    match path.strip_suffix(b"/").unwrap_or(path) {
        b"" => b".",
        named => named,
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes_if_inexact, hex, readable};

    #[test]
    fn invalid_bytes_are_written_and_kept() {
        assert_eq!(readable(b"caf\xe9.txt"), "caf\\xe9.txt");
        assert_eq!(
            bytes_if_inexact(b"caf\xe9.txt").as_deref(),
            Some("636166e92e747874")
        );
        assert_eq!(bytes_if_inexact("café\n".as_bytes()), None);
        assert_eq!(hex(&[0, 255]), "00ff");
    }
}
