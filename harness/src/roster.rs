//! The engines as they are on this machine: found, identified and probed.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wait_timeout::ChildExt;

use crate::command::{Finder, Values, expand, fill};
use crate::config::{Config, Engine, Probe};

/// How long a version query or a probe may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an engine is, recorded with every run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub name: String,
    /// First line of what its version command prints.
    pub version: Option<String>,
    /// Content hash of its binary.
    pub hash: Option<String>,
    /// Whether the probe proved that the intended tier runs; `None` if there is no probe.
    pub probe: Option<bool>,
    /// Why it cannot be used.
    pub trouble: Option<String>,
    /// Declared as one that need not be there: no part of scoreboards.
    #[serde(default)]
    pub is_optional: bool,
    /// It need not be there and is not: why. This is no trouble.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
}

impl Identity {
    /// Before it was looked for.
    fn of(engine: &Engine) -> Identity {
        Identity { name: engine.name.clone(), is_optional: engine.is_optional, ..Identity::default() }
    }
}

/// One engine, ready to be started.
#[derive(Debug)]
pub struct Seated<'c> {
    pub engine: &'c Engine,
    pub run: Vec<String>,
    pub build: Option<Vec<String>>,
    pub check: Option<Vec<String>>,
    /// Its counting commands: build, if it has one of its own, and run.
    pub counters: Option<(Option<Vec<String>>, Vec<String>)>,
    pub identity: Identity,
    /// The program that its build step or, without one, its run starts, where it was found. `None` before that, and if
    /// there is none but the case's own file.
    pub program: Option<PathBuf>,
    /// Variables given on the command line, after those of the configuration.
    pub extra_env: Vec<(String, String)>,
}

impl<'c> Seated<'c> {
    /// As declared: not looked for, not started.
    fn unidentified(engine: &'c Engine) -> Seated<'c> {
        Seated {
            engine,
            run: engine.run.clone(),
            build: engine.build.clone(),
            check: engine.check.clone(),
            counters: counters_of(engine),
            identity: Identity::of(engine),
            program: None,
            extra_env: Vec::new(),
        }
    }
}

/// All engines of a run.
#[derive(Debug)]
pub struct Roster<'c> {
    pub seats: Vec<Seated<'c>>,
    /// What every engine gets, apart from HOME and TMPDIR, which belong to a worker.
    pub base_env: Vec<(String, String)>,
}

impl<'c> Roster<'c> {
    /// Finds and identifies the engines called `names`. Trouble with one of them is kept with it, not returned.
    pub fn assemble(
        config: &'c Config,
        finder: &Finder,
        names: &[String],
        extra: &[(String, String, String)],
    ) -> Roster<'c> {
        let base_env = base_env(config);
        let mut hashes = HashMap::new();
        let chosen = config.engines.iter().filter(|engine| names.contains(&engine.name));
        let seats = chosen
            .map(|engine| {
                let own = extra.iter().filter(|(name, ..)| *name == engine.name);
                let extra_env = own.map(|(_, key, value)| (key.clone(), value.clone())).collect();
                seat(config, finder, engine, &base_env, &mut hashes, extra_env)
            })
            .collect();
        Roster { seats, base_env }
    }

    /// All engines as declared: not looked for, not started. For listing.
    pub fn unidentified(config: &'c Config) -> Roster<'c> {
        let seats = config.engines.iter().map(Seated::unidentified);
        Roster { seats: seats.collect(), base_env: Vec::new() }
    }

    pub fn has_trouble(&self) -> bool {
        self.seats.iter().any(|seat| seat.identity.trouble.is_some())
    }
}

/// The documented environment of engines: fixed locale and time zone, no colour, PATH, and what the
/// configuration passes or sets.
fn base_env(config: &Config) -> Vec<(String, String)> {
    let fixed =
        [("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC0"), ("NO_COLOR", "1"), ("TERM", "dumb")];
    let mut env: Vec<(String, String)> =
        fixed.iter().map(|(key, value)| ((*key).to_string(), (*value).to_string())).collect();
    for name in std::iter::once("PATH").chain(config.pass_env.iter().map(String::as_str)) {
        if let Ok(value) = std::env::var(name) {
            env.push((name.to_string(), value));
        }
    }
    env.extend(config.set_env.iter().map(|(key, value)| (key.clone(), value.clone())));
    env
}

fn seat<'c>(
    config: &'c Config,
    finder: &Finder,
    engine: &'c Engine,
    base_env: &[(String, String)],
    hashes: &mut HashMap<PathBuf, Option<String>>,
    extra_env: Vec<(String, String)>,
) -> Seated<'c> {
    let mut seated = Seated { extra_env, ..Seated::unidentified(engine) };
    let mut version = engine.version.clone();
    let (binary, program) = match locate_all(finder, &mut seated, version.as_mut()) {
        Ok(found) => found,
        Err(message) => {
            let hint = engine.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            let identity = &mut seated.identity;
            let missing = if engine.is_optional { &mut identity.absent } else { &mut identity.trouble };
            *missing = Some(format!("{message}{hint}"));
            return seated;
        }
    };
    seated.program = program;
    seated.identity.hash =
        binary.and_then(|path| hashes.entry(path.clone()).or_insert_with(|| hash_of(&path)).clone());
    let mut env = base_env.to_vec();
    env.extend(engine.env.iter().map(|(key, value)| (key.clone(), value.clone())));
    env.extend(seated.extra_env.iter().cloned());
    if let Some(command) = version {
        match helper(&command, &config.workspace, &env) {
            Ok(said) if said.status == Some(0) => {
                let text = String::from_utf8_lossy(&said.stdout).into_owned();
                seated.identity.version = text.lines().next().map(|line| line.trim().to_string());
            }
            Ok(said) => {
                seated.identity.trouble = Some(format!("its version command failed: {}", said.summary()))
            }
            Err(message) => seated.identity.trouble = Some(format!("its version command failed: {message}")),
        }
    }
    if let (Some(probe), None) = (&engine.probe, &seated.identity.trouble) {
        let found = run_probe(config, finder, &seated, probe, &env);
        seated.identity.probe = Some(found.is_ok());
        seated.identity.trouble = found.err().map(|message| format!("its probe failed: {message}"));
    }
    seated
}

fn counters_of(engine: &Engine) -> Option<(Option<Vec<String>>, Vec<String>)> {
    engine.counters.as_ref().map(|counters| (counters.build.clone(), counters.run.clone()))
}

/// Finds the programs of all commands. The answers are the binary that identifies the engine and the program that it starts.
fn locate_all(
    finder: &Finder,
    seated: &mut Seated<'_>,
    version: Option<&mut Vec<String>>,
) -> Result<(Option<PathBuf>, Option<PathBuf>), String> {
    let find = |command: Option<&mut Vec<String>>| match command {
        Some(command) => locate(finder, command),
        None => Ok(None),
    };
    let version = find(version)?;
    let build = find(seated.build.as_mut())?;
    let run = find(Some(&mut seated.run))?;
    find(seated.check.as_mut())?;
    if let Some((build, run)) = &mut seated.counters {
        find(build.as_mut())?;
        find(Some(run))?;
    }
    let program = build.or(run);
    Ok((version.or_else(|| program.clone()), program))
}

/// Replaces a command's program and each `{bin:NAME}` by absolute paths, unless the program is a placeholder. The answer is
/// the engine's own program: the last that is named by `{bin:NAME}`, behind whatever it is wrapped in, or else the first word.
fn locate(finder: &Finder, command: &mut [String]) -> Result<Option<PathBuf>, String> {
    let find =
        |name: &str| finder.find(name).ok_or_else(|| format!("`{name}` is not in {}", finder.places()));
    let mut own = None;
    let first = &mut command[0];
    if !["{artifact}", "{file}", "{bin:"].iter().any(|placeholder| first.contains(placeholder)) {
        let path = find(&first.replace("{workspace}", &finder.workspace.to_string_lossy()))?;
        *first = path.to_string_lossy().into_owned();
        own = Some(path);
    }
    for word in command {
        let mut filled = String::new();
        let mut rest = word.as_str();
        while let Some((before, name, after)) = first_program(rest) {
            let path = find(name)?;
            filled.push_str(before);
            filled.push_str(&path.to_string_lossy());
            own = Some(path);
            rest = after;
        }
        *word = filled + rest;
    }
    Ok(own)
}

/// The first `{bin:NAME}` of a word, with what stands before and after.
fn first_program(word: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = word.split_once("{bin:")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn hash_of(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut file = std::fs::File::open(path).ok()?;
    hasher.update_reader(&mut file).ok()?;
    Some(hasher.finalize().to_hex()[..16].to_string())
}

/// Shows that the engine's tier really runs a program.
fn run_probe(
    config: &Config,
    finder: &Finder,
    seated: &Seated<'_>,
    probe: &Probe,
    env: &[(String, String)],
) -> Result<(), String> {
    let dir = tempfile::Builder::new().prefix("parallax-probe-").tempdir().map_err(|e| e.to_string())?;
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let (file, artifact, home) = (path(&probe.name), path("artifact"), path(""));
    if let Some(program) = &probe.program {
        std::fs::write(&file, program).map_err(|e| e.to_string())?;
    }
    let workspace = config.workspace.to_string_lossy().into_owned();
    let values = Values {
        file: &file,
        artifact: &artifact,
        dir: home.trim_end_matches('/'),
        workspace: &workspace,
        ..Values::default()
    };
    let mut env = env.to_vec();
    env.extend([("HOME".to_string(), home.clone()), ("TMPDIR".to_string(), home.clone())]);
    env.extend(probe.env.iter().map(|(key, value)| (key.clone(), fill(value, &values))));
    if let (true, Some(build)) = (probe.command.iter().any(|word| word.contains("{artifact}")), &seated.build)
    {
        let said = helper(&expand(build, &values), dir.path(), &env)?;
        if said.status != Some(0) {
            return Err(format!("the build step: {}", said.summary()));
        }
    }
    let mut command = probe.command.clone();
    locate(finder, &mut command)?;
    let said = helper(&expand(&command, &values), dir.path(), &env)?;
    if said.status != Some(probe.exit) {
        return Err(format!("exit {} expected: {}", probe.exit, said.summary()));
    }
    if probe.stdout.as_ref().is_some_and(|expected| expected.as_bytes() != said.stdout) {
        return Err(format!("unexpected output: {}", said.summary()));
    }
    let Some(needle) = &probe.contains else { return Ok(()) };
    let text = match &probe.file {
        None => said.stdout,
        Some(name) => std::fs::read(dir.path().join(name)).map_err(|error| format!("{name}: {error}"))?,
    };
    let text = String::from_utf8_lossy(&text);
    if text.contains(needle.as_str()) {
        return Ok(());
    }
    let place = probe.file.as_deref().unwrap_or("standard output");
    let shown: String = text.chars().take(200).collect();
    Err(format!("{place} does not contain {needle:?}: {shown}"))
}

/// What a helper process said.
struct Said {
    /// `None` if a signal ended it.
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Said {
    fn summary(&self) -> String {
        let status = self.status.map_or("killed by a signal".to_string(), |status| format!("exit {status}"));
        let text = if self.stderr.is_empty() { &self.stdout } else { &self.stderr };
        let text = String::from_utf8_lossy(text);
        format!("{status} {}", text.lines().take(3).collect::<Vec<_>>().join(" / "))
    }
}

/// Runs a small helper command. Resource usage does not matter here, so the standard library and a time-out do.
fn helper(command: &[String], cwd: &Path, env: &[(String, String)]) -> Result<Said, String> {
    use std::os::unix::process::CommandExt;
    let mut child = Command::new(&command[0])
        .args(&command[1..])
        .current_dir(cwd)
        .env_clear()
        .envs(env.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{}: {error}", command[0]))?;
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let reader = std::thread::spawn(move || (drain(&mut out), drain(&mut err)));
    let status = child.wait_timeout(PATIENCE).map_err(|error| error.to_string())?;
    if let Some(group) = rustix::process::Pid::from_raw(child.id() as i32) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let Some(status) = status else {
        let _ = child.wait();
        return Err(format!("no answer within {} s", PATIENCE.as_secs()));
    };
    let (stdout, stderr) = reader.join().unwrap_or_default();
    Ok(Said { status: status.code(), stdout, stderr })
}

/// The first part of a stream; a helper has no more to say than that.
fn drain(stream: &mut Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let _ = stream.take(1 << 20).read_to_end(&mut bytes);
    }
    bytes
}
