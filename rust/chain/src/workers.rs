//! Who does the work: the calling thread, or a pool that the caller owns.
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
