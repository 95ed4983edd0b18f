//! The reading of logs: a handle that Python asks for one batch after the other.
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ami_audit_logs::{Error, Level, Reading, Request};
use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

create_exception!(
    ami_audit.adapters.chain_core._native,
    LogReadingError,
    PyOSError,
    "The reading of logs broke off; says why."
);

/// A reading under way.
#[pyclass(frozen, module = "ami_audit.adapters.chain_core._native")]
pub struct LogReading {
    reading: Mutex<Option<Reading>>,
}

#[pymethods]
impl LogReading {
    #[classattr]
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    #[new]
    #[pyo3(signature = (
        paths, *, level, since_us, until_us, year, zone, events, messages, bucket_s, similarity,
        max_templates, samples, max_ids, names, whole, digest, threads
    ))]
    #[allow(clippy::too_many_arguments)] // Keywords on the Python side.
    #[allow(clippy::fn_params_excessive_bools)]
    fn new(
        py: Python<'_>,
        paths: Vec<Vec<u8>>,
        level: Option<&str>,
        since_us: Option<i64>,
        until_us: Option<i64>,
        year: Option<i64>,
        zone: Vec<(i64, i32)>,
        events: bool,
        messages: bool,
        bucket_s: i64,
        similarity: f64,
        max_templates: usize,
        samples: usize,
        max_ids: usize,
        names: Vec<String>,
        whole: Vec<usize>,
        digest: bool,
        threads: usize,
    ) -> PyResult<Self> {
        let request = Request {
            paths: paths
                .into_iter()
                .map(|it| OsString::from_vec(it).into())
                .collect(),
            level: level.map(named).transpose()?,
            since_us,
            until_us,
            year,
            zone,
            events,
            messages,
            bucket_s,
            similarity,
            max_templates,
            samples,
            max_ids,
            names,
            whole,
            digest,
            threads,
        };
        let reading = py.detach(|| guarded(|| Reading::start(request)))?;
        Ok(Self {
            reading: Mutex::new(Some(reading)),
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
        let rows = py.detach(|| guarded(|| self.pull(most, Duration::from_millis(wait_ms))))?;
        Ok(rows.map(|it| PyBytes::new(py, &it)))
    }

    fn read_bytes(&self) -> u64 {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.as_ref().map_or(0, Reading::read_bytes)
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| {
            self.reading
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
        });
    }
}

impl LogReading {
    fn pull(&self, most: usize, patience: Duration) -> Result<Option<Vec<u8>>, Error> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading
            .as_mut()
            .map_or(Ok(None), |it| it.next_batch(most, patience))
    }
}

fn named(level: &str) -> PyResult<Level> {
    Level::named(level)
        .ok_or_else(|| PyValueError::new_err(format!("no level has this name: {level}")))
}

fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ Error::Request(_))) => Err(PyValueError::new_err(error.to_string())),
        Ok(Err(error)) => Err(LogReadingError::new_err(error.to_string())),
        Err(_) => Err(LogReadingError::new_err(
            "the native reading panicked: report this as a bug",
        )),
    }
}
