//! Proof of work: the first nonce whose record hash has enough leading zero bits.
use multiversion::{multiversion, target::match_target};
use sha2::block_api::compress256;

use crate::digest::{Hash, INITIAL};
use crate::workers::Workers;

/// The length of a header in bits, which ends its second block.
const HEADER_BITS: u64 = 104 * 8;

/// A header whose first block is compressed already: a try costs one compression.
#[derive(Clone)]
pub struct Midstate {
    state: [u32; 8],
    block: [u8; 64],
}

impl Midstate {
    /// Compress the constant block of a header (tag, previous hash) and lay out the other.
    #[must_use]
    pub fn new(tag: &Hash, previous_hash: &Hash, payload_hash: &Hash) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(tag);
        block[32..].copy_from_slice(previous_hash);
        let mut state = INITIAL;
        compress256(&mut state, &[block]);
        block = [0; 64];
        block[..32].copy_from_slice(payload_hash);
        block[40] = 0x80;
        block[56..].copy_from_slice(&HEADER_BITS.to_be_bytes());
        Self { state, block }
    }

    /// Return the lowest nonce in `start..start + count` that meets the difficulty.
    #[must_use]
    pub fn search(&self, difficulty_bits: u32, start: u64, count: u64) -> Option<u64> {
        let end = start.saturating_add(count);
        let mut from = start;
        loop {
            let to = candidate(&self.state, &self.words(), difficulty_bits, from, end);
            if to < end && self.meets(difficulty_bits, to) {
                return Some(to);
            }
            from = to.saturating_add(1);
            if from >= end {
                return None;
            }
        }
    }

    /// Return whether the hash with this nonce begins with so many zero bits.
    fn meets(&self, difficulty_bits: u32, nonce: u64) -> bool {
        let (mut state, mut block) = (self.state, self.block);
        block[32..40].copy_from_slice(&nonce.to_be_bytes());
        compress256(&mut state, &[block]);
        has_leading_zeros(&state, difficulty_bits)
    }

    /// Return the second block as words.
    fn words(&self) -> [u32; 16] {
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(self.block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        words
    }

    /// As [`Self::search`], with the range cut among `threads` tasks of `workers`.
    #[must_use]
    pub fn search_on(
        &self,
        difficulty_bits: u32,
        start: u64,
        count: u64,
        workers: Workers<'_>,
        threads: usize,
    ) -> Option<u64> {
        let share = count.div_ceil(threads.max(1) as u64).max(1);
        let starts: Vec<u64> = (0..count.div_ceil(share))
            .map(|task| start.saturating_add(task * share))
            .collect();
        let end = start.saturating_add(count);
        let found = workers.map(starts, |from| {
            self.search(difficulty_bits, from, share.min(end - from))
        });
        found.into_iter().flatten().next()
    }
}

/// Return the next nonce in `from..end` that is worth a whole look: every one, where nothing looks faster.
///
/// The processor is asked once a call, by the macro; what it can do beyond x86-64 is used in safe code.
#[multiversion(targets("x86_64+sha+sse4.1"))]
fn candidate(state: &[u32; 8], block: &[u32; 16], bits: u32, from: u64, end: u64) -> u64 {
    match_target! {
        "x86_64+sha+sse4.1" => crate::pow_sha_ni::candidate(state, block, bits, from, end),
        _ => {
            let _ = (state, block, bits, end);
            from
        }
    }
}

/// Return whether the digest that `state` spells begins with `bits` zero bits.
#[inline]
fn has_leading_zeros(state: &[u32; 8], bits: u32) -> bool {
    let (words, rest) = ((bits / 32) as usize, bits % 32);
    if words == 0 {
        return state[0].leading_zeros() >= rest;
    }
    state.iter().take(words).all(|word| *word == 0)
        && state
            .get(words)
            .map_or(rest == 0, |word| word.leading_zeros() >= rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{leading_zero_bits, record_hash, record_tag, sha256, ZERO};

    fn midstate() -> (Hash, Hash, Midstate) {
        let (tag, payload) = (record_tag("example.com/trail"), sha256(b"{}"));
        (tag, payload, Midstate::new(&tag, &ZERO, &payload))
    }

    #[test]
    fn the_nonce_found_is_the_lowest_that_meets_the_difficulty() {
        let (tag, payload, midstate) = midstate();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .expect("three threads");
        for bits in 0..14 {
            let expected = (0..u64::MAX).find(|nonce| {
                leading_zero_bits(&record_hash(&tag, &ZERO, &payload, *nonce)) >= bits
            });
            let whole = 1 << 20;
            assert_eq!(midstate.search(bits, 0, whole), expected, "{bits} bits");
            let spread = midstate.search_on(bits, 0, whole, Workers::Pool(&pool), 3);
            assert_eq!(spread, expected, "{bits} bits on three threads");
        }
    }

    #[test]
    fn no_nonce_is_passed_over() {
        let (_, _, midstate) = midstate();
        for bits in [1, 4, 9] {
            for start in [0, 1, u64::from(u32::MAX) - 100] {
                let mut from = start;
                for nonce in (start..start + 400).filter(|nonce| midstate.meets(bits, *nonce)) {
                    assert_eq!(
                        midstate.search(bits, from, 2000),
                        Some(nonce),
                        "{bits} bits"
                    );
                    from = nonce + 1;
                }
            }
        }
    }

    #[test]
    fn a_budget_that_is_used_up_answers_none() {
        let (_, _, midstate) = midstate();
        assert_eq!(midstate.search(256, 0, 1000), None);
        assert_eq!(midstate.search(0, 7, 0), None);
    }

    #[test]
    fn a_search_at_the_end_of_the_nonces_does_not_overflow() {
        let (_, _, midstate) = midstate();
        let last = u64::MAX - 1;
        assert_eq!(
            midstate.search_on(0, last, 10, Workers::Caller, 4),
            Some(last)
        );
        assert_eq!(midstate.search_on(256, last, 10, Workers::Caller, 4), None);
    }

    #[test]
    fn leading_zeros_of_a_state_agree_with_those_of_its_digest() {
        let state = [0, 0, 0x0000_1fff, 1, 0, 0, 0, 0];
        assert!(has_leading_zeros(&state, 83));
        assert!(!has_leading_zeros(&state, 84));
        assert!(has_leading_zeros(&[0; 8], 256));
    }
}
