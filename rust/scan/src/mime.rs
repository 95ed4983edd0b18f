//! The media type of a file: by its magic number, then by its name.

use crate::content::Kind;

const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

// Extensions that the registry gives to something else than what repositories hold under them.
const SOURCE: &[(&str, &str)] = &[
    ("ts", "text/typescript"),
    ("mts", "text/typescript"),
    ("cts", "text/typescript"),
    ("tsx", "text/typescript"),
    ("rs", "text/x-rust"),
    ("py", "text/x-python"),
    ("pyi", "text/x-python"),
    ("go", "text/x-go"),
    ("toml", "application/toml"),
    ("yml", "application/yaml"),
    ("yaml", "application/yaml"),
];

/// Return a media type for a file of that name whose first bytes and kind are known.
pub fn label(name: &[u8], head: &[u8], kind: Kind) -> &'static str {
    let by_name = extension(name).and_then(of_extension);
    match kind {
        Kind::Empty => by_name.unwrap_or("application/x-empty"),
        Kind::Binary => infer::get(head)
            .map(|found| found.mime_type())
            .or(by_name.filter(|it| !is_text(it)))
            .unwrap_or(BYTES),
        Kind::Text => by_name
            .filter(|it| may_be_text(it))
            .or_else(|| of_text(head))
            .unwrap_or(TEXT),
    }
}

fn extension(name: &[u8]) -> Option<&str> {
    let dot = memchr::memrchr(b'.', name)?;
    std::str::from_utf8(&name[dot + 1..])
        .ok()
        .filter(|it| dot > 0 && !it.is_empty())
}

fn of_extension(extension: &str) -> Option<&'static str> {
    let ours = SOURCE
        .iter()
        .find(|(known, _)| extension.eq_ignore_ascii_case(known));
    ours.map(|(_, label)| *label)
        .or_else(|| mime_guess::from_ext(extension).first_raw())
}

fn is_text(label: &str) -> bool {
    label.starts_with("text/")
}

fn may_be_text(label: &str) -> bool {
    label == "image/svg+xml"
        || !["audio/", "font/", "image/", "video/"]
            .iter()
            .any(|it| label.starts_with(it))
}

fn of_text(head: &[u8]) -> Option<&'static str> {
    if let Some(program) = head.strip_prefix(b"#!") {
        let line = &program[..memchr::memchr(b'\n', program)
            .unwrap_or(program.len())
            .min(128)];
        return Some(if memchr::memmem::find(line, b"python").is_some() {
            "text/x-python"
        } else {
            "text/x-shellscript"
        });
    }
    let start = &head[..head.len().min(512)];
    let start = start.trim_ascii_start();
    if start.starts_with(b"<?xml") {
        return Some("text/xml");
    }
    let opening: Vec<u8> = start.iter().take(14).map(u8::to_ascii_lowercase).collect();
    (opening.starts_with(b"<!doctype html") || opening.starts_with(b"<html")).then_some("text/html")
}

#[cfg(test)]
mod tests {
    use super::{label, Kind};

    #[test]
    fn magic_numbers_outweigh_names_of_binary_files() {
        assert_eq!(
            label(b"photo.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind::Binary),
            "image/png"
        );
        assert_eq!(
            label(b"notes.txt", b"\0\x01\x02", Kind::Binary),
            "application/octet-stream"
        );
    }

    #[test]
    fn a_typescript_file_is_not_a_video() {
        assert_eq!(
            label(b"app.ts", b"export {}", Kind::Text),
            "text/typescript"
        );
    }

    #[test]
    fn a_script_without_extension_is_known_by_its_first_line() {
        assert_eq!(
            label(b"run", b"#!/usr/bin/env python3\n", Kind::Text),
            "text/x-python"
        );
        assert_eq!(
            label(b"run", b"#!/bin/sh\n", Kind::Text),
            "text/x-shellscript"
        );
        assert_eq!(
            label(b".profile", b"export A=1\n", Kind::Text),
            "text/plain"
        );
    }
}
