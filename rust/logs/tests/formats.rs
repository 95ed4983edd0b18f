//! One line of each format, and what it is taken for.

mod reading;

use reading::told;

const FORMAT: usize = 4;
const TIME: usize = 5;
const KNOWN: usize = 6;
const LEVEL: usize = 7;
const LOGGER: usize = 8;
const MESSAGE: usize = 11;
const IDS: usize = 13;

/// 2024-01-02T03:04:05Z, in microseconds.
const MOMENT: i64 = 1_704_164_645_000_000;

type Told = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    &'static str,
);

/// Line, format, how its time is known, level, logger, message.
const LINES: &[Told] = &[
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
        "dated",
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
        let (events, ..) = told(format!("{line}\n").as_bytes());
        let [event] = events.as_slice() else {
            panic!("{line}: {events:?}");
        };
        let found = (
            event[FORMAT].as_str().unwrap(),
            event[KNOWN].as_str().unwrap(),
            event[LEVEL].as_str(),
            event[LOGGER].as_str(),
            event[MESSAGE].as_str().unwrap(),
        );
        assert_eq!(
            found,
            (*format, *known, *level, *logger, *message),
            "{line}"
        );
        assert_eq!(event[TIME].as_i64(), Some(MOMENT), "{line}");
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
        let (events, ..) = told(line.as_bytes());
        assert_eq!(events[0][IDS][kind], id, "{line}");
    }
}
