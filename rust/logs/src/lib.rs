//! Reads logs of any mix of formats: events with time and level, and templates of what they say.
//!
//! One thread reads and cuts files into blocks of whole events, a few parse and count them, and [`Reading::next_batch`]
//! merges what they found in the order of the lines: the same files give the same answer however many threads there are.
//! Memory is bounded by the blocks under way and by the request's limits, never by the files.

mod block;
mod clock;
mod count;
mod digits;
mod drain;
mod formats;
mod head;
mod ids;
mod join;
mod json;
mod keys;
mod layout;
mod level;
mod merge;
mod names;
mod once;
mod open;
mod pipeline;
mod request;
mod row;
mod shapes;
mod source;
mod tally;
mod when;
mod words;
mod worker;

pub use layout::leading_time;
pub use level::{of_word as level_of_word, Level};
pub use once::read_bytes;
pub use pipeline::Reading;
pub use request::{Error, Request};
pub use when::{Calendar, Known, Time, KNOWN};
pub use words::masked;
