//! The search for a nonce, in slices between which Python's signals are heard.
use ami_audit_chain::pow::Midstate;
use ami_audit_chain::Error;
use pyo3::prelude::*;

use crate::bytes::{hash, workers};
use crate::fault::{attached, detached, CoreError};
use crate::pool::pool;

/// Tries of one thread between two looks at the signals: 50 ms at 2.6 million tries a second,
/// which is what a core without SHA instructions does.
const SLICE: u64 = 1 << 17;

/// Tries that the calling thread makes before it wakes others.
const FIRST: u64 = 1 << 12;

#[pyfunction]
#[pyo3(signature = (
    tag, previous_hash, payload_hash, *, difficulty_bits, start, budget, threads
))]
#[allow(clippy::too_many_arguments)] // Keywords on the Python side.
pub fn search_nonce(
    py: Python<'_>,
    tag: &[u8],
    previous_hash: &[u8],
    payload_hash: &[u8],
    difficulty_bits: u32,
    start: u64,
    budget: u64,
    threads: usize,
) -> PyResult<Option<u64>> {
    let midstate = attached(|| midstate(tag, previous_hash, payload_hash))?;
    if difficulty_bits > 256 {
        return Err(CoreError::new_err("difficulty_bits: expected 0 to 256"));
    }
    let (mut from, end) = (start, start.saturating_add(budget));
    if let Some(nonce) = midstate.search(difficulty_bits, from, FIRST.min(end - from)) {
        return Ok(Some(nonce));
    }
    from = from.saturating_add(FIRST);
    let pool = if threads == 1 || from >= end {
        None
    } else {
        Some(pool(py)?)
    };
    let workers = workers(pool.as_ref());
    let tasks = if threads == 0 {
        workers.count()
    } else {
        threads.min(workers.count())
    };
    while from < end {
        py.check_signals()?;
        let count = (SLICE * tasks as u64).min(end - from);
        let found = detached(py, || {
            Ok(midstate.search_on(difficulty_bits, from, count, workers, tasks))
        })?;
        if found.is_some() {
            return Ok(found);
        }
        from += count;
    }
    Ok(None)
}

fn midstate(tag: &[u8], previous_hash: &[u8], payload_hash: &[u8]) -> Result<Midstate, Error> {
    let (tag, previous) = (hash(tag, "tag")?, hash(previous_hash, "previous_hash")?);
    Ok(Midstate::new(
        &tag,
        &previous,
        &hash(payload_hash, "payload_hash")?,
    ))
}
