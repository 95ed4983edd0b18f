//! Moments of the record format: UTC, RFC 3339, six fraction digits and `Z`.

/// The length of every moment, in bytes.
pub const LENGTH: usize = 27;

const PATTERN: &[u8; LENGTH] = b"0000-00-00T00:00:00.000000Z";
const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// Return whether `text` is a moment of this format that a calendar knows.
///
/// Two moments that pass compare as their texts do.
#[must_use]
pub fn is_moment(text: &[u8]) -> bool {
    let has_shape = text.len() == LENGTH
        && text
            .iter()
            .zip(PATTERN)
            .all(|(found, pattern)| match pattern {
                b'0' => found.is_ascii_digit(),
                _ => found == pattern,
            });
    has_shape && {
        let year = number(&text[..4]);
        let (month, day) = (number(&text[5..7]), number(&text[8..10]));
        let (hour, minute, second) = (
            number(&text[11..13]),
            number(&text[14..16]),
            number(&text[17..19]),
        );
        year > 0
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60
    }
}

/// Return the moment `microseconds` after 1970, or None outside the years 1 to 9999.
#[must_use]
pub fn format_moment(microseconds: i64) -> Option<String> {
    let (days, rest) = (
        microseconds.div_euclid(MICROSECONDS_PER_DAY),
        microseconds.rem_euclid(MICROSECONDS_PER_DAY),
    );
    let (year, month, day) = civil(days);
    if !(1..=9999).contains(&year) {
        return None;
    }
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z"
    ))
}

fn number(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |value, digit| 10 * value + u32::from(digit - b'0'))
}

fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Return year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from 1 March, so that the leap day is a year's last; a 400-year era has
/// 146,097 days.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_written_as_the_format_says() {
        for (microseconds, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_761_912_000_000_007, "2025-10-31T12:00:00.000007Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(format_moment(microseconds).as_deref(), Some(expected));
            assert!(is_moment(expected.as_bytes()));
        }
    }

    #[test]
    fn moments_outside_four_digit_years_have_no_text() {
        assert_eq!(format_moment(253_402_300_800_000_000), None);
        assert_eq!(format_moment(-62_135_596_800_000_001), None);
        assert_eq!(format_moment(i64::MIN), None);
        assert_eq!(format_moment(i64::MAX), None);
    }

    #[test]
    fn texts_that_no_calendar_knows_are_not_moments() {
        for text in [
            "2023-02-29T00:00:00.000000Z",
            "0000-01-01T00:00:00.000000Z",
            "2024-13-01T00:00:00.000000Z",
            "2024-00-01T00:00:00.000000Z",
            "2024-04-31T00:00:00.000000Z",
            "2024-04-30T24:00:00.000000Z",
            "2024-04-30T00:60:00.000000Z",
            "2024-04-30T00:00:60.000000Z",
            "2024-04-30T00:00:00.000000+",
            "2024-04-30 00:00:00.000000Z",
            "2024-04-30T00:00:00Z",
            "",
        ] {
            assert!(!is_moment(text.as_bytes()), "{text}");
        }
    }
}
