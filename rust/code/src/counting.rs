//! What was counted, file by file and in all.

use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

use serde::Serialize;
use tokei::{CodeStats, Config, LanguageType};

use crate::lines::{is_code, significant, Line};
use crate::opening::{open, Refusal};

/// One file's counts, and its lines where duplication is looked for.
pub struct Counted {
    pub language: LanguageType,
    pub stats: CodeStats,
    pub size: u64,
    pub lines: Vec<Line>,
}

/// Lines by what they are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lines {
    pub blanks: usize,
    pub code: usize,
    pub comments: usize,
}

/// The counts of one language.
#[derive(Debug, Default, Serialize)]
pub struct Language {
    #[serde(flatten)]
    pub lines: Lines,
    /// Files in this language; lines of it within files of another one bring none.
    pub files: usize,
    pub size_bytes: u64,
}

/// The counts of all languages, by their names.
pub type Languages = BTreeMap<&'static str, Language>;

/// Count one file; None when its language is not known.
pub fn count(
    path: &Path,
    largest_bytes: u64,
    with_lines: bool,
) -> Result<Option<Counted>, Refusal> {
    let Some((language, text, size)) = open(path, largest_bytes)? else {
        return Ok(None);
    };
    let work = || {
        let stats = language.parse_from_slice(&text, &Config::default());
        let wanted = with_lines && is_code(language);
        let lines = if wanted {
            significant(&text, language)
        } else {
            Vec::new()
        };
        Counted {
            language,
            stats,
            size,
            lines,
        }
    };
    // Text that no parser expected must cost one file, not the run.
    catch_unwind(AssertUnwindSafe(work))
        .map(Some)
        .map_err(|_| "its lines could not be told apart".to_owned())
}

/// Add one file to the counts of its language and of those within it.
pub fn add(languages: &mut Languages, counted: &Counted) {
    let own = languages.entry(counted.language.name()).or_default();
    own.files += 1;
    own.size_bytes += counted.size;
    add_lines(languages, counted.language, &counted.stats);
}

/// All lines of a file, those in other languages with them.
pub fn whole(stats: &CodeStats) -> Lines {
    let whole = stats.summarise();
    Lines {
        blanks: whole.blanks,
        code: whole.code,
        comments: whole.comments,
    }
}

fn add_lines(languages: &mut Languages, language: LanguageType, stats: &CodeStats) {
    let lines = &mut languages.entry(language.name()).or_default().lines;
    lines.blanks += stats.blanks;
    lines.code += stats.code;
    lines.comments += stats.comments;
    for (inner, blob) in &stats.blobs {
        add_lines(languages, *inner, blob);
    }
}
