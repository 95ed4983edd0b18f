//! The door from Python to the native core: convert, release the GIL, map the error.
use pyo3::prelude::*;

/// The native core of ami-audit.
#[pymodule]
mod _native {}
