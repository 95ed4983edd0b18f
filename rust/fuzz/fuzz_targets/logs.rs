//! A log of any bytes is read to its end: no line is lost, and what is told is JSON.
#![no_main]

use ami_audit_logs::{read_bytes, Request};
use libfuzzer_sys::fuzz_target;

const FORMATS: usize = 8;
const FAULTS: usize = 26;

fuzz_target!(|data: &[u8]| {
    let Some((first, log)) = data.split_first() else {
        return;
    };
    let mut request = Request::new(Vec::new());
    request.events = true;
    request.messages = first & 1 == 1;
    request.year = (first & 2 == 2).then_some(2024);
    let found = read_bytes(&request, log).unwrap();
    let summary = &found["summaries"][0];
    let [lines, bytes, events, joined, blank] =
        [2, 3, 4, 10, 11].map(|it: usize| summary[it].as_u64().unwrap());
    // Several Windows events may share a line.
    if summary[FORMATS]["windows-event"].is_null() {
        assert_eq!(lines, events + joined + blank);
    }
    assert_eq!(found["events"].as_array().unwrap().len() as u64, events);
    if summary[1].is_null() && summary[FAULTS].as_array().unwrap().is_empty() {
        assert_eq!(bytes, log.len() as u64);
    }
});
