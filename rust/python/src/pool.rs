//! The threads of bulk calls: built when first needed, built again after a fork.
use std::mem::forget;
use std::process::id;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::fault::CoreError;

/// The pool, and the process that built it.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Bytes of work below which handing it to other threads costs more than it saves.
const WORTHWHILE_BYTES: usize = 64 << 10;

/// Return this process's pool, one thread for each core.
///
/// The GIL is held throughout, as `os.fork` holds it: no fork finds the lock taken.
pub fn pool(_attached: Python<'_>) -> PyResult<Arc<ThreadPool>> {
    let mut slot = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, pool)) = slot.take() {
        if owner == id() {
            *slot = Some((owner, Arc::clone(&pool)));
            return Ok(pool);
        }
        // The threads stayed in the parent: joining them would wait for ever.
        forget(pool);
    }
    let pool = Arc::new(build()?);
    *slot = Some((id(), Arc::clone(&pool)));
    Ok(pool)
}

/// Return the pool when `size_bytes` of work are worth it, and it has more than the one thread that asks.
pub fn pool_for(py: Python<'_>, size_bytes: usize) -> PyResult<Option<Arc<ThreadPool>>> {
    if size_bytes < WORTHWHILE_BYTES {
        return Ok(None);
    }
    Ok(Some(pool(py)?).filter(|pool| pool.current_num_threads() > 1))
}

fn build() -> PyResult<ThreadPool> {
    ThreadPoolBuilder::new()
        .thread_name(|index| format!("ami-audit-{index}"))
        .build()
        .map_err(|error| CoreError::new_err(format!("threads: cannot start, because {error}")))
}
