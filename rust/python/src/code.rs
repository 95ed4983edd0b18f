//! Counting lines of code: a handle that Python asks whether it is done.
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ami_audit_code::{Count, Error, Request};
use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

create_exception!(
    ami_audit.adapters.chain_core._native,
    CodeCountError,
    PyOSError,
    "Nothing can be counted below a folder; says why."
);

/// A count under way.
#[pyclass(frozen, module = "ami_audit.adapters.chain_core._native")]
pub struct CodeCount {
    count: Mutex<Option<Count>>,
}

#[pymethods]
impl CodeCount {
    #[classattr]
    const VERSION: &'static str = ami_audit_code::TOKEI_VERSION;

    #[new]
    #[pyo3(signature = (
        target, *, ignore, follow_ignore_files, include_vendored, largest_bytes, least_lines, threads
    ))]
    #[allow(clippy::too_many_arguments)] // Keywords on the Python side.
    fn new(
        py: Python<'_>,
        target: &[u8],
        ignore: Vec<String>,
        follow_ignore_files: bool,
        include_vendored: bool,
        largest_bytes: u64,
        least_lines: usize,
        threads: usize,
    ) -> PyResult<Self> {
        let request = Request {
            target: OsStr::from_bytes(target).into(),
            ignore,
            follow_ignore_files,
            include_vendored,
            largest_bytes,
            least_lines,
            threads,
        };
        let count = py.detach(|| guarded(|| Count::start(request)))?;
        Ok(Self {
            count: Mutex::new(Some(count)),
        })
    }

    #[pyo3(signature = (*, wait_ms))]
    fn result<'py>(&self, py: Python<'py>, wait_ms: u64) -> PyResult<Option<Bound<'py, PyBytes>>> {
        py.check_signals()?;
        let made = py.detach(|| guarded(|| self.wait(Duration::from_millis(wait_ms))))?;
        Ok(made.map(|json| PyBytes::new(py, &json)))
    }

    fn files(&self) -> usize {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.as_ref().map_or(0, Count::files)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| {
            self.count
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
        });
    }
}

impl CodeCount {
    fn wait(&self, patience: Duration) -> Result<Option<Vec<u8>>, Error> {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.as_ref().map_or(Ok(None), |it| it.wait(patience))
    }
}

fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ Error::Glob(_))) => Err(PyValueError::new_err(error.to_string())),
        Ok(Err(error)) => Err(CodeCountError::new_err(error.to_string())),
        Err(_) => Err(CodeCountError::new_err(
            "the native count panicked: report this as a bug",
        )),
    }
}
