//! Bulk verification.
use ami_audit_chain::slice::{self, Expectation, Keys, Row};
use ami_audit_chain::Error;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::bytes::{hash, workers};
use crate::fault::{attached, detached};
use crate::pool::pool_for;

type Verdict<'py> = (
    Vec<(u64, &'static str)>,
    Bound<'py, PyBytes>,
    String,
    Bound<'py, PyBytes>,
    u64,
);

#[pyfunction]
#[pyo3(signature = (
    frames, *, origin, first_sequence, previous_hash, previous_recorded_at, minimum_bits, keys
))]
#[allow(clippy::too_many_arguments)] // Keywords on the Python side.
pub fn verify_slice<'py>(
    py: Python<'py>,
    frames: &[u8],
    origin: &str,
    first_sequence: u64,
    previous_hash: &[u8],
    previous_recorded_at: &str,
    minimum_bits: u32,
    keys: &[u8],
) -> PyResult<Verdict<'py>> {
    let pool = pool_for(py, frames.len())?;
    let verdict = detached(py, || {
        if first_sequence >= 1 << 63 {
            return Err(Error::Range("first_sequence: expected less than 2^63"));
        }
        let expected = Expectation {
            origin,
            first_sequence,
            previous_hash: hash(previous_hash, "previous_hash")?,
            previous_recorded_at,
            minimum_bits,
            keys: &Keys::read(keys)?,
        };
        Ok(slice::verify_slice(
            frames,
            &expected,
            workers(pool.as_ref()),
        ))
    })?;
    let faults = verdict.faults.into_iter();
    Ok((
        faults
            .map(|(position, fault)| (position, fault.name()))
            .collect(),
        PyBytes::new(py, &verdict.last_hash),
        verdict.last_recorded_at,
        PyBytes::new(py, &verdict.leaf_hashes),
        verdict.unsigned,
    ))
}

#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // Python hands the columns over.
pub fn frames(
    py: Python<'_>,
    sequences: Vec<u64>,
    previous_hashes: Vec<PyBackedBytes>,
    nonces: Vec<u64>,
    record_hashes: Vec<PyBackedBytes>,
    texts: Vec<PyBackedBytes>,
    blocks: Vec<PyBackedBytes>,
) -> PyResult<Bound<'_, PyBytes>> {
    let lengths = [
        previous_hashes.len(),
        nonces.len(),
        record_hashes.len(),
        texts.len(),
        blocks.len(),
    ];
    let buffer = attached(|| {
        if lengths.iter().any(|length| *length != sequences.len()) {
            return Err(Error::Range("frames: the columns are not of one length"));
        }
        let rows = (0..sequences.len()).map(|index| Row {
            sequence: sequences[index],
            previous_hash: &previous_hashes[index],
            nonce: nonces[index],
            record_hash: &record_hashes[index],
            canonical: &texts[index],
            block: &blocks[index],
        });
        slice::write_frames(rows)
    })?;
    Ok(PyBytes::new(py, &buffer))
}
