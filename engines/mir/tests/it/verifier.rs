//! Ill-formed MIR, and what the verifier says about it.

use ilo4_mir::text::parse;
use ilo4_mir::verify::verify;

/// A function `f` with a word parameter `_0`, a number parameter `_1` and a word local `_2`.
#[track_caller]
fn complaint(lines: &[&str]) -> String {
    let header = "names a\ntexts \"x\"\nshapes s(0)\nplaces 0:0..1\n\n";
    let function =
        "fn f(_0: word p, _1: num q) -> word captures 0 [fault recursive value] {\n  let _2: word r\n";
    let text = format!("{header}{function}{}\n}}\n", lines.join("\n"));
    let program = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    match verify(&program) {
        Ok(()) => "nothing".to_owned(),
        Err(complaint) => complaint.message,
    }
}

#[test]
fn well_formed_bodies_pass() {
    assert_eq!(complaint(&["  bb0:", "    return(move _0)"]), "nothing");
    assert_eq!(
        complaint(&[
            "  cleanup c0: _0",
            "  bb0:",
            "    _2 = prim hd(read _0) @0 !c0",
            "    drop _0 @0",
            "    return(move _2)"
        ]),
        "nothing"
    );
}

#[test]
fn ownership_is_checked_on_every_path() {
    assert_eq!(complaint(&["  bb0:", "    return(nil)"]), "_0 is still owned at the end");
    assert_eq!(
        complaint(&["  bb0:", "    _2 = assign(move _0) @0", "    return(move _0)"]),
        "_0 is used but holds nothing here"
    );
    assert_eq!(
        complaint(&["  bb0:", "    drop _0 @0", "    drop _0 @0", "    return(nil)"]),
        "_0 is dropped but not owned"
    );
    assert_eq!(
        complaint(&["  bb0:", "    _0 = assign(nil) @0", "    return(move _0)"]),
        "_0 is written while it owns a value"
    );
    assert_eq!(
        complaint(&[
            "  bb0:",
            "    branch(true) bb1 bb2",
            "  bb1:",
            "    drop _0 @0",
            "    goto bb3",
            "  bb2:",
            "    goto bb3",
            "  bb3:",
            "    goto bb3"
        ]),
        "_0 is owned on one way into this block and not on another"
    );
}

#[test]
fn positions_and_representations_are_checked() {
    assert_eq!(complaint(&["  bb0:", "    return(read _0)"]), "_0 is read where it is owned");
    assert_eq!(
        complaint(&["  cleanup c0: ", "  bb0:", "    _2 = prim hd(move _0) @0 !c0", "    return(move _2)"]),
        "_0 is consumed where it is borrowed"
    );
    assert_eq!(
        complaint(&["  bb0:", "    drop _0 @0", "    return(read _1)"]),
        "_1 is a Number where a Word is needed"
    );
    assert_eq!(
        complaint(&["  bb0:", "    drop _1 @0", "    return(move _0)"]),
        "_1 owns nothing and is dropped"
    );
}

#[test]
fn cleanups_are_exact() {
    assert_eq!(
        complaint(&["  bb0:", "    _2 = prim hd(read _0) @0", "    drop _0 @0", "    return(move _2)"]),
        "may fault and has no cleanup"
    );
    assert_eq!(
        complaint(&[
            "  cleanup c0: ",
            "  bb0:",
            "    _2 = prim hd(read _0) @0 !c0",
            "    drop _0 @0",
            "    return(move _2)"
        ]),
        "c0 lists [] while [Local(0)] are owned"
    );
    assert_eq!(
        complaint(&[
            "  cleanup c0: _0",
            "  bb0:",
            "    _2 = prim make_ok(move _0) @0 !c0",
            "    return(move _2)"
        ]),
        "cannot fault and has a cleanup"
    );
}

#[test]
fn shape_is_checked() {
    assert_eq!(
        complaint(&["  bb0:", "    goto bb0"]),
        "leads to the entry, or to a block that does not exist"
    );
    assert_eq!(
        complaint(&["  bb0:", "    goto bb7"]),
        "leads to the entry, or to a block that does not exist"
    );
    assert_eq!(complaint(&["  bb0:", "    return(move _9)"]), "names something that does not exist");
    assert_eq!(
        complaint(&["  bb0:", "    _2 = call fn0(move _0) @0", "    return(move _2)"]),
        "names something that does not exist"
    );
}
