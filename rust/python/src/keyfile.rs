//! Keys as text: PKCS#8, SPKI and what else is read.
use ami_audit_chain::keyfile::{self, KeyFault, Sealing, Seed};
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::bytes::hash;
use crate::fault::{attached, detached, CoreError};

create_exception!(
    ami_audit.adapters.chain_core._native,
    KeyFileError,
    PyValueError,
    "A text is not a key that can be used: (kind, reason)."
);

#[pyfunction]
#[pyo3(signature = (seed, *, passphrase))]
pub fn private_key_pem(py: Python<'_>, seed: &[u8], passphrase: Option<&[u8]>) -> PyResult<String> {
    let seed = Seed::new(attached(|| hash(seed, "seed"))?);
    let sealing = passphrase.map(sealing).transpose()?;
    let pem = detached(py, || Ok(keyfile::write_private(&seed, sealing.as_ref())))?;
    Ok(pem.map_err(refused)?.to_string())
}

#[pyfunction]
#[pyo3(signature = (pem, *, passphrase))]
pub fn seed_from_pem<'py>(
    py: Python<'py>,
    pem: &str,
    passphrase: Option<&[u8]>,
) -> PyResult<Bound<'py, PyBytes>> {
    let seed = detached(py, || Ok(keyfile::read_private(pem, passphrase)))?;
    Ok(PyBytes::new(py, &seed.map_err(refused)?[..]))
}

#[pyfunction]
#[pyo3(signature = (text, *, passphrase))]
pub fn seed_from_text<'py>(
    py: Python<'py>,
    text: &str,
    passphrase: Option<&[u8]>,
) -> PyResult<Bound<'py, PyBytes>> {
    let seed = detached(py, || Ok(keyfile::read_seed(text, passphrase)))?;
    Ok(PyBytes::new(py, &seed.map_err(refused)?[..]))
}

#[pyfunction]
pub fn public_key_pem(public_key: &[u8]) -> PyResult<String> {
    let pem = attached(|| Ok(keyfile::write_public(&hash(public_key, "public_key")?)))?;
    pem.map_err(refused)
}

#[pyfunction]
pub fn public_key_from_pem<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyBytes>> {
    let public = attached(|| Ok(keyfile::read_public(text)))?;
    Ok(PyBytes::new(py, &public.map_err(refused)?))
}

fn sealing(passphrase: &[u8]) -> PyResult<Sealing<'_>> {
    Ok(Sealing {
        passphrase,
        salt: drawn()?,
        iv: drawn()?,
    })
}

fn drawn() -> PyResult<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| CoreError::new_err("the operating system gives no random bytes"))?;
    Ok(bytes)
}

fn refused(fault: KeyFault) -> PyErr {
    KeyFileError::new_err((fault.kind(), fault.to_string()))
}
