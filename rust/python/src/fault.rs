//! Errors and panics of the core, as Python exceptions.
use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};

use ami_audit_chain::{Error, Refusal};
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(
    ami_audit.adapters.chain_core._native,
    CanonicalError,
    PyValueError,
    "A JSON text has no canonical form: (position, path, reason)."
);
create_exception!(
    ami_audit.adapters.chain_core._native,
    CoreError,
    PyValueError,
    "A buffer or a number is not what the core can work on."
);

/// Do `work` with the GIL released.
pub fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> PyResult<T> {
    settled(py.detach(|| catch_unwind(AssertUnwindSafe(work))))
}

/// Do `work` of a few microseconds with the GIL held.
pub fn attached<T>(work: impl FnOnce() -> Result<T, Error>) -> PyResult<T> {
    settled(catch_unwind(AssertUnwindSafe(work)))
}

/// Turn an error, or a panic, into the exception that Python sees.
fn settled<T>(outcome: Result<Result<T, Error>, Box<dyn Any + Send>>) -> PyResult<T> {
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Error::Refused(refusal))) => Err(refused(refusal)),
        Ok(Err(error)) => Err(CoreError::new_err(error.to_string())),
        Err(_) => Err(CoreError::new_err(
            "the native core panicked: report this as a bug",
        )),
    }
}

fn refused(refusal: Refusal) -> PyErr {
    let Refusal {
        position,
        path,
        reason,
    } = refusal;
    CanonicalError::new_err((position, path, reason.to_string()))
}
