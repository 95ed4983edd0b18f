//! Reads logs made of bytes, for the tests.
#![allow(dead_code)] // Each test takes what it needs.

use std::io::Write;
use std::time::Duration;

use ami_audit_logs::{Reading, Request};
use serde_json::Value;

pub struct Answer {
    pub events: Vec<Value>,
    pub summaries: Vec<Value>,
    pub templates: Vec<Value>,
}

pub fn read(request: Request) -> Answer {
    let mut reading = Reading::start(request).unwrap();
    let mut answer = Answer {
        events: Vec::new(),
        summaries: Vec::new(),
        templates: Vec::new(),
    };
    while let Some(rows) = reading.next_batch(100, Duration::from_secs(5)).unwrap() {
        let mut rows: Value = serde_json::from_slice(&rows).unwrap();
        answer.events.append(rows["events"].as_array_mut().unwrap());
        answer
            .summaries
            .append(rows["summaries"].as_array_mut().unwrap());
        answer
            .templates
            .append(rows["templates"].as_array_mut().unwrap());
    }
    answer
}

pub fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

pub fn request(file: &tempfile::NamedTempFile) -> Request {
    Request {
        events: true,
        ..Request::new(vec![file.path().into()])
    }
}

/// What a log of these bytes gives: its events, its summary, its templates.
pub fn told(bytes: &[u8]) -> (Vec<Value>, Value, Vec<String>) {
    let mut answer = read(Request {
        year: Some(2024),
        ..request(&file(bytes))
    });
    let templates = answer
        .templates
        .iter()
        .map(|it| it[1].as_str().unwrap().to_owned())
        .collect();
    (answer.events, answer.summaries.remove(0), templates)
}
