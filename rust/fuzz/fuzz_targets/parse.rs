//! Is every text accepted by the parser and by `serde_json`, or by neither, the format's own refusals aside?
#![no_main]
use ami_audit_chain::canonical::canonicalize;
use ami_audit_chain::{Error, Reason};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &[u8]| {
    match (canonicalize(text), serde_json::from_slice::<Value>(text)) {
        (Ok(_), Err(error)) => assert!(is_too_deep_for_serde(&error), "only we accept: {error}"),
        (Err(Error::Refused(refusal)), Ok(_)) => {
            assert!(is_ours(refusal.reason), "only we refuse: {refusal:?}");
        }
        (Err(error), Ok(_)) => panic!("a text is refused, never misuse: {error}"),
        _ => {}
    }
});

/// Whether a text may be JSON and still have no place in a record.
fn is_ours(reason: Reason) -> bool {
    match reason {
        Reason::NotFinite
        | Reason::IntegerRange
        | Reason::DuplicateKey
        | Reason::TooDeep
        | Reason::TooLarge => true,
        Reason::Syntax(..) | Reason::LoneSurrogate | Reason::InvalidUtf8 => false,
        Reason::NotPlain => panic!("a text was taken for a value in memory"),
    }
}

/// Whether `serde_json` gave up at the one level of nesting that it allows less.
fn is_too_deep_for_serde(error: &serde_json::Error) -> bool {
    error.to_string().contains("recursion limit")
}
