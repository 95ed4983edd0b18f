//! A JSON text that is being written.

/// Bytes of JSON, grown value by value.
#[derive(Default)]
pub struct Json(pub Vec<u8>);

impl Json {
    /// Append bytes as they are: brackets, commas, names, numbers.
    pub fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Append a whole number.
    pub fn number(&mut self, value: u64) {
        self.raw(&value.to_string());
    }

    /// Append a string.
    pub fn text(&mut self, value: &str) {
        self.0.push(b'"');
        let bytes = value.as_bytes();
        let mut start = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.0.extend_from_slice(&bytes[start..at]);
            self.escape(byte);
            start = at + 1;
        }
        self.0.extend_from_slice(&bytes[start..]);
        self.0.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        match byte {
            b'"' | b'\\' => self.0.extend_from_slice(&[b'\\', byte]),
            b'\n' => self.0.extend_from_slice(b"\\n"),
            _ => {
                self.0.extend_from_slice(b"\\u00");
                self.0.push(DIGITS[usize::from(byte >> 4)]);
                self.0.push(DIGITS[usize::from(byte & 15)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn what_json_cannot_hold_is_escaped() {
        let mut json = Json::default();
        json.text("a\"b\\c\nd\te\u{1f}é\u{7f}");
        assert_eq!(
            String::from_utf8(json.0).unwrap(),
            "\"a\\\"b\\\\c\\nd\\u0009e\\u001fé\u{7f}\""
        );
    }
}
