//! Searches files for banned words: many patterns, line by line, as `re.search` would, in one pass.
//!
//! Most patterns cannot match without some literal text. All those literals are looked for at once, and only a line that
//! holds one is given to the patterns that need it. Patterns and texts may be hostile: whatever backtracks has a budget.

mod braces;
mod engine;
mod files;
mod literals;
mod lookaround;
mod pattern;
mod rules;

pub use engine::{Engine, Found, Place};
pub use files::{search_files, Faults, Report};
pub use pattern::Form;
pub use rules::{Rule, RuleSet, RulesError};
