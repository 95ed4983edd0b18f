//! Which runs of lines stand in more than one place.
//!
//! Each run of `least` significant lines of a file is a window. Windows that say the same form a class, those that overlap
//! an earlier one in the same file left aside; a class of one is nothing. Neighbouring windows whose classes lie in the
//! same places grow into one block. Everything follows from the order of the files, so it is the same on every run.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::lines::Line;

/// The significant lines of one file.
pub struct Text {
    /// Its path relative to the target.
    pub path: Vec<u8>,
    /// Its lines, by number rising.
    pub lines: Vec<Line>,
}

/// One place of a block: the file's index and its first and last line, numbered from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    pub file: usize,
    pub first: u32,
    pub last: u32,
}

/// Code that stands in several places.
#[derive(Debug)]
pub struct Block {
    /// Significant lines of each place.
    pub lines: usize,
    pub places: Vec<Place>,
}

/// What was found in all.
#[derive(Debug, Default)]
pub struct Clones {
    /// Significant lines looked at.
    pub lines: usize,
    /// Those that stand in a block.
    pub duplicated: usize,
    /// In the order of their first places.
    pub blocks: Vec<Block>,
}

/// All files' lines, one after the other; a window's position is that of its first line.
struct Sea<'a> {
    texts: &'a [Text],
    hashes: Vec<u64>,
    /// Where each file's lines begin, and after the last the end.
    starts: Vec<usize>,
    least: usize,
}

/// Find the code that stands in several places with at least that many significant lines.
pub fn find(texts: &[Text], least: usize) -> Clones {
    let sea = Sea::new(texts, least);
    let classes = sea.classes();
    let mut found = Clones {
        lines: sea.hashes.len(),
        ..Clones::default()
    };
    let mut is_duplicated = vec![false; sea.hashes.len()];
    let mut starts: Vec<(&usize, &Vec<usize>)> = classes
        .iter()
        .filter(|(first, class)| class[0] == **first)
        .collect();
    starts.sort_unstable();
    for (&first, class) in starts {
        for &position in class {
            is_duplicated[position..position + least].fill(true);
        }
        if !sea.continues(first, class, &classes) {
            found.blocks.push(sea.block(first, class, &classes));
        }
    }
    found.duplicated = is_duplicated.into_iter().filter(|it| *it).count();
    found
}

impl<'a> Sea<'a> {
    fn new(texts: &'a [Text], least: usize) -> Self {
        let mut starts = vec![0];
        let mut hashes = Vec::with_capacity(texts.iter().map(|text| text.lines.len()).sum());
        for text in texts {
            hashes.extend(text.lines.iter().map(|line| line.hash));
            starts.push(hashes.len());
        }
        Self {
            texts,
            hashes,
            starts,
            least,
        }
    }

    /// Each class of two or more places, under the position of its first.
    fn classes(&self) -> HashMap<usize, Vec<usize>> {
        let mut windows: Vec<(u128, usize)> = (0..self.texts.len())
            .into_par_iter()
            .flat_map_iter(|file| self.windows(file))
            .collect();
        windows.par_sort_unstable();
        let mut classes = HashMap::new();
        for group in windows.chunk_by(|one, other| one.0 == other.0) {
            let class = self.apart(group);
            if class.len() > 1 {
                classes.insert(class[0], class);
            }
        }
        classes
    }

    /// A rolling pair of polynomials over the lines' hashes, so that a window costs the same whatever its length.
    fn windows(&self, file: usize) -> impl Iterator<Item = (u128, usize)> + '_ {
        let range = self.range(file);
        let mut roll = Roll::new(self.least);
        range.filter_map(move |position| {
            let leaving = roll.is_full().then(|| self.hashes[position - self.least]);
            roll.step(self.hashes[position], leaving);
            roll.is_full()
                .then(|| (roll.value(), position + 1 - self.least))
        })
    }

    /// The places of a class, without those that overlap an earlier one.
    fn apart(&self, group: &[(u128, usize)]) -> Vec<usize> {
        let mut places: Vec<usize> = Vec::with_capacity(group.len());
        for &(_, position) in group {
            if places
                .last()
                .is_none_or(|last| last + self.least <= position)
            {
                places.push(position);
            }
        }
        places
    }

    /// Whether the windows one line before lie in the same places, so that this one only goes on.
    fn continues(
        &self,
        first: usize,
        class: &[usize],
        classes: &HashMap<usize, Vec<usize>>,
    ) -> bool {
        first > 0
            && classes.get(&(first - 1)).is_some_and(|before| {
                before.len() == class.len()
                    && before.iter().zip(class).all(|(one, next)| one + 1 == *next)
                    && class.iter().all(|at| !self.begins_file(*at))
            })
    }

    fn block(&self, first: usize, class: &[usize], classes: &HashMap<usize, Vec<usize>>) -> Block {
        let mut longer = 0;
        while let Some(next) = classes.get(&(first + longer + 1)) {
            let shifted = class.iter().map(|at| at + longer + 1);
            let same = next.len() == class.len() && next.iter().copied().eq(shifted);
            if !same || next.iter().any(|at| self.begins_file(*at)) {
                break;
            }
            longer += 1;
        }
        let lines = self.least + longer;
        Block {
            lines,
            places: class.iter().map(|&at| self.place(at, lines)).collect(),
        }
    }

    fn place(&self, position: usize, lines: usize) -> Place {
        let file = self.starts.partition_point(|start| *start <= position) - 1;
        let inside = position - self.starts[file];
        let text = &self.texts[file].lines;
        Place {
            file,
            first: text[inside].number,
            last: text[inside + lines - 1].number,
        }
    }

    fn begins_file(&self, position: usize) -> bool {
        self.starts.binary_search(&position).is_ok()
    }

    fn range(&self, file: usize) -> Range<usize> {
        self.starts[file]..self.starts[file + 1]
    }
}

/// Two bases, each with its power for the line that leaves.
const BASES: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];

struct Roll {
    least: usize,
    taken: usize,
    sums: [u64; 2],
    powers: [u64; 2],
}

impl Roll {
    fn new(least: usize) -> Self {
        let times = u32::try_from(least).unwrap_or(u32::MAX);
        Self {
            least,
            taken: 0,
            sums: [0; 2],
            powers: BASES.map(|base| base.wrapping_pow(times)),
        }
    }

    fn is_full(&self) -> bool {
        self.taken >= self.least
    }

    fn step(&mut self, entering: u64, leaving: Option<u64>) {
        for (at, sum) in self.sums.iter_mut().enumerate() {
            *sum = sum.wrapping_mul(BASES[at]).wrapping_add(entering);
            if let Some(old) = leaving {
                *sum = sum.wrapping_sub(old.wrapping_mul(self.powers[at]));
            }
        }
        self.taken += 1;
    }

    fn value(&self) -> u128 {
        u128::from(self.sums[0]) << 64 | u128::from(self.sums[1])
    }
}
