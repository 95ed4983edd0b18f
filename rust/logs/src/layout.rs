//! The layouts of dates and times that logs begin with.

use crate::clock::{clock, ends, zone};
use crate::digits::{four, is_digit, three_letters, two};
use crate::when::{month_named, of_epoch, Calendar, Time, Wall};

/// The time at the beginning of `text`, and how many bytes it takes.
///
/// A time must not run on into a longer word.
#[must_use]
pub fn leading_time(text: &[u8], calendar: &Calendar) -> Option<(Time, usize)> {
    let first = *text.first()?;
    if is_digit(first) {
        return numeric(text, calendar);
    }
    if first.is_ascii_alphabetic() {
        return named(text, calendar);
    }
    None
}

fn numeric(text: &[u8], calendar: &Calendar) -> Option<(Time, usize)> {
    let (third, fifth) = (*text.get(2)?, text.get(4).copied()?);
    if matches!(fifth, b'-' | b'/' | b'.') && is_digit(third) {
        return year_first(text, calendar);
    }
    match third {
        b'/' | b'-' | b'.' => short_date(text, calendar),
        b' ' => day_month_year(text, 2, calendar),
        _ if is_digit(third) => packed(text, calendar),
        _ => None,
    }
}

/// `2024-01-02 03:04:05.678 +01:00` with `-`, `/` or `.` between, `T`, `_`, `-` or a space before the hour.
fn year_first(text: &[u8], calendar: &Calendar) -> Option<(Time, usize)> {
    let separator = text[4];
    if *text.get(7)? != separator
        || !matches!(text.get(10)?, b'T' | b't' | b' ' | b'_' | b'-' | b':')
    {
        return None;
    }
    let wall = Wall {
        year: Some(four(text, 0)?),
        month: two(text, 5)?,
        day: two(text, 8)?,
        ..Wall::default()
    };
    clocked(text, 11, wall, calendar)
}

/// Dates of two digits: `01/02/2024`, `02/Jan/2024:`, `17/06/09 `, `03-17 `, `10.30 `.
fn short_date(text: &[u8], calendar: &Calendar) -> Option<(Time, usize)> {
    let separator = text[2];
    let first = two(text, 0)?;
    if text.get(3)?.is_ascii_alphabetic() {
        return day_month_year(text, 2, calendar);
    }
    let second = two(text, 3)?;
    if *text.get(5)? == separator {
        let (year, at) = match four(text, 6) {
            Some(year) => (year, 10),
            None => (2000 + two(text, 6)?, 8),
        };
        let (month, day) = match at {
            // 17/06/09: the year stands first.
            8 => {
                let wall = Wall {
                    year: Some(2000 + first),
                    month: second,
                    day: year - 2000,
                    ..Wall::default()
                };
                return clocked_after(text, 8, wall, calendar);
            }
            // 31/12/2024 can only begin with the day; else the month is taken to stand first.
            _ if first > 12 || separator == b'.' => (second, first),
            _ => (first, second),
        };
        let wall = Wall {
            year: Some(year),
            month,
            day,
            ..Wall::default()
        };
        return clocked_after(text, at, wall, calendar);
    }
    if separator == b'/' {
        return None;
    }
    let wall = Wall {
        month: first,
        day: second,
        ..Wall::default()
    };
    clocked_after(text, 5, wall, calendar)
}

/// `02 Jan 2024 03:04:05`, `02/Jan/2024:03:04:05 +0000`, `02-Jan-2024 03:04:05.678`.
fn day_month_year(text: &[u8], at: usize, calendar: &Calendar) -> Option<(Time, usize)> {
    let day = if at == 2 {
        two(text, 0)?
    } else {
        i64::from(text[0].checked_sub(b'0').filter(|it| *it < 10)?)
    };
    let month = month_named(text.get(at + 1..)?)?;
    let separator = *text.get(at)?;
    if *text.get(at + 4)? != separator || !matches!(separator, b' ' | b'/' | b'-' | b'.') {
        return None;
    }
    let wall = Wall {
        year: Some(four(text, at + 5)?),
        month,
        day,
        ..Wall::default()
    };
    clocked_after(text, at + 9, wall, calendar)
}

/// `20171223-22:15:29:606`, `20240102T030405Z`, `081109 203615`, `1700000000.123`.
fn packed(text: &[u8], calendar: &Calendar) -> Option<(Time, usize)> {
    let length = text.iter().take_while(|it| is_digit(**it)).count();
    match length {
        8 => {
            let wall = Wall {
                year: Some(four(text, 0)?),
                month: two(text, 4)?,
                day: two(text, 6)?,
                ..Wall::default()
            };
            clocked_after(text, 8, wall, calendar)
        }
        6 if *text.get(6)? == b' ' => {
            let wall = Wall {
                year: Some(2000 + two(text, 0)?),
                month: two(text, 2)?,
                day: two(text, 4)?,
                ..Wall::default()
            };
            clocked(text, 7, wall, calendar)
        }
        10 | 13 | 16 | 19 => {
            let mut end = length;
            if text.get(end) == Some(&b'.') {
                end += 1 + text[end + 1..]
                    .iter()
                    .take_while(|it| is_digit(**it))
                    .count();
            }
            if !ends(text, end) {
                return None;
            }
            Some((of_epoch(&text[..end])?, end))
        }
        _ => None,
    }
}

/// `Jan  2 03:04:05`, `Jan 02 2024 03:04:05`, `Jan 02, 2024 3:04:05 PM`, `Tue Jan 02 03:04:05 [zone] 2024`,
/// `Tue, 02 Jan 2024 03:04:05 +0000`.
fn named(text: &[u8], calendar: &Calendar) -> Option<(Time, usize)> {
    if let Some(month) = month_named(text) {
        return month_first(text, month, calendar);
    }
    let is_day = matches!(
        &three_letters(text)?,
        b"mon" | b"tue" | b"wed" | b"thu" | b"fri" | b"sat" | b"sun"
    );
    if !is_day {
        return None;
    }
    let at = if *text.get(3)? == b',' { 5 } else { 4 };
    let rest = text.get(at..)?;
    let (time, length) = match month_named(rest) {
        Some(month) => asctime(rest, month, calendar)?,
        None => day_month_year(rest, if *rest.get(1)? == b' ' { 1 } else { 2 }, calendar)?,
    };
    Some((time, at + length))
}

fn month_and_day(text: &[u8], month: i64) -> Option<(Wall, usize)> {
    if *text.get(3)? != b' ' {
        return None;
    }
    let at = if *text.get(4)? == b' ' { 5 } else { 4 };
    let (day, end) = match two(text, at) {
        Some(day) => (day, at + 2),
        None if is_digit(*text.get(at)?) => (i64::from(text[at] - b'0'), at + 1),
        None => return None,
    };
    let wall = Wall {
        month,
        day,
        ..Wall::default()
    };
    Some((wall, end))
}

fn month_first(text: &[u8], month: i64, calendar: &Calendar) -> Option<(Time, usize)> {
    let (mut wall, mut at) = month_and_day(text, month)?;
    if *text.get(at)? == b',' {
        at += 1;
    }
    if *text.get(at)? != b' ' {
        return None;
    }
    if let (Some(year), Some(b' ' | b',')) = (four(text, at + 1), text.get(at + 5)) {
        wall.year = Some(year);
        at += 5;
        if text[at] == b',' {
            at += 1;
        }
    }
    clocked_after(text, at, wall, calendar)
}

fn asctime(text: &[u8], month: i64, calendar: &Calendar) -> Option<(Time, usize)> {
    let (mut wall, at) = month_and_day(text, month)?;
    if *text.get(at)? != b' ' {
        return None;
    }
    let mut end = clock(text, at + 1, &mut wall)?;
    if text
        .get(end..end + 5)
        .is_some_and(|it| it == b" UTC " || it == b" GMT ")
    {
        wall.offset = Some(0);
        end += 4;
    }
    if text.get(end) == Some(&b' ') {
        if let Some(year) = four(text, end + 1) {
            wall.year = Some(year);
            end += 5;
        }
    }
    ends(text, end).then_some(())?;
    Some((calendar.moment(&wall)?, end))
}

/// As `clocked`, with one separator before the clock.
fn clocked_after(text: &[u8], at: usize, wall: Wall, calendar: &Calendar) -> Option<(Time, usize)> {
    if !matches!(text.get(at)?, b' ' | b'T' | b':' | b'-' | b'_') {
        return None;
    }
    clocked(text, at + 1, wall, calendar)
}

fn clocked(text: &[u8], at: usize, mut wall: Wall, calendar: &Calendar) -> Option<(Time, usize)> {
    let end = clock(text, at, &mut wall)?;
    let end = zone(text, end, &mut wall);
    ends(text, end).then_some(())?;
    Some((calendar.moment(&wall)?, end))
}

/// The time of a date with the clock that stands at this place, and where it ends.
pub(crate) fn clocked_at(
    text: &[u8],
    at: usize,
    wall: Wall,
    calendar: &Calendar,
) -> Option<(Time, usize)> {
    clocked(text, at, wall, calendar)
}
