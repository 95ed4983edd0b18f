//! Common and combined log format of web servers.

use std::borrow::Cow;

use memchr::memchr;

use crate::digits::number;
use crate::head::{Format, Head};
use crate::layout::leading_time;
use crate::level::of_status;
use crate::when::Calendar;

/// How far into a line the time may stand.
const FARTHEST: usize = 256;

/// What `host ident user [time] "request" status size …` says.
#[must_use]
pub fn read<'a>(line: &'a [u8], calendar: &Calendar) -> Option<Head<'a>> {
    let open = memchr(b'[', &line[..line.len().min(FARTHEST)])?;
    let is_date = line.get(open + 3) == Some(&b'/') && line.get(open + 7) == Some(&b'/');
    if !is_date || open == 0 {
        return None;
    }
    let (time, length) = leading_time(&line[open + 1..], calendar)?;
    let rest = line[open + 1 + length..].strip_prefix(b"] \"")?;
    let from = line.len() - rest.len() - 1;
    let close = closing_quote(rest)?;
    let after = rest[close + 1..].strip_prefix(b" ")?;
    let digits = after.iter().take_while(|it| it.is_ascii_digit()).count();
    let status = number(&after[..digits]).filter(|_| digits == 3);
    let length = close + 2 + if digits == 3 { 4 } else { 0 };
    let mut head = Head::of(Format::Clf, &line[from..from + length]);
    head.time = Some(time);
    head.level = status
        .and_then(|it| u32::try_from(it).ok())
        .and_then(of_status);
    head.host = line[..open].split(|it| *it == b' ').next();
    if let Cow::Borrowed(text) = head.message {
        head.message = Cow::Borrowed(text.trim_ascii_end());
    }
    Some(head)
}

/// Where the quote ends; one behind a backslash does not end it.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', text.get(from..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        from = at + 2;
    }
}
