//! The harness's end of a launcher.

use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType};

use super::execution::{Ending, Execution, Usage};
use super::launcher::LAUNCHER_ARGUMENT;
use super::protocol::{
    Encoder, FRAME_REPORT, FRAME_STDERR, FRAME_STDOUT, HEADER, Job, decode_report, encode_job,
};

/// A launcher process and the socket to it.
pub struct Launcher {
    socket: Arc<OwnedFd>,
    process: Child,
    request: Encoder,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

/// Why a job has no [`Execution`].
#[derive(Debug, thiserror::Error)]
pub enum LauncherError {
    #[error("cannot start a launcher process")]
    Start(#[source] std::io::Error),
    #[error("the launcher went away while it ran a job")]
    Gone,
    #[error("the launcher sent something that is not an answer (this is a bug in parallax)")]
    Garbled,
}

/// Stops a launcher from another thread: it kills what it runs and ends.
#[derive(Clone)]
pub struct Stopper {
    socket: Arc<OwnedFd>,
}

impl Stopper {
    pub fn stop(&self) {
        let _ = rustix::net::shutdown(&*self.socket, Shutdown::Both);
    }
}

impl Launcher {
    /// Starts a launcher from this very executable, whose `main` begins with [`super::run_if_asked`].
    ///
    /// # Errors
    /// [`LauncherError::Start`] if the process cannot be created.
    pub fn start() -> Result<Launcher, LauncherError> {
        let pair =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None);
        let (ours, theirs) = pair.map_err(|error| LauncherError::Start(error.into()))?;
        let process = Command::new("/proc/self/exe")
            .arg(LAUNCHER_ARGUMENT)
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .spawn()
            .map_err(LauncherError::Start)?;
        Ok(Launcher {
            socket: Arc::new(ours),
            process,
            request: Encoder::default(),
            buffer: vec![0; 16 << 10],
            start: 0,
            end: 0,
        })
    }

    pub fn stopper(&self) -> Stopper {
        Stopper { socket: Arc::clone(&self.socket) }
    }

    /// Runs one job to its end and returns all that is known about it.
    ///
    /// # Errors
    /// [`LauncherError::Gone`] if the launcher was stopped or died. A program that could not be started is not an
    /// error here: it is an execution that ended in [`Ending::NotStarted`].
    pub fn run(&mut self, job: &Job) -> Result<Execution, LauncherError> {
        encode_job(job, &mut self.request);
        self.send()?;
        let mut execution = Execution {
            ending: Ending::NotStarted(0),
            limit: None,
            stdout: Vec::new(),
            stderr: Vec::new(),
            stdout_total: 0,
            stderr_total: 0,
            usage: Usage::default(),
            leaks: Vec::new(),
        };
        loop {
            let kind = self.fill(HEADER)?[0];
            let mut word = [0; 4];
            word.copy_from_slice(&self.buffer[self.start + 1..self.start + HEADER]);
            let length = u32::from_le_bytes(word) as usize;
            self.fill(HEADER + length)?;
            let payload = &self.buffer[self.start + HEADER..self.start + HEADER + length];
            self.start += HEADER + length;
            match kind {
                FRAME_STDOUT => execution.stdout.extend_from_slice(payload),
                FRAME_STDERR => execution.stderr.extend_from_slice(payload),
                FRAME_REPORT => {
                    let report = decode_report(payload).map_err(|_| LauncherError::Garbled)?;
                    execution.ending = report.ending;
                    execution.limit = report.limit;
                    execution.stdout_total = report.stdout_total;
                    execution.stderr_total = report.stderr_total;
                    execution.usage = report.usage;
                    execution.leaks = report.leaks;
                    return Ok(execution);
                }
                _ => return Err(LauncherError::Garbled),
            }
        }
    }

    fn send(&self) -> Result<(), LauncherError> {
        let mut rest = &self.request.bytes[..];
        while !rest.is_empty() {
            match rustix::net::send(&*self.socket, rest, SendFlags::NOSIGNAL) {
                Ok(count) => rest = &rest[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Err(LauncherError::Gone),
            }
        }
        Ok(())
    }

    /// Makes at least `count` unread bytes available.
    fn fill(&mut self, count: usize) -> Result<&[u8], LauncherError> {
        if self.buffer.len() - self.start < count {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if self.buffer.len() < count {
                self.buffer.resize(count, 0);
            }
        }
        while self.end - self.start < count {
            match rustix::net::recv(&*self.socket, &mut self.buffer[self.end..], RecvFlags::empty()) {
                Ok((0, _)) => return Err(LauncherError::Gone),
                Ok((received, _)) => self.end += received,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Err(LauncherError::Gone),
            }
        }
        Ok(&self.buffer[self.start..self.start + count])
    }
}

impl Drop for Launcher {
    /// Waits until the launcher, and with it everything it started, is gone.
    fn drop(&mut self) {
        self.stopper().stop();
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match self.process.try_wait() {
                Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_micros(300)),
                Ok(None) => {
                    let _ = self.process.kill();
                    let _ = self.process.wait();
                    return;
                }
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }
}
