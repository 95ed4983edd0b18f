//! One pattern, compiled by the engine that can hold it.

use std::borrow::Cow;

use fancy_regex::RegexBuilder as BacktrackingBuilder;
use regex::RegexBuilder;

use crate::{braces, literals, lookaround};

/// Bytes of one compiled pattern: more is a pattern that is meant to hurt.
const SIZE_LIMIT: usize = 4 << 20;
/// Steps back that one search may take.
const BACKTRACK_LIMIT: usize = 100_000;
/// Bytes of a line up to which a pattern that backtracks is tried.
const LONGEST_LINE: usize = 20_000;

/// What became of a pattern's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A regular expression that is matched in linear time.
    Regex,
    /// A regular expression with look-around or back-references: its matching has a budget.
    Backtracking,
    /// No regular expression, and so taken as it stands.
    Literal,
    /// A regular expression that is too large; says why.
    Unusable(String),
}

#[derive(Debug)]
enum Matcher {
    Linear(regex::Regex),
    Backtracking(Box<fancy_regex::Regex>),
    Never,
}

/// A pattern that is ready to be searched for.
#[derive(Debug)]
pub struct Pattern {
    matcher: Matcher,
    /// What its text was taken for.
    pub form: Form,
    /// Literals one of which every match holds; None when any line may match.
    pub literals: Option<Vec<Vec<u8>>>,
}

/// The budget of a search is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costly;

impl Pattern {
    /// Compile a pattern as Python would read it.
    pub fn compile(text: &str, ignore_case: bool) -> Self {
        let mended = braces::escaped(text);
        for form in [text, &mended] {
            match linear(form, ignore_case) {
                Ok(regex) => {
                    return Self {
                        matcher: Matcher::Linear(regex),
                        form: Form::Regex,
                        literals: literals::required(form, ignore_case),
                    }
                }
                Err(regex::Error::CompiledTooBig(_)) => {
                    return Self::unusable("it is too large when compiled")
                }
                Err(_) => {}
            }
        }
        Self::backtracking(text, ignore_case)
    }

    fn backtracking(text: &str, ignore_case: bool) -> Self {
        let built = BacktrackingBuilder::new(text)
            .case_insensitive(ignore_case)
            .backtrack_limit(BACKTRACK_LIMIT)
            .delegate_size_limit(SIZE_LIMIT)
            .build();
        match built {
            Ok(regex) => Self {
                matcher: Matcher::Backtracking(Box::new(regex)),
                form: Form::Backtracking,
                literals: lookaround::relaxed(text)
                    .and_then(|it| literals::required(&it, ignore_case)),
            },
            Err(_) => Self::literal(text, ignore_case),
        }
    }

    fn literal(text: &str, ignore_case: bool) -> Self {
        let escaped = regex::escape(text);
        match linear(&escaped, ignore_case) {
            Ok(regex) => Self {
                matcher: Matcher::Linear(regex),
                form: Form::Literal,
                literals: literals::required(&escaped, ignore_case),
            },
            Err(_) => Self::unusable("it is too long"),
        }
    }

    fn unusable(why: &str) -> Self {
        Self {
            matcher: Matcher::Never,
            form: Form::Unusable(why.into()),
            literals: Some(Vec::new()),
        }
    }

    /// Return where the pattern first matches, as Python's `re.search` would on a line read from a file.
    ///
    /// `ended` is the line with its end; there `$` also stands before the end, so both forms are tried.
    pub fn find(&self, line: &str, ended: &str) -> Result<Option<usize>, Costly> {
        match self.find_in(line)? {
            None if ended.len() > line.len() => self.find_in(ended),
            found => Ok(found),
        }
    }

    fn find_in(&self, line: &str) -> Result<Option<usize>, Costly> {
        match &self.matcher {
            Matcher::Linear(regex) => Ok(regex.find(line).map(|it| it.start())),
            Matcher::Backtracking(_) if line.len() > LONGEST_LINE => Err(Costly),
            Matcher::Backtracking(regex) => match regex.find(line) {
                Ok(found) => Ok(found.map(|it| it.start())),
                Err(_) => Err(Costly),
            },
            Matcher::Never => Ok(None),
        }
    }

    /// Whether the pattern stands anywhere in a name or path; what costs too much does not.
    pub fn is_in(&self, text: &str) -> bool {
        matches!(self.find_in(text), Ok(Some(_)))
    }

    /// Whether its matching has a budget.
    pub fn backtracks(&self) -> bool {
        matches!(self.matcher, Matcher::Backtracking(_))
    }
}

fn linear(text: &str, ignore_case: bool) -> Result<regex::Regex, regex::Error> {
    // Python writes the end of a text `\Z`.
    let text = if text.contains(r"\Z") && !text.contains(r"\\") {
        Cow::Owned(text.replace(r"\Z", r"\z"))
    } else {
        Cow::Borrowed(text)
    };
    RegexBuilder::new(&text)
        .case_insensitive(ignore_case)
        .size_limit(SIZE_LIMIT)
        .build()
}

#[cfg(test)]
mod tests {
    use super::{Costly, Form, Pattern};

    fn start(pattern: &str, line: &str) -> Option<usize> {
        Pattern::compile(pattern, false).find(line, line).unwrap()
    }

    #[test]
    fn each_text_is_taken_for_what_it_is() {
        for (text, form) in [
            (r"\bmock\b", Form::Regex),
            ("(?<!tc)getattr", Form::Backtracking),
            (r"(a)\1", Form::Backtracking),
            ("pytest.skip(", Form::Literal),
            ("unsafe {", Form::Regex),
            ("[", Form::Literal),
        ] {
            assert_eq!(Pattern::compile(text, false).form, form, "{text}");
        }
        let huge = Pattern::compile(r"(\w{500}){500}", false);
        assert!(matches!(huge.form, Form::Unusable(_)));
        assert_eq!(huge.find("x", "x"), Ok(None));
    }

    #[test]
    fn python_and_rust_read_the_same() {
        assert_eq!(start("(?<!tc)getattr", "tcgetattr getattr"), Some(10));
        assert_eq!(start("pytest.skip(", "  pytest.skip('x')"), Some(2));
        assert_eq!(start("unsafe {", "fn unsafe {"), Some(3));
        assert_eq!(start(r"\u2014", "a \u{2014} b"), Some(2));
        assert_eq!(start(r"x\Z", "xx"), Some(1));
    }

    #[test]
    fn a_line_end_is_there_and_is_not() {
        let space = Pattern::compile(r"except:\s", false);
        assert_eq!(space.find("except:", "except:\n"), Ok(Some(0)));
        let end = Pattern::compile("pass$", false);
        assert_eq!(end.find("  pass", "  pass\n"), Ok(Some(2)));
    }

    #[test]
    fn what_backtracks_for_ever_is_stopped() {
        let evil = Pattern::compile(r"^(?=(a+)+$)b", false);
        assert!(evil.backtracks());
        let evil = Pattern::compile(r"(?!x)(a|aa)+\1c", false);
        let line = "a".repeat(60);
        assert_eq!(evil.find(&line, &line), Err(Costly));
        let long = "x".repeat(30_000);
        assert_eq!(evil.find(&long, &long), Err(Costly));
    }
}
