//! Updates of solely owned values are made in place, in any shape of program (21 of the builtins document).

use ilo4_engine::reference::run_text;
use ilo4_tree::Tree;

/// The program must print `out` and copy nothing, or so many values.
#[track_caller]
fn check(program: &str, out: &str, copies: u64) {
    let ran = run_text(&Tree, program, &["f", "1000"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (out, ""));
    assert_eq!((ran.counters.copies, ran.counters.live_objects), (copies, 0), "{ran:?}");
    assert!(ran.counters.in_place_updates >= 999, "{ran:?}");
}

#[test]
fn in_a_loop() {
    check("f k:n>n;m=mmap;@i 0..k{m=mset m i i};len m", "1000\n", 0);
    check("f k:n>n;xs=[];@i 0..k{xs=+=xs i};len xs", "1000\n", 0);
    check("f k:n>n;s=\"\";@i 0..k{s=+s \"xy\"};len s", "2000\n", 1);
}

#[test]
fn through_helpers() {
    check("put m:M n n k:n>M n n;mset m k 1\nf k:n>n;m=mmap;@i 0..k{m=put m i};len m", "1000\n", 0);
    check(
        "a m:M n n k:n>M n n;b m k\nb m:M n n k:n>M n n;mset m k 1\nf k:n>n;m=mmap;@i 0..k{m=a m i};len m",
        "1000\n",
        0,
    );
}

#[test]
fn in_branches_and_recursion() {
    check("f k:n>n;xs=[];@i 0..k{>i 0{xs=+=xs i}};len xs", "999\n", 0);
    check("go k:n xs:L n>L n;=k 0 xs;go -k 1 +=xs k\nf k:n>n;len (go k [])", "1000\n", 0);
}

#[test]
fn in_a_fold() {
    check("f k:n>n;m=fld (m:M n n i:n>M n n;mset m i 1) (range 0 k) mmap;len m", "1000\n", 0);
}

#[test]
fn in_a_field() {
    check(
        "type bag{xs:L n;c:n}\nf k:n>n;b=bag xs:[] c:0;@i 0..k{b=b with xs:(+=b.xs i)};len b.xs",
        "1000\n",
        0,
    );
}

#[test]
fn a_shared_value_is_copied_once() {
    check("f k:n>n;xs=[0];ys=xs;@i 0..k{xs=+=xs i};+len xs len ys", "1002\n", 1);
}
