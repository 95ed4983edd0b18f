//! RFC 6962 proofs: that a leaf is in a tree, and that one tree is the beginning of another.
use crate::digest::{node_hash, sha256, Hash};

/// Where a proof's next hash stands: left of what is known, or right of it.
enum Side {
    Left,
    Right,
}

/// A way from a node up to the root, beside the way of the last node of its level.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Go up past one sibling; None when the root is reached already.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // A last node that is a left child has no sibling: it stands for its parent too.
            self.up(self.node.trailing_zeros());
            Side::Left
        } else {
            Side::Right
        };
        self.up(1);
        Some(side)
    }

    fn up(&mut self, levels: u32) {
        self.node = self.node.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}

/// Whether `proof` leads from the leaf hash at `index` to the root of `size` leaves.
///
/// RFC 9162 2.1.3.2; the proof's hashes come in the order of RFC 6962 2.1.1, one after the other.
/// No proof holds for an index outside the tree.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[u8], root: &Hash) -> bool {
    let (siblings, []) = proof.as_chunks() else {
        return false;
    };
    if index >= size {
        return false;
    }
    let mut climb = Climb {
        node: index,
        last: size - 1,
    };
    let mut found = *leaf;
    for sibling in siblings {
        found = match climb.step() {
            Some(Side::Left) => node_hash(sibling, &found),
            Some(Side::Right) => node_hash(&found, sibling),
            None => return false,
        };
    }
    climb.last == 0 && found == *root
}

/// Whether `proof` shows the tree of `old_size` leaves to be the beginning of that of `new_size`.
///
/// RFC 9162 2.1.4.2; the proof's hashes come in the order of RFC 6962 2.1.2. It is empty between
/// equal sizes, and from the empty tree, which is the beginning of every tree.
#[must_use]
pub fn verify_consistency(
    old_root: &Hash,
    new_root: &Hash,
    old_size: u64,
    new_size: u64,
    proof: &[u8],
) -> bool {
    let (siblings, []) = proof.as_chunks() else {
        return false;
    };
    if old_size == 0 && *old_root != sha256(b"") {
        return false;
    }
    if old_size == new_size {
        return siblings.is_empty() && old_root == new_root;
    }
    if old_size == 0 || old_size > new_size {
        return siblings.is_empty() && old_size == 0;
    }
    extends(old_root, new_root, old_size, new_size, siblings)
}

/// The same for 0 < `old_size` < `new_size`.
fn extends(old: &Hash, new: &Hash, old_size: u64, new_size: u64, siblings: &[Hash]) -> bool {
    let Some((first, mut rest)) = siblings.split_first() else {
        return false;
    };
    let mut start = first;
    if old_size.is_power_of_two() {
        // The old tree is a node of the new one, and the proof leaves its root out.
        (start, rest) = (old, siblings);
    }
    let mut climb = Climb {
        node: old_size - 1,
        last: new_size - 1,
    };
    climb.up(climb.node.trailing_ones());
    let (mut old_found, mut new_found) = (*start, *start);
    for sibling in rest {
        match climb.step() {
            Some(Side::Left) => {
                old_found = node_hash(sibling, &old_found);
                new_found = node_hash(sibling, &new_found);
            }
            Some(Side::Right) => new_found = node_hash(&new_found, sibling),
            None => return false,
        }
    }
    climb.last == 0 && old_found == *old && new_found == *new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::subtree_root;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count)
            .map(|index| sha256(&index.to_be_bytes()))
            .collect()
    }

    /// RFC 6962 2.1.1, as it is written there.
    fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut path, sibling) = if index < left.len() {
            (path(index, left), right)
        } else {
            (path(index - left.len(), right), left)
        };
        path.push(subtree_root(sibling));
        path
    }

    /// RFC 6962 2.1.2, as it is written there.
    fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole {
                Vec::new()
            } else {
                vec![subtree_root(leaves)]
            };
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut proof, sibling) = if old <= left.len() {
            (subproof(old, left, whole), right)
        } else {
            (subproof(old - left.len(), right, false), left)
        };
        proof.push(subtree_root(sibling));
        proof
    }

    #[test]
    fn the_proof_that_rfc_6962_defines_holds_and_no_other_place_does() {
        for size in 1..=70_usize {
            let leaves = leaves(size);
            let root = subtree_root(&leaves);
            for index in 0..size {
                let proof = path(index, &leaves);
                let at = |place: usize, size: usize, proof: &[u8]| {
                    verify_inclusion(&leaves[index], place as u64, size as u64, proof, &root)
                };
                assert!(at(index, size, proof.as_flattened()), "{index} of {size}");
                assert!(!at(index ^ 1, size, proof.as_flattened()));
                assert!(!at(size, size, proof.as_flattened()));
                assert!(!at(index, size, &[proof.as_flattened(), &[0; 32]].concat()));
                assert!(!at(index, size, &[proof.as_flattened(), &[0]].concat()));
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(!at(index, size, shorter.as_flattened()));
                }
            }
        }
    }

    #[test]
    fn each_tree_is_the_beginning_of_each_later_one_and_of_no_other() {
        let leaves = leaves(70);
        for new in 1..=leaves.len() {
            let new_root = subtree_root(&leaves[..new]);
            for old in 1..=new {
                let old_root = subtree_root(&leaves[..old]);
                let proof = subproof(old, &leaves[..new], true);
                let hold = |old_root: &Hash, old: usize, new: usize, proof: &[u8]| {
                    verify_consistency(old_root, &new_root, old as u64, new as u64, proof)
                };
                assert!(
                    hold(&old_root, old, new, proof.as_flattened()),
                    "{old} {new}"
                );
                assert!(!hold(&[7; 32], old, new, proof.as_flattened()));
                assert!(!hold(
                    &old_root,
                    old,
                    new,
                    &[proof.as_flattened(), &[0; 32]].concat()
                ));
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(!hold(&old_root, old, new, shorter.as_flattened()));
                    assert!(!hold(&old_root, new, old, proof.as_flattened()));
                }
            }
        }
    }

    #[test]
    fn the_empty_tree_is_the_beginning_of_every_tree() {
        let nothing = sha256(b"");
        assert!(verify_consistency(&nothing, &[7; 32], 0, 9, &[]));
        assert!(verify_consistency(&nothing, &nothing, 0, 0, &[]));
        assert!(!verify_consistency(&[7; 32], &[7; 32], 0, 0, &[]));
        assert!(!verify_consistency(&nothing, &[7; 32], 0, 9, &[0; 32]));
        assert!(!verify_consistency(&nothing, &nothing, 9, 0, &[]));
    }

    #[test]
    fn sizes_at_the_end_of_the_numbers_are_answered() {
        assert!(!verify_inclusion(
            &[7; 32],
            u64::MAX - 1,
            u64::MAX,
            &[0; 64 * 32],
            &[7; 32]
        ));
        assert!(!verify_consistency(
            &[7; 32],
            &[8; 32],
            u64::MAX - 1,
            u64::MAX,
            &[0; 99 * 32]
        ));
    }
}
