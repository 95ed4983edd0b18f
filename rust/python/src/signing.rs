//! Ed25519 signatures and signature blocks.
use std::sync::{Arc, Mutex, PoisonError};

use ami_audit_chain::claim::PublicKey;
use ami_audit_chain::pen::Pen;
use ami_audit_chain::sign as ed25519;
use ami_audit_chain::{signatures, Error, Hash};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zeroize::Zeroizing;

use crate::bytes::{exactly, hash, items, workers};
use crate::fault::{attached, detached};
use crate::pool::pool_for;

/// One signature costs about as much as canonicalising this many bytes.
const BYTES_PER_SIGNATURE: usize = 16 << 10;

/// The key that signed last, expanded; wiped when another one signs.
static LAST: Mutex<Option<(Zeroizing<Hash>, Arc<Pen>)>> = Mutex::new(None);

#[pyfunction]
pub fn public_key<'py>(py: Python<'py>, seed: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let public = detached(py, || Ok(ed25519::public_key(&hash(seed, "seed")?)))?;
    Ok(PyBytes::new(py, &public))
}

#[pyfunction]
pub fn key_id<'py>(py: Python<'py>, public_key: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let id = attached(|| Ok(ed25519::key_id(&hash(public_key, "public_key")?)))?;
    Ok(PyBytes::new(py, &id))
}

#[pyfunction]
pub fn sign<'py>(py: Python<'py>, seed: &[u8], message: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let signature = detached(py, || Ok(ed25519::sign(&hash(seed, "seed")?, message)))?;
    Ok(PyBytes::new(py, &signature))
}

#[pyfunction]
#[pyo3(signature = (seed, *, origin, signer, timestamp_us, record_hashes))]
pub fn sign_records<'py>(
    py: Python<'py>,
    seed: &[u8],
    origin: &str,
    signer: &str,
    timestamp_us: i64,
    record_hashes: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let pool = pool_for(py, record_hashes.len() / 32 * BYTES_PER_SIGNATURE)?;
    let signatures = detached(py, || {
        let hashes = items(record_hashes, "record_hashes")?;
        ed25519::sign_records(
            &pen(&hash(seed, "seed")?),
            origin,
            signer,
            timestamp_us,
            hashes,
            workers(pool.as_ref()),
        )
    })?;
    Ok(PyBytes::new(py, &signatures))
}

/// Return the seed's pen, made anew only when another key signed last: making it costs as much as a signature.
fn pen(seed: &Hash) -> Arc<Pen> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, pen)) if **known == *seed => Arc::clone(pen),
        _ => {
            let pen = Arc::new(Pen::new(seed));
            *last = Some((Zeroizing::new(*seed), Arc::clone(&pen)));
            pen
        }
    }
}

#[pyfunction]
#[pyo3(signature = (key_id, *, signer, timestamp_us, signatures))]
pub fn signature_blocks<'py>(
    py: Python<'py>,
    key_id: &[u8],
    signer: &str,
    timestamp_us: i64,
    signatures: &[u8],
) -> PyResult<(Bound<'py, PyBytes>, Vec<usize>)> {
    let (blocks, ends) = attached(|| {
        let (id, signatures) = (hash(key_id, "key_id")?, items(signatures, "signatures")?);
        signatures::signature_blocks(&id, signer, timestamp_us, signatures)
    })?;
    Ok((PyBytes::new(py, &blocks), ends))
}

#[pyfunction]
pub fn sigset_hash<'py>(py: Python<'py>, block: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let digest = attached(|| signatures::sigset_hash(block).ok_or(Error::Block { position: 0 }))?;
    Ok(PyBytes::new(py, &digest))
}

#[pyfunction]
pub fn verify_signature(
    py: Python<'_>,
    public_key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> PyResult<bool> {
    detached(py, || {
        let signature = exactly(signature, "signature", "64 bytes")?;
        let key = PublicKey::read(&hash(public_key, "public_key")?);
        Ok(key.is_some_and(|key| key.accepts(message, &signature)))
    })
}
