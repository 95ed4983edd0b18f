//! Raw commits, read into rows.

use std::str::from_utf8;

use crate::date::{date, Date};
use crate::json::Json;
use crate::message::subject;

const LONGEST_MESSAGE: usize = 64 << 10;
const MOST_PARENTS: usize = 1_000;

/// Who and when, as a header line holds it.
#[derive(PartialEq, Eq)]
struct Person<'a> {
    name: &'a str,
    email: &'a str,
    date: Date<'a>,
}

/// A commit whose every header is as git writes it.
struct Usual<'a> {
    tree: &'a str,
    parents: Vec<&'a str>,
    author: Person<'a>,
    committer: Person<'a>,
    signature: Option<String>,
    message: &'a str,
}

/// Return a JSON array with one row for each raw commit; `null` for one that is not usual.
///
/// A row is `[name, e-mail, date, moment, name, e-mail, date, facts, signature]`: the author's and the committer's, the
/// committer's null where they are the same; `facts` is what a record's context holds, its `author`, `committer` and
/// `signature` null for the caller to fill in; `signature` is the armoured one, or null.
#[must_use]
pub fn commits<T: AsRef<[u8]>>(objects: &[T]) -> Vec<u8> {
    let mut json = Json::default();
    json.raw("[");
    for (index, data) in objects.iter().enumerate() {
        if index > 0 {
            json.raw(",");
        }
        match from_utf8(data.as_ref()).ok().and_then(usual) {
            Some(commit) => write(&commit, &mut json),
            None => json.raw("null"),
        }
    }
    json.raw("]");
    json.0
}

fn usual(data: &str) -> Option<Usual<'_>> {
    let (tree, mut rest) = data.strip_prefix("tree ")?.split_once('\n')?;
    let mut parents = Vec::new();
    while let Some(after) = rest.strip_prefix("parent ") {
        let (parent, more) = after.split_once('\n')?;
        parents.push(parent);
        rest = more;
    }
    let (author, rest) = person(rest, "author ")?;
    let (committer, rest) = person(rest, "committer ")?;
    let (signature, message) = match rest.strip_prefix('\n') {
        Some(message) => (None, message),
        None if rest.is_empty() => (None, ""),
        None => extras(rest)?,
    };
    let hashes = std::iter::once(&tree).chain(&parents);
    let is_usual = hashes.into_iter().all(|it| is_hash(it))
        && parents.len() <= MOST_PARENTS
        && message.len() <= LONGEST_MESSAGE;
    is_usual.then_some(Usual {
        tree,
        parents,
        author,
        committer,
        signature,
        message,
    })
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64)
        && text
            .bytes()
            .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

fn person<'a>(rest: &'a str, header: &str) -> Option<(Person<'a>, &'a str)> {
    let (line, rest) = rest.strip_prefix(header)?.split_once('\n')?;
    let (name, line) = line.split_once('<')?;
    let (email, written) = line.split_once('>')?;
    let date = date(written.strip_prefix(' ')?)?;
    let name = name.trim_end_matches(' ');
    Some((Person { name, email, date }, rest))
}

/// Return the signature among the other headers, and the message; None where a header changes how text is read.
fn extras(rest: &str) -> Option<(Option<String>, &str)> {
    let (header, message) = rest.split_once("\n\n").unwrap_or((rest, ""));
    if header.contains('\0') || header.starts_with(' ') {
        return None;
    }
    let mut signature: Option<String> = None;
    let mut is_signature = false;
    for line in header.split('\n') {
        if let Some(more) = line.strip_prefix(' ') {
            if let Some(signature) = signature.as_mut().filter(|_| is_signature) {
                signature.push('\n');
                signature.push_str(more);
            }
            continue;
        }
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        if key == "encoding" || key == "gpgsig-sha256" {
            return None;
        }
        is_signature = key == "gpgsig" && signature.is_none();
        if is_signature {
            signature = Some(value.to_owned());
        }
    }
    Some((signature.filter(|it| !it.is_empty()), message))
}

fn write(commit: &Usual, json: &mut Json) {
    json.raw("[");
    write_person(&commit.author, json);
    json.raw(",");
    commit.author.date.write_stamp(json);
    json.raw(",");
    if commit.author == commit.committer {
        json.raw("null,null,null");
    } else {
        write_person(&commit.committer, json);
    }
    json.raw(",{\"author\":null,\"committer\":null,\"merge\":");
    json.raw(if commit.parents.len() > 1 {
        "true"
    } else {
        "false"
    });
    json.raw(",\"message\":");
    json.text(commit.message);
    json.raw(",\"parents\":[");
    for (index, parent) in commit.parents.iter().enumerate() {
        if index > 0 {
            json.raw(",");
        }
        json.text(parent);
    }
    json.raw("],\"signature\":null,\"subject\":");
    json.text(&subject(commit.message));
    json.raw(",\"tree\":");
    json.text(commit.tree);
    json.raw("},");
    match &commit.signature {
        Some(signature) => json.text(signature),
        None => json.raw("null"),
    }
    json.raw("]");
}

fn write_person(person: &Person, json: &mut Json) {
    json.text(person.name);
    json.raw(",");
    json.text(person.email);
    json.raw(",");
    person.date.write(json);
}

#[cfg(test)]
mod tests {
    use super::commits;

    const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    fn rows(data: &str) -> String {
        String::from_utf8(commits(&[data.as_bytes()])).unwrap()
    }

    fn commit(extras: &str) -> String {
        format!("tree {TREE}\nauthor A <a@x> 0 +0000\ncommitter A <a@x> 0 +0000\n{extras}")
    }

    #[test]
    fn a_usual_commit_is_read() {
        let expected = format!(
            "[[\"A\",\"a@x\",{{\"date\":\"1970-01-01T00:00:00+00:00\"}},\"1970-01-01T00:00:00.000000Z\",null,null,null,\
             {{\"author\":null,\"committer\":null,\"merge\":false,\"message\":\"hi\\n\",\"parents\":[],\
             \"signature\":null,\"subject\":\"hi\",\"tree\":\"{TREE}\"}},null]]"
        );
        assert_eq!(rows(&commit("\nhi\n")), expected);
    }

    #[test]
    fn a_signature_is_unfolded() {
        let signed = rows(&commit("gpgsig one\n two\n \nother x\n y\n\nhi"));
        assert!(signed.ends_with(",\"one\\ntwo\\n\"]]"), "{signed}");
    }

    #[test]
    fn what_is_odd_gets_no_row() {
        for data in [
            String::new(),
            commit("encoding latin-1\n\nhi"),
            commit("").replace("+0000\ncommitter", "\ncommitter"),
            commit("").replace(TREE, "abc"),
            commit(&format!("\n{}", "x".repeat(70_000))),
        ] {
            assert_eq!(rows(&data), "[null]");
        }
        assert_eq!(commits(&[b"\xff"]), b"[null]");
    }
}
