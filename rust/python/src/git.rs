//! What git prints, read into rows of JSON.
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

/// Read raw commits; see the stub.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // Python hands the list over.
pub fn git_commits(py: Python<'_>, objects: Vec<PyBackedBytes>) -> Bound<'_, PyBytes> {
    let rows = py.detach(|| ami_audit_git::commits(&objects));
    PyBytes::new(py, &rows)
}

/// Read what `git diff-tree -z --raw --numstat` printed; see the stub.
#[pyfunction]
pub fn git_changes<'py>(py: Python<'py>, block: &[u8]) -> Bound<'py, PyBytes> {
    let rows = py.detach(|| ami_audit_git::changes(block));
    PyBytes::new(py, &rows)
}
