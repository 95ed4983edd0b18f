//! Times as logs write them, brought to microseconds since 1970.

use crate::digits::{fraction_us, is_digit, number, three_letters};

/// How an event's time is known; the order is that of the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Known {
    /// It stands there, with its zone.
    Parsed,
    /// The zone is assumed.
    ZoneAssumed,
    /// The year is assumed, the zone perhaps too.
    YearAssumed,
    /// There is none.
    Missing,
}

/// The names of those, as they cross to Python.
pub const KNOWN: [&str; 4] = ["parsed", "zone-assumed", "year-assumed", "missing"];

/// A moment, and how it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Microseconds since 1970.
    pub us: i64,
    /// How it is known.
    pub known: Known,
}

/// What is assumed of times that do not say everything.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// The year of times without one; None takes the latest that is not after `reference_us`.
    pub year: Option<i64>,
    /// When the log was last written, microseconds since 1970.
    pub reference_us: i64,
    /// From which wall-clock microsecond on how many seconds east of UTC hold, rising.
    pub zone: Vec<(i64, i32)>,
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// A clock may be ahead of the one that stamps files.
const AHEAD: i64 = DAY;

/// A date and a time of day as they stand in a line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wall {
    pub year: Option<i64>,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub us: i64,
    /// Seconds east of UTC, where the line says so.
    pub offset: Option<i64>,
}

impl Calendar {
    /// The moment that a wall clock shows, or None if no calendar has it.
    pub(crate) fn moment(&self, wall: &Wall) -> Option<Time> {
        if wall.hour > 23 || wall.minute > 59 || wall.second > 60 {
            return None;
        }
        let Some(year) = wall.year else {
            return self.moment_without_year(wall);
        };
        let us = local_us(year, wall)?;
        Some(match wall.offset {
            Some(offset) => Time {
                us: us - offset * SECOND,
                known: Known::Parsed,
            },
            None => Time {
                us: us - self.offset_at(us) * SECOND,
                known: Known::ZoneAssumed,
            },
        })
    }

    fn moment_without_year(&self, wall: &Wall) -> Option<Time> {
        let known = Known::YearAssumed;
        let moment = |year| {
            let us = local_us(year, wall)?;
            Some(us - wall.offset.unwrap_or_else(|| self.offset_at(us)) * SECOND)
        };
        if let Some(year) = self.year {
            return moment(year).map(|us| Time { us, known });
        }
        let latest = year_of(self.reference_us.saturating_add(AHEAD));
        // A leap day may be eight years back.
        (latest - 8..=latest)
            .rev()
            .filter_map(moment)
            .find(|us| *us <= self.reference_us.saturating_add(AHEAD))
            .map(|us| Time { us, known })
    }

    fn offset_at(&self, local_us: i64) -> i64 {
        let after = self.zone.partition_point(|(from, _)| *from <= local_us);
        let held = after.saturating_sub(1);
        self.zone.get(held).map_or(0, |(_, east)| i64::from(*east))
    }
}

fn local_us(year: i64, wall: &Wall) -> Option<i64> {
    if !(1..=9999).contains(&year)
        || !(1..=12).contains(&wall.month)
        || wall.day < 1
        || wall.day > days_in(year, wall.month)
    {
        return None;
    }
    let seconds = (wall.hour * 60 + wall.minute) * 60 + wall.second;
    Some(days_from_civil(year, wall.month, wall.day) * DAY + seconds * SECOND + wall.us)
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 of a date in the Gregorian calendar; years are counted from 1 March, eras have 400.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year in which a moment lies, in UTC.
fn year_of(us: i64) -> i64 {
    let days = us.div_euclid(DAY);
    let mut year = 1970 + days.div_euclid(366);
    while days_from_civil(year + 1, 1, 1) <= days {
        year += 1;
    }
    year
}

/// The time of so many seconds, milliseconds, microseconds or nanoseconds since 1970, by the count of digits.
#[must_use]
pub fn of_epoch(text: &[u8]) -> Option<Time> {
    let whole = text.iter().take_while(|it| is_digit(**it)).count();
    let value = number(text.get(..whole)?)?;
    let (us, may_have_fraction) = match whole {
        9..=10 => (value.checked_mul(SECOND)?, true),
        12..=13 => (value.checked_mul(1000)?, true),
        15..=16 => (value, true),
        18..=19 => (value / 1000, false),
        _ => return None,
    };
    let known = Known::Parsed;
    match text.get(whole) {
        None => Some(Time { us, known }),
        Some(b'.') if may_have_fraction => {
            let (fraction, length) = fraction_us(&text[whole + 1..])?;
            let unit = us / value.max(1);
            let more = if unit == 0 {
                0
            } else {
                fraction * unit / SECOND
            };
            (whole + 1 + length == text.len()).then_some(Time {
                us: us + more,
                known,
            })
        }
        Some(_) => None,
    }
}

/// The month of an English three-letter name, whatever its case.
pub(crate) fn month_named(text: &[u8]) -> Option<i64> {
    Some(match &three_letters(text)? {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}
