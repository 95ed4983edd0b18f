//! The index of a segment.
use ami_audit_chain::chain::spans;
use ami_audit_chain::segment;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::bytes::workers;
use crate::fault::detached;
use crate::pool::pool_for;

#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // Python hands the list over.
pub fn segment_columns<'py>(
    py: Python<'py>,
    texts: &[u8],
    ends: Vec<usize>,
) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let pool = pool_for(py, texts.len())?;
    let columns = detached(py, || {
        let texts = spans(texts, &ends)?;
        Ok(segment::columns(&texts, workers(pool.as_ref())))
    })?;
    Ok(columns
        .iter()
        .map(|column| PyBytes::new(py, column))
        .collect())
}

#[pyfunction]
pub fn segment_root<'py>(
    py: Python<'py>,
    column: &[u8],
    first_sequence: u64,
) -> PyResult<(u64, Bound<'py, PyBytes>)> {
    let (count, root) = detached(py, || segment::root(column, first_sequence))?;
    Ok((count, PyBytes::new(py, &root)))
}
