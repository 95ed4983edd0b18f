//! What streams can do to a reader: compression, damage, endless lines, bytes that are no text.

mod reading;

use std::io::Write;
use std::path::PathBuf;

use ami_audit_logs::Request;
use reading::{file, read, request};

fn lines(count: usize) -> Vec<u8> {
    let mut noise = 1_u64;
    let mut line = |number: usize| {
        noise = noise
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        format!(
            "2024-01-02T03:04:{:02}Z INFO user {noise:x} came from 10.0.0.{}\n",
            number % 60,
            number % 250
        )
    };
    (0..count).flat_map(|it| line(it).into_bytes()).collect()
}

const COMPRESSION: usize = 1;
const LINES: usize = 2;
const BYTES: usize = 3;
const EVENTS: usize = 4;
const UNPARSED: usize = 12;
const SAMPLES: usize = 13;
const CUT: usize = 14;
const FAULTS: usize = 26;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut coder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut coder =
        lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    coder.write_all(bytes).unwrap();
    coder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

type Coder = fn(&[u8]) -> Vec<u8>;

#[test]
fn compressed_logs_read_as_their_content() {
    let plain = lines(30_000);
    let half = plain.len() / 2;
    let coders: [(&str, Coder); 4] = [("gzip", gzip), ("bzip2", bzip2), ("xz", xz), ("zstd", zstd)];
    for (name, coder) in coders {
        // Two members one after the other, as rotation by appending leaves them.
        let two = [coder(&plain[..half]), coder(&plain[half..])].concat();
        let answer = read(request(&file(&two)));
        let summary = &answer.summaries[0];
        assert_eq!(summary[COMPRESSION], name);
        assert_eq!(
            summary[BYTES].as_u64(),
            Some(plain.len() as u64),
            "{name}: {}",
            summary[FAULTS]
        );
        assert_eq!(summary[EVENTS], 30_000);
        assert_eq!(summary[FAULTS].as_array().unwrap().len(), 0);

        let whole = coder(&plain);
        let answer = read(request(&file(&whole[..whole.len() / 2])));
        let summary = &answer.summaries[0];
        let faults = summary[FAULTS].to_string();
        assert!(
            faults.contains("truncated") || faults.contains("damaged"),
            "{name}: {faults}"
        );
        assert!(summary[EVENTS].as_u64().unwrap() > 0, "{name}");
    }
}

#[test]
fn damaged_streams_are_told_and_not_more() {
    for start in [
        b"\x1f\x8b\x08\x00garbage".as_slice(),
        b"\xfd7zXZ\x00garbage",
        b"BZh9garbage",
        b"\x28\xb5\x2f\xfdgarbage",
    ] {
        let answer = read(request(&file(start)));
        let faults = answer.summaries[0][FAULTS].to_string();
        assert!(
            faults.contains("damaged") || faults.contains("truncated"),
            "{faults}"
        );
    }
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let plain = [
        lines(60_000),
        b"  indented\nTraceback (most recent call last):\n  File\nKeyError: x\n".repeat(4000),
    ]
    .concat();
    let file = file(&plain);
    let answers: Vec<String> = [1, 2, 7]
        .map(|threads| {
            let answer = read(Request {
                threads,
                ..request(&file)
            });
            format!(
                "{:?} {:?} {:?}",
                answer.events, answer.summaries, answer.templates
            )
        })
        .to_vec();
    assert!(answers.iter().all(|it| *it == answers[0]));
}

#[test]
fn endless_lines_are_cut_and_counted() {
    let mut bytes = b"2024-01-02T03:04:05Z INFO first\n".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 5 << 20));
    bytes.extend_from_slice(b"\n2024-01-02T03:04:05Z INFO last\n");
    let answer = read(request(&file(&bytes)));
    let summary = &answer.summaries[0];
    assert_eq!(
        (
            summary[LINES].as_u64(),
            summary[EVENTS].as_u64(),
            summary[CUT].as_u64()
        ),
        (Some(3), Some(3), Some(1))
    );
    assert_eq!(summary[BYTES].as_u64(), Some(bytes.len() as u64));
    let last = answer.events.last().unwrap();
    assert_eq!(
        (last[1].as_u64(), last[2].as_u64()),
        (Some(bytes.len() as u64 - 31), Some(3))
    );
}

#[test]
fn bytes_that_are_no_text_are_counted_and_shown() {
    let bytes = b"2024-01-02T03:04:05Z INFO caf\xe9\r\n{\"broken\": \n\0\0\0\nplain\r\n\n{\"a\":1}";
    let answer = read(request(&file(bytes)));
    let summary = &answer.summaries[0];
    assert_eq!(
        (summary[LINES].as_u64(), summary[EVENTS].as_u64()),
        (Some(6), Some(5))
    );
    assert_eq!(summary[UNPARSED], 2);
    assert_eq!(summary[SAMPLES][1][0], 2);
    assert_eq!(answer.events[0][11], "caf\u{fffd}");
    assert_eq!(answer.events[3][11], "plain");
    assert_eq!(answer.events[4][11], "a=1");
}

#[test]
fn what_cannot_be_opened_is_told_and_the_rest_is_read() {
    let good = file(b"on\n");
    let paths = vec![
        PathBuf::from("/nonexistent/x.log"),
        PathBuf::from("/"),
        good.path().into(),
    ];
    let answer = read(Request::new(paths));
    let faults: Vec<_> = answer
        .summaries
        .iter()
        .map(|it| it[FAULTS].to_string())
        .collect();
    assert!(
        faults[0].contains("unreadable") && faults[1].contains("not-a-file"),
        "{faults:?}"
    );
    assert_eq!(answer.summaries[2][EVENTS], 1);
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    let answer = read(request(&file(b"LPKSHHRH\0\0\0\0 and more\n")));
    assert!(answer.summaries[0][FAULTS].to_string().contains("binary"));
    let cut = [vec![0; 9000], b"\n2024-01-02T03:04:05Z INFO on\n".to_vec()].concat();
    let answer = read(request(&file(&cut)));
    assert_eq!(
        answer.summaries[0][EVENTS],
        2,
        "{answer:?}",
        answer = answer.summaries
    );
}
