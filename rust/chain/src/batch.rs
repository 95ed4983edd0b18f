//! Many signatures by one equation: their sum with coefficients that nobody can choose.
//!
//! Each claim's equation is multiplied by a coefficient of 128 bits and all are added; the terms of
//! a key are one term. Every term is in the curve's prime order group but for torsion, and torsion
//! is nothing after the cofactor, so true claims always sum to nothing, and a false one escapes with
//! chance 2^-128. The coefficients are a hash of the whole batch: to change any signature changes
//! them all, so its maker meets them only after the fact.
use std::collections::HashMap;
use std::iter::once;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::traits::VartimeMultiscalarMul;
use curve25519_dalek::Scalar;
use sha2::{Digest, Sha256};

use crate::claim::{is_nothing, Claim};
use crate::digest::{sha256, Hash};

/// Claims in one equation at most: beyond it the sum grows as fast as the batch.
pub const EQUATION: usize = 4096;

/// Claims for which an equation each is not dearer than a sum.
const FEW: usize = 2;

/// Return the positions of the claims that do not hold, rising.
#[must_use]
pub fn refused(claims: &[Claim<'_>]) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, part) in claims.chunks(EQUATION).enumerate() {
        if !holds(part) {
            search(part, index * EQUATION, &mut found);
        }
    }
    found
}

/// Find every claim that does not hold, in claims of which one does not.
fn search(claims: &[Claim<'_>], first: usize, found: &mut Vec<usize>) {
    if claims.len() <= FEW {
        let positions = (first..).zip(claims);
        found.extend(
            positions
                .filter(|(_, claim)| !claim.holds())
                .map(|(at, _)| at),
        );
        return;
    }
    let (left, right) = claims.split_at(claims.len() / 2);
    let is_left_whole = holds(left);
    if !is_left_whole {
        search(left, first, found);
    }
    // Where the left half is whole, what is wrong is in the right one.
    if is_left_whole || !holds(right) {
        search(right, first + left.len(), found);
    }
}

/// Return whether all claims hold.
fn holds(claims: &[Claim<'_>]) -> bool {
    match claims.len() {
        0..=FEW => claims.iter().all(Claim::holds),
        _ => is_nothing(&sum(claims)),
    }
}

/// Return the sum of all equations, each with its coefficient.
fn sum(claims: &[Claim<'_>]) -> EdwardsPoint {
    let coefficients = coefficients(claims);
    let mut base = Scalar::ZERO;
    let mut keys: HashMap<&Hash, (&EdwardsPoint, Scalar)> = HashMap::new();
    for (claim, coefficient) in claims.iter().zip(&coefficients) {
        base += coefficient * claim.response;
        let (encoding, point) = claim.key();
        keys.entry(encoding).or_insert((point, Scalar::ZERO)).1 += coefficient * claim.challenge;
    }
    let scalars = once(-base)
        .chain(keys.values().map(|(_, scalar)| *scalar))
        .chain(coefficients.iter().copied());
    let points = once(&ED25519_BASEPOINT_POINT)
        .chain(keys.values().map(|(point, _)| *point))
        .chain(claims.iter().map(|claim| &claim.commitment));
    EdwardsPoint::vartime_multiscalar_mul(scalars, points)
}

/// Return a coefficient for each claim: 128 bits of a hash that all claims are in.
fn coefficients(claims: &[Claim<'_>]) -> Vec<Scalar> {
    let mut hasher = Sha256::new_with_prefix(b"ami-audit/batch/v1\n");
    for part in claims.iter().flat_map(Claim::parts) {
        hasher.update(part);
    }
    let mut block = [0; 40];
    block[..32].copy_from_slice(&hasher.finalize());
    let pairs = (0..claims.len().div_ceil(2) as u64).flat_map(|counter| {
        block[32..].copy_from_slice(&counter.to_be_bytes());
        let digest = sha256(&block);
        let (halves, _) = digest.as_chunks::<16>();
        [halves[0], halves[1]].map(|half| Scalar::from(u128::from_le_bytes(half)))
    });
    pairs.take(claims.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::tests::{signatures, with_torsion};
    use crate::claim::PublicKey;
    use crate::sign::{public_key, sign};

    fn key(seed: &Hash) -> PublicKey {
        PublicKey::read(&public_key(seed)).expect("a key of our own")
    }

    #[test]
    fn each_of_many_has_the_verdict_it_has_alone() {
        let seed = [9; 32];
        let key = key(&seed);
        let claims: Vec<_> = signatures(&seed, b"message")
            .iter()
            .filter_map(|signature| key.claim(b"message", signature))
            .collect();
        let alone: Vec<_> = (0..claims.len())
            .filter(|index| !claims[*index].holds())
            .collect();
        assert_eq!(refused(&claims), alone);
        assert_eq!(claims.len() - alone.len(), 2);
    }

    #[test]
    fn torsion_changes_no_verdict_whatever_stands_beside_it() {
        let odd: Vec<_> = (0..64)
            .map(|at| with_torsion(b"message", at % 8, at / 8))
            .map(|(public, signature)| {
                let key = PublicKey::read(&public).expect("of large order");
                (key, signature)
            })
            .collect();
        let message = |at: usize| {
            if at.is_multiple_of(9) {
                b"massage"
            } else {
                b"message"
            }
        };
        let claims: Vec<_> = (0..64)
            .map(|at| odd[at].0.claim(message(at), &odd[at].1).expect("strict"))
            .collect();
        let expected: Vec<_> = (0..64).filter(|at: &usize| at.is_multiple_of(9)).collect();
        assert_eq!(refused(&claims), expected);
        for length in 0..12 {
            let before: Vec<_> = expected.iter().copied().filter(|at| *at < length).collect();
            assert_eq!(refused(&claims[..length]), before);
        }
    }

    #[test]
    fn two_wrongs_that_would_cancel_each_other_do_not() {
        let seed = [3; 32];
        let key = key(&seed);
        let messages: Vec<_> = (0..9_u8).map(|number| [number]).collect();
        let mut signed: Vec<_> = messages.iter().map(|text| sign(&seed, text)).collect();
        // One S a little larger and one a little smaller: with equal coefficients the sum is whole.
        signed[2][32] = signed[2][32].wrapping_add(1);
        signed[7][32] = signed[7][32].wrapping_sub(1);
        let claims: Vec<_> = messages
            .iter()
            .zip(&signed)
            .map(|(text, signature)| key.claim(text, signature).expect("strict"))
            .collect();
        assert_eq!(refused(&claims), [2, 7]);
    }

    #[test]
    fn every_bad_one_is_found_across_equations_and_keys() {
        let seeds = [[1; 32], [2; 32], [4; 32]];
        let keys = seeds.map(|seed| key(&seed));
        let count = EQUATION + 700;
        let bad = [0, 1, 699, EQUATION - 1, EQUATION, EQUATION + 699];
        let claims: Vec<_> = (0..count)
            .map(|at| {
                let text = at.to_le_bytes();
                let signer = if bad.contains(&at) { at + 1 } else { at };
                let signature = sign(&seeds[signer % 3], &text);
                keys[at % 3].claim(&text, &signature).expect("strict")
            })
            .collect();
        assert_eq!(refused(&claims), bad);
    }
}
