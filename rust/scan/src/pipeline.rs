//! The threads of a scan, and the handle that hands over what they found, in order.
//!
//! The walker cuts its steps into small chunks and gives each an empty slot; whichever reader is free fills it. The slots
//! stand in one bounded queue in the walk's order, so a slow file delays what comes after it but never reorders it, and
//! a consumer that is slow makes the walker wait.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{sync_channel, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::filled::{Batch, Filled};
use crate::read::Reader;
use crate::remembered::{stamp_of, Stamp};
use crate::request::{Error, Request};
use crate::root::Root;
use crate::step::{Entry, Step};
use crate::walk::Walk;

/// A chunk ends at whichever comes first; many directories would keep many descriptors open.
const STEPS: usize = 64;
const BYTES: u64 = 1 << 20;
const DIRECTORIES: usize = 12;

/// Chunks waiting for a reader, and chunks between the walker and the consumer in all.
const UNREAD: usize = 8;
const IN_FLIGHT: usize = 96;

struct Job {
    steps: Vec<Step>,
    slot: SyncSender<Filled>,
}

/// A scan under way. Dropping it stops its threads within one buffer's reading.
pub struct Scan {
    slots: Receiver<Receiver<Filled>>,
    next: Option<Receiver<Filled>>,
    shared: Arc<Shared>,
}

/// What all threads of a scan know.
pub struct Shared {
    pub root: Arc<Root>,
    pub reads_content: bool,
    stamps: Vec<Stamp>,
    stop: AtomicBool,
    read_bytes: AtomicU64,
}

impl Scan {
    /// Open the target and begin to walk it.
    ///
    /// # Errors
    /// The target cannot be opened, or a glob is none.
    pub fn start(request: &Request) -> Result<Self, Error> {
        let root = Arc::new(Root::open(&request.target)?);
        let (threads, reads_content) = (request.threads.max(1), request.read_content);
        let walk = Walk::new(Arc::clone(&root), request)?;
        let (stop, read_bytes) = (AtomicBool::new(false), AtomicU64::new(0));
        let shared = Arc::new(Shared {
            root,
            reads_content,
            stamps: request.stamps.clone(),
            stop,
            read_bytes,
        });
        let (queue, slots) = sync_channel(IN_FLIGHT);
        let (jobs, work) = sync_channel(UNREAD);
        let work = Arc::new(Mutex::new(work));
        spawn("ami-audit-walk", move || cut(walk, &jobs, &queue))?;
        for _ in 0..threads {
            let (shared, work) = (Arc::clone(&shared), Arc::clone(&work));
            spawn("ami-audit-read", move || fill(&shared, &work))?;
        }
        Ok(Self {
            slots,
            next: None,
            shared,
        })
    }

    /// Bytes of content read so far.
    #[must_use]
    pub fn read_bytes(&self) -> u64 {
        self.shared.read_bytes.load(Ordering::Relaxed)
    }

    /// Return the next rows in the order of their paths; None at the end.
    ///
    /// Waits at most `patience` in all; then it returns what there is, which may be nothing yet.
    ///
    /// # Errors
    /// [`Error::Died`]: a thread ended before its work did.
    pub fn next_batch(&mut self, most: usize, patience: Duration) -> Result<Option<Batch>, Error> {
        let deadline = Instant::now() + patience;
        let mut all = Filled::default();
        loop {
            match self.next_filled(deadline)? {
                Wait::Filled(filled) => all.append(&filled),
                Wait::Over if all.is_empty() => return Ok(None),
                Wait::NotYet | Wait::Over => break,
            }
            if all.count >= most {
                break;
            }
        }
        Ok(Some(all.into_batch()))
    }

    fn next_filled(&mut self, deadline: Instant) -> Result<Wait, Error> {
        let left = || deadline.saturating_duration_since(Instant::now());
        let slot = match self.next.take() {
            Some(slot) => slot,
            None => match self.slots.recv_timeout(left()) {
                Ok(slot) => slot,
                Err(RecvTimeoutError::Timeout) => return Ok(Wait::NotYet),
                Err(RecvTimeoutError::Disconnected) => return Ok(Wait::Over),
            },
        };
        match slot.recv_timeout(left()) {
            Ok(filled) => Ok(Wait::Filled(filled)),
            Err(RecvTimeoutError::Timeout) => {
                self.next = Some(slot);
                Ok(Wait::NotYet)
            }
            Err(RecvTimeoutError::Disconnected) => Err(Error::Died),
        }
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

enum Wait {
    Filled(Filled),
    NotYet,
    Over,
}

impl Shared {
    /// Whether a file is known to have been read as it is now.
    pub fn remembers(&self, entry: &Entry) -> bool {
        let status = entry
            .status
            .filter(|it| it.is_regular() && entry.fault.is_none());
        !self.stamps.is_empty()
            && status
                .and_then(|it| stamp_of(&entry.path, &it))
                .is_some_and(|it| self.stamps.binary_search(&it).is_ok())
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(work);
    started
        .map(drop)
        .map_err(|error| Error::Target(format!("no thread could be started: {error}")))
}

/// Cut the walk into jobs until it ends or nobody listens any more.
fn cut(walk: Walk, jobs: &SyncSender<Job>, queue: &SyncSender<Receiver<Filled>>) {
    let mut walk = walk.peekable();
    while walk.peek().is_some() {
        let (slot, filled) = sync_channel(1);
        let job = Job {
            steps: chunk(&mut walk),
            slot,
        };
        if queue.send(filled).is_err() || jobs.send(job).is_err() {
            return;
        }
    }
}

fn chunk(walk: &mut impl Iterator<Item = Step>) -> Vec<Step> {
    let mut steps = Vec::with_capacity(STEPS);
    let (mut bytes, mut directories, mut last) = (0, 0, None);
    for step in walk.by_ref() {
        if let Step::Entry(entry) = &step {
            bytes += entry.status.map_or(0, |it| it.size);
            let place = Some(Arc::as_ptr(&entry.directory));
            directories += usize::from(place != last);
            last = place;
        }
        steps.push(step);
        if steps.len() == STEPS || bytes >= BYTES || directories == DIRECTORIES {
            break;
        }
    }
    steps
}

/// Do jobs until there are no more.
fn fill(shared: &Shared, work: &Mutex<Receiver<Job>>) {
    let mut reader = Reader::new(&shared.stop, &shared.read_bytes);
    loop {
        let Ok(job) = work.lock().unwrap_or_else(PoisonError::into_inner).recv() else {
            return;
        };
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        let mut filled = Filled::default();
        for step in job.steps {
            filled.take(step, shared, &mut reader);
        }
        // The consumer may have gone; then nobody misses it.
        let _ = job.slot.send(filled);
    }
}
