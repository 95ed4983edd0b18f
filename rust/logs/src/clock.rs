//! Times of day and zones as they stand behind a date.

use crate::digits::{fraction_us, is_digit, two};
use crate::when::Wall;

/// `03:04:05.678`, `030405`, `03.04.05.678`, `3:04:05 PM`, `0:7:20:444`.
pub fn clock(text: &[u8], at: usize, wall: &mut Wall) -> Option<usize> {
    let (hour, mut at) = one_or_two(text, at)?;
    wall.hour = hour;
    let separator = *text.get(at)?;
    if matches!(separator, b':' | b'.') {
        (wall.minute, at) = one_or_two(text, at + 1)?;
        if text.get(at) == Some(&separator) {
            (wall.second, at) = one_or_two(text, at + 1)?;
        }
    } else {
        wall.minute = two(text, at)?;
        wall.second = two(text, at + 2)?;
        at += 4;
    }
    let is_fraction = matches!(text.get(at), Some(b'.' | b',' | b':'));
    if is_fraction {
        if let Some((us, length)) = fraction_us(&text[at + 1..]) {
            wall.us = us;
            at += 1 + length;
        }
    }
    match text.get(at..at + 3) {
        Some(b" PM" | b" pm") if (1..=12).contains(&hour) => {
            wall.hour = hour % 12 + 12;
            at += 3;
        }
        Some(b" AM" | b" am") if (1..=12).contains(&hour) => {
            wall.hour = hour % 12;
            at += 3;
        }
        _ => {}
    }
    Some(at)
}

fn one_or_two(text: &[u8], at: usize) -> Option<(i64, usize)> {
    if let Some(value) = two(text, at) {
        return Some((value, at + 2));
    }
    let digit = *text.get(at)?;
    is_digit(digit).then(|| (i64::from(digit - b'0'), at + 1))
}

/// A zone after the clock, perhaps after a space; what is none is left where it stands.
pub fn zone(text: &[u8], at: usize, wall: &mut Wall) -> usize {
    let space = usize::from(text.get(at) == Some(&b' '));
    let from = at + space;
    match text.get(from) {
        Some(b'Z' | b'z') if ends(text, from + 1) && space == 0 => {
            wall.offset = Some(0);
            from + 1
        }
        Some(sign @ (b'+' | b'-')) => {
            let Some(hours) = two(text, from + 1) else {
                return at;
            };
            let colon = usize::from(text.get(from + 3) == Some(&b':'));
            let minutes = two(text, from + 3 + colon);
            let end = from + 3 + minutes.map_or(0, |_| colon + 2);
            if !ends(text, end)
                || hours > 18
                || minutes.is_some_and(|it| it > 59)
                || space == 1 && minutes.is_none()
            {
                return at;
            }
            let east = (hours * 60 + minutes.unwrap_or(0)) * 60;
            wall.offset = Some(if *sign == b'+' { east } else { -east });
            end
        }
        Some(b'U' | b'G')
            if matches!(text.get(from..from + 3), Some(b"UTC" | b"GMT"))
                && ends(text, from + 3) =>
        {
            wall.offset = Some(0);
            from + 3
        }
        _ => at,
    }
}

/// Whether a word ends here.
pub fn ends(text: &[u8], at: usize) -> bool {
    text.get(at)
        .is_none_or(|next| !next.is_ascii_alphanumeric())
}
