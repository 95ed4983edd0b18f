//! Moments as records write them: UTC, RFC 3339, six fraction digits.

/// Return `2026-11-23T20:50:13.000000Z`, or None for a year that RFC 3339 cannot write.
pub fn written(moment: (i64, u32)) -> Option<String> {
    let (seconds, nanoseconds) = moment;
    let (year, month, day) = civil(seconds.div_euclid(86_400))?;
    let of_day = seconds.rem_euclid(86_400);
    let mut text = [0_u8; 27];
    text.copy_from_slice(b"0000-00-00T00:00:00.000000Z");
    for (at, width, value) in [
        (0, 4, year),
        (5, 2, month),
        (8, 2, day),
        (11, 2, of_day / 3600),
        (14, 2, of_day / 60 % 60),
        (17, 2, of_day % 60),
        (20, 6, i64::from(nanoseconds / 1000)),
    ] {
        digits(&mut text[at..at + width], value);
    }
    String::from_utf8(text.to_vec()).ok()
}

fn digits(into: &mut [u8], mut value: i64) {
    for place in into.iter_mut().rev() {
        *place = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
    }
}

/// The proleptic Gregorian date of a day counted from 1970-01-01; None outside the years 1 to 9999.
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    if !(-719_162..=2_932_896).contains(&days) {
        return None;
    }
    // Count from 0000-03-01, so that the leap day is the last of its year; 146,097 days make 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    Some((year_of_era + era * 400 + i64::from(month <= 2), month, day))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn moments_are_written_in_utc_with_six_fraction_digits() {
        assert_eq!(
            written((0, 0)).as_deref(),
            Some("1970-01-01T00:00:00.000000Z")
        );
        assert_eq!(
            written((1_795_467_013, 123_456_789)).as_deref(),
            Some("2026-11-23T20:50:13.123456Z")
        );
        assert_eq!(
            written((951_782_400, 0)).as_deref(),
            Some("2000-02-29T00:00:00.000000Z")
        );
        assert_eq!(
            written((-1, 999_999_999)).as_deref(),
            Some("1969-12-31T23:59:59.999999Z")
        );
    }

    #[test]
    fn the_first_and_the_last_moment_of_the_calendar_are_its_bounds() {
        assert_eq!(
            written((-62_135_596_800, 0)).as_deref(),
            Some("0001-01-01T00:00:00.000000Z")
        );
        assert_eq!(
            written((253_402_300_799, 0)).as_deref(),
            Some("9999-12-31T23:59:59.000000Z")
        );
        assert_eq!(written((-62_135_596_801, 0)), None);
        assert_eq!(written((253_402_300_800, 0)), None);
        assert_eq!(written((i64::MAX, 0)), None);
    }
}
