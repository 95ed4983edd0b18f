//! Bulk verification.
use ami_audit_chain::slice::{self, Expectation, Keys, Row};
use ami_audit_chain::Error;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyAny, PyBytes, PyTuple};

use crate::bytes::{hash, workers};
use crate::fault::{attached, detached};
use crate::pool::pool_for;

/// A text is about as long.
const USUAL_LENGTH: usize = 1 << 10;

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
    let expected = Expected {
        origin,
        first_sequence,
        previous_hash,
        previous_recorded_at,
        minimum_bits,
        keys,
    };
    let verdict = detached(py, || {
        expected.held(|expected| slice::verify_slice(frames, expected, workers(pool.as_ref())))
    })?;
    Ok(given(py, verdict))
}

#[pyfunction]
#[pyo3(signature = (
    records, *, origin, first_sequence, previous_hash, previous_recorded_at, minimum_bits, keys
))]
#[allow(clippy::too_many_arguments)] // Keywords on the Python side.
#[allow(clippy::needless_pass_by_value)] // Python hands the list over.
pub fn verify_records<'py>(
    py: Python<'py>,
    records: Vec<Bound<'py, PyTuple>>,
    origin: &str,
    first_sequence: u64,
    previous_hash: &[u8],
    previous_recorded_at: &str,
    minimum_bits: u32,
    keys: &[u8],
) -> PyResult<Verdict<'py>> {
    // `records` keeps every byte string alive, and a byte string never changes.
    let pool = pool_for(py, records.len() * USUAL_LENGTH)?;
    let workers = workers(pool.as_ref());
    let expected = Expected {
        origin,
        first_sequence,
        previous_hash,
        previous_recorded_at,
        minimum_bits,
        keys,
    };
    let mut refusal = None;
    let mut rows = records
        .iter()
        .map_while(|record| row(record).map_err(|error| refusal = Some(error)).ok());
    let verdict = attached(|| {
        expected.held(|expected| {
            slice::verify_stream(&mut rows, expected, workers, &|work| py.detach(work))
        })
    })?;
    if let Some(error) = refusal {
        return Err(error);
    }
    if let Some(verdict) = verdict {
        return Ok(given(py, verdict));
    }
    let rows: Vec<Row<'_>> = records.iter().map(row).collect::<PyResult<_>>()?;
    let verdict = detached(py, || {
        expected.held(|expected| slice::verify_rows(&rows, expected, workers))
    })?;
    Ok(given(py, verdict))
}

/// Read a record as Python holds it: see `SealedRecord`.
fn row<'r>(record: &'r Bound<'_, PyTuple>) -> PyResult<Row<'r>> {
    type Columns<'r, 'py> = (
        u64,
        Bound<'py, PyAny>,
        &'r [u8],
        u64,
        &'r [u8],
        &'r [u8],
        &'r [u8],
    );
    let (sequence, _, previous_hash, nonce, record_hash, canonical, block): Columns<'r, '_> =
        record.extract()?;
    Ok(Row {
        sequence,
        previous_hash,
        nonce,
        record_hash,
        canonical,
        block,
    })
}

/// What a slice is held to, as Python gives it.
struct Expected<'a> {
    origin: &'a str,
    first_sequence: u64,
    previous_hash: &'a [u8],
    previous_recorded_at: &'a str,
    minimum_bits: u32,
    keys: &'a [u8],
}

impl Expected<'_> {
    /// Return what `verify` finds when it is held to this.
    fn held<T>(&self, verify: impl FnOnce(&Expectation<'_>) -> T) -> Result<T, Error> {
        if self.first_sequence >= 1 << 63 {
            return Err(Error::Range("first_sequence: expected less than 2^63"));
        }
        Ok(verify(&Expectation {
            origin: self.origin,
            first_sequence: self.first_sequence,
            previous_hash: hash(self.previous_hash, "previous_hash")?,
            previous_recorded_at: self.previous_recorded_at,
            minimum_bits: self.minimum_bits,
            keys: &Keys::read(self.keys)?,
        }))
    }
}

/// Hand a verdict to Python.
fn given(py: Python<'_>, verdict: slice::Verdict) -> Verdict<'_> {
    let faults = verdict.faults.into_iter();
    (
        faults
            .map(|(position, fault)| (position, fault.name()))
            .collect(),
        PyBytes::new(py, &verdict.last_hash),
        verdict.last_recorded_at,
        PyBytes::new(py, &verdict.leaf_hashes),
        verdict.unsigned,
    )
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
