//! The walk over files: a handle that Python asks for one batch after the other.
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ami_audit_scan::{place, stamps, Batch, Error, Request, Scan as Walk, Stamp};
use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

create_exception!(
    ami_audit.adapters.chain_core._native,
    ScanError,
    PyOSError,
    "A target cannot be walked at all; says why."
);

/// A walk under way.
#[pyclass(frozen, module = "ami_audit.adapters.chain_core._native")]
pub struct Scan {
    walk: Mutex<Option<Walk>>,
}

#[pymethods]
impl Scan {
    #[classattr]
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    #[new]
    #[pyo3(signature = (
        target, *, glob, ignore, paths, follow_ignore_files, include_vendored, read_content,
        since_us, until_us, stamps, threads
    ))]
    #[allow(clippy::too_many_arguments)] // Keywords on the Python side.
    fn new(
        py: Python<'_>,
        target: &[u8],
        glob: Option<String>,
        ignore: Vec<String>,
        paths: Vec<Vec<u8>>,
        follow_ignore_files: bool,
        include_vendored: bool,
        read_content: bool,
        since_us: Option<i64>,
        until_us: Option<i64>,
        stamps: &[u8],
        threads: usize,
    ) -> PyResult<Self> {
        let request = Request {
            target: OsStr::from_bytes(target).into(),
            glob,
            ignore,
            paths,
            follow_ignore_files,
            include_vendored,
            read_content,
            since_us,
            until_us,
            stamps: sorted(stamps)?,
            threads,
        };
        let walk = py.detach(|| guarded(|| Walk::start(&request)))?;
        Ok(Self {
            walk: Mutex::new(Some(walk)),
        })
    }

    #[pyo3(signature = (*, most, wait_ms))]
    fn next_batch<'py>(
        &self,
        py: Python<'py>,
        most: usize,
        wait_ms: u64,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        py.check_signals()?;
        let batch = py.detach(|| guarded(|| self.pull(most, Duration::from_millis(wait_ms))))?;
        Ok(batch.map(|it| PyBytes::new(py, &it.json)))
    }

    fn read_bytes(&self) -> u64 {
        let walk = self.walk.lock().unwrap_or_else(PoisonError::into_inner);
        walk.as_ref().map_or(0, Walk::read_bytes)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| {
            self.walk
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
        });
    }
}

impl Scan {
    fn pull(&self, most: usize, patience: Duration) -> Result<Option<Batch>, Error> {
        let mut walk = self.walk.lock().unwrap_or_else(PoisonError::into_inner);
        walk.as_mut()
            .map_or(Ok(None), |it| it.next_batch(most, patience))
    }
}

/// Return how records name what a walk of `target` begins at.
#[pyfunction]
pub fn scan_place(py: Python<'_>, target: &[u8]) -> PyResult<String> {
    py.detach(|| guarded(|| place(OsStr::from_bytes(target).as_ref())))
}

/// Return the stamps in the texts of records, sorted, 16 bytes each.
#[pyfunction]
#[pyo3(signature = (records, *, except_mime))]
#[allow(clippy::needless_pass_by_value)] // As they come from Python.
pub fn file_stamps(
    py: Python<'_>,
    records: Vec<PyBackedBytes>,
    except_mime: Vec<String>,
) -> Bound<'_, PyBytes> {
    let found = py.detach(|| stamps(records.iter().map(|it| &**it), &except_mime));
    PyBytes::new(py, found.as_flattened())
}

/// Stamps as they cross: 16 bytes each.
fn sorted(stamps: &[u8]) -> PyResult<Vec<Stamp>> {
    let (stamps, rest) = stamps.as_chunks();
    if !rest.is_empty() {
        return Err(PyValueError::new_err("stamps are 16 bytes each"));
    }
    let mut sorted = stamps.to_vec();
    sorted.sort_unstable();
    Ok(sorted)
}

fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ Error::Glob(_))) => Err(PyValueError::new_err(error.to_string())),
        Ok(Err(error)) => Err(ScanError::new_err(error.to_string())),
        Err(_) => Err(ScanError::new_err(
            "the native walk panicked: report this as a bug",
        )),
    }
}
