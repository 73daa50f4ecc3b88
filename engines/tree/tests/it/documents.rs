//! Every program of the language documents.

use std::path::Path;

use ilo4_engine::reference::run_document;
use ilo4_tree::Tree;

/// One test for both documents, because programs with files change the working directory.
#[test]
fn the_documents_run_as_they_say() {
    let mut failures = Vec::new();
    for (name, least) in [("syntax-and-semantics.md", 380), ("builtins.md", 250)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language").join(name);
        let document = std::fs::read_to_string(path).expect("the language documents");
        let report = run_document(&Tree, &document);
        println!("{name}: {} cases, {} not yet, {} wrong", report.ran, report.not_yet, report.failures.len());
        assert!(report.ran >= least, "only {} cases of {name} ran", report.ran);
        failures.extend(report.failures.into_iter().map(|failure| format!("{name} {failure}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
