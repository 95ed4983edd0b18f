//! Counts lines of code by language and finds duplicated code below a folder.
//!
//! What a language is and what in it is a comment is the `tokei` library's knowledge; its defaults are kept (hidden files
//! and what ignore files name are left out), but no configuration file is read. Files are read in parallel, one after the
//! other in memory; what stays of each is its counts and, for duplication, one number a line.

mod clones;
mod counting;
mod job;
mod lines;
mod opening;
mod report;
mod request;
mod walking;

pub use job::Count;
pub use request::{Error, Request};

/// The version of the library that tells code from comments; a test holds it to `Cargo.lock`.
pub const TOKEI_VERSION: &str = "15.0.0";
