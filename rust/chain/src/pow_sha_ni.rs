//! Tries on processors with SHA instructions: two at a time, from where their second blocks begin to differ.
//!
//! One compression is a chain of steps that wait for each other, so the processor has room for a second one beside it.
//! The first eight words of the block are the payload's hash: the eight rounds that eat them are done once.
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi32,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32,
};

/// Tries at a time: two fill the registers.
const LANES: usize = 2;

/// The round constants (FIPS 180-4 4.2.2).
const K: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Return the first nonce in `start..end` whose digest may begin with `bits` zero bits, or where the tries ended.
///
/// Only the digest's first word is looked at. The last few nonces are left to the caller, and so is the verdict.
#[target_feature(enable = "sha,sse4.1")]
pub fn candidate(state: &[u32; 8], block: &[u32; 16], bits: u32, start: u64, end: u64) -> u64 {
    let abef = words([state[5], state[4], state[1], state[0]]);
    let cdgh = words([state[7], state[6], state[3], state[2]]);
    let quarter = |at: usize| words([block[at], block[at + 1], block[at + 2], block[at + 3]]);
    let schedule = [quarter(0), quarter(4), quarter(8), quarter(12)];
    let mut begun = [(abef, cdgh); LANES];
    four_rounds(0, &mut begun, &[schedule; LANES]);
    four_rounds(1, &mut begun, &[schedule; LANES]);
    let wanted = bits.min(32);
    let mut nonce = start;
    while end - nonce >= LANES as u64 {
        let (mut lanes, mut schedules) = (begun, [schedule; LANES]);
        for (own, tried) in schedules.iter_mut().zip(nonce..) {
            let [high, low] = halves(tried);
            own[2] = words([high, low, block[10], block[11]]);
        }
        four_rounds(2, &mut lanes, &schedules);
        four_rounds(3, &mut lanes, &schedules);
        for group in 4..16 {
            extend(&mut schedules, group);
            four_rounds(group, &mut lanes, &schedules);
        }
        for lane in lanes {
            let first = _mm_extract_epi32::<3>(_mm_add_epi32(lane.0, abef)).cast_unsigned();
            if first.leading_zeros() >= wanted {
                return nonce;
            }
            nonce += 1;
        }
    }
    nonce
}

fn halves(nonce: u64) -> [u32; 2] {
    let bytes = nonce.to_be_bytes();
    let halves = bytes.as_chunks::<4>().0;
    [u32::from_be_bytes(halves[0]), u32::from_be_bytes(halves[1])]
}

/// Return four words, the first in the lowest place.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn words([first, second, third, fourth]: [u32; 4]) -> __m128i {
    let [first, second, third, fourth] = [first, second, third, fourth].map(u32::cast_signed);
    _mm_set_epi32(fourth, third, second, first)
}

/// Do rounds `4 * group` to `4 * group + 3` of every lane.
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn four_rounds(
    group: usize,
    lanes: &mut [(__m128i, __m128i); LANES],
    schedules: &[[__m128i; 4]; LANES],
) {
    let constants = words([
        K[4 * group],
        K[4 * group + 1],
        K[4 * group + 2],
        K[4 * group + 3],
    ]);
    for ((abef, cdgh), schedule) in lanes.iter_mut().zip(schedules) {
        let sum = _mm_add_epi32(schedule[group % 4], constants);
        *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
        *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0x0e>(sum));
    }
}

/// Replace the oldest four words of each lane's schedule by those of `group` (FIPS 180-4 6.2.2, step 1).
#[inline]
#[target_feature(enable = "sha,sse4.1")]
fn extend(schedules: &mut [[__m128i; 4]; LANES], group: usize) {
    for schedule in schedules {
        let [oldest, second, third, newest] =
            [0, 1, 2, 3].map(|place| schedule[(group + place) % 4]);
        let sum = _mm_add_epi32(
            _mm_sha256msg1_epu32(oldest, second),
            _mm_alignr_epi8::<4>(newest, third),
        );
        schedule[group % 4] = _mm_sha256msg2_epu32(sum, newest);
    }
}
