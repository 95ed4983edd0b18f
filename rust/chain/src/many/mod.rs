//! SHA-256 of many messages: side by side in the lanes of wide registers, where the processor has them.
#[cfg(target_arch = "x86_64")]
mod lanes;

use crate::digest::{sha256, Hash};

/// Messages below which one after the other is as fast.
#[cfg(target_arch = "x86_64")]
const FEW: usize = 6;

/// Return SHA-256 of each message.
#[must_use]
pub fn sha256_each<M: AsRef<[u8]>>(messages: &[M]) -> Vec<Hash> {
    #[cfg(target_arch = "x86_64")]
    if messages.len() >= FEW {
        if let Some(simd) = pulp::x86::V4::try_new() {
            return lanes::sha256_each(simd, messages);
        }
    }
    messages
        .iter()
        .map(|message| sha256(message.as_ref()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize) -> Vec<u8> {
        let bytes = (0..length).map(|at| (at * 31 + length).to_le_bytes()[0]);
        bytes.collect()
    }

    #[test]
    fn messages_of_every_length_have_the_hashes_they_have_alone() {
        let messages: Vec<_> = (0..600).map(|at| message(at * 7 % 300)).collect();
        let alone: Vec<_> = messages.iter().map(|message| sha256(message)).collect();
        assert_eq!(sha256_each(&messages), alone);
    }

    #[test]
    fn any_number_of_messages_is_hashed() {
        for count in 0..70 {
            let messages: Vec<_> = (0..count).map(|at| message(40 + at)).collect();
            let alone: Vec<_> = messages.iter().map(|message| sha256(message)).collect();
            assert_eq!(sha256_each(&messages), alone, "{count}");
        }
    }
}
