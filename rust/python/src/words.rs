//! The search for banned words.
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

use ami_audit_words::{search_files, Form, RuleSet};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::pool::pool;

/// Rules that are ready to be searched for.
#[pyclass(frozen, module = "ami_audit.adapters.chain_core._native")]
pub struct BannedWords {
    rules: RuleSet,
}

#[pymethods]
impl BannedWords {
    #[classattr]
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    #[new]
    #[pyo3(signature = (rules, /))]
    fn new(py: Python<'_>, rules: &[u8]) -> PyResult<Self> {
        let rules = guarded(py, || RuleSet::from_json(rules))?;
        let rules = rules.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self { rules })
    }

    fn forms(&self) -> Vec<String> {
        self.rules.forms().into_iter().map(named).collect()
    }

    #[pyo3(signature = (root, paths, /))]
    #[allow(clippy::needless_pass_by_value)] // Bytes cannot be borrowed out of a list.
    fn search<'py>(
        &self,
        py: Python<'py>,
        root: &[u8],
        paths: Vec<Vec<u8>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let threads = pool(py)?;
        let place = Path::new(OsStr::from_bytes(root));
        let json = guarded(py, || {
            let (reports, counts) = threads.install(|| search_files(&self.rules, place, &paths));
            serde_json::to_vec(&(reports, counts))
        })?;
        let json = json.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        Ok(PyBytes::new(py, &json))
    }
}

fn named(form: Form) -> String {
    match form {
        Form::Regex => "regex".into(),
        Form::Backtracking => "backtracking".into(),
        Form::Literal => "literal".into(),
        Form::Unusable(why) => format!("unusable: {why}"),
    }
}

fn guarded<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| catch_unwind(AssertUnwindSafe(work)))
        .map_err(|_| PyRuntimeError::new_err("the native core panicked: report this as a bug"))
}
