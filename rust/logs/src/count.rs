//! Counts whole events: which pass, under which template, with which ids.

use memchr::{memchr, memchr_iter};

use crate::head::Head;
use crate::ids::IdStats;
use crate::keys::id_kind;
use crate::level::Level;
use crate::open::Open;
use crate::row;
use crate::tally::{Seen, Span, Stats};
use crate::when::Known;
use crate::words::masked;
use crate::worker::{Worker, MESSAGE};

/// How much of an unparsed line is shown.
const SHOWN: usize = 256;
/// Among how many names an event's own is looked for, before it is written down once more.
const NAMES_NEAR: usize = 16;

impl Worker<'_> {
    /// Count an event all of whose lines came.
    pub(crate) fn settled(&mut self, open: &Open<'_>, detail: &[u8]) {
        let counts = &mut self.part.counts;
        counts.events += 1;
        counts.levels[Level::slot(open.head.level)] += 1;
        counts.formats[open.head.format as usize] += 1;
        counts.known[open.head.time.map_or(Known::Missing, |it| it.known) as usize] += 1;
        let us = open.head.time.map(|it| it.us);
        if let Some(us) = us {
            counts.span.add(us);
            if self
                .part
                .ends
                .is_some_and(|(_, last)| us < last - 1_000_000)
            {
                counts.backwards += 1;
            }
            self.part.ends = Some((self.part.ends.map_or(us, |it| it.0), us));
        }
        self.look_for_flaws(open);
        self.count(open, us, detail);
    }

    fn look_for_flaws(&mut self, open: &Open<'_>) {
        let flaw = open.head.flaw.or_else(|| {
            (!open.text.is_ascii() && std::str::from_utf8(open.text).is_err())
                .then_some("bytes that are no UTF-8")
        });
        if let Some(why) = flaw {
            self.part.counts.unparsed += 1;
            if self.part.samples.len() < self.request.samples {
                let shown = open.text[..open.text.len().min(SHOWN)].to_vec();
                self.part.samples.push((open.line, why, shown));
            }
        }
    }

    fn count(&mut self, open: &Open<'_>, us: Option<i64>, detail: &[u8]) {
        if self
            .request
            .level
            .is_some_and(|least| open.head.level.is_none_or(|it| it < least))
        {
            return;
        }
        if us
            .zip(self.request.until_us)
            .is_some_and(|(us, until)| us >= until)
        {
            return;
        }
        if !self.names.passes(&open.head) {
            return;
        }
        let is_earlier = us
            .zip(self.request.since_us)
            .is_some_and(|(us, since)| us < since);
        let (message, more) = told(&open.head.message);
        let template = self.template(message);
        let stats = &mut self.part.templates[template].1;
        if is_earlier {
            stats.earlier += 1;
            return;
        }
        let width = self.request.bucket_s * 1_000_000;
        let seen = Seen {
            us,
            bucket: us.map_or(0, |it| it.div_euclid(width) * width),
            level: open.head.level,
            line: open.line,
            message,
            detail: if detail.is_empty() { more } else { detail },
            stack: open.head.stack,
        };
        stats.add(&seen);
        self.part.counts.passed += 1;
        self.count_name(open.head.service.or(open.head.logger).unwrap_or_default());
        if us.is_some() {
            self.rate(&seen);
        } else {
            self.part.counts.undated += 1;
        }
        let ids = if self.request.max_ids > 0 {
            ids_of(&open.head)
        } else {
            [None; 5]
        };
        self.count_ids(&ids, &seen);
        if self.request.events {
            let split = row::write(&mut self.part.rows, self.file, open, &ids, detail);
            self.part
                .events
                .push((template, split, self.part.rows.len()));
        }
    }

    fn template(&mut self, message: &[u8]) -> usize {
        self.scratch.clear();
        masked(message, &mut self.scratch);
        if let Some(known) = self.index.get(self.scratch.as_slice()) {
            return *known;
        }
        let number = self.part.templates.len();
        let text: Box<[u8]> = self.scratch.as_slice().into();
        self.index.insert(text.clone(), number);
        self.part.templates.push((text, Stats::default()));
        number
    }

    fn rate(&mut self, seen: &Seen<'_>) {
        let is_warning = seen.level == Some(Level::Warning);
        let is_error = seen.level >= Some(Level::Error);
        let more = [1, u64::from(is_warning), u64::from(is_error)];
        match self.part.rates.last_mut() {
            Some((bucket, sums)) if *bucket == seen.bucket => {
                for (sum, one) in sums.iter_mut().zip(more) {
                    *sum += one;
                }
            }
            _ => self.part.rates.push((seen.bucket, more)),
        }
    }

    fn count_name(&mut self, name: &[u8]) {
        let names = &mut self.part.names;
        let near = names.len().saturating_sub(NAMES_NEAR);
        match names[near..].iter_mut().find(|it| *it.0 == *name) {
            Some((_, count)) => *count += 1,
            None => names.push((name.into(), 1)),
        }
    }

    fn count_ids(&mut self, ids: &[Option<&[u8]>; 5], seen: &Seen<'_>) {
        for (kind, value) in ids.iter().enumerate() {
            if let Some(value) = value {
                let one = IdStats {
                    kind,
                    count: 1,
                    worst: seen.level,
                    span: Span {
                        first: seen.us,
                        last: seen.us,
                    },
                    first_line: seen.line,
                };
                self.part.ids.add(value, &one, usize::MAX);
            }
        }
    }
}

/// The line of a message that tells what happened, and what follows the first one.
///
/// That is the first, but of a traceback the last.
fn told(message: &[u8]) -> (&[u8], &[u8]) {
    let Some(at) = memchr(b'\n', message) else {
        return (message, b"");
    };
    let (first, more) = (&message[..at], &message[at + 1..]);
    if first.starts_with(b"Traceback (most recent call last)") {
        let lines = more.rsplit(|it| *it == b'\n').map(<[u8]>::trim_ascii_end);
        let last = lines.into_iter().find(|it| !it.is_empty());
        return (last.unwrap_or(first), more);
    }
    let line = if first.trim_ascii().is_empty() {
        message
    } else {
        first
    };
    (line, more)
}

/// The ids that an event names: in its members, or as `key=value` in its message.
fn ids_of<'h>(head: &'h Head<'_>) -> [Option<&'h [u8]>; 5] {
    let mut ids = head.ids;
    let message: &[u8] = &head.message;
    for at in memchr_iter(b'=', &message[..message.len().min(MESSAGE)]) {
        let key = message[..at]
            .iter()
            .rposition(|it| !it.is_ascii_alphanumeric() && !matches!(it, b'_' | b'-' | b'.'))
            .map_or(0, |it| it + 1);
        if let Some(kind) = id_kind(&message[key..at]) {
            let value = &message[at + 1..];
            let value = value.strip_prefix(b"\"").unwrap_or(value);
            let end = value
                .iter()
                .position(|it| {
                    !it.is_ascii_alphanumeric() && !matches!(it, b'_' | b'-' | b'.' | b':' | b'/')
                })
                .unwrap_or(value.len());
            if end > 0 && end <= 200 && ids[kind].is_none() {
                ids[kind] = Some(&value[..end]);
            }
        }
    }
    if ids[0].is_none() {
        if let Some(at) = memchr(b'[', &message[..message.len().min(64)]) {
            if message[at + 1..].starts_with(b"req-") {
                let end = message[at + 1..]
                    .iter()
                    .position(|it| matches!(it, b' ' | b']'));
                ids[0] = end.map(|it| &message[at + 1..at + 1 + it]);
            }
        }
    }
    ids
}
