//! Which literal texts a pattern cannot match without.

use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::ParserBuilder;

/// Alternatives beyond which a set of literals is given up.
const MOST: usize = 64;
/// Members beyond which a class of characters counts as anything.
const SMALL_CLASS: u32 = 8;
/// Bytes below which a literal stands on too many lines to be worth looking for.
const SHORTEST: usize = 2;

/// Return literals, ASCII letters in lower case, one of which stands in every match; None when nothing can be said.
pub fn required(pattern: &str, ignore_case: bool) -> Option<Vec<Vec<u8>>> {
    let tree = ParserBuilder::new()
        .case_insensitive(ignore_case)
        .build()
        .parse(pattern)
        .ok()?;
    best(&tree).filter(|found| shortest(found) >= SHORTEST)
}

fn best(tree: &Hir) -> Option<Vec<Vec<u8>>> {
    if let Some(found) = exact(tree) {
        return Some(found);
    }
    match tree.kind() {
        HirKind::Capture(group) => best(&group.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => best(&repeated.sub),
        HirKind::Concat(parts) => best_run(parts),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(best(part)?);
            }
            all.sort();
            all.dedup();
            (all.len() <= MOST).then_some(all)
        }
        _ => None,
    }
}

/// Return the most telling of the runs of a sequence, each run being as long as its alternatives stay few.
fn best_run(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut candidates = Vec::new();
    let mut run = vec![Vec::new()];
    for part in parts {
        match exact(part) {
            Some(next) if run.len() * next.len() <= MOST => run = product(&run, &next),
            Some(next) => candidates.push(std::mem::replace(&mut run, next)),
            None => {
                candidates.push(std::mem::replace(&mut run, vec![Vec::new()]));
                candidates.extend(best(part));
            }
        }
    }
    candidates.push(run);
    candidates
        .into_iter()
        .max_by_key(|found| (shortest(found), MOST.saturating_sub(found.len())))
}

/// Return all texts that the tree matches, when they are few.
fn exact(tree: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Vec::new()],
        HirKind::Literal(text) => vec![text.0.to_ascii_lowercase()],
        HirKind::Class(class) => members(class)?,
        HirKind::Capture(group) => exact(&group.sub)?,
        HirKind::Concat(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                all = product(&all, &exact(part)?);
                if all.len() > MOST {
                    return None;
                }
            }
            all
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(exact(part)?);
            }
            all
        }
        HirKind::Repetition(repeated) if repeated.min == 0 && repeated.max == Some(1) => {
            let mut all = exact(&repeated.sub)?;
            all.push(Vec::new());
            all
        }
        HirKind::Repetition(_) => return None,
    };
    let found = distinct(found);
    (found.len() <= MOST).then_some(found)
}

fn members(class: &Class) -> Option<Vec<Vec<u8>>> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let count: u32 = class
        .ranges()
        .iter()
        .map(|it| u32::from(it.end()).saturating_sub(it.start().into()) + 1)
        .fold(0, u32::saturating_add);
    if count > SMALL_CLASS {
        return None;
    }
    let letters = class.ranges().iter().flat_map(|it| it.start()..=it.end());
    Some(
        letters
            .map(|letter| letter.to_string().to_ascii_lowercase().into_bytes())
            .collect(),
    )
}

fn product(first: &[Vec<u8>], second: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let joined = first
        .iter()
        .flat_map(|start| second.iter().map(|end| [&start[..], end].concat()));
    distinct(joined.collect())
}

fn distinct(mut found: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    found.sort();
    found.dedup();
    found
}

fn shortest(found: &[Vec<u8>]) -> usize {
    found.iter().map(Vec::len).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::required;

    fn told(pattern: &str, ignore_case: bool) -> Option<Vec<String>> {
        let found = required(pattern, ignore_case)?;
        Some(
            found
                .into_iter()
                .map(|it| String::from_utf8(it).unwrap())
                .collect(),
        )
    }

    #[test]
    fn literals_are_found_inside_patterns() {
        for (pattern, wanted) in [
            (r"\bdelve\b", vec!["delve"]),
            (r"\bstubs?\b", vec!["stub", "stubs"]),
            (r"#\s*type:\s*ignore", vec!["ignore"]),
            (r"if.*skip.*:", vec!["skip"]),
            ("(a|b)cd+", vec!["ac", "bc"]),
            ("x{3}yz|uvw", vec!["uvw", "yz"]),
        ] {
            assert_eq!(told(pattern, false).unwrap(), wanted, "{pattern}");
        }
    }

    #[test]
    fn letters_that_fold_outside_ascii_are_kept() {
        assert_eq!(
            told("mock", true).unwrap(),
            ["moc\u{212a}", "mock"]
                .map(String::from)
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn nothing_is_said_of_what_may_be_anything() {
        for pattern in [".*", r"\w+", "a|.", "x?", "[a-z]{4}", "("] {
            assert_eq!(told(pattern, false), None, "{pattern}");
        }
    }
}
