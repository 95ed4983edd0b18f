//! Logs whose events are no lines: the journal's export, and Windows events as XML.

mod reading;

use reading::told;

const FORMAT: usize = 4;
const TIME: usize = 5;
const LEVEL: usize = 7;
const HOST: usize = 10;
const MESSAGE: usize = 11;

/// 2024-01-02T03:04:05Z, in microseconds.
const MOMENT: i64 = 1_704_164_645_000_000;

#[test]
fn entries_of_the_journal_may_hold_binary_fields() {
    let mut bytes = b"__CURSOR=a\n__REALTIME_TIMESTAMP=1704164645000000\nPRIORITY=3\nSYSLOG_IDENTIFIER=app\nMESSAGE\n".to_vec();
    bytes.extend_from_slice(&9_u64.to_le_bytes());
    bytes.extend_from_slice(b"two\n\nrows\n\n__CURSOR=b\n__REALTIME_TIMESTAMP=1704164646000000\nMESSAGE=on\n_HOSTNAME=h\n\n");
    let (events, summary, _) = told(&bytes);
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
        let (events, _, templates) = told(text.as_bytes());
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!(events[1][MESSAGE], "EventID 4625 P a=1 < 2");
        assert_eq!(
            (events[1][LEVEL].as_str(), events[1][TIME].as_i64()),
            (Some("error"), Some(MOMENT))
        );
        assert!(templates[1].starts_with("EventID 4624 P"), "{templates:?}");
    }
}
