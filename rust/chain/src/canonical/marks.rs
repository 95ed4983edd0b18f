//! Where plain text of a string may end, found for a whole text at once.

/// The marks of one text, in memory that is kept for the next.
#[derive(Default)]
pub(super) struct Marks {
    /// A bit for each byte.
    words: Vec<u64>,
    /// The offsets of the bits that are set; what stands behind the end of the text means nothing.
    offsets: Vec<u32>,
}

impl Marks {
    /// Mark every quote, backslash and control byte of `text`, and its end.
    ///
    /// `text` is shorter than 2^32 bytes.
    pub fn read(&mut self, text: &[u8]) -> Ends<'_> {
        let (blocks, rest) = text.as_chunks::<64>();
        // A control byte marks the end.
        let mut last = [b' '; 64];
        last[..rest.len()].copy_from_slice(rest);
        last[rest.len()] = 0;
        // Marks are written many at a time, which is quicker than to stop in time.
        let room = 64 * (blocks.len() + 1) + 64;
        if self.offsets.len() < room {
            self.offsets.resize(room, 0);
        }
        let count = self.list(blocks, &last);
        Ends {
            offsets: &self.offsets[..count],
            at: 0,
        }
    }

    /// Write the offsets of all marks, and return how many they are.
    fn list(&mut self, blocks: &[[u8; 64]], last: &[u8; 64]) -> usize {
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V4::try_new() {
            return simd.vectorize(wide::Blocks512(simd, blocks, last, &mut self.offsets));
        }
        self.list_by_words(blocks, last)
    }

    /// The same, by a word of bits for each block.
    fn list_by_words(&mut self, blocks: &[[u8; 64]], last: &[u8; 64]) -> usize {
        let Self { words, offsets } = self;
        words.clear();
        mark_all(blocks, words);
        words.push(marks_of(last));
        let mut count = 0;
        for (marks, first) in words.iter().zip((0_u32..).step_by(64)) {
            list(*marks, first, &mut offsets[count..count + 64]);
            count += marks.count_ones() as usize;
        }
        count
    }
}

/// Write the offsets of the marks of one block, eight at a time.
#[inline]
fn list(mut marks: u64, first: u32, offsets: &mut [u32]) {
    for eight in offsets.as_chunks_mut::<8>().0 {
        if marks == 0 {
            return;
        }
        for offset in eight {
            *offset = first.wrapping_add(marks.trailing_zeros());
            marks &= marks.wrapping_sub(1);
        }
    }
}

/// The marks of a text, met in order.
pub(super) struct Ends<'m> {
    offsets: &'m [u32],
    at: usize,
}

impl Ends<'_> {
    /// Pass two marks, and return the second; at last the end of the text.
    #[inline]
    pub fn after_next(&mut self) -> Option<usize> {
        self.at += 2;
        self.offsets.get(self.at - 1).map(|mark| *mark as usize)
    }

    /// Pass two marks.
    #[inline]
    pub fn pass_two(&mut self) {
        self.at += 2;
    }

    /// Pass and return the first mark at or after `from`, which never falls; at last the end of the text.
    pub fn next(&mut self, from: usize) -> Option<usize> {
        loop {
            let mark = *self.offsets.get(self.at)? as usize;
            self.at += 1;
            if mark >= from {
                return Some(mark);
            }
        }
    }
}

fn mark_all(blocks: &[[u8; 64]], words: &mut Vec<u64>) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(wide::Blocks256(simd, blocks, words));
    }
    words.extend(blocks.iter().map(marks_of));
}

/// Return the marks of one block, eight bytes at a time.
fn marks_of(block: &[u8; 64]) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const LOW: u64 = ONES * 0x7f;
    let mut marks = 0;
    for (index, eight) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        // The top bit of each byte that is not zero; no carry leaves its byte.
        let some = |word: u64| ((word & LOW) + LOW) | word;
        let plain =
            some(word ^ (ONES * 0x22)) & some(word ^ (ONES * 0x5c)) & some(word & (ONES * 0xe0));
        let tops = (!plain & !LOW) >> 7;
        // The product gathers bit 8i at bit 56 + i.
        marks |= (tops.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * index);
    }
    marks
}

/// The same in registers of 32 and 64 bytes.
#[cfg(target_arch = "x86_64")]
mod wide {
    #![allow(clippy::inline_always)] // What is not inlined is not compiled for the registers.
    use std::arch::x86_64::{__m256i, __m512i};

    use pulp::cast;
    use pulp::x86::{V3, V4};

    /// Blocks and the last one, and room for the offsets of their marks; returns how many these are.
    pub struct Blocks512<'a>(
        pub V4,
        pub &'a [[u8; 64]],
        pub &'a [u8; 64],
        pub &'a mut [u32],
    );

    impl pulp::NullaryFnOnce for Blocks512<'_> {
        type Output = usize;

        #[inline(always)]
        fn call(self) -> usize {
            let Self(simd, blocks, last, offsets) = self;
            let (plain, bytes) = (simd.avx512f, simd.avx512bw);
            let quote = plain._mm512_set1_epi8(0x22);
            let slash = plain._mm512_set1_epi8(0x5c);
            let space = plain._mm512_set1_epi8(0x20);
            let sixteen = plain._mm512_set1_epi32(16);
            let mut places: __m512i =
                cast([0_u32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
            let mut count = 0;
            for block in blocks.iter().chain([last]) {
                let block: __m512i = cast(*block);
                let marks = bytes._mm512_cmpeq_epi8_mask(block, quote)
                    | bytes._mm512_cmpeq_epi8_mask(block, slash)
                    | bytes._mm512_cmplt_epu8_mask(block, space);
                let room = &mut offsets[count..count + 64 + 16];
                let mut at = 0;
                let quarters: [u16; 4] = cast(marks);
                for bits in quarters {
                    let found: [u32; 16] = cast(plain._mm512_maskz_compress_epi32(bits, places));
                    room[at..at + 16].copy_from_slice(&found);
                    at += bits.count_ones() as usize;
                    places = plain._mm512_add_epi32(places, sixteen);
                }
                count += at;
            }
            count
        }
    }

    pub struct Blocks256<'a>(pub V3, pub &'a [[u8; 64]], pub &'a mut Vec<u64>);

    impl pulp::NullaryFnOnce for Blocks256<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Self(simd, blocks, words) = self;
            let (plain, bytes) = (simd.avx, simd.avx2);
            let quote = plain._mm256_set1_epi8(0x22);
            let slash = plain._mm256_set1_epi8(0x5c);
            let control = plain._mm256_set1_epi8(0x1f);
            words.reserve(blocks.len() + 2);
            for block in blocks {
                let halves: [__m256i; 2] = cast(*block);
                let mut marks = 0;
                for (index, half) in halves.into_iter().enumerate() {
                    let least = bytes._mm256_min_epu8(half, control);
                    let found = bytes._mm256_or_si256(
                        bytes._mm256_or_si256(
                            bytes._mm256_cmpeq_epi8(half, quote),
                            bytes._mm256_cmpeq_epi8(half, slash),
                        ),
                        bytes._mm256_cmpeq_epi8(half, least),
                    );
                    let bits = bytes._mm256_movemask_epi8(found).cast_unsigned();
                    marks |= u64::from(bits) << (32 * index);
                }
                words.push(marks);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_mark(byte: u8) -> bool {
        byte < 0x20 || byte == b'"' || byte == b'\\'
    }

    /// Every byte at every offset of a block, and a few long texts.
    fn texts() -> impl Iterator<Item = Vec<u8>> {
        let bytes =
            (0..=255_u8).map(|byte| (0..=255).map(|at: u8| byte.wrapping_mul(at)).collect());
        let lengths = (0..200).map(|length| vec![b'x'; length]);
        let ends = (0..200).map(|length| [vec![b'\x7f'; length], b"\"\x1f\\ ".to_vec()].concat());
        bytes.chain(lengths).chain(ends)
    }

    #[test]
    fn the_next_mark_is_the_next_byte_that_is_one() {
        let mut marks = Marks::default();
        for text in texts() {
            let offsets: Vec<_> = (0..text.len()).filter(|at| is_mark(text[*at])).collect();
            let mut ends = marks.read(&text);
            let found: Vec<_> = std::iter::from_fn(|| ends.next(0)).collect();
            assert_eq!(found, [&offsets[..], &[text.len()]].concat(), "{text:?}");
            for from in 0..=text.len() {
                let rest = offsets.iter().find(|mark| **mark >= from);
                let mut ends = marks.read(&text);
                assert_eq!(ends.next(from), rest.copied().or(Some(text.len())));
            }
            let mut ends = marks.read(&text);
            assert_eq!(ends.next(text.len() + 1), None);
            let (blocks, _) = text.as_chunks::<64>();
            let count = marks.list_by_words(blocks, &[0; 64]);
            let whole = marks.offsets[..count].iter().map(|mark| *mark as usize);
            let offsets = offsets.into_iter().filter(|mark| *mark < 64 * blocks.len());
            let last = 64 * blocks.len()..64 * blocks.len() + 64;
            assert!(whole.eq(offsets.chain(last)));
        }
    }

    #[test]
    fn every_width_of_register_marks_the_same() {
        for text in texts() {
            let (blocks, _) = text.as_chunks::<64>();
            let plain: Vec<u64> = blocks.iter().map(marks_of).collect();
            let mut words = Vec::new();
            mark_all(blocks, &mut words);
            assert_eq!(words, plain);
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                let mut words = Vec::new();
                simd.vectorize(wide::Blocks256(simd, blocks, &mut words));
                assert_eq!(words, plain);
            }
        }
    }
}
