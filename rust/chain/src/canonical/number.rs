//! Numbers: the grammar of RFC 8259 6, written as ECMAScript writes a double (RFC 8785 3.2.2.3).
use crate::error::Reason;

/// The largest integer that every JSON reader keeps: 2^53 − 1 (RFC 7493 2.2).
const SAFE_INTEGER: u64 = (1 << 53) - 1;

/// The length of a number literal and what kind it is.
struct Literal {
    digits_end: usize,
    end: usize,
}

/// Write the number at the start of `text`; return how many bytes it took.
///
/// # Errors
/// [`Reason::Syntax`] with an offset inside `text`, [`Reason::IntegerRange`], [`Reason::NotFinite`].
pub(super) fn write_number(out: &mut Vec<u8>, text: &[u8]) -> Result<usize, Reason> {
    let literal = measure(text)?;
    let token = &text[..literal.end];
    if literal.end == literal.digits_end {
        write_integer(out, token)?;
    } else {
        write_double(out, parse_double(token)?);
    }
    Ok(literal.end)
}

/// Write a finite double as ECMAScript's `Number::toString` does; −0 is written 0.
pub(super) fn write_double(out: &mut Vec<u8>, value: f64) {
    out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
}

fn write_integer(out: &mut Vec<u8>, token: &[u8]) -> Result<(), Reason> {
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    if digits.len() > 15 {
        check_safe(digits)?;
    }
    let is_zero = digits == b"0";
    out.extend_from_slice(if is_zero { digits } else { token });
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

fn parse_double(token: &[u8]) -> Result<f64, Reason> {
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

/// Return where the literal at the start of `text` ends, checked against RFC 8259's grammar.
fn measure(text: &[u8]) -> Result<Literal, Reason> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let digits_end = match text.get(sign) {
        Some(b'0') => sign + 1,
        Some(b'1'..=b'9') => skip_digits(text, sign),
        _ => return Err(Reason::Syntax("a digit", sign)),
    };
    let mut end = digits_end;
    if text.get(end) == Some(&b'.') {
        end = require_digits(text, end + 1)?;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let signed = matches!(text.get(end + 1), Some(b'+' | b'-'));
        end = require_digits(text, end + 1 + usize::from(signed))?;
    }
    if text.get(end).is_some_and(u8::is_ascii_digit) {
        return Err(Reason::Syntax("no digit after a leading zero", end));
    }
    Ok(Literal { digits_end, end })
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
        let mut out = Vec::new();
        write_number(&mut out, text.as_bytes())?;
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
