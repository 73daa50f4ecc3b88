//! vm, jit and aot share MIR, so what they count is the same to the last object.

use serde_json::Value;

use super::corpus::{Corpus, Program};
use super::sandbox::{ILO4, Said, Sandbox};

/// Each is compiled and linked, which takes most of the time.
const SAMPLE: usize = 40;

#[test]
fn vm_jit_and_aot_count_the_same_and_leave_nothing() {
    let corpus = Corpus::load();
    let sample = corpus.sample(SAMPLE);
    assert!(sample.len() >= SAMPLE);
    let (mut compared, mut allocating) = (0, 0);
    for (program, invocation) in sample {
        let Some(aot) = compiled(program, invocation) else { continue };
        assert_eq!(aot["live_objects"], 0, "{} {invocation:?} on aot", program.name);
        for engine in ["vm", "jit"] {
            let other = interpreted(engine, program, invocation);
            assert_eq!(other["engine"], engine);
            assert_eq!(without_engine(other), without_engine(aot.clone()), "{} {invocation:?}", program.name);
        }
        compared += 1;
        allocating += usize::from(aot["allocations"] != 0);
    }
    println!("{compared} programs, {allocating} with allocations");
    assert!(compared * 4 > SAMPLE * 3, "only {compared} programs were compared");
    assert!(allocating * 2 > compared, "only {allocating} of {compared} programs allocate");
}

fn without_engine(mut stats: Value) -> Value {
    stats.as_object_mut().expect("an object").remove("engine");
    stats
}

/// The counters of the executable; `None` if the program is rejected.
fn compiled(program: &Program, invocation: &[String]) -> Option<Value> {
    let sandbox = Sandbox::new();
    let path = program.path.to_string_lossy();
    let said = sandbox.ilo4(&["build", &path, "--any-entry", "--counters", "-o", "program"]);
    if said.code == 2 {
        return None;
    }
    assert_eq!(said.code, 0, "{}: {said:#?}", program.name);
    let stats = sandbox.path("stats.json");
    Said::of(sandbox.command(sandbox.path("program")).args(invocation).env("ILO4_STATS", &stats));
    Some(serde_json::from_str(&sandbox.read("stats.json")).expect("JSON"))
}

fn interpreted(engine: &str, program: &Program, invocation: &[String]) -> Value {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(ILO4);
    command.args(["run", "--engine", engine, "--stats", "stats.json"]).arg(&program.path).args(invocation);
    Said::of(&mut command);
    serde_json::from_str(&sandbox.read("stats.json")).expect("JSON")
}
