//! The search through one text: all literals at once, then the patterns where one stands.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::{memchr, memchr_iter, memrchr};
use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::pattern::{Form, Pattern};

/// Work that a pattern that backtracks may cause in one file: squares of line lengths, summed.
const BUDGET: usize = 1_000_000_000;

/// One line that a rule bans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// The character where the match begins, counted from 1.
    pub column: usize,
    /// Which rule.
    pub rule: usize,
}

/// What one text holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In the order of lines, columns and rules; each rule once a line.
    pub places: Vec<Place>,
    /// Rules that were given up, with the line where.
    pub costly: Vec<(usize, usize)>,
}

/// Patterns, ready for texts; shared between threads.
#[derive(Debug)]
pub struct Engine {
    patterns: Vec<Pattern>,
    except_lines: Vec<Option<Pattern>>,
    literals: Option<AhoCorasick>,
    /// Which rules a literal belongs to.
    owners: Vec<Vec<usize>>,
    /// Rules that may match any line.
    unled: Vec<usize>,
}

impl Engine {
    /// Make the engine; only rules that are `searched` are looked for in lines.
    #[must_use]
    pub fn new(
        patterns: Vec<Pattern>,
        except_lines: Vec<Option<Pattern>>,
        searched: &[bool],
    ) -> Self {
        let mut owners_of = BTreeMap::<Vec<u8>, Vec<usize>>::new();
        let mut unled = Vec::new();
        for (rule, pattern) in patterns.iter().enumerate().filter(|(it, _)| searched[*it]) {
            match &pattern.literals {
                None => unled.push(rule),
                Some(literals) => {
                    for literal in literals {
                        owners_of.entry(literal.clone()).or_default().push(rule);
                    }
                }
            }
        }
        let literals = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind((owners_of.len() < 5_000).then_some(AhoCorasickKind::DFA))
            .build(owners_of.keys())
            .ok();
        if literals.is_none() {
            unled = (0..patterns.len()).filter(|it| searched[*it]).collect();
        }
        Self {
            patterns,
            except_lines,
            literals,
            owners: owners_of.into_values().collect(),
            unled,
        }
    }

    /// What became of each rule's pattern.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        self.patterns.iter().map(|it| it.form.clone()).collect()
    }

    /// Return where a rule matches in a name.
    #[must_use]
    pub fn find_in_name(&self, rule: usize, name: &str) -> Option<usize> {
        self.patterns[rule].find(name, name).ok().flatten()
    }

    /// Search a text for the rules that are `on`.
    #[must_use]
    pub fn search(&self, text: &str, on: &[bool]) -> Found {
        let mut search = Search::new(self, text, on);
        search.led();
        search.unled();
        search.finish()
    }
}

/// One search under way.
struct Search<'a> {
    engine: &'a Engine,
    text: &'a str,
    on: &'a [bool],
    /// For each rule, the end of the last line it was tried on.
    tried: Vec<usize>,
    spent: Vec<usize>,
    found: Found,
}

#[derive(Clone, Copy)]
struct Line {
    number: usize,
    start: usize,
    /// Without the line's end.
    end: usize,
    /// With it.
    next: usize,
}

impl<'a> Search<'a> {
    fn new(engine: &'a Engine, text: &'a str, on: &'a [bool]) -> Self {
        Self {
            engine,
            text,
            on,
            tried: vec![0; engine.patterns.len()],
            spent: vec![0; engine.patterns.len()],
            found: Found::default(),
        }
    }

    /// Try the rules whose literals stand in the text.
    fn led(&mut self) {
        let Some(literals) = &self.engine.literals else {
            return;
        };
        let mut line = line_at(self.text.as_bytes(), 0, 1);
        for found in literals.find_overlapping_iter(self.text) {
            // A literal with a line's end in it is in no line.
            if found.start() >= line.next {
                line = self.line_after(line, found.start());
            }
            if found.end() > line.next || found.start() < line.start {
                continue;
            }
            for &rule in &self.engine.owners[found.pattern().as_usize()] {
                if self.on[rule] && self.tried[rule] <= line.start {
                    self.tried[rule] = line.next;
                    self.attempt(rule, line);
                }
            }
        }
    }

    /// Return the line that holds a place, after `line`.
    fn line_after(&self, line: Line, place: usize) -> Line {
        let bytes = self.text.as_bytes();
        let number = line.number + memchr_iter(b'\n', &bytes[line.start..place]).count();
        let start = memrchr(b'\n', &bytes[..place]).map_or(0, |it| it + 1);
        line_at(bytes, start, number)
    }

    /// Try the rules that may match anything, line by line.
    fn unled(&mut self) {
        let rules: Vec<usize> = self
            .engine
            .unled
            .iter()
            .copied()
            .filter(|&it| self.on[it])
            .collect();
        let bytes = self.text.as_bytes();
        if rules.is_empty() {
            return;
        }
        let mut line = line_at(bytes, 0, 1);
        while line.start < bytes.len() {
            for &rule in &rules {
                self.attempt(rule, line);
            }
            line = line_at(bytes, line.next, line.number + 1);
        }
    }

    fn attempt(&mut self, rule: usize, line: Line) {
        let pattern = &self.engine.patterns[rule];
        if pattern.backtracks() {
            if self.spent[rule] > BUDGET {
                return;
            }
            self.spent[rule] += (line.next - line.start + 1).pow(2);
        }
        let bare = &self.text[line.start..line.end];
        let ended = if self.text[line.end..line.next] == *"\r\n" {
            Cow::Owned(format!("{bare}\n"))
        } else if self.text[..line.next].ends_with('\n') {
            Cow::Borrowed(&self.text[line.start..line.next])
        } else {
            Cow::Borrowed(bare)
        };
        match pattern.find(bare, &ended) {
            Ok(Some(start)) if !self.is_exempt(rule, bare) => self.found.places.push(Place {
                line: line.number,
                column: ended[..start].chars().count() + 1,
                rule,
            }),
            Ok(_) => {}
            Err(_) => self.spent[rule] = usize::MAX,
        }
        if pattern.backtracks() && self.spent[rule] > BUDGET {
            self.found.costly.push((rule, line.number));
        }
    }

    fn is_exempt(&self, rule: usize, line: &str) -> bool {
        self.engine.except_lines[rule]
            .as_ref()
            .is_some_and(|it| it.is_in(line))
    }

    fn finish(mut self) -> Found {
        self.found.places.sort_unstable();
        self.found.costly.sort_unstable();
        self.found
    }
}

fn line_at(bytes: &[u8], start: usize, number: usize) -> Line {
    let next = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |it| start + it + 1);
    let bare = bytes[start..next]
        .strip_suffix(b"\n")
        .unwrap_or(&bytes[start..next]);
    let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
    Line {
        number,
        start,
        end: start + bare.len(),
        next,
    }
}
