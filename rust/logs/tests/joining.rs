//! Which lines belong to one event.

mod reading;

use reading::told;

const LEVEL: usize = 7;
const MESSAGE: usize = 11;

#[test]
fn tracebacks_join_the_event_that_they_explain() {
    let python = "2024-01-02 03:04:05,000 - a - ERROR - it broke\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nKeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 2\nValueError: y\n";
    let java = "2024-01-02 03:04:05,000 ERROR [main] a.B: it broke\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: y\n\t... 12 more\n";
    let go = "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a/b.go:3 +0x1d\nexit status 2\n";
    let rust = "thread 'main' panicked at src/main.rs:2:5:\nit broke\nnote: run with `RUST_BACKTRACE=1`\nstack backtrace:\n   0: core::panic\n";
    let node = "TypeError: x is not a function\n    at f (/a/b.js:1:2)\n    at g (/a/b.js:3:4)\n";
    for text in [python, java, go, rust, node] {
        let both = format!("{text}2024-01-02 03:04:06,000 - a - INFO - on\n");
        let (events, summary, _) = told(both.as_bytes());
        assert_eq!(events.len(), 2, "{events:?}");
        assert!(
            matches!(events[0][LEVEL].as_str(), Some("error" | "critical")),
            "{events:?}"
        );
        let lines = both.lines().count() as u64;
        let sums = [4, 10, 11].map(|it: usize| summary[it].as_u64().unwrap());
        assert_eq!(sums.iter().sum::<u64>(), lines, "{text}");
    }
    let (events, ..) =
        told(b"Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: y\n");
    assert!(events[0][MESSAGE]
        .as_str()
        .unwrap()
        .starts_with("ValueError: y"));
}

#[test]
fn wrapped_lines_join_by_who_wrote_them() {
    let cri = "2024-01-02T03:04:05Z stdout P it \n2024-01-02T03:04:05Z stdout P bro\n2024-01-02T03:04:05Z stdout F ke\n2024-01-02T03:04:06Z stderr F Traceback (most recent call last):\n2024-01-02T03:04:06Z stderr F   File \"a.py\"\n2024-01-02T03:04:06Z stderr F KeyError: 'x'\n2024-01-02T03:04:07Z stdout F on\n";
    let (events, ..) = told(cri.as_bytes());
    let messages: Vec<_> = events
        .iter()
        .map(|it| it[MESSAGE].as_str().unwrap().lines().next().unwrap())
        .collect();
    assert_eq!(messages, ["it broke", "KeyError: 'x'", "on"]);
    assert_eq!(events[1][3].as_u64(), Some(3));
}

#[test]
fn a_traceback_inside_json_is_a_detail_of_its_event() {
    for line in [
        r#"{"level":"error","message":"it broke","exc_info":"Traceback:\n  File x"}"#,
        r#"{"level":"error","message":"it broke\nTraceback:\n  File x"}"#,
        r#"{"level":"error","message":"it broke","error":{"stack":"Traceback:\n  File x"}}"#,
    ] {
        let (_, summary, templates) = told(line.as_bytes());
        assert_eq!(templates[1], "it broke");
        assert_eq!(summary[18][0][13], "Traceback:\n  File x", "{line}");
    }
    let line = r#"{"message":"Traceback (most recent call last):\n  File x\nKeyError: 7"}"#;
    assert_eq!(told(line.as_bytes()).2[1], "KeyError: <number>");
}
