//! Byte strings from Python, read as what the core works on.
use std::sync::Arc;

use ami_audit_chain::{Error, Hash, Workers};
use rayon::ThreadPool;

/// Read 32 bytes.
pub fn hash(bytes: &[u8], what: &'static str) -> Result<Hash, Error> {
    exactly(bytes, what, "32 bytes")
}

/// Read exactly `N` bytes, said as `expected`.
pub fn exactly<const N: usize>(
    bytes: &[u8],
    what: &'static str,
    expected: &'static str,
) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(|_| Error::Length {
        what,
        expected,
        found: bytes.len(),
    })
}

/// Read items of `N` bytes each, one after the other.
pub fn items<'b, const N: usize>(
    bytes: &'b [u8],
    what: &'static str,
) -> Result<&'b [[u8; N]], Error> {
    let (items, rest) = bytes.as_chunks::<N>();
    if rest.is_empty() {
        return Ok(items);
    }
    Err(Error::Length {
        what,
        expected: if N == 64 {
            "a multiple of 64 bytes"
        } else {
            "a multiple of 32 bytes"
        },
        found: bytes.len(),
    })
}

/// Return the pool's workers, or the caller when there is none.
pub fn workers(pool: Option<&Arc<ThreadPool>>) -> Workers<'_> {
    pool.map_or(Workers::Caller, |pool| Workers::Pool(pool))
}
