//! What the passes decide about ownership and representation, on the shapes that this project was founded on.

use crate::body_text;

#[track_caller]
fn check(text: &str, function: &str, expected: &[&str]) {
    let found = body_text(text, function);
    let expected: Vec<&str> = expected.to_vec();
    let lines: Vec<&str> = found.lines().filter(|line| !line.starts_with("goto")).collect();
    assert_eq!(lines, expected, "\n{found}");
}

#[test]
fn a_helper_moves_its_parameter_into_the_update() {
    let text = "put m:M t n k:t v:n>M t n;mset m k v";
    check(
        text,
        "put",
        &["_4 = box(read _2)", "_3 = prim mset(move _0, move _1, move _4)", "return(move _3)"],
    );
}

#[test]
fn a_variable_that_is_overwritten_is_moved_into_the_call() {
    let text = "put m:M t n>M t n;mset m \"k\" 1\nf m:M t n>M t n;m=put m;m=put m;m";
    check(text, "f", &["_0 = call fn0(move _0)", "_0 = call fn0(move _0)", "return(move _0)"]);
}

#[test]
fn a_value_that_is_needed_later_is_copied_once() {
    let text = "f xs:L n>L n;ys=+=xs 1;+xs ys";
    check(
        text,
        "f",
        &["_1 = prim append(copy _0, 1.0)", "_2 = prim add(move _0, read _1)", "drop _1", "return(move _2)"],
    );
}

#[test]
fn a_field_that_is_replaced_is_taken() {
    let text = "type box{m:M t n}\nput b:box k:t>box;b with m:(mset b.m k 1)";
    let found = body_text(text, "put");
    assert!(found.contains("field_take n0 s0.0(read _0)"), "{found}");
    assert!(found.contains("with n0(move _0, move"), "{found}");
}

#[test]
fn a_field_that_is_observed_later_is_copied() {
    let text = "type box{m:M t n}\nf b:box k:t>n;m=mset b.m k 1;+(len m) (len b.m)";
    let found = body_text(text, "f");
    assert!(found.contains("= field n0 s0.0(read _0)"), "{found}");
    assert_eq!(found.matches("field_take").count(), 1, "the last read takes\n{found}");
}

#[test]
fn a_slot_that_is_replaced_is_taken() {
    let text = "push m:M t L n k:t v:n>M t L n;mset m k (+=(mget m k ?? []) v)";
    let found = body_text(text, "push");
    assert!(found.contains("prim mget_take(read _0, read _1)"), "{found}");
    assert!(found.contains("prim mset(move _0, move _1, move"), "{found}");
    let counting = "add m:M n n k:n>M n n;mset m k (+ 1 (mget m k ?? 0))";
    let found = body_text(counting, "add");
    assert!(found.contains("prim mget_take("), "a key that is boxed anew for each use\n{found}");
}

#[test]
fn a_slot_that_may_be_observed_later_is_read() {
    for body in [
        "x=mget m k;m=mset m j 1;m",
        "x=mget m k;k=j;m=mset m k 1;m",
        "k=str (mget m k ?? 0);m=mset m k 1;m",
        "x=mget m k;y=len m;m=mset m k y;m",
        "x=mget m k;y=mget m j;m=mset m k (y ?? 0);m",
        "x=mget m k;>(x ?? 0) 1{ret m};m=mset m k 1;m",
    ] {
        let text = format!("f m:M t n k:t j:t>M t n;{body}");
        let found = body_text(&text, "f");
        let first = found.find("prim mget").map(|at| &found[at..]).expect("a read of the slot");
        assert!(first.starts_with("prim mget("), "{body}\n{found}");
    }
}

#[test]
fn a_slot_whose_value_becomes_the_key_is_read() {
    let found = body_text("f m:_ k:_>_;k=mget m k;m=mset m k 1;m", "f");
    assert!(found.contains("prim mget(read _0, read _1)"), "{found}");
}

#[test]
fn numbers_are_raw_where_only_numbers_flow() {
    let text = "fib n:n>n;<n 2 n;a=fib -n 1;b=fib -n 2;+a b";
    let found = body_text(text, "fib");
    assert!(!found.contains("box"), "{found}");
    assert!(found.contains("prim add_number("), "{found}");
}

#[test]
fn a_declared_number_that_may_be_a_text_is_a_word() {
    let text = "g x:_>_;x\nf y:_>n;h (g y)\nh x:n>n;+x 1";
    let found = body_text(text, "h");
    assert!(found.contains("prim add(") && !found.contains("add_number"), "{found}");
}

#[test]
fn a_tail_call_of_the_function_itself_is_a_loop() {
    let text = "down k:n acc:n>n;=k 0 acc;down -k 1 +acc k";
    let found = body_text(text, "down");
    assert!(!found.contains("call"), "{found}");
}

#[test]
fn a_value_that_dies_on_one_branch_is_dropped_there() {
    let text = "f c:b xs:L n>L n;c{ret xs};[]";
    let found = body_text(text, "f");
    assert_eq!(found.matches("drop _1").count(), 1, "{found}");
    assert_eq!(found.matches("return(move _1)").count(), 1, "{found}");
}
