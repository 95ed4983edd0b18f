//! The RFC 6962 tree.
use ami_audit_chain::chain::spans;
use ami_audit_chain::merkle::{self, Edge, Tile};
use ami_audit_chain::Error;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::bytes::items;
use crate::fault::{attached, detached};

/// Leaves that are hashed in a few microseconds.
const FEW: usize = 16;

type Grown<'py> = (
    Bound<'py, PyBytes>,
    Bound<'py, PyBytes>,
    Vec<Bound<'py, PyBytes>>,
    Vec<(u32, u64, Bound<'py, PyBytes>)>,
);

#[pyfunction]
#[pyo3(signature = (first_sequence, record_hashes, *, blocks, ends))]
#[allow(clippy::needless_pass_by_value)] // Python hands the list over.
pub fn leaf_hashes<'py>(
    py: Python<'py>,
    first_sequence: u64,
    record_hashes: &[u8],
    blocks: &[u8],
    ends: Vec<usize>,
) -> PyResult<Bound<'py, PyBytes>> {
    let leaves = detached(py, || {
        let hashes = items(record_hashes, "record_hashes")?;
        merkle::leaf_hashes(first_sequence, hashes, &spans(blocks, &ends)?)
    })?;
    Ok(PyBytes::new(py, &leaves))
}

#[pyfunction]
#[pyo3(signature = (size, *, frontier, edges, leaves))]
#[allow(clippy::needless_pass_by_value)] // Python hands the list over.
pub fn grow<'py>(
    py: Python<'py>,
    size: u64,
    frontier: &[u8],
    edges: Vec<Bound<'py, PyBytes>>,
    leaves: &[u8],
) -> PyResult<Grown<'py>> {
    let edges: Vec<Vec<u8>> = edges.iter().map(|edge| edge.as_bytes().to_vec()).collect();
    let work = || grown(size, frontier, edges, leaves);
    let (edge, tiles) = if leaves.len() > 32 * FEW {
        detached(py, work)?
    } else {
        attached(work)?
    };
    let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
    Ok((
        bytes(&edge.root()),
        bytes(edge.frontier().as_flattened()),
        edge.edges().iter().map(|edge| bytes(edge)).collect(),
        tiles
            .iter()
            .map(|tile| (tile.level, tile.index, bytes(&tile.hashes)))
            .collect(),
    ))
}

fn grown(
    size: u64,
    frontier: &[u8],
    edges: Vec<Vec<u8>>,
    leaves: &[u8],
) -> Result<(Edge, Vec<Tile>), Error> {
    let mut edge = Edge::new(size, items(frontier, "frontier")?, edges)?;
    let tiles = edge.grow(items(leaves, "leaves")?)?;
    Ok((edge, tiles))
}

#[pyfunction]
pub fn subtree_root<'py>(py: Python<'py>, hashes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let root = detached(py, || Ok(merkle::subtree_root(items(hashes, "hashes")?)))?;
    Ok(PyBytes::new(py, &root))
}
