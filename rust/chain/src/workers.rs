//! Who does the work: the calling thread, or a pool that the caller owns.
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::ThreadPool;

/// Where a bulk call runs. The global pool of rayon is never used: it does not survive a fork.
#[derive(Clone, Copy)]
pub enum Workers<'p> {
    /// The calling thread alone.
    Caller,
    /// Every thread of this pool.
    Pool(&'p ThreadPool),
}

impl Workers<'_> {
    /// Return how many threads work at once.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Caller => 1,
            Self::Pool(pool) => pool.current_num_threads(),
        }
    }

    /// Return how many items one task takes, so that each thread gets about four tasks.
    #[must_use]
    pub fn share(self, items: usize) -> usize {
        match self {
            Self::Caller => items.max(1),
            Self::Pool(_) => items.div_ceil(4 * self.count()).max(1),
        }
    }

    /// Return `work` of every item, in the order of the items.
    pub fn map<T: Send, R: Send>(
        self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync,
    ) -> Vec<R> {
        match self {
            Self::Caller => items.into_iter().map(work).collect(),
            Self::Pool(pool) => pool.install(|| items.into_par_iter().map(work).collect()),
        }
    }
}

/// Counts the tasks that are not done yet.
#[derive(Default)]
pub(crate) struct Open {
    count: Mutex<usize>,
    is_zero: Condvar,
}

/// One task that is not done until this is dropped.
pub(crate) struct End<'o>(&'o Open);

impl Open {
    /// Count one more.
    pub fn begin(&self) -> End<'_> {
        *held(&self.count) += 1;
        End(self)
    }

    /// Return when none is left.
    pub fn wait(&self) {
        let mut count = held(&self.count);
        while *count > 0 {
            let woken = self.is_zero.wait(count);
            count = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let mut count = held(&self.0.count);
        *count -= 1;
        if *count == 0 {
            self.0.is_zero.notify_all();
        }
    }
}

/// Return the guarded value; a task that panicked left it whole.
pub(crate) fn held<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
