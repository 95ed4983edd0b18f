//! What git prints of commits and of what they changed, read into rows of JSON.
//!
//! Only the usual is read here: headers as git writes them, text that is UTF-8, plain paths. Whatever else there is
//! gets an empty row, and the caller reads it with care.
mod changes;
mod commit;
mod date;
mod json;
mod message;

pub use changes::changes;
pub use commit::commits;
