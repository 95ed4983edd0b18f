//! The rows of events: one JSON array each, written around the number of a template that only merging knows.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value as Json;

use crate::formats::{journal, logfmt};
use crate::head::{Format, FORMAT_NAMES, ID_KINDS};
use crate::json::{members, unescaped, Value};
use crate::keys::is_told;
use crate::level::Level;
use crate::open::Open;
use crate::when::{Known, KNOWN};
use crate::worker::MESSAGE;

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
    let known = head.time.map_or(Known::Missing, |it| it.known);
    out.push(b'[');
    value(out, &(file, open.offset, open.line, open.lines));
    value(
        out,
        &(
            FORMAT_NAMES[head.format as usize],
            head.time.map(|it| it.us),
        ),
    );
    value(out, &(KNOWN[known as usize], head.level.map(Level::name)));
    for raw in [head.logger, head.service, head.host] {
        match raw {
            Some(raw) => string(out, &plain(head.format, raw)),
            None => out.extend_from_slice(b"null"),
        }
        out.push(b',');
    }
    string(out, &message(&head.message, detail));
    out.push(b',');
    let split = out.len();
    out.push(b'{');
    for (id, kind) in ids.iter().zip(ID_KINDS) {
        if let Some(id) = id {
            member(out, kind.as_bytes());
            string(out, &plain(head.format, id));
        }
    }
    out.extend_from_slice(b"},{");
    fields(out, head.format, open.text);
    out.extend_from_slice(b"}]");
    split
}

/// Write the elements of a tuple, each with a comma behind.
fn value(out: &mut Vec<u8>, values: &impl Serialize) {
    let from = out.len();
    // Writing numbers and text into memory cannot fail.
    let _ = serde_json::to_writer(&mut *out, values);
    out.remove(from);
    out.pop();
    out.push(b',');
}

/// Write bytes as a JSON string: what is no UTF-8 becomes U+FFFD.
fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // Writing text into memory cannot fail.
    let _ = serde_json::to_writer(out, &*text);
}

/// Begin a member of an object.
fn member(out: &mut Vec<u8>, key: &[u8]) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    string(out, key);
    out.push(b':');
}

fn plain(format: Format, raw: &[u8]) -> Cow<'_, [u8]> {
    if format.is_json() {
        unescaped(raw)
    } else {
        Cow::Borrowed(raw)
    }
}

fn message<'m>(message: &'m [u8], detail: &[u8]) -> Cow<'m, [u8]> {
    let short = &message[..message.len().min(MESSAGE)];
    if detail.is_empty() || short.len() == MESSAGE {
        return Cow::Borrowed(short);
    }
    let more = &detail[..detail.len().min(MESSAGE - short.len())];
    Cow::Owned([short, b"\n", more].concat())
}

/// Bytes as text: what is no UTF-8 becomes U+FFFD.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Write what else a structured line holds.
fn fields(out: &mut Vec<u8>, format: Format, line: &[u8]) {
    if format.is_json() {
        let mut count = 0;
        // It was looked through before, so it is whole.
        let _ = members(line, |key, value| {
            if count < MEMBERS && !is_told(key) {
                count += 1;
                member(out, &unescaped(key));
                json(out, value);
            }
        });
    } else if format == Format::JournalExport {
        for (key, value) in journal::fields(line)
            .filter(|it| !is_told(it.0))
            .take(MEMBERS)
        {
            member(out, key);
            string(out, &value[..value.len().min(MESSAGE)]);
        }
    } else if format == Format::Logfmt {
        for (key, value) in logfmt::pairs(line)
            .filter(|it| !is_told(it.0))
            .take(MEMBERS)
        {
            member(out, key);
            string(out, &value);
        }
    }
}

fn json(out: &mut Vec<u8>, value: Value<'_>) {
    match value {
        Value::Text(raw) => string(out, &unescaped(raw)),
        Value::Word(raw) => out.extend_from_slice(raw),
        // So many digits are the same number to everybody.
        Value::Number(raw)
            if raw.len() <= 15 && raw.iter().all(|it| it.is_ascii_digit() || *it == b'-') =>
        {
            out.extend_from_slice(raw);
        }
        Value::Number(raw) | Value::Nested(raw) => match serde_json::from_slice(raw) {
            // Writing JSON into memory cannot fail.
            Ok(value) => drop(serde_json::to_writer(out, &safe(value))),
            Err(_) => string(out, raw),
        },
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
