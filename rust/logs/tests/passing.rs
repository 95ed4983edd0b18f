//! Which events pass, and what is counted of them.

mod reading;

use ami_audit_logs::{Level, Request};
use reading::{file, read, request};

const EVENTS: usize = 4;
const PASSED: usize = 5;
const UNDATED: usize = 6;
const TEMPLATES: usize = 18;
const NAMES: usize = 23;
const DIGEST: usize = 24;

#[test]
fn only_what_passes_level_and_time_is_counted_under_templates() {
    let text = "2024-01-02T03:04:05Z ERROR disk 1 failed\n2024-01-02T03:05:05Z ERROR disk 2 failed\n2024-01-02T03:06:05Z INFO disk 3 is well\nERROR: disk 4 failed\n2024-01-03T03:04:05Z ERROR disk 5 failed\n";
    let minute = |minute: i64| 1_704_164_400_000_000 + minute * 60_000_000;
    let answer = read(Request {
        level: Some(Level::Error),
        since_us: Some(minute(5)),
        until_us: Some(minute(60)),
        ..request(&file(text.as_bytes()))
    });
    let summary = &answer.summaries[0];
    assert_eq!(
        (
            summary[EVENTS].as_u64(),
            summary[PASSED].as_u64(),
            summary[UNDATED].as_u64()
        ),
        (Some(5), Some(2), Some(1))
    );
    assert_eq!(summary[TEMPLATES][0][1], 2);
    assert_eq!(summary[TEMPLATES][0][2], 1, "one came earlier");
    assert_eq!(answer.templates[1][1], "disk <number> failed");
}

#[test]
fn templates_beyond_the_limit_are_counted_under_number_zero() {
    let words = [
        "one",
        "two and",
        "three or so",
        "four of us here",
        "five are one too many",
    ];
    let answer = read(Request {
        max_templates: 3,
        ..request(&file(words.join("\n").as_bytes()))
    });
    let numbers: Vec<_> = answer
        .events
        .iter()
        .map(|it| it[12].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 0, 0]);
}

#[test]
fn names_choose_whose_events_pass() {
    let text = "{\"logger\":\"hook:s1\",\"message\":\"a\"}\n{\"service\":\"Hook.db\",\"message\":\"b\"}\n{\"logger\":\"hooked\",\"message\":\"c\"}\nplain\n";
    let log = file(text.as_bytes());
    let asked = Request {
        names: vec!["hook".to_owned()],
        digest: true,
        ..request(&log)
    };
    let answer = read(asked.clone());
    let summary = &answer.summaries[0];
    assert_eq!(
        (summary[EVENTS].as_u64(), summary[PASSED].as_u64()),
        (Some(4), Some(2))
    );
    assert_eq!(summary[NAMES], serde_json::json!({"hook": 1, "Hook.db": 1}));
    assert_eq!(summary[DIGEST].as_str().unwrap().len(), 64);
    let whole = read(Request {
        whole: vec![0],
        ..asked
    });
    assert_eq!(whole.summaries[0][PASSED], 4);
}
