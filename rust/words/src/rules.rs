//! What is banned where, and what is exempt from it.

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
    except_paths: Vec<Pattern>,
}

/// All rules, compiled.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) engine: Engine,
    scopes: Vec<Scope>,
    ignored: Vec<String>,
}

impl RuleSet {
    /// Compile rules from JSON: `{"rules": [{"pattern", ...}, ...], "ignored": [...]}`.
    ///
    /// # Errors
    /// The JSON is not of that form.
    pub fn from_json(text: &[u8]) -> Result<Self, RulesError> {
        let said: Said =
            serde_json::from_slice(text).map_err(|error| RulesError(error.to_string()))?;
        let compiled = said
            .rules
            .iter()
            .map(|it| Pattern::compile(&it.pattern, it.ignore_case));
        let exempting = said.rules.iter().map(|it| {
            (!it.except_lines.is_empty())
                .then(|| Pattern::compile(&it.except_lines, it.ignore_case))
        });
        let searched = said.rules.iter().map(|it| !it.in_names);
        let engine = Engine::new(
            compiled.collect(),
            exempting.collect(),
            &searched.collect::<Vec<_>>(),
        );
        Ok(Self {
            engine,
            scopes: said.rules.into_iter().map(Scope::of).collect(),
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

    /// Return which rules hold for a file's lines.
    #[must_use]
    pub fn for_lines(&self, path: &str) -> Vec<bool> {
        self.scopes
            .iter()
            .map(|scope| !scope.in_names && scope.holds_for(path))
            .collect()
    }

    /// Return the rules that a file's name breaks, each with the character where it does, counted from 1.
    #[must_use]
    pub fn broken_by_name(&self, path: &str) -> Vec<(usize, usize)> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let names = self.scopes.iter().enumerate().filter(|(_, it)| it.in_names);
        names
            .filter(|(_, scope)| scope.holds_for(path))
            .filter_map(|(rule, _)| {
                let start = self.engine.find_in_name(rule, name)?;
                Some((rule, name[..start].chars().count() + 1))
            })
            .collect()
    }
}

impl Scope {
    fn of(rule: Rule) -> Self {
        let except = rule.except_paths.iter();
        Self {
            below: rule.below,
            in_names: rule.in_names,
            except_paths: except.map(|it| Pattern::compile(it, false)).collect(),
        }
    }

    fn holds_for(&self, path: &str) -> bool {
        self.is_above(path) && !self.except_paths.iter().any(|it| it.is_in(path))
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

    #[test]
    fn rules_hold_where_they_say() {
        let set = rules(
            r#"{"rules": [{"pattern": "a"}, {"pattern": "b", "below": "tests"},
                {"pattern": "c", "except_paths": ["^docs/", "\\.md$"]},
                {"pattern": "_old", "in_names": true}], "ignored": ["x.py"]}"#,
        );
        assert_eq!(set.for_lines("src/a.py"), [true, false, true, false]);
        assert_eq!(set.for_lines("app/tests/a.py"), [true, true, true, false]);
        assert_eq!(set.for_lines("tests/a.md"), [true, true, false, false]);
        assert_eq!(set.for_lines("mytests/a.py"), [true, false, true, false]);
        assert!(set.ignores("x.py") && !set.ignores("src/x.py"));
        assert_eq!(set.broken_by_name("src/é_old.py"), [(3, 2)]);
        assert!(set.broken_by_name("_old/new.py").is_empty());
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        assert!(RuleSet::from_json(b"{}").is_err());
        assert!(RuleSet::from_json(br#"{"rules": [{"patern": "a"}]}"#).is_err());
    }
}
