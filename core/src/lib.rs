//! Redloop core.
pub mod ds;
