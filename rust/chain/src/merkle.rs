//! The RFC 6962 tree, grown at its right edge, with the tiles of C2SP tlog-tiles.
use crate::digest::{leaf, node, node_hash, sha256, Hash};
use crate::error::Error;
use crate::many::sha256_each;
use crate::signatures::sigset_hash;

/// A tile's height in levels of the tree, and its width in hashes.
const TILE_HEIGHT: u32 = 8;
const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;
const TILE_BYTES: usize = 32 << TILE_HEIGHT;

/// The levels of tiles that a 64-bit size can have.
const LEVELS: usize = 8;

/// A tile that became full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Its level: a hash on level L stands for 256^L leaves.
    pub level: u32,
    /// Its index on the level, from 0.
    pub index: u64,
    /// Its 256 hashes, one after the other.
    pub hashes: Vec<u8>,
}

/// The right edge of a tree: all that appending needs, O(log n) whatever the size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    frontier: Vec<Hash>,
    edges: Vec<Vec<u8>>,
}

impl Edge {
    /// Take up a tree where it was left.
    ///
    /// `frontier` holds the roots of the full subtrees of `size`, largest first; `edges[L]` the
    /// hashes of the tile on level L that is not full yet. Missing upper levels are empty.
    ///
    /// # Errors
    /// [`Error::Length`] when a length does not agree with `size`.
    pub fn new(size: u64, frontier: &[Hash], edges: Vec<Vec<u8>>) -> Result<Self, Error> {
        if frontier.len() != size.count_ones() as usize {
            return Err(Error::Length {
                what: "frontier",
                expected: "one hash for each one bit of the size",
                found: frontier.len(),
            });
        }
        check_edges(size, &edges)?;
        Ok(Self {
            size,
            frontier: frontier.to_vec(),
            edges,
        })
    }

    /// Append leaf hashes; return the tiles that became full, in the order they did.
    ///
    /// # Errors
    /// [`Error::Range`] when the tree would hold 2^63 leaves or more.
    pub fn grow(&mut self, leaves: &[Hash]) -> Result<Vec<Tile>, Error> {
        if self.size.saturating_add(leaves.len() as u64) >= 1 << 63 {
            return Err(Error::Range("size: a tree holds fewer than 2^63 leaves"));
        }
        let first = self.size;
        self.size += leaves.len() as u64;
        let mut peaks = std::mem::take(&mut self.frontier);
        let mut frontier = Vec::new();
        let mut tiles = Vec::new();
        let mut row = leaves.to_vec();
        for height in 0..u64::BITS {
            if height.is_multiple_of(TILE_HEIGHT) {
                self.keep(height / TILE_HEIGHT, &row, &mut tiles);
            }
            // The root of a full subtree waits on its level for the neighbour to its right.
            let waiting = (first >> height & 1 == 1).then(|| peaks.pop()).flatten();
            row.splice(0..0, waiting);
            if row.len() % 2 == 1 {
                frontier.extend(row.pop());
            }
            row = parents(&row);
        }
        frontier.reverse();
        self.frontier = frontier;
        tiles.sort_by_key(|tile| (tile.index + 1) << (TILE_HEIGHT * (tile.level + 1)));
        Ok(tiles)
    }

    /// Put hashes on the edge of their level, and take the tiles away that are full.
    fn keep(&mut self, level: u32, hashes: &[Hash], tiles: &mut Vec<Tile>) {
        let place = level as usize;
        if hashes.is_empty() {
            return;
        }
        if self.edges.len() <= place {
            self.edges.resize_with(place + 1, Vec::new);
        }
        let edge = &mut self.edges[place];
        edge.extend_from_slice(hashes.as_flattened());
        let (whole, rest) = edge.as_chunks::<TILE_BYTES>();
        if whole.is_empty() {
            return;
        }
        let full = self.size >> (TILE_HEIGHT * (level + 1));
        let indexes = full - whole.len() as u64..;
        tiles.extend(indexes.zip(whole).map(|(index, hashes)| Tile {
            level,
            index,
            hashes: hashes.to_vec(),
        }));
        *edge = rest.to_vec();
    }

    /// Return the root of the tree (RFC 6962 2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.frontier)
    }

    /// Return the roots of the full subtrees, largest first.
    #[must_use]
    pub fn frontier(&self) -> &[Hash] {
        &self.frontier
    }

    /// Return the hashes of the partial tile of each level.
    #[must_use]
    pub fn edges(&self) -> &[Vec<u8>] {
        &self.edges
    }
}

/// Return the root over `hashes`, taken as the leaves' level of a tree (RFC 6962 2.1).
#[must_use]
pub fn subtree_root(hashes: &[Hash]) -> Hash {
    let mut peaks: Vec<Hash> = Vec::new();
    let mut row = hashes.to_vec();
    while !row.is_empty() {
        if row.len() % 2 == 1 {
            peaks.extend(row.pop());
        }
        row = parents(&row);
    }
    peaks.reverse();
    fold(&peaks)
}

/// Return the parent of each pair of neighbours.
fn parents(row: &[Hash]) -> Vec<Hash> {
    let pairs = row.as_chunks::<2>().0.iter();
    let nodes: Vec<_> = pairs.map(|[left, right]| node(left, right)).collect();
    sha256_each(&nodes)
}

/// Return the leaf hash of each record, from its hash and its signature block.
///
/// # Errors
/// [`Error::Length`] when the batch is not as long as its blocks, [`Error::Block`] for the first
/// block that is malformed.
pub fn leaf_hashes(first: u64, record_hashes: &[Hash], blocks: &[&[u8]]) -> Result<Vec<u8>, Error> {
    if record_hashes.len() != blocks.len() {
        return Err(Error::Length {
            what: "ends",
            expected: "one block for each record hash",
            found: blocks.len(),
        });
    }
    let mut leaves = Vec::with_capacity(blocks.len());
    for (position, (hash, block)) in record_hashes.iter().zip(blocks).enumerate() {
        let sigset = sigset_hash(block).ok_or(Error::Block { position })?;
        leaves.push(leaf(first + position as u64, hash, &sigset));
    }
    Ok(sha256_each(&leaves).concat())
}

fn fold(peaks: &[Hash]) -> Hash {
    let mut rest = peaks.iter().rev();
    let Some(&last) = rest.next() else {
        return sha256(b"");
    };
    rest.fold(last, |right, left| node_hash(left, &right))
}

fn check_edges(size: u64, edges: &[Vec<u8>]) -> Result<(), Error> {
    for level in 0..LEVELS.max(edges.len()) {
        let found = edges.get(level).map_or(0, Vec::len);
        if found as u64 != 32 * partial_width(size, level) {
            return Err(Error::Length {
                what: "edges",
                expected: "on each level the hashes of its partial tile",
                found,
            });
        }
    }
    Ok(())
}

/// Return how many hashes of a level are in no full tile.
fn partial_width(size: u64, level: usize) -> u64 {
    u32::try_from(level)
        .ok()
        .and_then(|level| size.checked_shr(TILE_HEIGHT.saturating_mul(level)))
        .map_or(0, |hashes| hashes % TILE_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Edge {
        Edge::new(0, &[], Vec::new()).expect("the empty tree")
    }

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count)
            .map(|index| sha256(&index.to_be_bytes()))
            .collect()
    }

    /// RFC 6962 2.1, as it is written there.
    fn defined_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => sha256(b""),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&defined_root(left), &defined_root(right))
            }
        }
    }

    #[test]
    fn the_root_is_the_one_that_rfc_6962_defines_at_every_size() {
        let leaves = leaves(300);
        let mut edge = empty();
        assert_eq!(edge.root(), defined_root(&[]));
        for size in 1..=leaves.len() {
            edge.grow(&leaves[size - 1..size]).expect("a small tree");
            assert_eq!(edge.root(), defined_root(&leaves[..size]), "{size} leaves");
            assert_eq!(subtree_root(&leaves[..size]), edge.root());
        }
    }

    #[test]
    fn growing_in_two_steps_gives_the_tree_of_one() {
        let leaves = leaves(70_000);
        let mut once = empty();
        let tiles = once.grow(&leaves).expect("a small tree");
        let mut twice = empty();
        let mut first = twice.grow(&leaves[..65_535]).expect("a small tree");
        let mut again =
            Edge::new(65_535, twice.frontier(), twice.edges().to_vec()).expect("taken up");
        first.extend(again.grow(&leaves[65_535..]).expect("a small tree"));
        assert_eq!((again, first), (once, tiles));
    }

    #[test]
    fn a_full_tile_on_level_one_holds_the_roots_of_the_tiles_below() {
        let leaves = leaves(65_536);
        let tiles = empty().grow(&leaves).expect("a small tree");
        assert_eq!(tiles.len(), 257);
        let top = &tiles[256];
        assert_eq!((top.level, top.index), (1, 0));
        let below: Vec<u8> = leaves.chunks(256).flat_map(defined_root).collect();
        assert_eq!(top.hashes, below);
    }

    #[test]
    fn an_edge_that_does_not_agree_with_its_size_is_refused() {
        assert!(Edge::new(3, &leaves(1), vec![vec![0; 96]]).is_err());
        assert!(Edge::new(3, &leaves(2), vec![vec![0; 64]]).is_err());
        assert!(Edge::new(256, &leaves(1), vec![Vec::new()]).is_err());
        assert!(Edge::new(1, &leaves(1), vec![vec![0; 32], vec![0; 32]]).is_err());
    }
}
