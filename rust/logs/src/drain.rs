//! Templates after Drain (He et al. 2017): a tree of fixed depth over the words of masked messages.
//!
//! What a message becomes depends only on those before it, never on threads or chance.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::words::WILDCARD;

/// Branches of one node; what finds no place goes to the wildcard's.
const BRANCHES: usize = 100;
/// Bytes of masked messages whose template is remembered.
const REMEMBERED: usize = 32 << 20;
/// Nodes of the whole tree.
const NODES: usize = 200_000;
/// Number of the template of everything that found no place.
pub const OVERFLOW: usize = 0;

const SEED: u64 = 0x616d_695f_6175_6469;
/// The branch of words that vary, and of those that found no place.
const ANY: u64 = u64::MAX;

type Map<K, V> = HashMap<K, V, FixedState>;

/// Fixed, so that the same input takes the same way every time; maps of hostile words only slow the reading down.
fn map<K, V>() -> Map<K, V> {
    HashMap::with_hasher(FixedState::with_seed(SEED))
}

/// A word, known by its hash: that keeps what is remembered small, however many words there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    hash: u64,
    /// Whether it is likely a parameter: it has a digit or a mask.
    varies: bool,
    is_number: bool,
}

/// A template's words and their texts; None is a parameter.
#[derive(Default)]
struct Template {
    words: Vec<Option<u64>>,
    texts: Vec<Box<[u8]>>,
}

/// Learns templates from masked messages.
pub struct Drain {
    similarity: f64,
    most: usize,
    branches: Map<(u32, u64), u32>,
    children: Vec<usize>,
    leaves: Map<u32, Vec<usize>>,
    templates: Vec<Template>,
    remembered: Map<Box<[u8]>, usize>,
    remembered_bytes: usize,
    scratch: Vec<Word>,
}

/// Levels of the tree below the count of words.
const DEPTH: usize = 2;

impl Drain {
    /// Nothing learned; a message belongs to a template when more than this share of its words are equal.
    #[must_use]
    pub fn new(similarity: f64, most: usize) -> Self {
        Self {
            similarity,
            most,
            branches: map(),
            children: vec![0],
            leaves: map(),
            templates: vec![Template::default()],
            remembered: map(),
            remembered_bytes: 0,
            scratch: Vec::new(),
        }
    }

    /// The number of the template that a masked message belongs to; it may be new.
    pub fn learn(&mut self, masked: &[u8]) -> usize {
        if let Some(known) = self.remembered.get(masked) {
            return *known;
        }
        let found = self.place(masked);
        if self.remembered_bytes >= REMEMBERED {
            self.remembered.clear();
            self.remembered_bytes = 0;
        }
        self.remembered_bytes += masked.len() + 64;
        self.remembered.insert(masked.into(), found);
        found
    }

    /// The text of a template.
    #[must_use]
    pub fn text(&self, number: usize) -> Vec<u8> {
        if number == OVERFLOW {
            return WILDCARD.to_vec();
        }
        let template = &self.templates[number];
        let texts = template.words.iter().zip(&template.texts);
        texts
            .map(|(word, text)| if word.is_some() { text } else { WILDCARD })
            .collect::<Vec<_>>()
            .join(&b' ')
    }

    /// How many templates there are, the overflow's included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.templates.len()
    }

    fn place(&mut self, masked: &[u8]) -> usize {
        let mut words = std::mem::take(&mut self.scratch);
        words.clear();
        words.extend(masked.split(|it| *it == b' ').map(read));
        let node = self.leaf(&words);
        let place = match self.closest(node, &words) {
            Some(number) => {
                self.widen(number, &words);
                number
            }
            None if self.templates.len() > self.most => OVERFLOW,
            None => self.begin(node, &words, masked),
        };
        self.scratch = words;
        place
    }

    fn begin(&mut self, node: u32, words: &[Word], masked: &[u8]) -> usize {
        let number = self.templates.len();
        self.templates.push(Template {
            words: words.iter().map(|it| Some(it.hash)).collect(),
            texts: masked.split(|it| *it == b' ').map(Into::into).collect(),
        });
        self.leaves.entry(node).or_default().push(number);
        number
    }

    /// The node below which messages of so many words with such first ones are.
    fn leaf(&mut self, words: &[Word]) -> u32 {
        let mut node = self.branch(0, words.len() as u64, usize::MAX);
        // A number that masking kept tells what happened.
        if let Some(kept) = words.iter().find(|it| it.is_number) {
            node = self.branch(node, kept.hash, BRANCHES);
        }
        for word in words.iter().take(DEPTH) {
            let key = if word.varies { ANY } else { word.hash };
            node = self.branch(node, key, BRANCHES);
        }
        node
    }

    fn branch(&mut self, node: u32, key: u64, most: usize) -> u32 {
        if let Some(child) = self.branches.get(&(node, key)) {
            return *child;
        }
        let is_full = self.children[node as usize] + 1 >= most || self.children.len() >= NODES;
        let key = if is_full { ANY } else { key };
        if let Some(child) = self.branches.get(&(node, key)) {
            return *child;
        }
        #[allow(clippy::cast_possible_truncation)] // Little more than `NODES`.
        let child = self.children.len() as u32;
        self.children.push(0);
        self.children[node as usize] += 1;
        self.branches.insert((node, key), child);
        child
    }

    /// The template of a leaf that shares most words, if it shares enough; of equals the one with most parameters.
    fn closest(&self, node: u32, words: &[Word]) -> Option<usize> {
        let (mut best, mut best_score) = (None, (0, 0));
        for number in self.leaves.get(&node)? {
            let (mut same, mut parameters) = (0, 0);
            for (own, other) in self.templates[*number].words.iter().zip(words) {
                same += usize::from(*own == Some(other.hash));
                parameters += usize::from(own.is_none());
            }
            if best.is_none() || (same, parameters) > best_score {
                (best, best_score) = (Some(*number), (same, parameters));
            }
        }
        #[allow(clippy::cast_precision_loss)] // At most `MOST_WORDS`.
        let share = best_score.0 as f64 / words.len().max(1) as f64;
        best.filter(|_| share >= self.similarity)
    }

    fn widen(&mut self, number: usize, words: &[Word]) {
        for (own, other) in self.templates[number].words.iter_mut().zip(words) {
            if *own != Some(other.hash) {
                *own = None;
            }
        }
    }
}

fn read(word: &[u8]) -> Word {
    Word {
        hash: FixedState::with_seed(SEED).hash_one(word),
        is_number: !word.is_empty() && word.iter().all(u8::is_ascii_digit),
        varies: word.iter().any(|it| it.is_ascii_digit() || *it == b'<'),
    }
}
