//! Finds, kills and reaps whatever an engine left behind.
//!
//! The launcher is a child subreaper that runs one engine at a time, so every orphan it inherits belongs to that
//! engine, also one that left the process group with `setsid`.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::execution::Leak;
use super::unix::{Orphan, Status, reap_any};

/// How long a killed process may take to disappear before we give up on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Leaves no child alive, and says who was still there. Called after the leader has been reaped.
pub fn sweep() -> Vec<Leak> {
    let mut leaks: Vec<Leak> = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    loop {
        match reap_any() {
            Ok(Orphan::None) | Err(_) => return leaks,
            Ok(Orphan::Reaped(orphan)) => {
                // One that had ended by itself was never in anybody's way.
                if orphan.status == Status::Signaled(9) && !leaks.iter().any(|leak| leak.pid == orphan.pid) {
                    leaks.push(Leak { pid: orphan.pid, name: String::new() });
                }
            }
            Ok(Orphan::Alive) => {
                kill_children(&mut leaks);
                if Instant::now() > deadline {
                    return leaks;
                }
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }
}

fn kill_children(leaks: &mut Vec<Leak>) {
    for pid in children() {
        if !leaks.iter().any(|leak| leak.pid == pid) && !is_zombie(pid) {
            leaks.push(Leak { pid, name: name_of(pid) });
        }
        if let Some(pid) = Pid::from_raw(pid) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn children() -> Vec<i32> {
    let path = format!("/proc/self/task/{}/children", std::process::id());
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

fn name_of(pid: i32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim_end().to_string()
}

fn is_zombie(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
}

/// Resident bytes of `leader` and all its descendants, as far as they can be found from here.
pub fn resident_bytes(leader: i32) -> u64 {
    let mut total = 0;
    let mut open = vec![leader];
    while let Some(pid) = open.pop() {
        total += resident_of(pid);
        let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { continue };
        for task in tasks.flatten() {
            let text = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
            open.extend(text.split_ascii_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
        }
    }
    total
}

fn resident_of(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
