//! Walks a tree and tells of every file what can be known of it.
//!
//! One thread walks in the order of the paths' bytes, a few read and hash, and [`Scan::next_batch`] hands the results
//! over in that order as JSON rows. Memory is bounded by the largest single directory, never by the tree.
//!
//! Nothing but regular files is opened, and those without following a link: every name is opened relative to its
//! directory's descriptor, so a directory swapped for a link during the walk cannot lead out of it.

mod acl;
mod attributes;
mod capability;
mod content;
mod fault;
mod filled;
mod frame;
mod ignores;
mod left_out;
mod link;
mod mime;
mod observe;
mod pipeline;
mod pseudo;
mod read;
mod remembered;
mod repository;
mod request;
mod rights;
mod root;
mod row;
mod rules;
mod selection;
mod sparse;
mod stamp;
mod status;
mod step;
mod text;
mod tracked;
mod walk;

pub use filled::Batch;
pub use left_out::{by_name as vendored_by_name, never_walked};
pub use pipeline::Scan;
pub use remembered::{stamps, Stamp};
pub use request::{Error, Request};
pub use root::place;
pub use text::readable;
