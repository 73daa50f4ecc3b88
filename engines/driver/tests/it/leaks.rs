//! *Live objects at exit = 0*, for every run of every program we have, whatever its outcome.

use std::path::PathBuf;

use ilo4_engine::{Engine, Program};

use super::corpus::Corpus;
use super::in_process::{Files, counters_of, load};

/// Programs read and write files where they run; each of the three tests below would disturb the others.
#[test]
fn nothing_is_alive_at_exit_on_tree_vm_and_jit() {
    let corpus = Corpus::load();
    let engines: [&(dyn Engine + Sync); 3] = [&ilo4_tree::Tree, &ilo4_vm::Vm, &ilo4_jit::Jit];
    let before = std::env::current_dir().expect("a working directory");
    let empty = tempfile::tempdir().expect("a temporary directory");
    let (mut runs, mut leaks) = (0, Vec::new());
    for program in corpus.programs.iter().filter(|program| !program.invocations.is_empty()) {
        let bytes = std::fs::read(&program.path).expect("a program");
        let Some(accepted) = load(&program.path.to_string_lossy(), &bytes, Some(&Files)) else { continue };
        std::env::set_current_dir(directory(&program.path, empty.path())).expect("a working directory");
        for invocation in &program.invocations {
            for engine in engines {
                runs += 1;
                leaks.extend(
                    leak(engine, &accepted, invocation).map(|leak| format!("{}: {leak}", program.name)),
                );
            }
        }
    }
    std::env::set_current_dir(before).expect("the previous working directory");
    println!("{runs} runs");
    assert!(runs > 4_000, "only {runs} runs");
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// Programs that come with files run beside them, the others where they can do no harm.
fn directory(program: &std::path::Path, empty: &std::path::Path) -> PathBuf {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    let is_ours = program.starts_with(std::fs::canonicalize(corpus).expect("the corpus"));
    let is_listed = is_ours || program.starts_with(corpus);
    if is_listed { empty.to_owned() } else { program.parent().expect("a directory").to_owned() }
}

fn leak(engine: &(dyn Engine + Sync), program: &Program, invocation: &[String]) -> Option<String> {
    let counters = counters_of(engine, program, invocation);
    let name = engine.name();
    (counters.live_objects != 0).then(|| format!("{invocation:?} on {name}: {} alive", counters.live_objects))
}
