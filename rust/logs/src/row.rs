//! The rows of events: one JSON array each, written around the number of a template that only merging knows.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::head::{Format, FORMAT_NAMES, ID_KINDS};
use crate::json::{members, unescaped, Value};
use crate::level::Level;
use crate::when::{Known, KNOWN};
use crate::worker::{Open, MESSAGE};

/// Integers beyond this are not the same to every reader of JSON.
const SAFE: i64 = (1 << 53) - 1;
/// Members of a line that are told.
const MEMBERS: usize = 64;

/// Write the row's two halves, and return where the second begins.
pub fn write(
    out: &mut Vec<u8>,
    file: usize,
    open: &Open<'_>,
    ids: &[Option<&[u8]>; 5],
    detail: &[u8],
) -> usize {
    let head = &open.head;
    let name = |raw: Option<&[u8]>| raw.map(|it| text(&plain(head.format, it)));
    let known = head.time.map_or(Known::Missing, |it| it.known);
    let first = (
        (file, open.offset, open.line, open.lines),
        (
            FORMAT_NAMES[head.format as usize],
            head.time.map(|it| it.us),
            KNOWN[known as usize],
        ),
        (
            head.level.map(Level::name),
            name(head.logger),
            name(head.service),
            name(head.host),
        ),
    );
    out.push(b'[');
    flat(
        out,
        &serde_json::json!([first.0 .0, first.0 .1, first.0 .2, first.0 .3]),
    );
    flat(
        out,
        &serde_json::json!([first.1 .0, first.1 .1, first.1 .2]),
    );
    flat(
        out,
        &serde_json::json!([first.2 .0, first.2 .1, first.2 .2, first.2 .3]),
    );
    flat(out, &serde_json::json!([message(&head.message, detail)]));
    let split = out.len();
    let ids: Map<String, Json> = ids
        .iter()
        .zip(ID_KINDS)
        .filter_map(|(id, kind)| {
            id.map(|it| (kind.to_owned(), text(&plain(head.format, it)).into()))
        })
        .collect();
    let fields = fields(head.format, open.text);
    flat(out, &serde_json::json!([ids, fields]));
    out.pop();
    out.push(b']');
    split
}

/// Write the elements of an array, each with a comma behind.
fn flat(out: &mut Vec<u8>, values: &Json) {
    for value in values.as_array().into_iter().flatten() {
        // Writing a value into memory cannot fail.
        let _ = serde_json::to_writer(&mut *out, value);
        out.push(b',');
    }
}

fn plain(format: Format, raw: &[u8]) -> Cow<'_, [u8]> {
    if format.is_json() {
        unescaped(raw)
    } else {
        Cow::Borrowed(raw)
    }
}

fn message(message: &[u8], detail: &[u8]) -> String {
    let mut whole = message[..message.len().min(MESSAGE)].to_vec();
    if !detail.is_empty() && whole.len() < MESSAGE {
        whole.push(b'\n');
        whole.extend_from_slice(&detail[..detail.len().min(MESSAGE - whole.len())]);
    }
    text(&whole)
}

/// Bytes as text: what is no UTF-8 becomes U+FFFD.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What else a structured line holds.
fn fields(format: Format, line: &[u8]) -> Map<String, Json> {
    let mut fields = Map::new();
    if format.is_json() {
        // It was looked through before, so it is whole.
        let _ = members(line, |key, value| {
            if fields.len() < MEMBERS && !crate::keys::is_told(key) {
                fields.insert(text(&unescaped(key)), json(value));
            }
        });
    } else if format == Format::JournalExport {
        for (key, value) in crate::formats::journal::fields(line).take(MEMBERS) {
            if !crate::keys::is_told(key) {
                fields.insert(text(key), text(&value[..value.len().min(MESSAGE)]).into());
            }
        }
    } else if format == Format::Logfmt {
        for (key, value) in crate::formats::logfmt::pairs(line).take(MEMBERS) {
            if !crate::keys::is_told(key) {
                fields.insert(text(key), text(&value).into());
            }
        }
    }
    fields
}

fn json(value: Value<'_>) -> Json {
    match value {
        Value::Text(raw) => text(&unescaped(raw)).into(),
        Value::Word(b"true") => true.into(),
        Value::Word(b"false") => false.into(),
        Value::Word(_) => Json::Null,
        Value::Number(raw) => number(raw),
        Value::Nested(raw) => serde_json::from_slice(raw).map_or_else(|_| text(raw).into(), safe),
    }
}

fn number(raw: &[u8]) -> Json {
    match serde_json::from_slice(raw) {
        Ok(value) => safe(value),
        Err(_) => text(raw).into(),
    }
}

/// Numbers that not every reader holds become text.
fn safe(value: Json) -> Json {
    match value {
        Json::Number(number) => {
            let is_safe = number.as_i64().is_some_and(|it| it.abs() <= SAFE) || number.is_f64();
            if is_safe {
                Json::Number(number)
            } else {
                number.to_string().into()
            }
        }
        Json::Array(values) => values.into_iter().map(safe).collect(),
        Json::Object(values) => values
            .into_iter()
            .map(|(key, value)| (key, safe(value)))
            .collect(),
        other => other,
    }
}
