//! Ctrl-C: once means no new cells and a moment for those that run, twice means at once. Nothing survives.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exec::Stopper;

/// How long running cells get after the first signal.
const MOMENT: Duration = Duration::from_secs(1);

/// Shared between the signal thread, the workers and the dispatcher.
#[derive(Clone, Default)]
pub struct Interrupt {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    requested: AtomicBool,
    signal: AtomicI32,
    stoppers: Mutex<Vec<Stopper>>,
}

impl Interrupt {
    /// Listens for SIGINT, SIGTERM and SIGHUP from now on.
    ///
    /// # Errors
    /// If handlers cannot be installed.
    pub fn listen() -> std::io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let shared = interrupt.clone();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if shared.is_requested() {
                    shared.stop_all();
                    continue;
                }
                shared.request(signal);
                let later = shared.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(MOMENT);
                    later.stop_all();
                });
            }
        });
        Ok(interrupt)
    }

    /// No new cells from now on.
    pub fn request(&self, signal: i32) {
        self.inner.signal.store(signal, Ordering::SeqCst);
        self.inner.requested.store(true, Ordering::SeqCst);
    }

    pub fn is_requested(&self) -> bool {
        self.inner.requested.load(Ordering::Relaxed)
    }

    /// The signal that was caught.
    pub fn signal(&self) -> Option<i32> {
        self.is_requested().then(|| self.inner.signal.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Registers a launcher to be stopped.
    pub fn watch(&self, stopper: Stopper) {
        if let Ok(mut stoppers) = self.inner.stoppers.lock() {
            stoppers.push(stopper);
        }
    }

    fn stop_all(&self) {
        if let Ok(stoppers) = self.inner.stoppers.lock() {
            stoppers.iter().for_each(Stopper::stop);
        }
    }
}
