//! Which directories are left out by default, and why.
//!
//! Only names that hardly ever hold a person's own work are taken by name alone; what could be either (`target`, `env`)
//! needs a mark inside. Every directory left out is told, so nobody takes silence for absence.

const VENDORED: &[&str] = &[
    "bower_components",
    "jspm_packages",
    "node_modules",
    "site-packages",
    "vendor",
];

const BUILT: &[&str] = &[
    "__pycache__",
    ".eggs",
    ".gradle",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".next",
    ".nox",
    ".nuxt",
    ".parcel-cache",
    ".pytest_cache",
    ".ruff_cache",
    ".svelte-kit",
    ".terraform",
    ".tox",
    ".turbo",
    "build",
    "dist",
];

const ENVIRONMENTS: &[&str] = &[".venv", "venv"];

/// The line that opens every CACHEDIR.TAG (bford.info/cachedir).
pub const CACHE_TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// Why a directory of that name is never walked, whatever is asked.
#[must_use]
pub fn never_walked(name: &[u8], at_root: bool) -> Option<&'static str> {
    match name {
        b".git" => Some("git's own store; the git source reads it"),
        b".audit" if at_root => Some("the audit trail itself"),
        b".hg" | b".svn" | b".bzr" => Some("a version control system's own store"),
        _ => None,
    }
}

/// Why a directory of that name is left out unless vendored directories are asked for.
#[must_use]
pub fn by_name(name: &[u8]) -> Option<&'static str> {
    let name = std::str::from_utf8(name).ok()?;
    if VENDORED.contains(&name) {
        Some("vendored")
    } else if BUILT.contains(&name) {
        Some("built or cached by a tool")
    } else if ENVIRONMENTS.contains(&name) {
        Some("a virtual environment")
    } else {
        None
    }
}
