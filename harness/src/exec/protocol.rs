//! The bytes between the harness and a launcher.
//!
//! A request is one length-prefixed frame. An answer is any number of output frames followed by one report
//! frame. Both ends are the same executable, so there is no version; the encoding is little-endian and flat.

use std::io;
use std::time::Duration;

use super::execution::{Ending, Leak, LimitHit, Usage};
use super::limits::Limits;

/// One process to run.
#[derive(Clone, Debug)]
pub struct Job {
    /// Absolute path of the program.
    pub program: String,
    /// The full argument vector, the program's own name first.
    pub argv: Vec<Vec<u8>>,
    /// The complete environment as `KEY=VALUE`.
    pub env: std::sync::Arc<Vec<String>>,
    pub cwd: String,
    /// What standard input delivers; `None` is /dev/null.
    pub stdin: Option<Vec<u8>>,
    pub limits: Limits,
}

pub(super) const FRAME_STDOUT: u8 = 1;
pub(super) const FRAME_STDERR: u8 = 2;
pub(super) const FRAME_REPORT: u8 = 3;

/// Length of the header of an answer frame: kind and payload length.
pub(super) const HEADER: usize = 5;

/// The last frame of an answer.
#[derive(Debug)]
pub(super) struct Report {
    pub ending: Ending,
    pub limit: Option<LimitHit>,
    pub stdout_total: u64,
    pub stderr_total: u64,
    pub usage: Usage,
    pub leaks: Vec<Leak>,
}

#[derive(Default)]
pub(super) struct Encoder {
    pub bytes: Vec<u8>,
}

impl Encoder {
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub fn blob(&mut self, value: &[u8]) {
        self.u64(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    fn option(&mut self, value: Option<u64>) {
        self.u64(u64::from(value.is_some()));
        self.u64(value.unwrap_or(0));
    }

    fn duration(&mut self, value: Duration) {
        self.u64(value.as_nanos() as u64);
    }
}

pub(super) struct Decoder<'a> {
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Decoder<'a> {
        Decoder { bytes }
    }

    fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        if count > self.bytes.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (head, tail) = self.bytes.split_at(count);
        self.bytes = tail;
        Ok(head)
    }

    pub fn u64(&mut self) -> io::Result<u64> {
        let mut word = [0; 8];
        word.copy_from_slice(self.take(8)?);
        Ok(u64::from_le_bytes(word))
    }

    pub fn blob(&mut self) -> io::Result<&'a [u8]> {
        let count = self.u64()? as usize;
        self.take(count)
    }

    fn text(&mut self) -> io::Result<String> {
        Ok(String::from_utf8_lossy(self.blob()?).into_owned())
    }

    fn option(&mut self) -> io::Result<Option<u64>> {
        let present = self.u64()? != 0;
        let value = self.u64()?;
        Ok(present.then_some(value))
    }

    fn duration(&mut self) -> io::Result<Duration> {
        Ok(Duration::from_nanos(self.u64()?))
    }
}

/// Writes `job` as one frame into `out`, replacing what was there.
pub(super) fn encode_job(job: &Job, out: &mut Encoder) {
    out.bytes.clear();
    out.u64(0);
    out.blob(job.program.as_bytes());
    out.u64(job.argv.len() as u64);
    for argument in &job.argv {
        out.blob(argument);
    }
    out.u64(job.env.len() as u64);
    for variable in job.env.iter() {
        out.blob(variable.as_bytes());
    }
    out.blob(job.cwd.as_bytes());
    out.u64(u64::from(job.stdin.is_some()));
    out.blob(job.stdin.as_deref().unwrap_or_default());
    let limits = &job.limits;
    out.duration(limits.wall);
    out.duration(limits.grace);
    out.option(limits.cpu_seconds);
    out.option(limits.memory_bytes);
    out.u64(limits.output_bytes);
    out.option(limits.file_bytes);
    out.option(limits.processes);
    out.option(limits.stack_bytes);
    let length = (out.bytes.len() - 8) as u64;
    out.bytes[..8].copy_from_slice(&length.to_le_bytes());
}

/// A job as the launcher needs it: byte strings without interior zeros, ready for exec.
pub(super) struct RawJob {
    pub program: Vec<u8>,
    pub argv: Vec<Vec<u8>>,
    pub env: Vec<Vec<u8>>,
    pub cwd: Vec<u8>,
    pub stdin: Option<Vec<u8>>,
    pub limits: Limits,
}

/// Reads the payload of a request frame.
pub(super) fn decode_job(payload: &[u8]) -> io::Result<RawJob> {
    let mut from = Decoder::new(payload);
    let program = from.blob()?.to_vec();
    let count = from.u64()?;
    let argv = (0..count).map(|_| from.blob().map(<[u8]>::to_vec)).collect::<io::Result<_>>()?;
    let count = from.u64()?;
    let env = (0..count).map(|_| from.blob().map(<[u8]>::to_vec)).collect::<io::Result<_>>()?;
    let cwd = from.blob()?.to_vec();
    let has_stdin = from.u64()? != 0;
    let stdin = from.blob()?.to_vec();
    let limits = Limits {
        wall: from.duration()?,
        grace: from.duration()?,
        cpu_seconds: from.option()?,
        memory_bytes: from.option()?,
        output_bytes: from.u64()?,
        file_bytes: from.option()?,
        processes: from.option()?,
        stack_bytes: from.option()?,
    };
    Ok(RawJob { program, argv, env, cwd, stdin: has_stdin.then_some(stdin), limits })
}

/// Appends the report frame to `out`.
pub(super) fn encode_report(report: &Report, out: &mut Vec<u8>) {
    let mut body = Encoder::default();
    let (kind, value) = match report.ending {
        Ending::Exited(status) => (0, status),
        Ending::Signaled(signal) => (1, signal),
        Ending::NotStarted(errno) => (2, errno),
    };
    body.u64(kind);
    body.u64(value as u64);
    body.u64(match report.limit {
        None => 0,
        Some(LimitHit::Wall) => 1,
        Some(LimitHit::Cpu) => 2,
        Some(LimitHit::Memory) => 3,
        Some(LimitHit::Output) => 4,
        Some(LimitHit::FileSize) => 5,
    });
    body.u64(report.stdout_total);
    body.u64(report.stderr_total);
    body.duration(report.usage.wall);
    body.duration(report.usage.user);
    body.duration(report.usage.system);
    body.u64(report.usage.peak_bytes);
    body.u64(report.leaks.len() as u64);
    for leak in &report.leaks {
        body.u64(leak.pid as u64);
        body.blob(leak.name.as_bytes());
    }
    out.push(FRAME_REPORT);
    out.extend_from_slice(&(body.bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(&body.bytes);
}

/// Reads the payload of a report frame.
pub(super) fn decode_report(payload: &[u8]) -> io::Result<Report> {
    let mut from = Decoder::new(payload);
    let kind = from.u64()?;
    let value = from.u64()? as i32;
    let ending = match kind {
        0 => Ending::Exited(value),
        1 => Ending::Signaled(value),
        _ => Ending::NotStarted(value),
    };
    let limit = match from.u64()? {
        1 => Some(LimitHit::Wall),
        2 => Some(LimitHit::Cpu),
        3 => Some(LimitHit::Memory),
        4 => Some(LimitHit::Output),
        5 => Some(LimitHit::FileSize),
        _ => None,
    };
    let stdout_total = from.u64()?;
    let stderr_total = from.u64()?;
    let usage = Usage {
        wall: from.duration()?,
        user: from.duration()?,
        system: from.duration()?,
        peak_bytes: from.u64()?,
    };
    let count = from.u64()?;
    let mut leaks = Vec::new();
    for _ in 0..count {
        leaks.push(Leak { pid: from.u64()? as i32, name: from.text()? });
    }
    Ok(Report { ending, limit, stdout_total, stderr_total, usage, leaks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_survives_the_wire() {
        let job = Job {
            program: "/bin/x".into(),
            argv: vec![b"x".to_vec(), b"a b\xff".to_vec()],
            env: std::sync::Arc::new(vec!["A=1".into()]),
            cwd: "/".into(),
            stdin: Some(Vec::new()),
            limits: Limits { cpu_seconds: Some(3), ..Limits::default() },
        };
        let mut wire = Encoder::default();
        encode_job(&job, &mut wire);
        let back = decode_job(&wire.bytes[8..]).unwrap();
        assert_eq!(back.argv, job.argv);
        assert_eq!(back.stdin, Some(Vec::new()));
        assert_eq!(back.limits, job.limits);
        assert!(decode_job(&wire.bytes[8..wire.bytes.len() - 1]).is_err(), "a cut frame is an error");
    }

    #[test]
    fn a_report_survives_the_wire() {
        let report = Report {
            ending: Ending::Signaled(11),
            limit: Some(LimitHit::FileSize),
            stdout_total: 7,
            stderr_total: 8,
            usage: Usage { peak_bytes: 9, ..Usage::default() },
            leaks: vec![Leak { pid: 4, name: "x y".into() }],
        };
        let mut wire = Vec::new();
        encode_report(&report, &mut wire);
        let back = decode_report(&wire[HEADER..]).unwrap();
        assert_eq!((back.ending, back.limit, back.usage), (report.ending, report.limit, report.usage));
        assert_eq!(back.leaks, report.leaks);
    }
}
