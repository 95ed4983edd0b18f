//! RFC 6962 proofs.
use ami_audit_chain::proof;
use pyo3::prelude::*;

use crate::bytes::hash;
use crate::fault::attached;

#[pyfunction]
#[pyo3(signature = (leaf, *, index, size, proof, root))]
pub fn verify_inclusion(
    leaf: &[u8],
    index: u64,
    size: u64,
    proof: &[u8],
    root: &[u8],
) -> PyResult<bool> {
    attached(|| {
        let (leaf, root) = (hash(leaf, "leaf")?, hash(root, "root")?);
        Ok(proof::verify_inclusion(&leaf, index, size, proof, &root))
    })
}

#[pyfunction]
#[pyo3(signature = (old_root, new_root, *, old_size, new_size, proof))]
pub fn verify_consistency(
    old_root: &[u8],
    new_root: &[u8],
    old_size: u64,
    new_size: u64,
    proof: &[u8],
) -> PyResult<bool> {
    attached(|| {
        let (old, new) = (hash(old_root, "old_root")?, hash(new_root, "new_root")?);
        Ok(proof::verify_consistency(
            &old, &new, old_size, new_size, proof,
        ))
    })
}
