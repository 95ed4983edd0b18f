//! What parameters look like, and what they are masked with.

pub const NUMBER: &[u8] = b"<number>";
pub const HEX: &[u8] = b"<hex>";
pub const IP: &[u8] = b"<ip>";
pub const UUID: &[u8] = b"<uuid>";
pub const PATH: &[u8] = b"<path>";
pub const DURATION: &[u8] = b"<duration>";

/// The length of a path that begins with a slash.
pub fn path(text: &[u8]) -> usize {
    text.iter()
        .position(|it| {
            matches!(
                it,
                b'"' | b'\''
                    | b','
                    | b';'
                    | b')'
                    | b'('
                    | b']'
                    | b'['
                    | b'}'
                    | b'{'
                    | b'<'
                    | b'>'
                    | b'|'
                    | b'?'
                    | b'='
                    | b':'
                    | b'&'
            )
        })
        .unwrap_or(text.len())
}

/// A number with a unit.
pub fn measured(rest: &[u8], digits: usize, unit: usize, out: &mut Vec<u8>) -> usize {
    let name = &rest[digits..digits + unit];
    if matches!(
        name,
        b"ms" | b"s" | b"us" | b"ns" | b"m" | b"h" | b"d" | b"sec" | b"secs" | b"min"
    ) {
        out.extend_from_slice(DURATION);
    } else {
        out.extend_from_slice(NUMBER);
        out.extend_from_slice(name);
    }
    digits + unit
}

/// The end of an IPv4 address, its port left outside.
pub fn ip(rest: &[u8], first: usize) -> Option<usize> {
    if first > 3 {
        return None;
    }
    let mut at = first;
    for _ in 0..3 {
        if rest.get(at) != Some(&b'.') {
            return None;
        }
        let digits = rest[at + 1..]
            .iter()
            .take(4)
            .take_while(|it| it.is_ascii_digit())
            .count();
        if !(1..=3).contains(&digits) {
            return None;
        }
        at += 1 + digits;
    }
    let goes_on = match rest.get(at) {
        Some(b'.') => rest.get(at + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => byte.is_ascii_alphanumeric(),
        None => false,
    };
    (!goes_on).then_some(at)
}

/// The end of an IPv6 or a hardware address, and its mask.
pub fn colons(rest: &[u8]) -> Option<(usize, &'static [u8])> {
    let run = rest
        .iter()
        .take_while(|it| it.is_ascii_hexdigit() || **it == b':')
        .count();
    if rest.get(run).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let colons = rest[..run]
        .iter()
        .rev()
        .take_while(|it| **it == b':')
        .count();
    let text = &rest[..run - colons];
    let (mut groups, mut empty, mut pairs) = (0, 0, 0);
    for group in text.split(|it| *it == b':') {
        groups += 1;
        empty += usize::from(group.is_empty());
        pairs += usize::from(group.len() == 2);
        if group.len() > 4 {
            return None;
        }
    }
    if groups == 6 && pairs == 6 {
        return Some((text.len(), HEX));
    }
    let is_address = empty == 1 && groups <= 8 || empty == 0 && groups == 8;
    (is_address && text.iter().any(u8::is_ascii_digit)).then_some((text.len(), IP))
}

/// The end of a UUID.
pub fn uuid(rest: &[u8]) -> Option<usize> {
    let mut at = 8;
    for group in [4, 4, 4, 12] {
        if rest.get(at) != Some(&b'-') {
            return None;
        }
        let digits = rest.get(at + 1..at + 1 + group)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        at += 1 + group;
    }
    Some(at)
}
