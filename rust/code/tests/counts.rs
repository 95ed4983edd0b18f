//! Does a count see what is there, and what stands there twice?

use std::fs;
use std::path::Path;
use std::time::Duration;

use ami_audit_code::{Count, Error, Request, TOKEI_VERSION};
use serde_json::{json, Value};
use tempfile::TempDir;

fn request(target: &Path) -> Request {
    Request {
        target: target.to_owned(),
        ignore: Vec::new(),
        follow_ignore_files: true,
        include_vendored: false,
        largest_bytes: 1 << 20,
        least_lines: 4,
        threads: 2,
    }
}

fn counted(request: Request) -> Value {
    let count = Count::start(request).expect("it starts");
    let json = loop {
        if let Some(json) = count.wait(Duration::from_millis(100)).expect("it lives") {
            break json;
        }
    };
    serde_json::from_slice(&json).expect("it is JSON")
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

#[test]
fn lines_are_told_apart_by_language() {
    let folder = folder(&[
        ("a.py", "# why\n\nx = 1\n"),
        ("run", "#!/bin/sh\necho hello\n"),
        ("b.rs", "/* one\ntwo */\nfn main() {}\n"),
        ("unknown.zzz", "nothing\n"),
    ]);
    let languages = &counted(request(folder.path()))["languages"];
    let lines = |name: &str| {
        let it = &languages[name];
        json!([it["files"], it["code"], it["comments"], it["blanks"]])
    };
    assert_eq!(lines("Python"), json!([1, 1, 1, 1]));
    assert_eq!(lines("Rust"), json!([1, 1, 2, 0]));
    assert_eq!(languages.as_object().map(serde_json::Map::len), Some(3));
}

#[test]
fn equal_code_is_found_whatever_its_blanks_and_comments() {
    let one = "import os\na = 1\nb = 2\nc = 3\nd = 4\ne = 5\n";
    let two = "# other\na  = 1\n\nb = 2\n# between\nc=3\n    d = 4\nf = 6\n";
    let folder = folder(&[("one.py", one), ("two.py", two)]);
    let found = &counted(request(folder.path()))["duplication"];
    assert_eq!(found["duplicated"], json!(8));
    assert_eq!(
        found["blocks"],
        json!([{"lines": 4, "place_count": 2, "places": [["one.py", 2, 5], ["two.py", 2, 7]]}])
    );
}

#[test]
fn what_is_left_out_is_told() {
    let folder = folder(&[
        ("node_modules/x/a.js", "var a;\n"),
        ("app/venv/__init__.py", "x = 1\n"),
        ("app/build/a.py", "x = 1\n"),
        ("big.py", &"x = 1\n".repeat(200_000)),
        ("a.py", "x = 1\n"),
    ]);
    let told = counted(request(folder.path()));
    assert_eq!(
        told["skipped"],
        json!([
            ["app/build", "built or cached by a tool"],
            ["big.py", "larger than 1 MiB"],
            ["node_modules", "vendored"]
        ])
    );
    assert_eq!(told["languages"]["Python"]["files"], json!(2));
}

#[test]
fn a_count_can_be_left_at_any_time() {
    let folder = folder(&[("a.py", "x = 1\n")]);
    drop(Count::start(request(folder.path())).expect("it starts"));
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let folder = folder(&[("a.py", "x = 1\n")]);
    let file = Count::start(request(&folder.path().join("a.py")));
    assert!(matches!(file, Err(Error::Target(_))));
    let mut wanted = request(folder.path());
    wanted.ignore = vec!["a[".to_owned()];
    assert!(matches!(Count::start(wanted), Err(Error::Glob(_))));
}

#[test]
fn the_version_that_is_told_is_the_one_that_counts() {
    let lock = include_str!("../../../Cargo.lock");
    let named = format!("name = \"tokei\"\nversion = \"{TOKEI_VERSION}\"");
    assert!(lock.contains(&named));
}
