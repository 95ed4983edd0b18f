//! The arithmetic of an audit trail: bytes in, hashes and verdicts out.
//!
//! The crate knows no Python, no clock and no file. Whatever takes long is given a [`Workers`]
//! to spread over; nothing here starts a thread.
pub mod batch;
pub mod canonical;
pub mod chain;
pub mod claim;
pub mod digest;
pub mod error;
pub mod keyfile;
pub mod many;
pub mod merkle;
pub mod moment;
pub mod pen;
pub mod pow;
#[cfg(target_arch = "x86_64")]
mod pow_sha_ni;
pub mod proof;
pub mod secrecy;
pub mod segment;
pub mod sign;
pub mod signatures;
pub mod slice;
pub mod workers;

pub use digest::Hash;
pub use error::{Error, Reason, Refusal};
pub use workers::Workers;
