//! One line of each format, and what it is taken for.

use std::io::Write;
use std::time::Duration;

use ami_audit_logs::{Reading, Request};
use serde_json::Value;

/// What a log of these bytes gives: its events, its summary, its templates.
fn read(bytes: &[u8], change: impl FnOnce(&mut Request)) -> (Vec<Value>, Value, Vec<String>) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut request = Request::new(vec![file.path().into()]);
    request.events = true;
    request.year = Some(2024);
    change(&mut request);
    let mut reading = Reading::start(request).unwrap();
    let (mut events, mut summary, mut templates) = (Vec::new(), Value::Null, Vec::new());
    while let Some(rows) = reading.next_batch(100, Duration::from_secs(5)).unwrap() {
        let mut rows: Value = serde_json::from_slice(&rows).unwrap();
        events.append(rows["events"].as_array_mut().unwrap());
        for row in rows["summaries"].as_array().unwrap() {
            summary = row.clone();
        }
        for row in rows["templates"].as_array().unwrap() {
            templates.push(row[1].as_str().unwrap().to_owned());
        }
    }
    (events, summary, templates)
}

const FORMAT: usize = 4;
const TIME: usize = 5;
const KNOWN: usize = 6;
const LEVEL: usize = 7;
const LOGGER: usize = 8;
const HOST: usize = 10;
const MESSAGE: usize = 11;
const IDS: usize = 13;

/// 2024-01-02T03:04:05Z, in microseconds.
const MOMENT: i64 = 1_704_164_645_000_000;

/// Line, format, how its time is known, level, logger, message.
const LINES: &[(&str, &str, &str, Option<&str>, Option<&str>, &str)] = &[
    (
        r#"{"timestamp":"2024-01-02T03:04:05Z","level":"error","logger":"a.b","message":"it broke"}"#,
        "json",
        "parsed",
        Some("error"),
        Some("a.b"),
        "it broke",
    ),
    (
        r#"{"ts":1704164645.0,"level":30,"name":"pino","msg":"up"}"#,
        "json",
        "parsed",
        Some("info"),
        Some("pino"),
        "up",
    ),
    (
        r#"{"text":"x\n","record":{"level":{"name":"WARNING","no":30},"message":"low","name":"m","time":{"timestamp":1704164645.0}}}"#,
        "json",
        "parsed",
        Some("warning"),
        Some("m"),
        "low",
    ),
    (
        r#"{"log":"2024-01-02T03:04:05Z ERROR it broke\n","stream":"stderr","time":"2024-01-02T03:04:06Z"}"#,
        "docker-json",
        "parsed",
        Some("error"),
        None,
        "it broke",
    ),
    (
        r#"{"__REALTIME_TIMESTAMP":"1704164645000000","PRIORITY":"3","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"no route"}"#,
        "journal-json",
        "parsed",
        Some("error"),
        Some("sshd"),
        "no route",
    ),
    (
        r#"time=2024-01-02T03:04:05Z level=warn msg="it \"broke\"" size=3"#,
        "logfmt",
        "parsed",
        Some("warning"),
        None,
        "it \"broke\"",
    ),
    (
        r#"<165>1 2024-01-02T03:04:05Z host app 123 ID47 [x@1 a="]\"b"] it broke"#,
        "syslog-5424",
        "parsed",
        Some("info"),
        Some("app"),
        "it broke",
    ),
    (
        "<11>Jan  2 03:04:05 host app[123]: it broke",
        "syslog-3164",
        "year-assumed",
        Some("error"),
        Some("app"),
        "it broke",
    ),
    (
        "Jan  2 03:04:05 host kernel: it broke",
        "syslog-3164",
        "year-assumed",
        None,
        Some("kernel"),
        "it broke",
    ),
    (
        "2024-01-02T04:04:05.000+01:00 host sshd[1]: error: no key",
        "syslog-3164",
        "parsed",
        Some("error"),
        Some("sshd"),
        "no key",
    ),
    (
        r#"10.0.0.1 - bob [02/Jan/2024:03:04:05 +0000] "GET /a HTTP/1.1" 503 12 "-" "curl""#,
        "clf",
        "parsed",
        Some("error"),
        None,
        r#""GET /a HTTP/1.1" 503"#,
    ),
    (
        "2024-01-02 03:04:05.000 | WARNING  | app.core:run:12 - low",
        "loguru",
        "zone-assumed",
        Some("warning"),
        Some("app.core:run:12"),
        "low",
    ),
    (
        "2024-01-02 03:04:05,000 - app.core - ERROR - it broke",
        "python",
        "zone-assumed",
        Some("error"),
        Some("app.core"),
        "it broke",
    ),
    (
        "2024-01-02 03:04:05,000 ERROR [main] org.app.Core: it broke",
        "java",
        "zone-assumed",
        Some("error"),
        Some("org.app.Core"),
        "it broke",
    ),
    (
        "2024-01-02 03:04:05.000 [main] INFO  org.app.Core - started",
        "java",
        "zone-assumed",
        Some("info"),
        Some("org.app.Core"),
        "started",
    ),
    (
        "E0102 03:04:05.000000   12 file.go:7] it broke",
        "klog",
        "year-assumed",
        Some("error"),
        Some("file.go:7"),
        "it broke",
    ),
    (
        "2024-01-02T03:04:05.000000000Z stderr F it broke",
        "cri",
        "parsed",
        None,
        None,
        "it broke",
    ),
    (
        "[2024-01-02T03:04:05Z INFO  app] started",
        "dated",
        "parsed",
        Some("info"),
        Some("app"),
        "started",
    ),
    (
        "[Tue Jan 02 03:04:05.000 2024] [core:error] [pid 1] it broke",
        "java",
        "zone-assumed",
        Some("error"),
        None,
        "it broke",
    ),
    (
        "2024/01/02 03:04:05 [error] 12#0: *1 it broke",
        "dated",
        "zone-assumed",
        Some("error"),
        None,
        "12#0: *1 it broke",
    ),
    (
        "24/01/02 03:04:05 INFO app.Core: started",
        "java",
        "zone-assumed",
        Some("info"),
        Some("app.Core"),
        "started",
    ),
    (
        "01-02 03:04:05.000  17  23 D Manager: on",
        "dated",
        "year-assumed",
        Some("debug"),
        Some("Manager"),
        "on",
    ),
    (
        "4242:M 02 Jan 2024 03:04:05.000 # low",
        "dated",
        "zone-assumed",
        Some("warning"),
        None,
        "low",
    ),
    (
        "LABEL 1704164645 2024.01.02 R30-M0 2024-01-02-03.04.05.000000 R30-M0 RAS KERNEL FATAL it broke",
        "dated",
        "parsed",
        Some("critical"),
        Some("R30-M0"),
        "it broke",
    ),
    (
        "134681 node-246 unit state_change 1704164645 1 it broke",
        "dated",
        "parsed",
        None,
        None,
        "1 it broke",
    ),
    (
        "app.log.1 2024-01-02 03:04:05.000 25 INFO nova.api [-] up",
        "java",
        "zone-assumed",
        Some("info"),
        Some("nova.api"),
        "[-] up",
    ),
];

#[test]
fn every_format_is_told_by_its_lines() {
    for (line, format, known, level, logger, message) in LINES {
        let (events, ..) = read(format!("{line}\n").as_bytes(), |_| ());
        let [event] = events.as_slice() else {
            panic!("{line}: {events:?}");
        };
        let told = (
            event[FORMAT].as_str().unwrap(),
            event[KNOWN].as_str().unwrap(),
            event[LEVEL].as_str(),
            event[LOGGER].as_str(),
            event[MESSAGE].as_str().unwrap(),
        );
        assert_eq!(told, (*format, *known, *level, *logger, *message), "{line}");
        assert_eq!(event[TIME].as_i64(), Some(MOMENT), "{line}");
    }
}

#[test]
fn tracebacks_join_the_event_that_they_explain() {
    let python = "2024-01-02 03:04:05,000 - a - ERROR - it broke\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nKeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 2\nValueError: y\n";
    let java = "2024-01-02 03:04:05,000 ERROR [main] a.B: it broke\njava.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: y\n\t... 12 more\n";
    let go = "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a/b.go:3 +0x1d\nexit status 2\n";
    let rust = "thread 'main' panicked at src/main.rs:2:5:\nit broke\nnote: run with `RUST_BACKTRACE=1`\nstack backtrace:\n   0: core::panic\n";
    let node = "TypeError: x is not a function\n    at f (/a/b.js:1:2)\n    at g (/a/b.js:3:4)\n";
    for text in [python, java, go, rust, node] {
        let both = format!("{text}2024-01-02 03:04:06,000 - a - INFO - on\n");
        let (events, summary, _) = read(both.as_bytes(), |_| ());
        assert_eq!(events.len(), 2, "{events:?}");
        assert!(
            matches!(events[0][LEVEL].as_str(), Some("error" | "critical")),
            "{events:?}"
        );
        let lines = both.lines().count() as u64;
        let sums = [4, 10, 11].map(|it: usize| summary[it].as_u64().unwrap());
        assert_eq!(sums.iter().sum::<u64>(), lines, "{text}");
    }
    let (events, ..) = read(
        b"Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: y\n",
        |_| (),
    );
    assert!(events[0][MESSAGE]
        .as_str()
        .unwrap()
        .starts_with("ValueError: y"));
}

#[test]
fn wrapped_lines_join_by_who_wrote_them() {
    let cri = "2024-01-02T03:04:05Z stdout P it \n2024-01-02T03:04:05Z stdout P bro\n2024-01-02T03:04:05Z stdout F ke\n2024-01-02T03:04:06Z stderr F Traceback (most recent call last):\n2024-01-02T03:04:06Z stderr F   File \"a.py\"\n2024-01-02T03:04:06Z stderr F KeyError: 'x'\n2024-01-02T03:04:07Z stdout F on\n";
    let (events, ..) = read(cri.as_bytes(), |_| ());
    let messages: Vec<_> = events
        .iter()
        .map(|it| it[MESSAGE].as_str().unwrap().lines().next().unwrap())
        .collect();
    assert_eq!(messages, ["it broke", "KeyError: 'x'", "on"]);
    assert_eq!(events[1][3].as_u64(), Some(3));
}

#[test]
fn entries_of_the_journal_may_hold_binary_fields() {
    let mut bytes = b"__CURSOR=a\n__REALTIME_TIMESTAMP=1704164645000000\nPRIORITY=3\nSYSLOG_IDENTIFIER=app\nMESSAGE\n".to_vec();
    bytes.extend_from_slice(&9_u64.to_le_bytes());
    bytes.extend_from_slice(b"two\n\nrows\n\n__CURSOR=b\n__REALTIME_TIMESTAMP=1704164646000000\nMESSAGE=on\n_HOSTNAME=h\n\n");
    let (events, summary, _) = read(&bytes, |_| ());
    assert_eq!(events.len(), 2, "{events:?}");
    assert_eq!(events[0][FORMAT], "journal-export");
    assert_eq!(
        (events[0][TIME].as_i64(), events[0][LEVEL].as_str()),
        (Some(MOMENT), Some("error"))
    );
    assert_eq!(
        (events[1][MESSAGE].as_str(), events[1][HOST].as_str()),
        (Some("on"), Some("h"))
    );
    assert_eq!(summary[12], 0);
}

#[test]
fn windows_events_may_share_a_line() {
    let event = |id, level| {
        format!("<Event xmlns='x'><System><Provider Name='P'/><EventID>{id}</EventID><Level>{level}</Level><TimeCreated SystemTime='2024-01-02T03:04:05.0000000Z'/><Channel>C</Channel><Computer>h</Computer></System><EventData><Data Name='a'>1 &lt; 2</Data></EventData></Event>")
    };
    let whole = format!(
        "<?xml version=\"1.0\"?><Events>{}{}</Events>",
        event(4624, 4),
        event(4625, 2)
    );
    for text in [whole, format!("{}\n{}\n", event(4624, 4), event(4625, 2))] {
        let (events, _, templates) = read(text.as_bytes(), |_| ());
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!(events[1][MESSAGE], "EventID 4625 P a=1 < 2");
        assert_eq!(
            (events[1][LEVEL].as_str(), events[1][TIME].as_i64()),
            (Some("error"), Some(MOMENT))
        );
        assert!(templates[1].starts_with("EventID 4624 P"), "{templates:?}");
    }
}

#[test]
fn ids_are_found_in_members_and_in_text() {
    for (line, kind, id) in [
        (r#"{"message":"x","request_id":"r-1"}"#, "request", "r-1"),
        (r#"{"message":"x","logger":"hooks:s-1"}"#, "session", "s-1"),
        (r#"{"message":"x","trace":{"id":"t1"}}"#, "trace", "t1"),
        ("level=info msg=x span_id=p1", "span", "p1"),
        (
            "2024-01-02 03:04:05 INFO done execution_id=e-1, ok",
            "execution",
            "e-1",
        ),
    ] {
        let (events, ..) = read(line.as_bytes(), |_| ());
        assert_eq!(events[0][IDS][kind], id, "{line}");
    }
}
