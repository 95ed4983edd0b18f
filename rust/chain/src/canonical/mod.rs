//! Canonical JSON (RFC 8785), from text straight to sorted text.
//!
//! The parser writes as it reads: a member goes to the output when it is met, and only an object
//! whose keys were out of order is laid out again. Everything that could mean two things to two
//! readers is refused with the path of the value, never repaired.
mod cursor;
mod fault;
mod form;
mod marks;
mod members;
mod number;
mod order;
mod parse;
mod shapes;
mod text;

pub use form::{Form, Seen};
pub use number::{is_large_whole, write_double, SAFE_INTEGER};
pub use parse::{canonicalize, canonicalize_into, Scratch};
pub use text::{string_of, write_string};

/// Containers inside each other, at most.
pub const DEPTH_LIMIT: usize = 128;

/// Canonical bytes of one text, at most.
pub const SIZE_LIMIT: usize = 1 << 20;
