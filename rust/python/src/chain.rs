//! Payload hashes, record hashes and links.
use ami_audit_chain::chain::Linked;
use ami_audit_chain::digest;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::bytes::{hash, workers};
use crate::fault::{attached, detached};
use crate::pool::pool_for;

type LinkedBytes<'py> = (
    Bound<'py, PyBytes>,
    Vec<usize>,
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
);

#[pyfunction]
#[pyo3(signature = (texts, ends, *, tag, previous_hash))]
#[allow(clippy::needless_pass_by_value)] // Python hands the list over.
pub fn link<'py>(
    py: Python<'py>,
    texts: &[u8],
    ends: Vec<usize>,
    tag: &[u8],
    previous_hash: &[u8],
) -> PyResult<LinkedBytes<'py>> {
    let pool = pool_for(py, texts.len())?;
    let linked = detached(py, || {
        let (tag, previous) = (hash(tag, "tag")?, hash(previous_hash, "previous_hash")?);
        ami_audit_chain::chain::link(texts, &ends, &tag, &previous, workers(pool.as_ref()))
    })?;
    let Linked {
        canonical,
        ends,
        payload_hashes,
        record_hashes,
    } = linked;
    Ok((
        joined(py, &canonical)?,
        ends,
        PyBytes::new(py, &payload_hashes),
        PyBytes::new(py, &record_hashes),
    ))
}

#[pyfunction]
#[pyo3(signature = (texts, ends, *, tag, previous_hash))]
#[allow(clippy::needless_pass_by_value)] // Python hands the list over.
pub fn chain<'py>(
    py: Python<'py>,
    texts: &[u8],
    ends: Vec<usize>,
    tag: &[u8],
    previous_hash: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let pool = pool_for(py, texts.len() / 4)?;
    let hashes = detached(py, || {
        let (tag, previous) = (hash(tag, "tag")?, hash(previous_hash, "previous_hash")?);
        ami_audit_chain::chain::chain(texts, &ends, &tag, &previous, workers(pool.as_ref()))
    })?;
    Ok(PyBytes::new(py, &hashes))
}

/// Join pieces in Python's own memory: a batch may be large, and each copy of it costs.
fn joined<'py>(py: Python<'py>, pieces: &[Vec<u8>]) -> PyResult<Bound<'py, PyBytes>> {
    let length = pieces.iter().map(Vec::len).sum();
    PyBytes::new_with(py, length, |mut rest: &mut [u8]| {
        for piece in pieces {
            let (place, after) = rest.split_at_mut(piece.len());
            place.copy_from_slice(piece);
            rest = after;
        }
        Ok(())
    })
}

#[pyfunction]
pub fn payload_hash<'py>(py: Python<'py>, canonical: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let digest = detached(py, || Ok(digest::sha256(canonical)))?;
    Ok(PyBytes::new(py, &digest))
}

#[pyfunction]
pub fn record_tag<'py>(py: Python<'py>, origin: &str) -> PyResult<Bound<'py, PyBytes>> {
    let tag = attached(|| Ok(digest::record_tag(origin)))?;
    Ok(PyBytes::new(py, &tag))
}

#[pyfunction]
#[pyo3(signature = (tag, previous_hash, payload_hash, *, nonce))]
pub fn record_hash<'py>(
    py: Python<'py>,
    tag: &[u8],
    previous_hash: &[u8],
    payload_hash: &[u8],
    nonce: u64,
) -> PyResult<Bound<'py, PyBytes>> {
    let digest = attached(|| {
        let (tag, previous) = (hash(tag, "tag")?, hash(previous_hash, "previous_hash")?);
        let payload = hash(payload_hash, "payload_hash")?;
        Ok(digest::record_hash(&tag, &previous, &payload, nonce))
    })?;
    Ok(PyBytes::new(py, &digest))
}
