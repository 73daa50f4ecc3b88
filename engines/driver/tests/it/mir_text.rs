//! The MIR of every program we have, printed and read back.

use ilo4_mir::{text, verify};

use super::corpus::Corpus;
use super::in_process::{Files, load};

#[test]
fn mir_text_parses_back_to_the_same_program() {
    let mut accepted = 0;
    for program in Corpus::load().programs {
        let bytes = program.text.as_bytes();
        let Some(loaded) = load(&program.path.to_string_lossy(), bytes, Some(&Files)) else { continue };
        let printed = text::print(&loaded.mir);
        let parsed =
            text::parse(&printed).unwrap_or_else(|error| panic!("{}: {error}\n{printed}", program.name));
        assert_eq!(text::print(&parsed), printed, "{}", program.name);
        assert!(parsed == loaded.mir, "{}: equal texts, different programs\n{printed}", program.name);
        verify::verify(&parsed).unwrap_or_else(|complaint| panic!("{}: {complaint}", program.name));
        accepted += 1;
    }
    println!("{accepted} programs");
    assert!(accepted > 600, "only {accepted} programs were accepted");
}
