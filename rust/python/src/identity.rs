//! Chance and the clock: seeds and record ids. The pure crate knows neither.
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use uuid::Uuid;

use crate::fault::{detached, CoreError};

/// Ids of one call, at most.
const COUNT_LIMIT: usize = 1_000_000;

#[pyfunction]
pub fn generate_seed(py: Python<'_>) -> PyResult<Bound<'_, PyBytes>> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| CoreError::new_err(format!("no randomness from the system: {error}")))?;
    Ok(PyBytes::new(py, &seed))
}

#[pyfunction]
pub fn uuid7(py: Python<'_>, count: usize) -> PyResult<Vec<String>> {
    if count > COUNT_LIMIT {
        return Err(CoreError::new_err(format!(
            "count: expected at most {COUNT_LIMIT}, found: {count}"
        )));
    }
    detached(py, || {
        Ok((0..count).map(|_| Uuid::now_v7().to_string()).collect())
    })
}
