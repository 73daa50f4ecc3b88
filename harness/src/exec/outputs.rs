//! The two output pipes of a child, forwarded to the harness in frames.

use std::os::fd::OwnedFd;

use super::protocol::HEADER;

/// Bytes that are collected before a frame is sent. Small, because the launcher's own memory is the floor of
/// every peak it reports.
const BUFFER_BYTES: usize = 64 << 10;

/// One output stream.
pub struct Stream {
    kind: u8,
    /// `None` once the other side has closed it.
    pub pipe: Option<OwnedFd>,
    /// A frame under construction: header, then what was read.
    frame: Vec<u8>,
    /// Bytes the child has written and we have read.
    pub total: u64,
    cap: u64,
}

impl Stream {
    pub fn new(kind: u8) -> Stream {
        Stream { kind, pipe: None, frame: vec![0; HEADER + BUFFER_BYTES], total: 0, cap: 0 }
    }

    pub fn start(&mut self, pipe: OwnedFd, cap: u64) {
        (self.pipe, self.total, self.cap) = (Some(pipe), 0, cap);
    }

    pub fn is_over_cap(&self) -> bool {
        self.total > self.cap
    }

    /// Reads once from a pipe that poll says is readable and appends a frame to `out`. False at end of file.
    pub fn read(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(pipe) = &self.pipe else { return false };
        let count = match rustix::io::read(pipe, &mut self.frame[HEADER..]) {
            Ok(count) => count,
            Err(rustix::io::Errno::INTR) => return true,
            Err(_) => 0,
        };
        if count == 0 {
            self.pipe = None;
            return false;
        }
        let wanted = self.cap.saturating_sub(self.total).min(count as u64) as usize;
        self.total += count as u64;
        if wanted > 0 {
            self.frame[0] = self.kind;
            self.frame[1..HEADER].copy_from_slice(&(wanted as u32).to_le_bytes());
            out.extend_from_slice(&self.frame[..HEADER + wanted]);
        }
        true
    }
}
