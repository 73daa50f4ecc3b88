//! What programs become: each file of `tests/lowering/` holds a program and, below a line of `=`, the text form of its
//! HIR with last uses marked. `ILO4_BLESS=1` rewrites the lower halves; look at every change.

use std::fs;
use std::path::Path;

use ilo4_syntax::{Source, parse_program};

const LINE: &str = "================\n";

fn lower(source: &str) -> String {
    let parsed = parse_program(Source { name: "main.ilo".into(), text: source.into() }, None);
    assert_eq!(parsed.diagnostics, [], "parses");
    let checked = ilo4_check::check(&parsed.program);
    let mut program = checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    ilo4_check::last_use::mark(&mut program);
    ilo4_check::print::print(&program)
}

#[test]
fn programs_become_what_is_written_below_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lowering");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the folder exists").map(|e| e.expect("readable").path()).collect();
    paths.sort();
    assert!(paths.len() >= 8, "only {} files", paths.len());
    let bless = std::env::var_os("ILO4_BLESS").is_some();
    let mut differing = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("readable");
        let (source, expected) = text.split_once(LINE).unwrap_or((&text, ""));
        let found = lower(source);
        if found == expected {
            continue;
        }
        if bless {
            fs::write(&path, format!("{source}{LINE}{found}")).expect("writable");
        } else {
            differing.push(format!("{}\n{source}becomes\n{found}expected\n{expected}", path.display()));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
