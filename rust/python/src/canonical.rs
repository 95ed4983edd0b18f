//! Canonical JSON.
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::fault::{attached, detached};

/// Bytes that are canonicalised in a few microseconds.
const SHORT: usize = 8 << 10;

#[pyfunction]
pub fn canonicalize<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let work = || ami_audit_chain::canonical::canonicalize(text);
    let canonical = if text.len() > SHORT {
        detached(py, work)?
    } else {
        attached(work)?
    };
    Ok(PyBytes::new(py, &canonical))
}
