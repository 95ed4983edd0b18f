//! Python takes a brace that begins no repetition as itself; Rust's engines refuse it.

/// Return the pattern with such braces escaped: `unsafe {` becomes `unsafe \{`.
pub fn escaped(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len() + 4);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\\' => escape_length(rest),
            '{' if !in_class => {
                if let Some(length) = repetition(rest) {
                    length
                } else {
                    written.push('\\');
                    1
                }
            }
            '}' if !in_class => {
                written.push('\\');
                1
            }
            _ => first.len_utf8(),
        };
        in_class = match first {
            '[' => true,
            ']' => false,
            _ => in_class,
        };
        written.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    written
}

/// Return the length of an escape, its braces (`\u{2014}`, `\p{L}`) included.
fn escape_length(text: &str) -> usize {
    let mut letters = text.chars();
    letters.next();
    let Some(second) = letters.next() else {
        return 1;
    };
    let plain = 1 + second.len_utf8();
    let has_braces =
        matches!(second, 'u' | 'U' | 'x' | 'p' | 'P') && text[plain..].starts_with('{');
    match text[plain..].find('}') {
        Some(end) if has_braces => plain + end + 1,
        _ => plain,
    }
}

/// Return the length of a repetition at the beginning of a text: `{3}`, `{3,}`, `{3,5}`, `{,5}`.
fn repetition(text: &str) -> Option<usize> {
    let end = text.find('}')?;
    let (low, high) = text[1..end].split_once(',').unwrap_or((&text[1..end], ""));
    let is_number = |it: &str| it.bytes().all(|digit| digit.is_ascii_digit());
    (end > 1 && is_number(low) && is_number(high) && (!low.is_empty() || !high.is_empty()))
        .then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn braces_that_repeat_nothing_stand_for_themselves() {
        for (given, wanted) in [
            ("unsafe {", r"unsafe \{"),
            ("a{2,3}b{x}", r"a{2,3}b\{x\}"),
            (r"\u{2014}\{", r"\u{2014}\{"),
            ("[{}]{1}", "[{}]{1}"),
            ("}", r"\}"),
            ("{,}", r"\{,\}"),
            ("\\", "\\"),
        ] {
            assert_eq!(escaped(given), wanted);
        }
    }
}
