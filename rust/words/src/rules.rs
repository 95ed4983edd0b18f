//! What is banned where, and what is exempt from it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::engine::Engine;
use crate::pattern::{Form, Pattern};

/// One rule, as it is handed over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// A regular expression in Python's syntax, or a literal text.
    pub pattern: String,
    /// Whether `Mock` is `mock`.
    #[serde(default)]
    pub ignore_case: bool,
    /// Searched for in the file's name, not in its lines.
    #[serde(default)]
    pub in_names: bool,
    /// Only below folders of this name, wherever they lie; empty means everywhere.
    #[serde(default)]
    pub below: String,
    /// Lines that match this are exempt; empty means none.
    #[serde(default)]
    pub except_lines: String,
    /// Files whose path matches one of these are exempt.
    #[serde(default)]
    pub except_paths: Vec<String>,
}

/// All rules, as they are handed over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    rules: Vec<Rule>,
    /// Paths that are left out whole.
    #[serde(default)]
    ignored: Vec<String>,
}

/// The rules are not JSON of the form that is asked for.
#[derive(Debug)]
pub struct RulesError(String);

impl fmt::Display for RulesError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[derive(Debug)]
struct Scope {
    below: String,
    in_names: bool,
    /// Which of the exempting patterns count.
    except_paths: Vec<usize>,
}

/// All rules, compiled.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) engine: Engine,
    scopes: Vec<Scope>,
    /// Patterns of paths; many rules share the same.
    exempting: Vec<Pattern>,
    ignored: Vec<String>,
}

/// The rules that hold for one file.
#[derive(Debug)]
pub struct Held {
    /// For its lines, by rule.
    pub in_lines: Vec<bool>,
    in_name: Vec<usize>,
}

impl RuleSet {
    /// Compile rules from JSON: `{"rules": [{"pattern", ...}, ...], "ignored": [...]}`.
    ///
    /// # Errors
    /// The JSON is not of that form.
    pub fn from_json(text: &[u8]) -> Result<Self, RulesError> {
        let said: Said =
            serde_json::from_slice(text).map_err(|error| RulesError(error.to_string()))?;
        let rules = said.rules;
        let patterns = rules
            .iter()
            .map(|it| Pattern::compile(&it.pattern, it.ignore_case))
            .collect();
        let except_lines = rules
            .iter()
            .map(|it| {
                (!it.except_lines.is_empty())
                    .then(|| Pattern::compile(&it.except_lines, it.ignore_case))
            })
            .collect();
        let searched: Vec<bool> = rules.iter().map(|it| !it.in_names).collect();
        let mut texts = BTreeMap::new();
        let scopes = rules
            .into_iter()
            .map(|it| Scope::of(it, &mut texts))
            .collect();
        let mut exempting: Vec<(usize, Pattern)> = texts
            .into_iter()
            .map(|(text, index)| (index, Pattern::compile(&text, false)))
            .collect();
        exempting.sort_by_key(|(index, _)| *index);
        Ok(Self {
            engine: Engine::new(patterns, except_lines, &searched),
            scopes,
            exempting: exempting.into_iter().map(|(_, pattern)| pattern).collect(),
            ignored: said.ignored,
        })
    }

    /// What became of each rule's pattern.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        self.engine.forms()
    }

    /// Whether a file is left out whole.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        self.ignored.iter().any(|it| it == path)
    }

    /// Return which rules hold for a file.
    #[must_use]
    pub fn held(&self, path: &str) -> Held {
        let exempts: Vec<bool> = self.exempting.iter().map(|it| it.is_in(path)).collect();
        let holds: Vec<bool> = self
            .scopes
            .iter()
            .map(|it| it.is_above(path) && !it.except_paths.iter().any(|&by| exempts[by]))
            .collect();
        let by_kind = |in_names: bool| {
            let scopes = self.scopes.iter().zip(&holds);
            scopes.map(move |(scope, &it)| it && scope.in_names == in_names)
        };
        Held {
            in_lines: by_kind(false).collect(),
            in_name: by_kind(true)
                .enumerate()
                .filter_map(|(rule, it)| it.then_some(rule))
                .collect(),
        }
    }

    /// Return the rules that a file's name breaks, each with the character where it does, counted from 1.
    #[must_use]
    pub fn broken_by_name(&self, path: &str, held: &Held) -> Vec<(usize, usize)> {
        let name = path.rsplit('/').next().unwrap_or(path);
        held.in_name
            .iter()
            .filter_map(|&rule| {
                let start = self.engine.find_in_name(rule, name)?;
                Some((rule, name[..start].chars().count() + 1))
            })
            .collect()
    }
}

impl Scope {
    fn of(rule: Rule, texts: &mut BTreeMap<String, usize>) -> Self {
        let mut index = |text: String| {
            let next = texts.len();
            *texts.entry(text).or_insert(next)
        };
        Self {
            except_paths: rule.except_paths.into_iter().map(&mut index).collect(),
            below: rule.below,
            in_names: rule.in_names,
        }
    }

    fn is_above(&self, path: &str) -> bool {
        if self.below.is_empty() {
            return true;
        }
        let inside = format!("{}/", self.below);
        path.starts_with(&inside) || path.contains(&format!("/{inside}"))
    }
}

#[cfg(test)]
mod tests {
    use super::RuleSet;

    fn rules(text: &str) -> RuleSet {
        RuleSet::from_json(text.as_bytes()).unwrap()
    }

    fn lines(set: &RuleSet, path: &str) -> Vec<bool> {
        set.held(path).in_lines
    }

    fn named(set: &RuleSet, path: &str) -> Vec<(usize, usize)> {
        set.broken_by_name(path, &set.held(path))
    }

    #[test]
    fn rules_hold_where_they_say() {
        let set = rules(
            r#"{"rules": [{"pattern": "a"}, {"pattern": "b", "below": "tests"},
                {"pattern": "c", "except_paths": ["^docs/", "\\.md$"]},
                {"pattern": "_old", "in_names": true}], "ignored": ["x.py"]}"#,
        );
        assert_eq!(lines(&set, "src/a.py"), [true, false, true, false]);
        assert_eq!(lines(&set, "app/tests/a.py"), [true, true, true, false]);
        assert_eq!(lines(&set, "tests/a.md"), [true, true, false, false]);
        assert_eq!(lines(&set, "mytests/a.py"), [true, false, true, false]);
        assert!(set.ignores("x.py") && !set.ignores("src/x.py"));
        assert_eq!(named(&set, "src/é_old.py"), [(3, 2)]);
        assert!(named(&set, "_old/new.py").is_empty());
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        assert!(RuleSet::from_json(b"{}").is_err());
        assert!(RuleSet::from_json(br#"{"rules": [{"patern": "a"}]}"#).is_err());
    }
}
