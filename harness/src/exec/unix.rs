//! What std and rustix cannot say: spawning without copying page tables, and reaping with resource usage.
//!
//! All of the harness's unsafe code is here. A spawn is `clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD)` with a stack
//! of its own for the child: the caller is suspended until the child has called exec or has ended, so the memory
//! they share is never used by both at once. libc's `vfork` would do the same but returns twice on one stack,
//! which the compiler does not know how to allow.
#![allow(unsafe_code)]

use std::ffi::{CString, c_char, c_int, c_void};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// A child that has called exec.
pub struct Child {
    pub pid: i32,
    /// Readable once the child has ended; valid until it is dropped.
    pub pidfd: OwnedFd,
}

/// A bound in the kernel's terms: resource, soft value, hard value.
pub type Rlimit = (c_int, u64, u64);

/// Everything a child needs between clone and exec.
pub struct Plan<'a> {
    pub program: &'a CString,
    pub argv: &'a [CString],
    pub env: &'a [CString],
    pub cwd: &'a CString,
    pub stdin: BorrowedFd<'a>,
    pub stdout: BorrowedFd<'a>,
    pub stderr: BorrowedFd<'a>,
    pub rlimits: &'a [Rlimit],
}

/// Starts children. Owns the stack they borrow between clone and exec.
pub struct Spawner {
    stack: Box<[u8]>,
}

/// The child's view of a [`Plan`]: only pointers and numbers, since it may not allocate.
struct Raw {
    program: *const c_char,
    argv: *const *const c_char,
    env: *const *const c_char,
    cwd: *const c_char,
    fds: [RawFd; 3],
    rlimits: *const Rlimit,
    rlimit_count: usize,
    parent: i32,
    errno: c_int,
}

const STACK_BYTES: usize = 64 << 10;

impl Spawner {
    pub fn new() -> Spawner {
        Spawner { stack: vec![0; STACK_BYTES].into_boxed_slice() }
    }

    /// Starts `plan` in its own process group, bound to die with this process.
    ///
    /// # Errors
    /// The operating system's error if the child could not be created or could not call exec.
    pub fn spawn(&mut self, plan: &Plan<'_>) -> std::io::Result<Child> {
        let argv = pointers(plan.argv);
        let env = pointers(plan.env);
        let mut raw = Raw {
            program: plan.program.as_ptr(),
            argv: argv.as_ptr(),
            env: env.as_ptr(),
            cwd: plan.cwd.as_ptr(),
            fds: [plan.stdin.as_raw_fd(), plan.stdout.as_raw_fd(), plan.stderr.as_raw_fd()],
            rlimits: plan.rlimits.as_ptr(),
            rlimit_count: plan.rlimits.len(),
            parent: std::process::id() as i32,
            errno: 0,
        };
        debug_assert!(raw.fds.iter().all(|fd| *fd > 2), "dup2 onto itself would keep close-on-exec");
        let mut pidfd: c_int = -1;
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
        // SAFETY: `stack` is ours and 16-byte aligned at its rounded-down top; CLONE_VFORK suspends us until the
        // child has left `enter`, so `raw`, everything it points to, and the stack outlive the child's use of them;
        // `enter` calls only async-signal-safe functions and never returns into Rust frames.
        let pid = unsafe {
            let top = self.stack.as_mut_ptr().add(STACK_BYTES);
            let top = top.sub(top as usize % 16);
            libc::clone(enter, top.cast(), flags, (&raw mut raw).cast(), &raw mut pidfd)
        };
        if pid < 0 {
            return Err(std::io::Error::last_os_error());
        }
        // SAFETY: the kernel stored a new descriptor that nobody else owns.
        let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
        if raw.errno != 0 {
            let _ = reap(pid);
            return Err(std::io::Error::from_raw_os_error(raw.errno));
        }
        Ok(Child { pid, pidfd })
    }
}

fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect()
}

/// The child between clone and exec.
extern "C" fn enter(argument: *mut c_void) -> c_int {
    // SAFETY: `argument` is the `Raw` of `spawn`, which is suspended; every pointer in it is valid and
    // null-terminated where the callee expects that. Only async-signal-safe functions are called.
    unsafe {
        let raw = &mut *argument.cast::<Raw>();
        libc::setpgid(0, 0);
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        if libc::getppid() != raw.parent {
            libc::_exit(126);
        }
        let failed = prepare(raw) || {
            libc::execve(raw.program, raw.argv, raw.env);
            true
        };
        if failed {
            raw.errno = *libc::__errno_location();
        }
        libc::_exit(127)
    }
}

/// Descriptors, directory and limits; true if a step failed.
///
/// # Safety
/// `raw` holds valid descriptors, a valid `cwd` and `rlimit_count` limits.
unsafe fn prepare(raw: &Raw) -> bool {
    // SAFETY: by this function's contract; all calls are async-signal-safe.
    unsafe {
        for index in 0..raw.rlimit_count {
            let (resource, soft, hard) = *raw.rlimits.add(index);
            let value = libc::rlimit { rlim_cur: soft, rlim_max: hard };
            if libc::setrlimit(resource as _, &value) != 0 {
                return true;
            }
        }
        for (target, fd) in raw.fds.iter().enumerate() {
            if libc::dup2(*fd, target as c_int) < 0 {
                return true;
            }
        }
        libc::chdir(raw.cwd) != 0
    }
}

/// What a reaped child leaves behind.
pub struct Reaped {
    pub pid: i32,
    pub status: Status,
    pub user: Duration,
    pub system: Duration,
    pub peak_bytes: u64,
}

/// A wait status, decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Exited(i32),
    Signaled(i32),
}

/// Waits for `pid` and returns its usage, descendants it waited for included.
///
/// # Errors
/// If `pid` is not our child.
pub fn reap(pid: i32) -> std::io::Result<Reaped> {
    wait4(pid, 0)?.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::WouldBlock))
}

/// What [`reap_any`] found.
pub enum Orphan {
    Reaped(Reaped),
    /// Children exist and none of them has ended.
    Alive,
    /// There is no child at all.
    None,
}

/// Reaps one child that has ended, if there is one.
///
/// # Errors
/// Anything but the ordinary "no children".
pub fn reap_any() -> std::io::Result<Orphan> {
    match wait4(-1, libc::WNOHANG) {
        Ok(Some(reaped)) => Ok(Orphan::Reaped(reaped)),
        Ok(None) => Ok(Orphan::Alive),
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(Orphan::None),
        Err(error) => Err(error),
    }
}

fn wait4(pid: i32, options: c_int) -> std::io::Result<Option<Reaped>> {
    let mut status = 0;
    loop {
        // SAFETY: an all-zero rusage is a valid value, and both pointers are valid for the call.
        let (found, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(pid, &mut status, options, &mut usage), usage)
        };
        if found < 0 {
            let error = std::io::Error::last_os_error();
            if error.kind() == std::io::ErrorKind::Interrupted {
                continue;
            }
            return Err(error);
        }
        if found == 0 {
            return Ok(None);
        }
        let status = if libc::WIFSIGNALED(status) {
            Status::Signaled(libc::WTERMSIG(status))
        } else {
            Status::Exited(libc::WEXITSTATUS(status))
        };
        return Ok(Some(Reaped {
            pid: found,
            status,
            user: duration(usage.ru_utime),
            system: duration(usage.ru_stime),
            peak_bytes: usage.ru_maxrss as u64 * 1024,
        }));
    }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000)
}

/// Marks every descriptor from 3 upwards close-on-exec, whoever left it open for us.
pub fn close_inherited_on_exec() {
    // SAFETY: no memory is involved; the flag changes no descriptor's validity. A kernel without the call
    // returns an error, and then only descriptors we did not open ourselves are concerned.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, 4u32 /* CLOSE_RANGE_CLOEXEC */);
    }
}

/// Gives every signal its default disposition and unblocks all of them, for this process and its children.
pub fn reset_signals() {
    // SAFETY: plain calls with valid arguments; signals that cannot be changed report an error that does not matter.
    unsafe {
        for signal in 1..32 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
    }
}

/// Ends this process by `signal`, with its default effect.
pub fn die_by(signal: i32) -> ! {
    reset_signals();
    // SAFETY: raise has no preconditions.
    unsafe {
        libc::raise(signal);
    }
    std::process::exit(128 + signal)
}

/// Forks; the child gets `true`. Only for the villains of the self-test, which are single-threaded.
///
/// # Errors
/// If the system refuses another process.
pub fn fork() -> std::io::Result<bool> {
    // SAFETY: the caller is single-threaded, so the child may run any code.
    match unsafe { libc::fork() } {
        -1 => Err(std::io::Error::last_os_error()),
        0 => Ok(true),
        _ => Ok(false),
    }
}

/// Lets a closed pipe end this process quietly, as it does with other command line tools.
pub fn die_of_closed_pipes() {
    // SAFETY: SIG_DFL is always a valid disposition.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

/// Makes this process ignore `signal`.
pub fn ignore(signal: i32) {
    // SAFETY: SIG_IGN is always a valid disposition.
    unsafe {
        libc::signal(signal, libc::SIG_IGN);
    }
}

/// `SIGSEGV` for 11 and so on; an unknown number is spelled out.
pub fn signal_name(signal: i32) -> String {
    SIGNALS
        .iter()
        .find(|(number, _)| *number == signal)
        .map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_string())
}

/// The number of a signal given as `SEGV`, `SIGSEGV` or `11`.
pub fn signal_number(name: &str) -> Option<i32> {
    let name = name.trim();
    if let Ok(number) = name.parse() {
        return Some(number);
    }
    SIGNALS
        .iter()
        .find(|(_, known)| *known == name || known.strip_prefix("SIG") == Some(name))
        .map(|(n, _)| *n)
}

const SIGNALS: &[(i32, &str)] = &[
    (libc::SIGHUP, "SIGHUP"),
    (libc::SIGINT, "SIGINT"),
    (libc::SIGQUIT, "SIGQUIT"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGTRAP, "SIGTRAP"),
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGKILL, "SIGKILL"),
    (libc::SIGUSR1, "SIGUSR1"),
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGUSR2, "SIGUSR2"),
    (libc::SIGPIPE, "SIGPIPE"),
    (libc::SIGALRM, "SIGALRM"),
    (libc::SIGTERM, "SIGTERM"),
    (libc::SIGXCPU, "SIGXCPU"),
    (libc::SIGXFSZ, "SIGXFSZ"),
    (libc::SIGSYS, "SIGSYS"),
];
