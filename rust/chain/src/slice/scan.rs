//! A look into canonical text for two members of its top level, without parsing the rest.
use memchr::memchr2;

use crate::canonical::{Form, Seen};

/// The two members that relate a record to its neighbours, as they stand in the text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Members<'t> {
    /// The digits of `sequence`.
    pub sequence: Option<u64>,
    /// The inside of the string `recorded_at`.
    pub recorded_at: Option<&'t [u8]>,
}

/// The keys of both.
const KEYS: [&[u8]; 2] = [b"sequence", b"recorded_at"];

impl<'t> Members<'t> {
    fn take(&mut self, key: &[u8], value: &'t [u8]) {
        match key {
            b"sequence" => self.sequence = number(value),
            b"recorded_at" => self.recorded_at = plain_string(value),
            _ => {}
        }
    }
}

/// Return whether `text` is canonical, and both members, or None when it does not read as an object.
pub(super) fn read<'t>(text: &'t [u8], form: &mut Form) -> (bool, Option<Members<'t>>) {
    match form.look(text, KEYS) {
        Some(Seen {
            values: [sequence, recorded_at],
            is_plain: true,
        }) => {
            let members = Members {
                sequence: sequence.and_then(number),
                recorded_at: recorded_at.and_then(plain_string),
            };
            (true, Some(members))
        }
        seen => (seen.is_some(), scan(text)),
    }
}

/// Return both members, or None when `text` does not read as an object.
///
/// Canonical keys are sorted, so the scan ends at the first key after `sequence`; a key out of
/// order before that is not canonical, and the text is refused.
fn scan(text: &[u8]) -> Option<Members<'_>> {
    let inside = text.strip_prefix(b"{")?.strip_suffix(b"}")?;
    let mut members = Members::default();
    let (mut at, mut before): (usize, &[u8]) = (0, b"");
    while at < inside.len() {
        let key_end = string_end(inside, at)?;
        let key = &inside[at + 1..key_end - 1];
        if key > b"sequence" {
            break;
        }
        if at > 0 && key <= before {
            return None;
        }
        let end = value_end(inside, key_end + 1)?;
        let value = (inside[key_end] == b':').then(|| &inside[key_end + 1..end])?;
        members.take(key, value);
        if end < inside.len() && inside[end] != b',' {
            return None;
        }
        (at, before) = (end + 1, key);
    }
    Some(members)
}

/// Return the offset after the string that starts at `at`.
fn string_end(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let mut from = at + 1;
    loop {
        let stop = from + memchr2(b'"', b'\\', text.get(from..)?)?;
        if text[stop] == b'"' {
            return Some(stop + 1);
        }
        from = stop + 2;
    }
}

/// Return the offset after the value that starts at `at`.
fn value_end(text: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut from = at;
    while let Some(byte) = text.get(from) {
        match byte {
            b'"' => {
                from = string_end(text, from)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => break,
            _ => {}
        }
        from += 1;
    }
    (depth == 0 && from > at).then_some(from)
}

fn number(value: &[u8]) -> Option<u64> {
    let is_canonical = value == b"0" || !value.starts_with(b"0");
    let is_digits = value.iter().all(u8::is_ascii_digit);
    if !is_canonical || !is_digits {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn plain_string(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_members_are_found_on_the_top_level_only() {
        let text = br#"{"a":{"sequence":1,"x":"}\",{"},"recorded_at":"now","sequence":7,"z":[]}"#;
        let members = scan(text).expect("an object");
        assert_eq!(members.sequence, Some(7));
        assert_eq!(members.recorded_at, Some(&b"now"[..]));
    }

    #[test]
    fn an_object_without_them_has_neither() {
        assert_eq!(scan(b"{}"), Some(Members::default()));
        assert_eq!(
            scan(br#"{"a":1,"t":{"sequence":3}}"#),
            Some(Members::default())
        );
    }

    #[test]
    fn numbers_in_any_other_spelling_are_not_a_sequence() {
        for value in [
            "-1",
            "01",
            "1.0",
            "1e3",
            "\"1\"",
            "18446744073709551616",
            "null",
        ] {
            let text = format!("{{\"sequence\":{value}}}");
            assert_eq!(
                scan(text.as_bytes()).map(|found| found.sequence),
                Some(None),
                "{value}"
            );
        }
    }

    #[test]
    fn texts_that_are_no_sorted_object_are_refused() {
        for text in [
            "",
            "{",
            "}",
            "[]",
            "{1}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,",
            "{\"b\":1,\"a\":2}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":\"}",
            "{\"a\":[}",
            "{\"a\":]}",
            "{\"a\\\"}",
            "{\"a\" :1}",
        ] {
            assert_eq!(scan(text.as_bytes()), None, "{text}");
        }
    }
}
