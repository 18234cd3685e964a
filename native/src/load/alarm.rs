//! Waits until an instant, to a few microseconds: an open loop's requests are due closer together than the
//! milliseconds that tokio's timers tell apart. On Linux that is a timer of the kernel's; elsewhere the last
//! millisecond is spent asking for the time.

use std::{io, time::Instant};

/// Waits for instants, one after the other.
pub(super) struct Alarm {
    #[cfg(target_os = "linux")]
    timer: tokio::io::unix::AsyncFd<Timer>,
}

/// The kernel's timer, which becomes readable.
#[cfg(target_os = "linux")]
struct Timer(nix::sys::timerfd::TimerFd);

#[cfg(target_os = "linux")]
impl std::os::fd::AsRawFd for Timer {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        use std::os::fd::AsFd;
        self.0.as_fd().as_raw_fd()
    }
}

#[cfg(target_os = "linux")]
impl Alarm {
    /// Not set yet; belongs to the runtime that it is made in.
    ///
    /// # Errors
    /// When the system has no more timers.
    #[expect(
        deprecated,
        reason = "its successor is unsafe for the sake of files that are closed while they are watched; this one is \
                  owned by what watches it"
    )]
    pub(super) fn new() -> io::Result<Self> {
        use nix::sys::timerfd::{ClockId, TimerFd, TimerFlags};
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
        let interest = tokio::io::Interest::READABLE;
        Ok(Self { timer: tokio::io::unix::AsyncFd::with_interest(Timer(timer), interest)? })
    }

    /// Waits until `instant`, or a little longer.
    ///
    /// # Errors
    /// The system's.
    pub(super) async fn until(&self, instant: Instant) -> io::Result<()> {
        use nix::sys::{
            time::TimeSpec,
            timerfd::{Expiration, TimerSetTimeFlags},
        };
        let left = instant.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        let expiration = Expiration::OneShot(TimeSpec::from_duration(left));
        // Setting it anew is what makes it unreadable again; nobody needs to read it.
        self.timer.get_ref().0.set(expiration, TimerSetTimeFlags::empty())?;
        self.timer.readable().await?.clear_ready();
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
impl Alarm {
    /// Not set yet.
    ///
    /// # Errors
    /// None here.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits until `instant`, or a little longer.
    ///
    /// # Errors
    /// None here.
    pub(super) async fn until(&self, instant: Instant) -> io::Result<()> {
        const TIMER_STEP: std::time::Duration = std::time::Duration::from_millis(2);
        loop {
            let left = instant.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            if left > TIMER_STEP {
                tokio::time::sleep(left - TIMER_STEP).await;
            } else {
                tokio::task::yield_now().await;
            }
        }
    }
}
