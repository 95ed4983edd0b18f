//! A message with its parameters masked: what stays the same from event to event.

use crate::shapes::{colons, ip, measured, path, uuid, HEX, IP, NUMBER, PATH, UUID};

/// What a masked parameter is written as.
pub const WILDCARD: &[u8] = b"<*>";

/// How much of a message is looked at.
const LONGEST: usize = 4096;
/// How many words of it.
pub const MOST_WORDS: usize = 256;

/// Write the words of `message` into `out`, masked and with one space between.
///
/// Numbers become `<number>`, hexadecimal runs `<hex>`, addresses `<ip>`, UUIDs `<uuid>`, paths and URLs' paths `<path>`,
/// numbers with a unit of time `<duration>`.
pub fn masked(message: &[u8], out: &mut Vec<u8>) {
    let message = &message[..message.len().min(LONGEST)];
    // What stands between `from` and `at` stays as it is and is copied at once.
    let (mut from, mut at, mut words) = (0, 0, 0);
    while words < MOST_WORDS {
        let blank = at;
        while at < message.len() && CLASS[message[at] as usize] == SPACE {
            at += 1;
        }
        if at == message.len() {
            break;
        }
        let is_one_space = words > 0 && at == blank + 1 && message[blank] == b' ';
        if !is_one_space {
            out.extend_from_slice(&message[from..blank]);
            if words > 0 {
                out.push(b' ');
            }
            from = at;
        }
        words += 1;
        let (end, stays) = extent(message, at);
        if !stays && kept(message, at, end, blank).is_none() {
            out.extend_from_slice(&message[from..at]);
            pieces(&message[at..end], out);
            from = end;
        }
        at = end;
        if words == MOST_WORDS {
            break;
        }
    }
    let end = at
        - message[from..at]
            .iter()
            .rev()
            .take_while(|it| CLASS[**it as usize] == SPACE)
            .count();
    out.extend_from_slice(&message[from..end]);
}

/// Where the word that begins here ends, and whether it holds nothing to mask.
#[inline]
fn extent(text: &[u8], from: usize) -> (usize, bool) {
    let (mut end, mut seen) = (from, 0_u8);
    while end < text.len() {
        let class = CLASS[text[end] as usize];
        if class == SPACE {
            break;
        }
        seen |= 1 << class;
        end += 1;
    }
    (end, seen & (1 << DIGIT | 1 << SLASH) == 0)
}

fn pieces(word: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while at < word.len() {
        at = piece(word, at, out);
    }
}

/// Whether a word is a number that tells what happened, not to whom: an HTTP status behind its request, a Windows event's
/// number. `blank` is where the word before it ends.
fn kept(message: &[u8], at: usize, end: usize, blank: usize) -> Option<()> {
    let before = &message[..blank];
    let counts = match before.last()? {
        b'"' => 3..=3,
        b'D' if before.ends_with(b"EventID") => 1..=5,
        _ => return None,
    };
    let word = &message[at..end];
    (counts.contains(&word.len()) && word.iter().all(u8::is_ascii_digit)).then_some(())
}

const OTHER: u8 = 0;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 3;
const SLASH: u8 = 4;

const CLASS: [u8; 256] = {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation)] // Below 256.
        let letter = byte as u8;
        table[byte] = if letter.is_ascii_digit() {
            DIGIT
        } else if letter.is_ascii_alphabetic() {
            LETTER
        } else if letter.is_ascii_whitespace() || letter == 0 || letter == 11 {
            SPACE
        } else if letter == b'/' || letter == b'\\' {
            SLASH
        } else {
            OTHER
        };
        byte += 1;
    }
    table
};

/// Mask what begins here within a word, and return where it ends.
fn piece(word: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let byte = word[at];
    match CLASS[byte as usize] {
        SLASH => {
            let length = path(&word[at..]);
            if length > 1 {
                out.extend_from_slice(PATH);
                return at + length;
            }
        }
        LETTER | DIGIT => return run(word, at, out),
        _ => {}
    }
    // A sign belongs to its number where nothing stands before it.
    let is_sign = matches!(byte, b'-' | b'+') && word.get(at + 1).is_some_and(u8::is_ascii_digit);
    if !(is_sign && (at == 0 || matches!(word[at - 1], b'=' | b'(' | b'[' | b',' | b':' | b'_'))) {
        out.push(byte);
    }
    at + 1
}

/// Mask a run of letters and digits, or what longer thing it begins.
fn run(word: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let rest = &word[at..];
    let mut digits = 0;
    let mut length = 0;
    let mut is_hex = true;
    for byte in rest {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'a'..=b'f' | b'A'..=b'F' => {}
            _ if byte.is_ascii_alphabetic() => is_hex = false,
            _ => break,
        }
        length += 1;
    }
    if is_hex && length == 8 {
        if let Some(end) = uuid(rest) {
            out.extend_from_slice(UUID);
            return at + end;
        }
    }
    if is_hex && length <= 4 && rest.get(length) == Some(&b':') {
        if let Some((end, mask)) = colons(rest) {
            out.extend_from_slice(mask);
            return at + end;
        }
    }
    if digits == 0 {
        out.extend_from_slice(&rest[..length]);
        return at + length;
    }
    if digits == length {
        if let Some(end) = ip(rest, length) {
            out.extend_from_slice(IP);
            return at + end;
        }
        // 1.5, 1,024
        let mut end = length;
        while matches!(rest.get(end), Some(b'.' | b','))
            && rest.get(end + 1).is_some_and(u8::is_ascii_digit)
        {
            end += 1;
            while rest.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
        }
        let unit = rest[end..]
            .iter()
            .take_while(|it| it.is_ascii_alphabetic())
            .count();
        if end > length && unit > 0 {
            return measured(rest, end, unit, out) + at;
        }
        out.extend_from_slice(NUMBER);
        return at + end;
    }
    if is_hex && length >= 6 || rest.starts_with(b"0x") && length > 2 {
        out.extend_from_slice(HEX);
        return at + length;
    }
    let leading = rest.iter().take_while(|it| it.is_ascii_digit()).count();
    if leading == digits && leading > 0 {
        return measured(rest, leading, length - leading, out) + at;
    }
    out.extend_from_slice(&rest[..length]);
    at + length
}
