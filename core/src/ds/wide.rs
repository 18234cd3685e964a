//! Loops over many bytes, compiled once more for the vector units that a processor may have: which of them run is found out
//! where they run. Results are the same bits either way, since nothing is reordered.
//!
//! `pulp` chooses, because a call of code for another processor is beyond what safe Rust can promise.

/// Runs `work`, into which everything must be inlined, with the widest vectors there are. A few nanoseconds more than
/// calling it.
#[cfg(feature = "wide")]
#[inline]
pub(super) fn widely<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// Runs `work`.
#[cfg(not(feature = "wide"))]
#[inline]
pub(super) fn widely<R>(work: impl FnOnce() -> R) -> R {
    work()
}
