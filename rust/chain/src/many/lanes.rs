//! Sixteen SHA-256 computations in the lanes of AVX-512 registers (FIPS 180-4 6.2).
#![allow(clippy::inline_always)] // What is not inlined is not compiled for the wide registers.
use std::arch::x86_64::__m512i;

use pulp::cast;
use pulp::x86::V4;

use super::FEW;
use crate::digest::{sha256, Hash, INITIAL};

/// Computations side by side.
const LANES: usize = 16;

/// The constants of the rounds (FIPS 180-4 4.2.2).
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// Return SHA-256 of each message; those of about one length share the lanes.
pub(super) fn sha256_each<M: AsRef<[u8]>>(simd: V4, messages: &[M]) -> Vec<Hash> {
    let mut order: Vec<(usize, usize)> = messages
        .iter()
        .enumerate()
        .map(|(index, message)| ((message.as_ref().len() + 9).div_ceil(64), index))
        .collect();
    order.sort_unstable();
    let mut hashes = vec![[0; 32]; messages.len()];
    let mut lanes = [const { Lane::EMPTY }; LANES];
    for group in order.chunks(LANES) {
        if group.len() < FEW {
            for (_, index) in group {
                hashes[*index] = sha256(messages[*index].as_ref());
            }
            continue;
        }
        for lane in &mut lanes[group.len()..] {
            *lane = Lane::EMPTY;
        }
        for (lane, (_, index)) in lanes.iter_mut().zip(group) {
            lane.take(messages[*index].as_ref());
        }
        let found = simd.vectorize(Digest(simd, &lanes));
        for (hash, (_, index)) in found.into_iter().zip(group) {
            hashes[*index] = hash;
        }
    }
    hashes
}

/// One message, cut into blocks, its padding in blocks of its own.
struct Lane<'m> {
    whole: &'m [[u8; 64]],
    padded: [[u8; 64]; 2],
    blocks: usize,
}

impl<'m> Lane<'m> {
    const EMPTY: Self = Self {
        whole: &[],
        padded: [[0; 64]; 2],
        blocks: 0,
    };

    /// Take another message, in place: a lane is too large to be made elsewhere and moved.
    fn take(&mut self, message: &'m [u8]) {
        let (whole, rest) = message.as_chunks::<64>();
        self.whole = whole;
        self.blocks = (message.len() + 9).div_ceil(64);
        self.padded = [[0; 64]; 2];
        let padding = self.padded.as_flattened_mut();
        padding[..rest.len()].copy_from_slice(rest);
        padding[rest.len()] = 0x80;
        let end = 64 * (self.blocks - whole.len());
        padding[end - 8..end].copy_from_slice(&(8 * message.len() as u64).to_be_bytes());
    }

    /// Return the block at `at`; one after the last is any block.
    #[inline(always)]
    fn block(&self, at: usize) -> &[u8; 64] {
        match self.whole.get(at) {
            Some(block) => block,
            None => &self.padded[(at - self.whole.len()) & 1],
        }
    }
}

/// The computation of all lanes, compiled for the registers.
struct Digest<'a, 'm>(V4, &'a [Lane<'m>; LANES]);

impl pulp::NullaryFnOnce for Digest<'_, '_> {
    type Output = [Hash; LANES];

    #[inline(always)]
    fn call(self) -> [Hash; LANES] {
        let Self(simd, lanes) = self;
        let mut state = [simd.avx512f._mm512_set1_epi32(0); 8];
        for (word, initial) in state.iter_mut().zip(INITIAL) {
            *word = simd.avx512f._mm512_set1_epi32(initial.cast_signed());
        }
        let most = lanes.iter().map(|lane| lane.blocks).max().unwrap_or(0);
        for at in 0..most {
            let mut active = 0_u16;
            let mut rows = [state[0]; LANES];
            for (bit, lane) in lanes.iter().enumerate() {
                active |= u16::from(at < lane.blocks) << bit;
                rows[bit] = cast(*lane.block(at));
            }
            let next = compress(simd, &state, words_of(simd, &rows));
            for (word, changed) in state.iter_mut().zip(next) {
                *word = simd.avx512f._mm512_mask_mov_epi32(*word, active, changed);
            }
        }
        hashes_of(&state)
    }
}

/// Return the states as hashes, one a lane.
#[inline(always)]
fn hashes_of(state: &[__m512i; 8]) -> [Hash; LANES] {
    let words: [[u32; LANES]; 8] = cast(*state);
    let mut hashes = [[0; 32]; LANES];
    for (lane, hash) in hashes.iter_mut().enumerate() {
        for (bytes, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(&words) {
            *bytes = word[lane].to_be_bytes();
        }
    }
    hashes
}

/// Return the words of sixteen blocks, word by word instead of block by block.
#[inline(always)]
fn words_of(simd: V4, rows: &[__m512i; LANES]) -> [__m512i; 16] {
    let (wide, bytes) = (simd.avx512f, simd.avx512bw);
    let swap: __m512i = cast([0x0c0d_0e0f_0809_0a0b_0405_0607_0001_0203_u128; 4]);
    let mut quads = *rows;
    for group in 0..4 {
        let [r0, r1, r2, r3] = [0, 1, 2, 3].map(|row| rows[4 * group + row]);
        let (r0, r1) = (
            bytes._mm512_shuffle_epi8(r0, swap),
            bytes._mm512_shuffle_epi8(r1, swap),
        );
        let (r2, r3) = (
            bytes._mm512_shuffle_epi8(r2, swap),
            bytes._mm512_shuffle_epi8(r3, swap),
        );
        let (low, high) = (
            wide._mm512_unpacklo_epi32(r0, r1),
            wide._mm512_unpackhi_epi32(r0, r1),
        );
        let (low_2, high_2) = (
            wide._mm512_unpacklo_epi32(r2, r3),
            wide._mm512_unpackhi_epi32(r2, r3),
        );
        quads[4 * group] = wide._mm512_unpacklo_epi64(low, low_2);
        quads[4 * group + 1] = wide._mm512_unpackhi_epi64(low, low_2);
        quads[4 * group + 2] = wide._mm512_unpacklo_epi64(high, high_2);
        quads[4 * group + 3] = wide._mm512_unpackhi_epi64(high, high_2);
    }
    let mut words = quads;
    for column in 0..4 {
        let (q0, q1) = (quads[column], quads[4 + column]);
        let (q2, q3) = (quads[8 + column], quads[12 + column]);
        let even = wide._mm512_shuffle_i32x4::<0x88>(q0, q1);
        let odd = wide._mm512_shuffle_i32x4::<0xdd>(q0, q1);
        let even_2 = wide._mm512_shuffle_i32x4::<0x88>(q2, q3);
        let odd_2 = wide._mm512_shuffle_i32x4::<0xdd>(q2, q3);
        words[column] = wide._mm512_shuffle_i32x4::<0x88>(even, even_2);
        words[4 + column] = wide._mm512_shuffle_i32x4::<0x88>(odd, odd_2);
        words[8 + column] = wide._mm512_shuffle_i32x4::<0xdd>(even, even_2);
        words[12 + column] = wide._mm512_shuffle_i32x4::<0xdd>(odd, odd_2);
    }
    words
}

/// Return the states after one block in each lane (FIPS 180-4 6.2.2).
#[inline(always)]
fn compress(simd: V4, state: &[__m512i; 8], mut words: [__m512i; 16]) -> [__m512i; 8] {
    let mut after = *state;
    // Spelled out, so that every word and every state stays in a register.
    macro_rules! rounds {
        ($turn:literal: $($at:literal)*) => {$(
            if $turn > 0 {
                words[$at] = scheduled(simd, &words, $at);
            }
            after = round(simd, after, words[$at], ROUNDS[16 * $turn + $at]);
        )*};
    }
    rounds!(0: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    rounds!(1: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    rounds!(2: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    rounds!(3: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for (word, before) in after.iter_mut().zip(state) {
        *word = simd.avx512f._mm512_add_epi32(*word, *before);
    }
    after
}

/// Return the states after one round, named as in FIPS 180-4.
#[inline(always)]
#[allow(clippy::many_single_char_names)]
fn round(simd: V4, state: [__m512i; 8], word: __m512i, constant: u32) -> [__m512i; 8] {
    let wide = simd.avx512f;
    let [a, b, c, d, e, f, g, h] = state;
    let constant = wide._mm512_set1_epi32(constant.cast_signed());
    let due = wide._mm512_add_epi32(wide._mm512_add_epi32(word, constant), h);
    let sum_1 = xor(
        simd,
        wide._mm512_ror_epi32::<6>(e),
        wide._mm512_ror_epi32::<11>(e),
        wide._mm512_ror_epi32::<25>(e),
    );
    let choice = wide._mm512_ternarylogic_epi32::<0xca>(e, f, g);
    let first = wide._mm512_add_epi32(wide._mm512_add_epi32(due, choice), sum_1);
    let sum_0 = xor(
        simd,
        wide._mm512_ror_epi32::<2>(a),
        wide._mm512_ror_epi32::<13>(a),
        wide._mm512_ror_epi32::<22>(a),
    );
    let majority = wide._mm512_ternarylogic_epi32::<0xe8>(a, b, c);
    let second = wide._mm512_add_epi32(sum_0, majority);
    [
        wide._mm512_add_epi32(first, second),
        a,
        b,
        c,
        wide._mm512_add_epi32(d, first),
        e,
        f,
        g,
    ]
}

/// Return the word that takes the place of `words[at]`, sixteen rounds later.
#[inline(always)]
fn scheduled(simd: V4, words: &[__m512i; 16], at: usize) -> __m512i {
    let wide = simd.avx512f;
    let (near, far) = (words[(at + 1) % 16], words[(at + 14) % 16]);
    let sigma_0 = xor(
        simd,
        wide._mm512_ror_epi32::<7>(near),
        wide._mm512_ror_epi32::<18>(near),
        wide._mm512_srli_epi32::<3>(near),
    );
    let sigma_1 = xor(
        simd,
        wide._mm512_ror_epi32::<17>(far),
        wide._mm512_ror_epi32::<19>(far),
        wide._mm512_srli_epi32::<10>(far),
    );
    let sum = wide._mm512_add_epi32(words[at], words[(at + 9) % 16]);
    wide._mm512_add_epi32(sum, wide._mm512_add_epi32(sigma_0, sigma_1))
}

#[inline(always)]
fn xor(simd: V4, one: __m512i, two: __m512i, three: __m512i) -> __m512i {
    simd.avx512f
        ._mm512_ternarylogic_epi32::<0x96>(one, two, three)
}
