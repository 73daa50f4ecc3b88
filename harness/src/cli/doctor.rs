//! `parallax doctor`: which mechanisms are in force on this machine.

use std::path::Path;

use clap::Args;

use super::{Global, Outcome, Session};
use crate::exit::Exit;
use crate::filter::Filter;

#[derive(Debug, Args)]
pub struct DoctorArgs {}

pub fn doctor(global: &Global, _: &DoctorArgs) -> Outcome {
    mechanisms();
    let session = match Session::open(global) {
        Ok(session) => session,
        Err(failure) => {
            println!("configuration  {:#}", failure.error);
            return Ok(failure.exit);
        }
    };
    println!("configuration  {}", session.config.path.display());
    println!("scoreboards    {}", session.config.scoreboards.display());
    println!("run data       {}", session.config.output.display());
    let roster = session.roster(&Filter::default(), &[]);
    for seat in &roster.seats {
        let identity = &seat.identity;
        let trouble = identity.trouble.as_ref().or(identity.absent.as_ref());
        let state = match (trouble, identity.probe) {
            (Some(absent), _) if identity.is_optional => format!("absent: {absent}"),
            (Some(trouble), _) => format!("cannot be used: {trouble}"),
            (None, Some(true)) => "probe passed".to_string(),
            (None, Some(false)) => "probe failed".to_string(),
            (None, None) => "no probe declared: nothing proves that this tier really runs".to_string(),
        };
        let version = identity.version.as_deref().unwrap_or("version unknown");
        let hash = identity.hash.as_deref().unwrap_or("?");
        println!("engine {:8} {version}, {hash}, {state}", identity.name);
    }
    let corpus = session.corpus()?.corpus;
    for suite in &corpus.suites {
        println!("suite {:9} {} cases in {} programs", suite.name, suite.cases.len(), suite.programs.len());
    }
    Ok(if roster.has_trouble() { Exit::Environment } else { Exit::Success })
}

fn mechanisms() {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("processors     {processors}");
    println!("spawn          clone with CLONE_VFORK and CLONE_PIDFD from one small launcher per worker");
    println!("groups         own process group, death signal, group kill after every exit");
    let children = Path::new("/proc/self/task").join(std::process::id().to_string()).join("children");
    let sweep =
        if children.exists() { "child subreaper and /proc children lists" } else { "child subreaper only" };
    println!("escapees       {sweep}");
    println!("memory         sampled resident set of the group, and the kernel's peak at reap{}", cgroup());
    println!("CPU, files     RLIMIT_CPU, RLIMIT_FSIZE, where configured; core files off");
    println!("output         counted while reading; the group is killed at the limit");
    println!(
        "counters       {}",
        if Path::new("/proc/sys/kernel/perf_event_paranoid").exists() {
            "perf events may exist; not used"
        } else {
            "no perf events"
        }
    );
    let pressure =
        if Path::new("/proc/pressure/cpu").exists() { "recorded with each run" } else { "not available" };
    println!("pressure       {pressure}");
}

/// A remark on control groups: this version measures and does not use them.
fn cgroup() -> &'static str {
    if Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
        " (cgroup v2 is mounted here; this version does not use it)"
    } else {
        " (no cgroup v2 here)"
    }
}
