//! Numbers: the grammar of RFC 8259 6, written as ECMAScript writes a double (RFC 8785 3.2.2.3).
use crate::error::Reason;

/// The largest integer that every JSON reader keeps: 2^53 − 1 (RFC 7493 2.2).
pub const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// How a literal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Literal {
    /// An integer that stands as canonical JSON writes it.
    Integer,
    /// Anything that must be read as a double and written anew.
    Double,
}

/// Return what the literal at the start of `text` is, and its length.
///
/// # Errors
/// [`Reason::Syntax`] with an offset inside `text`, [`Reason::IntegerRange`].
#[inline]
pub(super) fn measure(text: &[u8]) -> Result<(Literal, usize), Reason> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let digits_end = skip_digits(text, sign);
    if matches!(text.get(digits_end), Some(b'.' | b'e' | b'E')) {
        return Ok((Literal::Double, measure_double(text, sign, digits_end)?));
    }
    check_digits(text, sign, digits_end)?;
    if digits_end - sign > 15 {
        check_safe(&text[sign..digits_end])?;
    }
    // -0 is the one integer that canonical JSON writes otherwise.
    let is_zero = sign == 1 && text[1] == b'0';
    let literal = if is_zero {
        Literal::Double
    } else {
        Literal::Integer
    };
    Ok((literal, digits_end))
}

/// Read a literal as the double next to it.
///
/// # Errors
/// [`Reason::NotFinite`] when it is too large for one.
pub(super) fn read_double(token: &[u8]) -> Result<f64, Reason> {
    let value = std::str::from_utf8(token)
        .ok()
        .and_then(|text| text.parse::<f64>().ok())
        .ok_or(Reason::Syntax("a number", 0))?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Reason::NotFinite)
    }
}

/// Write a finite double as ECMAScript's `Number::toString` does; −0 is written 0.
pub fn write_double(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
}

/// Return whether a literal stands as ECMAScript writes the double next to it.
pub(super) fn is_written(token: &[u8]) -> bool {
    read_double(token)
        .is_ok_and(|value| ryu_js::Buffer::new().format_finite(value).as_bytes() == token)
}

/// Whether ECMAScript writes a double as an integer beyond ±(2^53 − 1): without exponent below 10^21.
#[must_use]
pub fn is_large_whole(value: f64) -> bool {
    (9_007_199_254_740_992.0..1e21).contains(&value.abs())
}

/// Return where a literal with a fraction or an exponent ends.
fn measure_double(text: &[u8], sign: usize, digits_end: usize) -> Result<usize, Reason> {
    check_digits(text, sign, digits_end)?;
    let mut end = digits_end;
    if text[end] == b'.' {
        end = require_digits(text, end + 1)?;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let signed = matches!(text.get(end + 1), Some(b'+' | b'-'));
        end = require_digits(text, end + 1 + usize::from(signed))?;
    }
    Ok(end)
}

/// Refuse an integer part that is empty or begins with a needless zero.
#[inline]
fn check_digits(text: &[u8], from: usize, end: usize) -> Result<(), Reason> {
    if end == from {
        return Err(Reason::Syntax("a digit", from));
    }
    if text[from] == b'0' && end > from + 1 {
        return Err(Reason::Syntax("no digit after a leading zero", from + 1));
    }
    Ok(())
}

#[cold]
fn check_safe(digits: &[u8]) -> Result<(), Reason> {
    let value = std::str::from_utf8(digits)
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    match value {
        Some(value) if value <= SAFE_INTEGER => Ok(()),
        _ => Err(Reason::IntegerRange),
    }
}

fn require_digits(text: &[u8], from: usize) -> Result<usize, Reason> {
    let end = skip_digits(text, from);
    if end == from {
        return Err(Reason::Syntax("a digit", from));
    }
    Ok(end)
}

#[inline]
fn skip_digits(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, Reason> {
        let (literal, length) = measure(text.as_bytes())?;
        if literal == Literal::Integer {
            return Ok(text[..length].to_owned());
        }
        let mut out = Vec::new();
        write_double(&mut out, read_double(&text.as_bytes()[..length])?);
        Ok(String::from_utf8(out).expect("numbers are ASCII"))
    }

    #[test]
    fn every_spelling_of_zero_is_written_0() {
        for text in ["0", "-0", "0.0", "-0.0", "0e9", "-0E-9", "1e-400"] {
            assert_eq!(written(text).as_deref(), Ok("0"), "{text}");
        }
    }

    #[test]
    fn the_safe_integers_end_at_two_to_the_53_less_one() {
        assert_eq!(
            written("9007199254740991").as_deref(),
            Ok("9007199254740991")
        );
        assert_eq!(
            written("-9007199254740991").as_deref(),
            Ok("-9007199254740991")
        );
        for text in [
            "9007199254740992",
            "-9007199254740992",
            "99999999999999999999999",
        ] {
            assert_eq!(written(text), Err(Reason::IntegerRange), "{text}");
        }
    }

    #[test]
    fn a_number_that_overflows_a_double_is_refused() {
        assert_eq!(written("1e309"), Err(Reason::NotFinite));
        assert_eq!(written("-1.8e308"), Err(Reason::NotFinite));
    }

    #[test]
    fn literals_that_json_does_not_know_are_refused() {
        for text in [
            "-", "01", "-01", "1.", ".5", "1e", "1e+", "+1", "--1", "1.e5",
        ] {
            assert!(matches!(written(text), Err(Reason::Syntax(..))), "{text}");
        }
    }

    #[test]
    fn doubles_take_the_shortest_ecmascript_form() {
        for (text, expected) in [
            ("1E30", "1e+30"),
            ("4.50", "4.5"),
            ("2e-3", "0.002"),
            ("1e21", "1e+21"),
            ("333333333.33333329", "333333333.3333333"),
            ("0.000000000000000000000000001", "1e-27"),
        ] {
            assert_eq!(written(text).as_deref(), Ok(expected));
        }
    }
}
