//! Patterns with look-around, relaxed to ones without, which match wherever the originals do.

/// Return the pattern without its look-around groups, or None when a group has no end.
///
/// An assertion only ever forbids, so what the rest needs the whole needs as well.
pub fn relaxed(pattern: &str) -> Option<String> {
    let mut written = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(first) = rest.chars().next() {
        if first == '(' && !in_class && is_assertion(rest) {
            rest = &rest[group_length(rest)?..];
            written.push_str("(?:)");
            continue;
        }
        let taken = unit(rest, first);
        in_class = still_in_class(first, in_class);
        written.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    Some(written)
}

fn is_assertion(text: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!"]
        .iter()
        .any(|opening| text.starts_with(opening))
}

fn group_length(text: &str) -> Option<usize> {
    let (mut depth, mut at, mut in_class) = (0_usize, 0, false);
    while let Some(first) = text[at..].chars().next() {
        match first {
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth -= 1,
            _ => {}
        }
        let taken = unit(&text[at..], first);
        in_class = still_in_class(first, in_class);
        at += taken;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn unit(text: &str, first: char) -> usize {
    let second = text[first.len_utf8()..].chars().next();
    match (first, second) {
        ('\\', Some(second)) => 1 + second.len_utf8(),
        _ => first.len_utf8(),
    }
}

fn still_in_class(first: char, in_class: bool) -> bool {
    match first {
        '[' => true,
        ']' => false,
        _ => in_class,
    }
}

#[cfg(test)]
mod tests {
    use super::relaxed;

    #[test]
    fn what_only_looks_is_left_out() {
        for (given, wanted) in [
            ("(?<!tc)getattr", "(?:)getattr"),
            (r"(?<!\.|\w)hasattr(?!\()", "(?:)hasattr(?:)"),
            ("a(?=(b|[)]))c", "a(?:)c"),
            ("[(?=](x)", "[(?=](x)"),
            (r"\(?=x", r"\(?=x"),
        ] {
            assert_eq!(relaxed(given).as_deref(), Some(wanted));
        }
        assert_eq!(relaxed("(?=never ends"), None);
    }
}
