//! What can be wrong with the bytes that the core is given.
use std::fmt;

/// Every error of this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A JSON text has no canonical form.
    Refused(Refusal),
    /// A buffer has a length that its meaning does not allow.
    Length {
        /// What the buffer holds.
        what: &'static str,
        /// The length that was asked, in words.
        expected: &'static str,
        /// The length that was found, in bytes or items.
        found: usize,
    },
    /// A number is outside what the record format allows.
    Range(&'static str),
    /// A signature block is malformed or not sorted.
    Block {
        /// Index of the block in its batch.
        position: usize,
    },
}

/// Why one JSON text has no canonical form, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Index of the text in its batch.
    pub position: usize,
    /// The offending value, as in `context.user.age`; empty for the text as a whole.
    pub path: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// The refusals of the record format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The text is not JSON (RFC 8259): what was expected, and the byte offset.
    Syntax(&'static str, usize),
    /// NaN, an infinity, or a number too large for a double.
    NotFinite,
    /// An integer literal beyond ±(2^53 − 1).
    IntegerRange,
    /// A key that its object already has.
    DuplicateKey,
    /// Half of a surrogate pair, escaped.
    LoneSurrogate,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// More than [`crate::canonical::DEPTH_LIMIT`] containers inside each other.
    TooDeep,
    /// More than [`crate::canonical::SIZE_LIMIT`] canonical bytes.
    TooLarge,
    /// A value in memory that is no JSON value, or that two readers could read differently.
    NotPlain,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(expected, at) => {
                write!(out, "not JSON: expected {expected} at byte {at}")
            }
            Self::NotFinite => out.write_str("not a finite number"),
            Self::IntegerRange => out.write_str("an integer beyond ±(2^53−1); write it as text"),
            Self::DuplicateKey => out.write_str("a duplicate key"),
            Self::LoneSurrogate => out.write_str("a lone surrogate"),
            Self::InvalidUtf8 => out.write_str("not UTF-8"),
            Self::TooDeep => out.write_str("nested deeper than 128 levels"),
            Self::TooLarge => out.write_str("over 1 MiB of canonical bytes"),
            Self::NotPlain => out.write_str("not a plain JSON value"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => {
                let Refusal {
                    position,
                    path,
                    reason,
                } = refusal;
                write!(out, "text {position}: `{path}`: {reason}")
            }
            Self::Length {
                what,
                expected,
                found,
            } => write!(out, "{what}: expected {expected}, found: {found}"),
            Self::Range(what) => out.write_str(what),
            Self::Block { position } => {
                write!(
                    out,
                    "signature block {position}: malformed or not sorted by key and signature"
                )
            }
        }
    }
}

impl std::error::Error for Error {}
