//! Digits at the beginning of a text.

/// Whether it is one of 0 to 9.
pub fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// The number that these digits write; None if there is none, one is no digit, or it is too large.
pub fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 18 && digits.len() != 19 {
        return None;
    }
    let mut value = 0_i64;
    for digit in digits {
        if !is_digit(*digit) {
            return None;
        }
        value = value
            .checked_mul(10)?
            .checked_add(i64::from(digit - b'0'))?;
    }
    Some(value)
}

/// The number that exactly two digits write at this place.
pub fn two(text: &[u8], at: usize) -> Option<i64> {
    let (tens, ones) = (*text.get(at)?, *text.get(at + 1)?);
    (is_digit(tens) && is_digit(ones)).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// The number that exactly four digits write at this place.
pub fn four(text: &[u8], at: usize) -> Option<i64> {
    Some(two(text, at)? * 100 + two(text, at + 2)?)
}

/// Microseconds of the digits after a point, and how many digits there are; finer ones are cut off.
pub fn fraction_us(text: &[u8]) -> Option<(i64, usize)> {
    let (mut value, mut scale, mut length) = (0, 100_000, 0);
    for digit in text.iter().take_while(|it| is_digit(**it)) {
        value += i64::from(digit - b'0') * scale;
        scale /= 10;
        length += 1;
    }
    (length > 0).then_some((value, length))
}

/// The first three letters, in lower case.
pub fn three_letters(text: &[u8]) -> Option<[u8; 3]> {
    let mut lower = [0; 3];
    for (to, from) in lower.iter_mut().zip(text.get(..3)?) {
        *to = from.to_ascii_lowercase();
    }
    Some(lower)
}
