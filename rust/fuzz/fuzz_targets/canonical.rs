//! Are canonical bytes what a slow writer over `serde_json` makes of the same text, and does a look tell them?
#![no_main]
use std::cell::RefCell;

use ami_audit_chain::canonical::{canonicalize, Form};
use ami_audit_chain::{Error, Reason};
use libfuzzer_sys::fuzz_target;
use serde_json::{Number, Value};

/// The integers that are kept as they are written.
const SAFE_INTEGER: u64 = (1 << 53) - 1;

thread_local! {
    /// Remembers the texts before, which must change no verdict.
    static SEEN: RefCell<Form> = RefCell::default();
}

fuzz_target!(|text: &[u8]| {
    let written_anew = canonicalize(text);
    let is_its_own = written_anew
        .as_ref()
        .is_ok_and(|canonical| canonical == text);
    assert_eq!(Form::default().look(text, []).is_some(), is_its_own);
    let is_known = SEEN.with_borrow_mut(|form| form.look(text, []).is_some());
    assert_eq!(is_known, is_its_own);
    let Ok(canonical) = written_anew else {
        return;
    };
    // One level of nesting is accepted that serde_json refuses; the parse target looks at that.
    if let Ok(value) = serde_json::from_slice(text) {
        assert_eq!(canonical, written(&value).into_bytes());
    }
    match canonicalize(&canonical) {
        Ok(again) => assert_eq!(again, canonical),
        Err(Error::Refused(refusal)) => assert_eq!(refusal.reason, Reason::IntegerRange),
        Err(error) => panic!("a text is refused, never misuse: {error}"),
    }
});

fn written(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| key.encode_utf16().collect::<Vec<u16>>());
            let members: Vec<String> = members
                .into_iter()
                .map(|(key, item)| format!("{}:{}", Value::from(key.as_str()), written(item)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Number(number) => number_text(number),
        other => other.to_string(),
    }
}

fn number_text(number: &Number) -> String {
    match number.as_i64() {
        Some(value) if value.unsigned_abs() <= SAFE_INTEGER => value.to_string(),
        _ => {
            let value = number.as_f64().expect("what was accepted is finite");
            ryu_js::Buffer::new().format_finite(value).to_owned()
        }
    }
}
