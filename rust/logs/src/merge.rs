//! Brings the blocks of a file together, in their order: what is found does not depend on who read which when.

use std::collections::BTreeMap;

use serde_json::{json, Map as JsonMap, Value as Json};

use crate::drain::Drain;
use crate::head::{FORMAT_NAMES, ID_KINDS};
use crate::ids::{IdStats, Ids};
use crate::level::{Level, NAMES};
use crate::names::Named;
use crate::request::Request;
use crate::row::text;
use crate::source::{Digest, Fault};
use crate::tally::{Counts, Part, Span, Stats, DETAIL, SAMPLE};
use crate::when::KNOWN;

/// Buckets of one file; beyond that they become twice as wide.
const MOST_BUCKETS: usize = 4096;

/// A template's events within one file.
#[derive(Default)]
struct Total {
    stats: Stats,
    now: (i64, u64),
    peak: (i64, u64),
}

/// One file's sums.
pub struct FileTotal {
    file: usize,
    compression: Option<&'static str>,
    counts: Counts,
    totals: BTreeMap<usize, Total>,
    ids: Ids,
    names: Named,
    rates: BTreeMap<i64, [u64; 3]>,
    bucket_us: i64,
    samples: Vec<(u64, &'static str, Vec<u8>)>,
    last_us: Option<i64>,
}

impl FileTotal {
    /// Nothing counted.
    #[must_use]
    pub fn new(request: &Request, file: usize, compression: Option<&'static str>) -> Self {
        Self {
            file,
            compression,
            counts: Counts::default(),
            totals: BTreeMap::new(),
            ids: Ids::default(),
            names: Named::default(),
            rates: BTreeMap::new(),
            bucket_us: request.bucket_s * 1_000_000,
            samples: Vec::new(),
            last_us: None,
        }
    }

    /// Add the next block; its events' rows are written to `rows`.
    pub fn add(&mut self, part: Part, request: &Request, drain: &mut Drain, rows: &mut Vec<u8>) {
        self.counts.merge(&part.counts);
        if let Some((first, last)) = part.ends {
            let ran_backwards = self
                .last_us
                .is_some_and(|before| first < before - 1_000_000);
            self.counts.backwards += u64::from(ran_backwards);
            self.last_us = Some(last);
        }
        let room = request.samples.saturating_sub(self.samples.len());
        self.samples.extend(part.samples.into_iter().take(room));
        for (bucket, more) in part.rates {
            self.rate(bucket, more);
        }
        for (name, count) in &part.names {
            self.names.add(name, *count);
        }
        self.ids.merge(&part.ids, request.max_ids);
        let numbers: Vec<usize> = part
            .templates
            .iter()
            .map(|(masked, _)| drain.learn(masked))
            .collect();
        for (number, (_, stats)) in numbers.iter().zip(part.templates) {
            self.totals.entry(*number).or_default().add(stats);
        }
        let mut from = 0;
        for (template, split, end) in part.events {
            if !rows.is_empty() {
                rows.push(b',');
            }
            rows.extend_from_slice(&part.rows[from..split]);
            rows.extend_from_slice(numbers[template].to_string().as_bytes());
            rows.push(b',');
            rows.extend_from_slice(&part.rows[split..end]);
            from = end;
        }
    }

    fn rate(&mut self, bucket: i64, more: [u64; 3]) {
        let bucket = bucket.div_euclid(self.bucket_us) * self.bucket_us;
        let sums = self.rates.entry(bucket).or_default();
        for (sum, one) in sums.iter_mut().zip(more) {
            *sum += one;
        }
        if self.rates.len() > MOST_BUCKETS {
            self.bucket_us *= 2;
            for (bucket, more) in std::mem::take(&mut self.rates) {
                self.rate(bucket, more);
            }
        }
    }

    /// The summary's row.
    #[must_use]
    pub fn row(mut self, faults: &[Fault], digest: Option<&Digest>) -> Json {
        let counts = &self.counts;
        let mut totals: Vec<_> = self.totals.iter_mut().collect();
        totals.sort_by_key(|(number, it)| (std::cmp::Reverse(it.stats.count), **number));
        let templates: Vec<Json> = totals
            .into_iter()
            .filter(|(_, it)| it.stats.count > 0)
            .map(|(number, total)| total.row(*number))
            .collect();
        let ids: Vec<Json> = self.ids.sorted().into_iter().map(id_row).collect();
        let rates: Vec<Json> = self
            .rates
            .iter()
            .map(|(at, [all, warnings, errors])| json!([at, all, warnings, errors]))
            .collect();
        let samples: Vec<Json> = self
            .samples
            .iter()
            .map(|(line, why, shown)| json!([line, why, text(shown)]))
            .collect();
        let names: JsonMap<String, Json> = self
            .names
            .told()
            .into_iter()
            .map(|(name, count)| (text(name), count.into()))
            .collect();
        json!([
            self.file,
            self.compression,
            counts.lines,
            counts.bytes,
            counts.events,
            counts.passed,
            counts.undated,
            named(&NAMES, &counts.levels),
            named(&FORMAT_NAMES, &counts.formats),
            named(&KNOWN, &counts.known),
            counts.joined,
            counts.blank,
            counts.unparsed,
            samples,
            counts.cut,
            counts.span.first,
            counts.span.last,
            counts.backwards,
            templates,
            ids,
            self.ids.left_out,
            self.bucket_us / 1_000_000,
            rates,
            names,
            digest.map(|it| &it.0),
            digest.map(|it| it.1),
            faults,
        ])
    }
}

impl Total {
    fn add(&mut self, more: Stats) {
        for (bucket, count) in &more.runs {
            if self.now.0 == *bucket {
                self.now.1 += count;
            } else {
                self.now = (*bucket, *count);
            }
            if self.now.1 > self.peak.1 {
                self.peak = self.now;
            }
        }
        let own = &mut self.stats;
        own.earlier += more.earlier;
        if more.count == 0 {
            return;
        }
        let is_worse = more.worst.map(|it| it.0) > own.worst.map(|it| it.0);
        if own.count == 0 {
            own.first_line = more.first_line;
        }
        if own.count == 0 || is_worse {
            own.sample = more.sample;
            own.detail = more.detail;
            own.worst = more.worst;
        }
        own.count += more.count;
        own.last_line = more.last_line;
        own.span.merge(more.span);
        for (own, more) in own.levels.iter_mut().zip(more.levels) {
            *own += more;
        }
    }

    fn row(&self, number: usize) -> Json {
        let Stats {
            count,
            earlier,
            span: Span { first, last },
            first_line,
            last_line,
            ..
        } = self.stats;
        let peak_us = (self.peak.1 > 0).then_some(self.peak.0);
        json!([
            number,
            count,
            earlier,
            named(&NAMES, &self.stats.levels),
            first,
            last,
            first_line,
            last_line,
            peak_us,
            self.peak.1,
            self.stats.worst.map(|it| it.0.name()),
            self.stats.worst.map(|it| it.1),
            text(&self.stats.sample[..self.stats.sample.len().min(SAMPLE)]),
            text(&self.stats.detail[..self.stats.detail.len().min(DETAIL)]),
        ])
    }
}

fn id_row((value, id): (&[u8], &IdStats)) -> Json {
    json!([
        ID_KINDS[id.kind],
        text(value),
        id.count,
        id.worst.map(Level::name),
        id.span.first,
        id.span.last,
        id.first_line
    ])
}

/// The counts that are not zero, by name.
fn named(names: &[&str], counts: &[u64]) -> JsonMap<String, Json> {
    names
        .iter()
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(name, count)| ((*name).to_owned(), (*count).into()))
        .collect()
}
