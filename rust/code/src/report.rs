//! The answer, as JSON.

use std::cmp::Reverse;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use ami_audit_scan::readable;
use serde::Serialize;

use crate::clones::{find, Block, Clones, Text};
use crate::counting::{add, whole, Languages, Lines};
use crate::job::Outcome;

/// Long lists end here; their counts are whole.
const LARGEST: usize = 20;
const BLOCKS: usize = 50;
const PLACES: usize = 20;
/// Significant lines past which duplication is not looked for: some 40 bytes a line.
const MOST_LINES: usize = 20_000_000;

#[derive(Serialize)]
struct Report {
    languages: Languages,
    largest: Vec<Large>,
    skipped: Vec<(String, String)>,
    duplication: Option<Duplication>,
}

#[derive(Serialize)]
struct Large {
    path: String,
    language: &'static str,
    #[serde(flatten)]
    lines: Lines,
}

#[derive(Serialize)]
struct Duplication {
    least_lines: usize,
    lines: usize,
    duplicated: usize,
    block_count: usize,
    blocks: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    lines: usize,
    place_count: usize,
    places: Vec<(String, u32, u32)>,
}

/// Put together what the files, in the order of their paths, have brought.
pub fn report(outcomes: Vec<(PathBuf, Outcome)>, least_lines: usize) -> Vec<u8> {
    let (mut languages, mut largest, mut skipped) = (Languages::new(), Vec::new(), Vec::new());
    let mut texts = Vec::new();
    for (path, outcome) in outcomes {
        match outcome {
            Err(reason) => skipped.push((name(&path), reason)),
            Ok(counted) => {
                add(&mut languages, &counted);
                largest.push((whole(&counted.stats), counted.language.name(), texts.len()));
                texts.push(Text {
                    path: path.as_os_str().as_bytes().to_vec(),
                    lines: counted.lines,
                });
            }
        }
    }
    largest.sort_by_key(|(lines, _, at)| (Reverse(lines.code), *at));
    largest.truncate(LARGEST);
    let large = |(lines, language, at): (Lines, &'static str, usize)| Large {
        path: readable(&texts[at].path).into_owned(),
        language,
        lines,
    };
    let largest = largest.into_iter().map(large).collect();
    let duplication = duplication(&texts, least_lines);
    let report = Report {
        languages,
        largest,
        skipped,
        duplication,
    };
    serde_json::to_vec(&report).unwrap_or_default()
}

fn duplication(texts: &[Text], least_lines: usize) -> Option<Duplication> {
    let lines: usize = texts.iter().map(|text| text.lines.len()).sum();
    if least_lines == 0 || lines > MOST_LINES {
        return None;
    }
    let Clones {
        lines,
        duplicated,
        mut blocks,
    } = find(texts, least_lines);
    let block_count = blocks.len();
    // The sort is stable: of equal ones, the first in the tree comes first.
    blocks.sort_by_key(|block| Reverse(block.lines * (block.places.len() - 1)));
    blocks.truncate(BLOCKS);
    Some(Duplication {
        least_lines,
        lines,
        duplicated,
        block_count,
        blocks: blocks.iter().map(|block| told(block, texts)).collect(),
    })
}

fn told(block: &Block, texts: &[Text]) -> Told {
    let place = |at: &crate::clones::Place| {
        let path = readable(&texts[at.file].path).into_owned();
        (path, at.first, at.last)
    };
    Told {
        lines: block.lines,
        place_count: block.places.len(),
        places: block.places.iter().take(PLACES).map(place).collect(),
    }
}

fn name(path: &Path) -> String {
    readable(path.as_os_str().as_bytes()).into_owned()
}
