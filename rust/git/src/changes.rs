//! What `git diff-tree -z --raw [--numstat]` prints, read into rows.

use std::str::from_utf8;

use crate::json::Json;

const KEPT_ENTRIES: usize = 1_000;
const KEPT_PATH_BYTES: usize = 256 << 10;
const SUBMODULE: &str = "160000";
const ABSENT: &str = "000000";

/// One changed file.
struct Entry<'a> {
    path: &'a str,
    old_path: Option<&'a str>,
    status: &'a str,
    modes: (&'a str, &'a str),
    hashes: (&'a str, &'a str),
    lines: Option<(u64, u64)>,
    is_binary: bool,
}

/// One commit's changed files.
#[derive(Default)]
struct Changes<'a> {
    entries: Vec<Entry<'a>>,
    cursor: usize,
    path_bytes: usize,
}

/// Return a JSON array with one row for each commit that changed something.
///
/// A row is `[hash, files, added, deleted, entries, begin, end]`; the last two say where in the block it stands. A commit
/// that is not usual (paths that are not plain ASCII, more than 1,000 files, more than 256 KiB of paths) has null
/// `entries`: the caller reads that part of the block with care.
#[must_use]
pub fn changes(block: &[u8]) -> Vec<u8> {
    let mut json = Json::default();
    json.raw("[");
    let mut at = 0;
    while let Some(header) = word(block, at) {
        let begin = at;
        at += header.len() + 1;
        let end = end_of(block, at);
        if begin > 0 {
            json.raw(",");
        }
        write(header, &block[at..end], (begin, end), &mut json);
        at = end;
    }
    json.raw("]");
    json.0
}

/// Return the NUL-terminated word that begins there; None at the end of the block.
fn word(block: &[u8], at: usize) -> Option<&[u8]> {
    let rest = block.get(at..)?;
    rest.iter().position(|it| *it == 0).map(|end| &rest[..end])
}

/// Return where the commit's words end: at the next word that is neither a `:`-line, nor a count, nor a path of one.
fn end_of(block: &[u8], mut at: usize) -> usize {
    while let Some(line) = word(block, at) {
        let paths = match line.first() {
            Some(b':')
                if matches!(
                    line.iter().rev().find(|it| !it.is_ascii_digit()),
                    Some(b'R' | b'C')
                ) =>
            {
                2
            }
            Some(b':') => 1,
            _ if line.ends_with(b"\t") && line.split(|it| *it == b'\t').count() == 3 => 2,
            _ if line.contains(&b'\t') => 0,
            _ => break,
        };
        at += line.len() + 1;
        for _ in 0..paths {
            at += word(block, at).map_or(0, |path| path.len() + 1);
        }
    }
    at
}

fn write(header: &[u8], body: &[u8], place: (usize, usize), json: &mut Json) {
    json.raw("[");
    json.text(from_utf8(header).unwrap_or_default());
    if let Some(changes) = usual(body) {
        let counted = changes.entries.iter().filter_map(|it| it.lines);
        let (added, deleted) = counted.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        json.raw(",");
        json.number(changes.entries.len() as u64);
        json.raw(",");
        json.number(added);
        json.raw(",");
        json.number(deleted);
        json.raw(",[");
        for (index, entry) in changes.entries.iter().enumerate() {
            if index > 0 {
                json.raw(",");
            }
            write_entry(entry, json);
        }
        json.raw("],");
    } else {
        json.raw(",0,0,0,null,");
    }
    json.number(place.0 as u64);
    json.raw(",");
    json.number(place.1 as u64);
    json.raw("]");
}

/// Return the commit's changes; None when they are not usual.
fn usual(body: &[u8]) -> Option<Changes<'_>> {
    if !body.iter().all(|it| matches!(it, 0 | b'\t' | 0x20..=0x7e)) {
        return None;
    }
    let mut words = from_utf8(body).ok()?.split_terminator('\0');
    let mut changes = Changes::default();
    while let Some(line) = words.next() {
        if let Some(line) = line.strip_prefix(':') {
            changes.observe(line, &mut words)?;
        } else {
            changes.count(line, &mut words)?;
        }
    }
    Some(changes)
}

impl<'a> Changes<'a> {
    fn observe(&mut self, line: &'a str, words: &mut impl Iterator<Item = &'a str>) -> Option<()> {
        let mut parts = line.split(' ');
        let modes = (parts.next()?, parts.next()?);
        let hashes = (parts.next()?, parts.next()?);
        let status = parts.next()?;
        let first = words.next()?;
        let is_moved = status.len() > 1 && matches!(status.as_bytes()[0], b'R' | b'C');
        let (old_path, path) = if is_moved {
            (Some(first), words.next()?)
        } else {
            (None, first)
        };
        self.path_bytes += path.len() + old_path.map_or(0, str::len);
        // A tab in a path is not plain, and would be taken for one that ends a count.
        let is_plain = !path.contains('\t') && !first.contains('\t');
        if !is_plain || self.path_bytes > KEPT_PATH_BYTES || self.entries.len() == KEPT_ENTRIES {
            return None;
        }
        self.entries.push(Entry {
            path,
            old_path,
            status,
            modes,
            hashes,
            lines: None,
            is_binary: false,
        });
        Some(())
    }

    fn count(&mut self, line: &'a str, words: &mut impl Iterator<Item = &'a str>) -> Option<()> {
        let mut parts = line.splitn(3, '\t');
        let (added, deleted, mut path) = (parts.next()?, parts.next()?, parts.next()?);
        if path.is_empty() {
            words.next()?;
            path = words.next()?;
        }
        let found = self.entries[self.cursor..]
            .iter()
            .position(|it| it.path == path)?;
        self.cursor += found + 1;
        let entry = &mut self.entries[self.cursor - 1];
        if added == "-" {
            entry.is_binary = true;
        } else {
            entry.lines = Some((added.parse().ok()?, deleted.parse().ok()?));
        }
        Some(())
    }
}

fn write_entry(entry: &Entry, json: &mut Json) {
    json.raw("{\"path\":");
    json.text(entry.path);
    json.raw(",\"status\":");
    json.text(&entry.status[..1]);
    match entry.lines {
        Some((added, deleted)) => {
            json.raw(",\"added\":");
            json.number(added);
            json.raw(",\"deleted\":");
            json.number(deleted);
        }
        None => json.raw(",\"added\":null,\"deleted\":null"),
    }
    if let Some(old_path) = entry.old_path {
        json.raw(",\"old_path\":");
        json.text(old_path);
        json.raw(",\"similarity\":");
        json.number(entry.status[1..].parse().unwrap_or_default());
    }
    if entry.is_binary {
        json.raw(",\"binary\":true");
    }
    let (old, new) = entry.modes;
    if old != new && old != ABSENT && new != ABSENT {
        write_pair("mode", (Some(old), Some(new)), json);
    }
    if old == SUBMODULE || new == SUBMODULE {
        let from = (old == SUBMODULE).then_some(entry.hashes.0);
        let to = (new == SUBMODULE).then_some(entry.hashes.1);
        write_pair("submodule", (from, to), json);
    }
    json.raw("}");
}

fn write_pair(name: &str, pair: (Option<&str>, Option<&str>), json: &mut Json) {
    json.raw(",");
    json.text(name);
    json.raw(":{\"from\":");
    write_side(pair.0, json);
    json.raw(",\"to\":");
    write_side(pair.1, json);
    json.raw("}");
}

fn write_side(side: Option<&str>, json: &mut Json) {
    match side {
        Some(text) => json.text(text),
        None => json.raw("null"),
    }
}

#[cfg(test)]
mod tests {
    use super::changes;

    const NONE: &str = "0000000000000000000000000000000000000000";

    fn rows(block: &str) -> String {
        String::from_utf8(changes(block.as_bytes())).unwrap()
    }

    #[test]
    fn counts_find_their_files() {
        let block = format!(
            "aa\0:100644 100755 {NONE} {NONE} M\0a b\0:100644 100644 {NONE} {NONE} R090\0old\0new\0\
             1\t2\ta b\0-\t-\t\0old\0new\0bb\0:000000 160000 {NONE} {NONE} A\0sub\0"
        );
        assert_eq!(
            rows(&block),
            format!(
                "[[\"aa\",2,1,2,[{{\"path\":\"a b\",\"status\":\"M\",\"added\":1,\"deleted\":2,\
                 \"mode\":{{\"from\":\"100644\",\"to\":\"100755\"}}}},\
                 {{\"path\":\"new\",\"status\":\"R\",\"added\":null,\"deleted\":null,\"old_path\":\"old\",\
                 \"similarity\":90,\"binary\":true}}],0,237],\
                 [\"bb\",1,0,0,[{{\"path\":\"sub\",\"status\":\"A\",\"added\":null,\"deleted\":null,\
                 \"submodule\":{{\"from\":null,\"to\":\"{NONE}\"}}}}],237,343]]"
            )
        );
    }

    #[test]
    fn odd_paths_are_left_to_the_caller() {
        let block = format!("aa\0:100644 100644 {NONE} {NONE} M\0caf\u{e9}\0");
        assert_eq!(
            rows(&block),
            format!("[[\"aa\",0,0,0,null,0,{}]]", block.len())
        );
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(rows(""), "[]");
    }
}
