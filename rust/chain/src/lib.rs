//! The arithmetic of an audit trail.
