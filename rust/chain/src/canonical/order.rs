//! The order of keys (RFC 8785 3.2.3): by UTF-16 code unit, compared without leaving UTF-8.
use std::cmp::Ordering;

/// Compare two keys by their UTF-16 code units.
pub(super) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let differing = left.iter().zip(right).find(|(one, other)| one != other);
    match differing {
        Some((one, other)) => rank(*one).cmp(&rank(*other)),
        None => left.len().cmp(&right.len()),
    }
}

/// Return where a leading byte sorts by UTF-16.
///
/// UTF-8 and UTF-16 order differ in one place: U+10000 and up (leading bytes F0 to F4) are written
/// with surrogates D800 to DFFF, so they sort before U+E000 to U+FFFF (leading bytes EE and EF).
fn rank(byte: u8) -> u8 {
    match byte {
        0xee | 0xef => byte + 5,
        0xf0..=0xf4 => byte - 2,
        _ => byte,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_as_their_utf16_code_units_do() {
        let keys = [
            "",
            "a",
            "ab",
            "b",
            "\u{80}",
            "\u{7ff}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{fb33}",
            "\u{ffff}",
            "\u{10000}",
            "\u{1f600}",
            "\u{10ffff}",
            "a\u{1f600}",
            "a\u{fb33}",
        ];
        for left in keys {
            for right in keys {
                let expected = left.encode_utf16().cmp(right.encode_utf16());
                assert_eq!(
                    compare(left.as_bytes(), right.as_bytes()),
                    expected,
                    "{left:?} {right:?}"
                );
            }
        }
    }
}
