//! Looking at a text: the parser's verdict, with what was asked for, whatever texts were seen before.
use ami_audit_chain::canonical::{canonicalize, Form, Seen, DEPTH_LIMIT, SIZE_LIMIT};

/// Texts alike and unlike: keys that are missing, added, long, escaped, sorted otherwise by UTF-16, of other types.
const TEXTS: [&str; 14] = [
    r#"{"a":1,"b":{"x":"1","y":[]},"c":[{"k":1},{"k":2,"l":3}],"d":null,"sequence":7}"#,
    r#"{"a":2,"b":{"y":[1]},"c":[{"l":3}],"e":true,"sequence":8}"#,
    r#"{"b":{"x":{"z":1}},"c":{"k":1},"sequence":9}"#,
    r#"{"a":[],"a_key_of_thirty_bytes_or_more_":1,"b":"","sequence":10}"#,
    r#"{"a":1,"a_key_of_29_bytes_exactly____":2,"c":[[{"k":1}]],"sequence":11}"#,
    r#"{"\n":1,"a":1,"sequence":12}"#,
    r#"{"a":{"b":{"x":{"x":{"x":{}}}}},"b\n":1,"sequence":13}"#,
    "{\"a\":1,\"\u{1f600}\":2,\"\u{fb33}\":3}",
    "{\"\u{fb33}\":3}",
    r#"{"":{"":{"":1}},"a":1,"a_key_of_29_bytes_exactly____":0}"#,
    r#"{"e":false,"f":1,"g":2,"h":3,"i":4,"sequence":14}"#,
    r#"{"a":1,"sequence":15}"#,
    r#"[{"a":1,"sequence":16}]"#,
    "{}",
];

fn is_its_own(text: &[u8]) -> bool {
    canonicalize(text).is_ok_and(|written| written == text)
}

/// Return a form that has seen all texts, in an order of its own.
fn experienced(turn: usize) -> Form {
    let mut form = Form::default();
    for at in 0..TEXTS.len() {
        let text = TEXTS[(at * 5 + turn) % TEXTS.len()].as_bytes();
        assert!(form.look(text, []).is_some(), "{}", TEXTS[at]);
    }
    form
}

#[test]
fn members_are_found_whatever_was_seen_before() {
    for turn in 0..TEXTS.len() {
        let mut form = experienced(turn);
        for text in TEXTS {
            let keys: [&[u8]; 4] = [b"a", b"sequence", b"\xef\xac\xb3", b""];
            let fresh = Form::default().look(text.as_bytes(), keys);
            assert_eq!(form.look(text.as_bytes(), keys), fresh, "{text}");
        }
    }
}

#[test]
fn every_damage_has_the_parsers_verdict_whatever_was_seen_before() {
    let mut form = experienced(3);
    for text in TEXTS.map(str::as_bytes) {
        for at in 0..text.len() {
            for byte in [
                b'"', b',', b':', b'{', b'}', b'[', b'0', b'a', b'b', b'\\', b' ', 0, 0xff,
            ] {
                let replaced = [&text[..at], &[byte], &text[at + 1..]].concat();
                let inserted = [&text[..at], &[byte], &text[at..]].concat();
                for damaged in [replaced, inserted, text[..at].to_vec()] {
                    assert_eq!(
                        form.look(&damaged, []).is_some(),
                        is_its_own(&damaged),
                        "{}",
                        String::from_utf8_lossy(&damaged)
                    );
                }
            }
        }
    }
}

#[test]
fn members_out_of_order_are_refused_though_each_of_them_is_known() {
    let mut form = Form::default();
    let members: Vec<_> = (b'a'..=b'h')
        .map(|key| format!("\"{}\":1", char::from(key)))
        .collect();
    let whole = format!("{{{}}}", members.join(","));
    assert!(form.look(whole.as_bytes(), []).is_some());
    for first in 0..members.len() {
        for second in 0..members.len() {
            let text = format!("{{{},{}}}", members[first], members[second]);
            assert_eq!(
                form.look(text.as_bytes(), []).is_some(),
                first < second,
                "{text}"
            );
        }
    }
}

#[test]
fn more_keys_and_places_than_are_remembered_change_nothing() {
    let mut form = Form::default();
    for turn in 0..3 {
        let keys = (0..400)
            .map(|key| format!("\"{:04}\":{{\"{turn}\":{{\"k\":{key}}}}}", key * (turn + 1)));
        let text = format!("{{{}}}", keys.collect::<Vec<_>>().join(","));
        assert!(form.look(text.as_bytes(), []).is_some());
        let twice = text.replace("\"0006\":", "\"0003\":");
        assert_eq!(
            form.look(twice.as_bytes(), []).is_some(),
            is_its_own(twice.as_bytes())
        );
    }
}

fn look<'t, const N: usize>(text: &'t [u8], keys: [&[u8]; N]) -> Option<Seen<'t, N>> {
    Form::default().look(text, keys)
}

fn holds(text: &[u8]) -> bool {
    look(text, []).is_some()
}

#[test]
fn values_are_those_of_the_outermost_object_alone() {
    let text = br#"{"":[{"a":1}],"a":{"b":{"z":2}},"z":"}"}"#;
    let seen = look(text, [b"a", b"z", b"b"]).expect("canonical");
    let expected: [Option<&[u8]>; 3] = [Some(br#"{"b":{"z":2}}"#), Some(br#""}""#), None];
    assert_eq!((seen.values, seen.is_plain), (expected, true));
}

#[test]
fn what_is_no_object_has_no_members() {
    for text in ["[{\"a\":1}]", "1", "\"a\"", "null", "{}", "[]"] {
        let seen = look(text.as_bytes(), [b"a"]).expect("canonical");
        assert_eq!(seen.values, [None], "{text}");
    }
}

#[test]
fn keys_with_escapes_are_told() {
    let is_plain = |text: &str| look(text.as_bytes(), []).map(|seen| seen.is_plain);
    assert_eq!(is_plain(r#"{"a\n":1}"#), Some(false));
    assert_eq!(is_plain(r#"{"a":{"b\n":1}}"#), Some(true));
}

#[test]
fn another_spelling_does_not_hold() {
    let objects = r#"{ };{"b":1,"a":2};{"a":1,"a":1}"#;
    let others = r#"1.0;-0;"\u0061";"\u000A";"\/";[1,];[1 ];nul;1 ;"#;
    for text in objects.split(';').chain(others.split(';')) {
        assert!(!holds(text.as_bytes()), "{text}");
    }
}

#[test]
fn depth_and_size_end_where_the_parser_ends_them() {
    for depth in [1, 2, DEPTH_LIMIT - 1, DEPTH_LIMIT, DEPTH_LIMIT + 1] {
        let arrays = [vec![b'['; depth], vec![b']'; depth]].concat();
        let objects = [b"{\"a\":".repeat(depth), b"1".to_vec(), vec![b'}'; depth]].concat();
        for text in [arrays, objects] {
            assert_eq!(holds(&text), depth <= DEPTH_LIMIT, "{depth}");
            assert_eq!(holds(&text), is_its_own(&text), "{depth}");
        }
    }
    for length in [SIZE_LIMIT - 3, SIZE_LIMIT - 2, SIZE_LIMIT - 1] {
        let text = [b"\"".to_vec(), vec![b'a'; length], b"\"".to_vec()].concat();
        assert_eq!(holds(&text), is_its_own(&text), "{length}");
    }
}

#[test]
fn every_byte_put_anywhere_has_the_parsers_verdict() {
    let text = "{\"\":-1.5e-7,\"a\\n\":\"\\u001f\\\\é\",\"b\":[true,null,{}],\"\u{fb33}\":1e+30}";
    let text = text.as_bytes();
    assert!(holds(text));
    for at in 0..=text.len() {
        for byte in 0..=255_u8 {
            let inserted = [&text[..at], &[byte], &text[at..]].concat();
            assert_eq!(holds(&inserted), is_its_own(&inserted), "{inserted:?}");
            if at < text.len() {
                let replaced = [&text[..at], &[byte], &text[at + 1..]].concat();
                assert_eq!(holds(&replaced), is_its_own(&replaced), "{replaced:?}");
            }
        }
        let cut = [&text[..at], &text[(at + 1).min(text.len())..]].concat();
        assert_eq!(holds(&cut), is_its_own(&cut), "{cut:?}");
    }
}

#[test]
fn every_escape_has_the_parsers_verdict() {
    for code in 0..=0x0011_ffff_u32 >> 4 {
        let text = format!("\"\\u{:04x}\"", code & 0xffff);
        assert_eq!(
            holds(text.as_bytes()),
            is_its_own(text.as_bytes()),
            "{text}"
        );
    }
    for byte in 0..=255_u8 {
        let text = [b'"', b'\\', byte, b'"'];
        assert_eq!(holds(&text), is_its_own(&text), "{byte}");
    }
}
