//! git's dates: seconds since 1970 and a zone, both as written.

use crate::json::Json;

/// The first second that is not read here; beyond it lie years that a calendar may not write in every zone.
const END: i64 = 253_000_000_000;

/// A moment in a zone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Date<'a> {
    written: &'a str,
    seconds: i64,
    offset_minutes: i64,
    is_exact: bool,
}

/// Read `1700000000 +0200`; None when it is not usual.
pub fn date(written: &str) -> Option<Date<'_>> {
    let (seconds, zone) = written.split_once(' ')?;
    let bytes = zone.as_bytes();
    let is_usual = (1..=18).contains(&seconds.len())
        && seconds.bytes().all(|it| it.is_ascii_digit())
        && bytes.len() == 5
        && matches!(bytes[0], b'+' | b'-')
        && bytes[1..].iter().all(u8::is_ascii_digit);
    if !is_usual {
        return None;
    }
    let seconds: i64 = seconds.parse().ok().filter(|it| *it < END)?;
    let hours: i64 = zone[1..3].parse().ok().filter(|it| *it < 24)?;
    let minutes: i64 = zone[3..].parse().ok().filter(|it| *it < 60)?;
    let offset = hours * 60 + minutes;
    let is_exact = offset > 0 || bytes[0] == b'+';
    let offset_minutes = if bytes[0] == b'-' { -offset } else { offset };
    (seconds + offset_minutes * 60 >= 0).then_some(Date {
        written,
        seconds,
        offset_minutes,
        is_exact,
    })
}

impl Date<'_> {
    /// Write `{"date": …}` in its own zone, and `date_raw` where RFC 3339 says it otherwise than git does.
    pub fn write(&self, json: &mut Json) {
        json.raw("{\"date\":\"");
        json.raw(&calendar(self.seconds + self.offset_minutes * 60));
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let offset = self.offset_minutes.abs();
        json.raw(&format!("{sign}{:02}:{:02}\"", offset / 60, offset % 60));
        if !self.is_exact {
            json.raw(",\"date_raw\":");
            json.text(self.written);
        }
        json.raw("}");
    }

    /// Write the moment in UTC, as records have it.
    pub fn write_stamp(&self, json: &mut Json) {
        json.raw("\"");
        json.raw(&calendar(self.seconds));
        json.raw(".000000Z\"");
    }
}

/// Return `YYYY-MM-DDTHH:MM:SS` of seconds since 1970; days are counted from March, so that leap days come last.
fn calendar(seconds: i64) -> String {
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::{calendar, date};
    use crate::json::Json;

    fn written(text: &str) -> Option<String> {
        let mut json = Json::default();
        date(text)?.write(&mut json);
        Some(String::from_utf8(json.0).unwrap())
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(calendar(0), "1970-01-01T00:00:00");
        assert_eq!(calendar(951_782_399), "2000-02-28T23:59:59");
        assert_eq!(calendar(951_782_400), "2000-02-29T00:00:00");
        assert_eq!(calendar(4_107_542_400), "2100-03-01T00:00:00");
    }

    #[test]
    fn a_date_is_written_in_its_zone() {
        assert_eq!(
            written("1700000000 +0530").as_deref(),
            Some("{\"date\":\"2023-11-15T03:43:20+05:30\"}")
        );
        assert_eq!(
            written("1700000000 -0000").as_deref(),
            Some("{\"date\":\"2023-11-14T22:13:20+00:00\",\"date_raw\":\"1700000000 -0000\"}")
        );
    }

    #[test]
    fn odd_dates_are_left_to_the_caller() {
        for text in [
            "",
            "1",
            "x +0000",
            "-1 +0000",
            "1 +2400",
            "1 +0060",
            "1 -0100",
            "999999999999 +0000",
        ] {
            assert!(date(text).is_none(), "{text}");
        }
    }
}
