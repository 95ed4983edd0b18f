//! The threads of a reading, and the handle that hands over what they found, in order.
//!
//! One thread reads and cuts blocks and gives each an empty slot; whichever worker is free fills it. The slots stand in one
//! bounded queue in the order of files and lines, and whoever asks for a batch merges them in that order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{sync_channel, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{json, Value as Json};

use crate::block::{Block, Blocks};
use crate::drain::Drain;
use crate::merge::FileTotal;
use crate::request::{Error, Request};
use crate::row::text;
use crate::source::{Digest, Fault, Source};
use crate::tally::Part;
use crate::worker::Worker;

/// Blocks waiting for a worker, and blocks between the reader and the consumer in all.
const UNREAD: usize = 4;
const IN_FLIGHT: usize = 12;

/// One step of the reading, in order.
enum Step {
    Begin(usize, Option<&'static str>),
    Block(Receiver<Part>),
    End(Vec<Fault>, Option<Digest>),
}

struct Job {
    block: Block,
    file: usize,
    modified_us: i64,
    slot: SyncSender<Part>,
}

struct Shared {
    request: Request,
    stop: AtomicBool,
    read_bytes: AtomicU64,
}

/// A reading under way. Dropping it stops its threads within one block's reading.
pub struct Reading {
    steps: Receiver<Step>,
    waiting: VecDeque<Receiver<Part>>,
    current: Option<FileTotal>,
    drain: Drain,
    shared: Arc<Shared>,
    is_over: bool,
}

/// What one call hands over, before it is written.
#[derive(Default)]
struct Rows {
    events: Vec<u8>,
    summaries: Vec<Json>,
}

enum Wait<T> {
    Got(T),
    NotYet,
    Over,
}

impl Reading {
    /// Begin to read.
    ///
    /// # Errors
    /// The request makes no sense, or no thread can be started.
    pub fn start(request: Request) -> Result<Self, Error> {
        request.check()?;
        let drain = Drain::new(request.similarity, request.max_templates);
        let threads = request.threads.max(1);
        let shared = Arc::new(Shared {
            request,
            stop: AtomicBool::new(false),
            read_bytes: AtomicU64::new(0),
        });
        let (queue, steps) = sync_channel(IN_FLIGHT);
        let (jobs, work) = sync_channel(UNREAD);
        let work = Arc::new(Mutex::new(work));
        let reader = Arc::clone(&shared);
        spawn("ami-audit-cut", move || cut(&reader, &jobs, &queue))?;
        for _ in 0..threads {
            let (shared, work) = (Arc::clone(&shared), Arc::clone(&work));
            spawn("ami-audit-log", move || fill(&shared, &work))?;
        }
        Ok(Self {
            steps,
            waiting: VecDeque::new(),
            current: None,
            drain,
            shared,
            is_over: false,
        })
    }

    /// Decompressed bytes read so far.
    #[must_use]
    pub fn read_bytes(&self) -> u64 {
        self.shared.read_bytes.load(Ordering::Relaxed)
    }

    /// Return the next rows as JSON; None at the end.
    ///
    /// Waits at most `patience`; then it returns what there is, which may be nothing yet.
    ///
    /// # Errors
    /// [`Error::Died`]: a thread ended before its work did.
    pub fn next_batch(
        &mut self,
        most: usize,
        patience: Duration,
    ) -> Result<Option<Vec<u8>>, Error> {
        if self.is_over {
            return Ok(None);
        }
        let deadline = Instant::now() + patience;
        let (mut rows, mut count) = (Rows::default(), 0);
        while count < most {
            match self.step(deadline, &mut rows)? {
                Wait::Got(events) => count += events,
                Wait::NotYet => break,
                Wait::Over => {
                    self.is_over = true;
                    break;
                }
            }
        }
        Ok(Some(self.written(&rows)))
    }

    fn step(&mut self, deadline: Instant, rows: &mut Rows) -> Result<Wait<usize>, Error> {
        let left = || deadline.saturating_duration_since(Instant::now());
        if let Some(slot) = self.waiting.front() {
            let part = match slot.recv_timeout(left()) {
                Ok(part) => part,
                Err(RecvTimeoutError::Timeout) => return Ok(Wait::NotYet),
                Err(RecvTimeoutError::Disconnected) => return Err(Error::Died),
            };
            self.waiting.pop_front();
            let count = part.events.len();
            if let Some(total) = &mut self.current {
                total.add(
                    part,
                    &self.shared.request,
                    &mut self.drain,
                    &mut rows.events,
                );
            }
            return Ok(Wait::Got(count));
        }
        match self.steps.recv_timeout(left()) {
            Ok(Step::Begin(file, compression)) => {
                self.current = Some(FileTotal::new(&self.shared.request, file, compression));
            }
            Ok(Step::Block(slot)) => self.waiting.push_back(slot),
            Ok(Step::End(faults, digest)) => {
                rows.summaries.extend(
                    self.current
                        .take()
                        .map(|it| it.row(&faults, digest.as_ref())),
                );
                return Ok(Wait::Got(1));
            }
            Err(RecvTimeoutError::Timeout) => return Ok(Wait::NotYet),
            Err(RecvTimeoutError::Disconnected) => return Ok(Wait::Over),
        }
        Ok(Wait::Got(0))
    }

    fn written(&self, rows: &Rows) -> Vec<u8> {
        let templates: Vec<Json> = if self.is_over {
            (0..self.drain.count())
                .map(|number| json!([number, text(&self.drain.text(number))]))
                .collect()
        } else {
            Vec::new()
        };
        let rest = json!({"summaries": rows.summaries, "templates": templates}).to_string();
        let mut out = Vec::with_capacity(rows.events.len() + rest.len() + 16);
        out.extend_from_slice(b"{\"events\":[");
        out.extend_from_slice(&rows.events);
        out.extend_from_slice(b"],");
        out.extend_from_slice(&rest.as_bytes()[1..]);
        out
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(work);
    started
        .map(drop)
        .map_err(|error| Error::Threads(format!("no thread could be started: {error}")))
}

/// Cut the files into jobs until they end or nobody listens any more.
fn cut(shared: &Shared, jobs: &SyncSender<Job>, queue: &SyncSender<Step>) {
    for (file, path) in shared.request.paths.iter().enumerate() {
        let is_heard = match Source::open(path, shared.request.digest) {
            Ok(source) => cut_file(shared, file, source, jobs, queue),
            Err(fault) => queue
                .send(Step::Begin(file, None))
                .and_then(|()| queue.send(Step::End(vec![fault], None)))
                .is_ok(),
        };
        if !is_heard {
            return;
        }
    }
}

fn cut_file(
    shared: &Shared,
    file: usize,
    source: Source,
    jobs: &SyncSender<Job>,
    queue: &SyncSender<Step>,
) -> bool {
    let modified_us = source.modified_us;
    if queue.send(Step::Begin(file, source.compression)).is_err() {
        return false;
    }
    let mut blocks = Blocks::new(source, &shared.request);
    for block in blocks.by_ref() {
        if shared.stop.load(Ordering::Relaxed) {
            return false;
        }
        let more = block.bytes.len() as u64 + block.dropped;
        shared.read_bytes.fetch_add(more, Ordering::Relaxed);
        let (slot, part) = sync_channel(1);
        let job = Job {
            block,
            file,
            modified_us,
            slot,
        };
        if queue.send(Step::Block(part)).is_err() || jobs.send(job).is_err() {
            return false;
        }
    }
    let (fault, digest) = blocks.end();
    queue
        .send(Step::End(fault.into_iter().collect(), digest))
        .is_ok()
}

/// Do jobs until there are no more.
fn fill(shared: &Shared, work: &Mutex<Receiver<Job>>) {
    loop {
        let Ok(job) = work.lock().unwrap_or_else(PoisonError::into_inner).recv() else {
            return;
        };
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        let part = Worker::new(&shared.request, job.file, job.modified_us).read(&job.block);
        // The consumer may have gone; then nobody misses it.
        let _ = job.slot.send(part);
    }
}
