//! Concurrency models: who reads, who runs commands, who writes. A model is one file.

pub(crate) mod event_loop;
