//! Keyed codes and sealed values.
use ami_audit_chain::secrecy;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::bytes::{exactly, hash};
use crate::fault::detached;

#[pyfunction]
pub fn hmac_sha256<'py>(
    py: Python<'py>,
    key: &[u8],
    message: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let code = detached(py, || Ok(secrecy::hmac_sha256(key, message)))?;
    Ok(PyBytes::new(py, &code))
}

#[pyfunction]
#[pyo3(signature = (key, nonce, plain, *, about))]
pub fn seal<'py>(
    py: Python<'py>,
    key: &[u8],
    nonce: &[u8],
    plain: &[u8],
    about: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let sealed = detached(py, || {
        let nonce = exactly(nonce, "nonce", "24 bytes")?;
        secrecy::seal(&hash(key, "key")?, &nonce, plain, about)
    })?;
    Ok(PyBytes::new(py, &sealed))
}

#[pyfunction]
#[pyo3(signature = (key, nonce, sealed, *, about))]
pub fn unseal<'py>(
    py: Python<'py>,
    key: &[u8],
    nonce: &[u8],
    sealed: &[u8],
    about: &[u8],
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let plain = detached(py, || {
        let nonce = exactly(nonce, "nonce", "24 bytes")?;
        Ok(secrecy::open(&hash(key, "key")?, &nonce, sealed, about))
    })?;
    Ok(plain.map(|plain| PyBytes::new(py, &plain)))
}
