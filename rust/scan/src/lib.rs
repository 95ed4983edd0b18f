//! Walks and hashes files in parallel.
