//! The launcher process: one request, one engine, one report, until the harness goes away.
//!
//! Single-threaded and small. It is a child subreaper, so that orphans of an engine become its children, and it
//! lives in its own session, so that a terminal's Ctrl-C reaches the harness alone. When the socket closes, for
//! whatever reason, it kills what it runs and ends: a harness killed with SIGKILL leaves nothing behind.

use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use super::execution::{Ending, LimitHit, Usage};
use super::limits::Limits;
use super::outputs::Stream;
use super::protocol::{FRAME_STDERR, FRAME_STDOUT, RawJob, Report, decode_job, encode_report};
use super::sweep::{resident_bytes, sweep};
use super::unix::{self, Child, Plan, Rlimit, Spawner, Status};

/// The hidden first argument that turns the executable into a launcher.
pub const LAUNCHER_ARGUMENT: &str = "__launcher";

/// Becomes a launcher, and never returns, if the command line says so. Must be the first thing `main` does.
pub fn run_if_asked() {
    if std::env::args_os().nth(1).is_some_and(|first| first == LAUNCHER_ARGUMENT) {
        let code = match serve() {
            Ok(()) => 0,
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => 0,
            Err(error) => {
                eprintln!("parallax launcher: {error}");
                70
            }
        };
        std::process::exit(code);
    }
}

fn serve() -> std::io::Result<()> {
    unix::reset_signals();
    unix::close_inherited_on_exec();
    let _ = rustix::process::setsid();
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let socket = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3)?;
    let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    let null = rustix::io::fcntl_dupfd_cloexec(&null, 3)?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    // No core files from anything we start, whatever the limit was.
    let no_core = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, no_core);
    let mut desk = Desk {
        socket,
        null,
        spawner: Spawner::new(),
        stdout: Stream::new(FRAME_STDOUT),
        stderr: Stream::new(FRAME_STDERR),
        answer: Vec::new(),
    };
    let mut request = Vec::new();
    while desk.receive(&mut request)? {
        desk.answer.clear();
        let report = desk.run(decode_job(&request)?)?;
        encode_report(&report, &mut desk.answer);
        desk.send()?;
    }
    Ok(())
}

/// What the launcher keeps between jobs.
struct Desk {
    socket: OwnedFd,
    null: OwnedFd,
    spawner: Spawner,
    stdout: Stream,
    stderr: Stream,
    answer: Vec<u8>,
}

/// The harness is gone, or wants us gone. Nobody reads what we would say.
fn abandoned() -> std::io::Error {
    std::io::ErrorKind::ConnectionAborted.into()
}

impl Desk {
    /// Reads one request frame; false when the harness has hung up.
    fn receive(&self, payload: &mut Vec<u8>) -> std::io::Result<bool> {
        // The common request fits one read: length and payload together.
        payload.resize(8192, 0);
        let mut have = 0;
        let mut want = 8;
        while have < want {
            let count = match rustix::io::read(&self.socket, &mut payload[have..]) {
                Ok(count) => count,
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => 0,
            };
            if count == 0 {
                return Ok(false);
            }
            have += count;
            if want == 8 && have >= 8 {
                let mut word = [0; 8];
                word.copy_from_slice(&payload[..8]);
                want = 8 + u64::from_le_bytes(word) as usize;
                payload.resize(want.max(payload.len()), 0);
            }
        }
        payload.truncate(want);
        payload.drain(..8);
        Ok(true)
    }

    fn send(&mut self) -> std::io::Result<()> {
        let mut rest = &self.answer[..];
        while !rest.is_empty() {
            match rustix::net::send(&self.socket, rest, rustix::net::SendFlags::NOSIGNAL) {
                Ok(count) => rest = &rest[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Err(abandoned()),
            }
        }
        self.answer.clear();
        Ok(())
    }

    fn run(&mut self, job: RawJob) -> std::io::Result<Report> {
        let (out_read, out_write) = pipe()?;
        let (err_read, err_write) = pipe()?;
        self.stdout.start(out_read, job.limits.output_bytes);
        self.stderr.start(err_read, job.limits.output_bytes);
        let stdin = job.stdin.as_deref().map(input).transpose()?;
        let started = Instant::now();
        let child = self.spawn(&job, stdin.as_ref(), &out_write, &err_write);
        drop((out_write, err_write, stdin));
        match child {
            Ok(child) => self.supervise(child, &job.limits, started),
            Err(error) => Ok(Report {
                ending: Ending::NotStarted(error.raw_os_error().unwrap_or(0)),
                limit: None,
                stdout_total: 0,
                stderr_total: 0,
                usage: Usage::default(),
                leaks: Vec::new(),
            }),
        }
    }

    fn spawn(
        &mut self,
        job: &RawJob,
        stdin: Option<&OwnedFd>,
        stdout: &OwnedFd,
        stderr: &OwnedFd,
    ) -> std::io::Result<Child> {
        let program = text(&job.program)?;
        let argv = job.argv.iter().map(|s| text(s)).collect::<std::io::Result<Vec<_>>>()?;
        let env = job.env.iter().map(|s| text(s)).collect::<std::io::Result<Vec<_>>>()?;
        let cwd = text(&job.cwd)?;
        let rlimits = rlimits(&job.limits);
        self.spawner.spawn(&Plan {
            program: &program,
            argv: &argv,
            env: &env,
            cwd: &cwd,
            stdin: stdin.unwrap_or(&self.null).as_fd(),
            stdout: stdout.as_fd(),
            stderr: stderr.as_fd(),
            rlimits: &rlimits,
        })
    }

    /// Waits for the leader to end, one way or another, then leaves nothing of its group alive.
    fn supervise(&mut self, child: Child, limits: &Limits, started: Instant) -> std::io::Result<Report> {
        let mut watch = Watch::new(child.pid, limits, started);
        loop {
            let timeout = watch.next_wake().saturating_duration_since(Instant::now());
            let ready = self.wait(&child, timeout)?;
            if ready.hung_up {
                watch.kill();
                unix::reap(child.pid)?;
                sweep();
                return Err(abandoned());
            }
            if ready.stdout {
                self.stdout.read(&mut self.answer);
            }
            if ready.stderr {
                self.stderr.read(&mut self.answer);
            }
            if self.stdout.is_over_cap() || self.stderr.is_over_cap() {
                watch.stop_for(LimitHit::Output);
            }
            if self.answer.len() > 32 << 10 {
                self.send()?;
            }
            if ready.ended {
                break;
            }
            watch.tick(Instant::now());
        }
        // The leader's zombie still pins the group's id, so this cannot hit a stranger.
        watch.kill();
        let reaped = unix::reap(child.pid)?;
        let wall = started.elapsed();
        let leaks = sweep();
        self.drain()?;
        let over = self.stdout.is_over_cap() || self.stderr.is_over_cap();
        let limit = watch.limit_of(&reaped, over);
        let usage = Usage {
            wall,
            user: reaped.user,
            system: reaped.system,
            peak_bytes: reaped.peak_bytes.max(watch.peak_sampled),
        };
        let ending = match reaped.status {
            Status::Exited(status) => Ending::Exited(status),
            Status::Signaled(signal) => Ending::Signaled(signal),
        };
        let (stdout_total, stderr_total) = (self.stdout.total, self.stderr.total);
        Ok(Report { ending, limit, stdout_total, stderr_total, usage, leaks })
    }

    fn wait(&self, child: &Child, timeout: Duration) -> std::io::Result<Ready> {
        let socket = PollFd::new(&self.socket, PollFlags::RDHUP);
        let ended = PollFd::new(&child.pidfd, PollFlags::IN);
        let mut fds = vec![socket, ended];
        let streams = [&self.stdout, &self.stderr];
        fds.extend(
            streams.iter().filter_map(|s| s.pipe.as_ref()).map(|pipe| PollFd::new(pipe, PollFlags::IN)),
        );
        let timeout = Timespec { tv_sec: timeout.as_secs() as i64, tv_nsec: timeout.subsec_nanos().into() };
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut events = fds.iter().map(|fd| !fd.revents().is_empty());
        let mut next = || events.next().unwrap_or(false);
        let (hung_up, ended) = (next(), next());
        let stdout = self.stdout.pipe.is_some() && next();
        let stderr = self.stderr.pipe.is_some() && next();
        Ok(Ready { hung_up, ended, stdout, stderr })
    }

    /// Reads what is still in the pipes. Every writer is dead, so this ends; a pipe that does not say so at once
    /// is held by a process that would not die, and is left alone.
    fn drain(&mut self) -> std::io::Result<()> {
        for stream in [&mut self.stdout, &mut self.stderr] {
            while let Some(pipe) = &stream.pipe {
                let mut fds = [PollFd::new(pipe, PollFlags::IN)];
                if poll(&mut fds, Some(&Timespec::default())).unwrap_or(0) == 0 {
                    break;
                }
                // Only a hang-up and nothing to read: the end, without asking for it.
                if !fds[0].revents().contains(PollFlags::IN) || !stream.read(&mut self.answer) {
                    break;
                }
            }
            stream.pipe = None;
        }
        Ok(())
    }
}

struct Ready {
    hung_up: bool,
    ended: bool,
    stdout: bool,
    stderr: bool,
}

/// The clocks and the memory gauge of one execution.
struct Watch {
    group: Option<Pid>,
    leader: i32,
    started: Instant,
    deadline: Instant,
    kill_at: Option<Instant>,
    killed: bool,
    next_sample: Option<Instant>,
    grace: Duration,
    cpu_seconds: Option<u64>,
    memory_bytes: Option<u64>,
    peak_sampled: u64,
    hit: Option<LimitHit>,
}

impl Watch {
    fn new(leader: i32, limits: &Limits, started: Instant) -> Watch {
        Watch {
            group: Pid::from_raw(leader),
            leader,
            started,
            deadline: started + limits.wall,
            kill_at: None,
            killed: false,
            next_sample: limits.memory_bytes.map(|_| started + Duration::from_millis(10)),
            grace: limits.grace,
            cpu_seconds: limits.cpu_seconds,
            memory_bytes: limits.memory_bytes,
            peak_sampled: 0,
            hit: None,
        }
    }

    fn next_wake(&self) -> Instant {
        let clock = if self.killed {
            Instant::now() + Duration::from_secs(1)
        } else {
            self.kill_at.unwrap_or(self.deadline)
        };
        self.next_sample.map_or(clock, |sample| sample.min(clock))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, signal);
        }
    }

    fn kill(&mut self) {
        self.killed = true;
        self.next_sample = None;
        self.signal(Signal::KILL);
    }

    fn stop_for(&mut self, limit: LimitHit) {
        self.hit.get_or_insert(limit);
        if !self.killed {
            self.kill();
        }
    }

    fn tick(&mut self, now: Instant) {
        if self.kill_at.is_some_and(|at| now >= at) && !self.killed {
            self.kill();
        } else if now >= self.deadline && self.kill_at.is_none() && !self.killed {
            self.hit.get_or_insert(LimitHit::Wall);
            self.kill_at = Some(now + self.grace);
            self.signal(Signal::TERM);
        }
        if self.next_sample.is_some_and(|at| now >= at) {
            self.sample(now);
        }
    }

    fn sample(&mut self, now: Instant) {
        let bytes = resident_bytes(self.leader);
        self.peak_sampled = self.peak_sampled.max(bytes);
        // Dense while a runaway would still be small, sparse once the program has shown to be a long one.
        let young = now.duration_since(self.started) < Duration::from_secs(1);
        self.next_sample = Some(now + Duration::from_millis(if young { 20 } else { 100 }));
        if self.memory_bytes.is_some_and(|limit| bytes > limit) {
            self.stop_for(LimitHit::Memory);
        }
    }

    /// The bound that explains this ending, if one does.
    fn limit_of(&self, reaped: &unix::Reaped, output_over: bool) -> Option<LimitHit> {
        if self.hit.is_some() {
            return self.hit;
        }
        if output_over {
            return Some(LimitHit::Output);
        }
        match reaped.status {
            Status::Signaled(libc::SIGXCPU) => return Some(LimitHit::Cpu),
            Status::Signaled(libc::SIGXFSZ) => return Some(LimitHit::FileSize),
            // The hard limit: somebody ignored SIGXCPU.
            Status::Signaled(libc::SIGKILL)
                if self.cpu_seconds.is_some_and(|s| (reaped.user + reaped.system).as_secs() >= s) =>
            {
                return Some(LimitHit::Cpu);
            }
            Status::Signaled(_) | Status::Exited(_) => {}
        }
        // Too short-lived to be sampled, but the kernel saw its peak.
        self.memory_bytes.filter(|limit| reaped.peak_bytes > *limit).map(|_| LimitHit::Memory)
    }
}

fn pipe() -> std::io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?)
}

/// A descriptor that delivers `bytes` and then ends.
fn input(bytes: &[u8]) -> std::io::Result<OwnedFd> {
    use std::io::{Seek, Write};
    let fd = rustix::fs::memfd_create("stdin", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = std::fs::File::from(fd);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file.into())
}

fn text(bytes: &[u8]) -> std::io::Result<CString> {
    CString::new(bytes).map_err(|_| std::io::Error::from_raw_os_error(libc::EINVAL))
}

fn rlimits(limits: &Limits) -> Vec<Rlimit> {
    let mut all = Vec::new();
    if let Some(seconds) = limits.cpu_seconds {
        all.push((libc::RLIMIT_CPU as _, seconds, seconds + 1));
    }
    if let Some(bytes) = limits.file_bytes {
        all.push((libc::RLIMIT_FSIZE as _, bytes, bytes));
    }
    if let Some(count) = limits.processes {
        all.push((libc::RLIMIT_NPROC as _, count, count));
    }
    if let Some(bytes) = limits.stack_bytes {
        all.push((libc::RLIMIT_STACK as _, bytes, bytes));
    }
    all
}
