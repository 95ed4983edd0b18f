//! A count under way: a thread of its own, which can be asked and stopped.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ignore::WalkBuilder;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::counting::{count, Counted};
use crate::opening::Refusal;
use crate::report::report;
use crate::request::{Error, Request};
use crate::walking::{prepared, walk, Found};

/// What became of one file.
pub type Outcome = Result<Counted, Refusal>;

/// A count under way. Dropping it stops its threads within one file's reading.
pub struct Count {
    answer: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stop: Arc<AtomicBool>,
    files: AtomicUsize,
}

impl Count {
    /// Open the target and begin.
    ///
    /// # Errors
    /// The target is no folder that can be opened, or a line to ignore is no pattern.
    pub fn start(request: Request) -> Result<Self, Error> {
        let builder = prepared(&request)?;
        let pool = ThreadPoolBuilder::new()
            .num_threads(request.threads.max(1))
            .thread_name(|index| format!("ami-audit-code-{index}"))
            .build()
            .map_err(|error| Error::Target(error.to_string()))?;
        let shared = Arc::new(Shared::default());
        let (give, answer) = channel();
        let counting = Arc::clone(&shared);
        let work = move || {
            if let Some(made) = counting.work(&request, builder, &pool) {
                let _ = give.send(made);
            }
        };
        let thread = thread::Builder::new()
            .name("ami-audit-code".to_owned())
            .spawn(work)
            .map_err(|error| Error::Target(error.to_string()))?;
        Ok(Self {
            answer,
            thread: Some(thread),
            shared,
        })
    }

    /// Return the count as JSON once it is done; None while it is not, after waiting for that long.
    ///
    /// # Errors
    /// [`Error::Died`]: there is no count to come.
    pub fn wait(&self, patience: Duration) -> Result<Option<Vec<u8>>, Error> {
        match self.answer.recv_timeout(patience) {
            Ok(made) => Ok(Some(made)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Error::Died),
        }
    }

    /// Files counted so far.
    #[must_use]
    pub fn files(&self) -> usize {
        self.shared.files.load(Ordering::Relaxed)
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn work(&self, request: &Request, builder: WalkBuilder, pool: &ThreadPool) -> Option<Vec<u8>> {
        let (into, found) = channel();
        let stop = Arc::clone(&self.stop);
        let vendored = request.include_vendored;
        let walker = thread::spawn(move || walk(builder, vendored, &into, &stop));
        let outcomes = pool.install(|| self.outcomes(request, found));
        let _ = walker.join();
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        Some(pool.install(|| report(outcomes, request.least_lines)))
    }

    fn outcomes(&self, request: &Request, found: Receiver<Found>) -> Vec<(PathBuf, Outcome)> {
        let with_lines = request.least_lines > 0;
        let mut outcomes: Vec<(PathBuf, Outcome)> = found
            .into_iter()
            .par_bridge()
            .filter_map(|it| match it {
                Found::LeftOut(path, reason) => Some((path, Err(reason))),
                Found::File(path) => {
                    let ControlFlow::Continue(()) = self.proceed() else {
                        return None;
                    };
                    let counted = count(&path, request.largest_bytes, with_lines).transpose()?;
                    Some((path, counted))
                }
            })
            .map(|(path, outcome)| (below(&path, &request.target), outcome))
            .collect();
        outcomes.par_sort_unstable_by(|one, other| one.0.as_os_str().cmp(other.0.as_os_str()));
        outcomes
    }

    fn proceed(&self) -> ControlFlow<()> {
        if self.stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        self.files.fetch_add(1, Ordering::Relaxed);
        ControlFlow::Continue(())
    }
}

fn below(path: &Path, target: &Path) -> PathBuf {
    path.strip_prefix(target).unwrap_or(path).to_owned()
}
