//! One line per example of the builtins document, by section, through the safe calls that every engine shares.

use ilo4_builtins::{FaultCode, Prim};

use crate::counters;
use crate::dispatch::call;
use crate::display::display;
use crate::program::ProgramInfo;
use crate::runtime::Runtime;
use crate::value::Value;

impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::number(f64::from(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::number(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::bool(truth)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::text(text)
    }
}

macro_rules! list {
    ($($element:expr),* $(,)?) => { Value::list(vec![$(Value::from($element)),*]) };
}

/// `check!(Trm "  a " => "a")`: the display of what a primitive answers, and that nothing stays alive.
/// `check!(Hd list![] => fault R009)`: the code of its fault.
macro_rules! check {
    ($prim:ident $($operand:expr),* => fault $code:ident) => {{
        let alive = counters::snapshot().live_objects;
        let answer = run(Prim::$prim, vec![$(Value::from($operand)),*]);
        assert_eq!(counters::snapshot().live_objects, alive, "{} leaks", stringify!($prim));
        assert_eq!(answer, Err(FaultCode::$code), "{}", stringify!($prim $($operand),*));
    }};
    ($prim:ident $($operand:expr),* => $wanted:expr) => {{
        let alive = counters::snapshot().live_objects;
        let answer = run(Prim::$prim, vec![$(Value::from($operand)),*]);
        assert_eq!(counters::snapshot().live_objects, alive, "{} leaks", stringify!($prim));
        assert_eq!(answer.as_deref(), Ok($wanted), "{}", stringify!($prim $($operand),*));
    }};
}

mod library;

fn run(prim: Prim, mut operands: Vec<Value>) -> Result<String, FaultCode> {
    let mut rt = Runtime::new(&ProgramInfo::default());
    rt.output = Box::new(std::io::sink());
    let answer = call(&mut rt, prim, &mut operands);
    answer.map(|value| display(&rt, &value)).map_err(|fault| fault.code)
}

fn nan() -> Value {
    Value::number(f64::NAN)
}

const INF: f64 = f64::INFINITY;

fn map_of(entries: &[(Value, Value)]) -> Value {
    let mut rt = Runtime::new(&ProgramInfo::default());
    let mut map = Value::map(crate::MapTable::new());
    for (key, value) in entries {
        let operands = &mut [map, key.clone(), value.clone()];
        map = call(&mut rt, Prim::Mset, operands).unwrap();
    }
    map
}

#[test]
fn conversions() {
    check!(Str 42 => "42");
    check!(Str -0.125 => "-0.125");
    check!(Str 1e3 => "1000");
    check!(Str "word" => fault R009);
    check!(Num " 6.25 " => "~6.25");
    check!(Num "-4e2" => "~-400");
    check!(Num ".5" => "~0.5");
    check!(Num "7." => "~7");
    check!(Num "Infinity" => "~inf");
    check!(Num "-nan" => "~NaN");
    check!(Num "1e999" => "~inf");
    check!(Num "12px" => "^12px");
    check!(Num " x " => "^ x ");
    check!(Num "" => "^");
    check!(Num "1_000" => "^1_000");
    check!(Num "0x1f" => "^0x1f");
    check!(Num "\u{b}1" => "^\u{b}1");
    check!(Num "\u{a0}1" => "^\u{a0}1");
    check!(Num 3 => fault R009);
    check!(Ord "Az" => "65");
    check!(Ord "ß" => "223");
    check!(Ord "🦀" => "129408");
    check!(Ord "" => fault R009);
    check!(Chr 8364 => "€");
    check!(Chr 129408 => "🦀");
    check!(Chr 57000 => fault R009);
    check!(Chr 1114112 => fault R009);
    check!(Chr 65.5 => fault R009);
    check!(Chr -1 => fault R009);
    check!(Chr nan() => fault R009);
    check!(Chars "aé🦀" => "[a, é, 🦀]");
    check!(Chars "" => "[]");
}

#[test]
fn case_trimming_padding() {
    check!(Upr "straße 7" => "STRASSE 7");
    check!(Upr "naïve" => "NAÏVE");
    check!(Lwr "ÖL Q" => "öl q");
    check!(Lwr "ΟΔΟΣ" => "οδος");
    check!(Cap "élan vital" => "Élan vital");
    check!(Cap "mIXED" => "MIXED");
    check!(Cap "ßa" => "SSa");
    check!(Cap "" => "");
    check!(Trm "  two words\t" => "two words");
    check!(Trm "" => "");
    check!(Trm "   " => "");
    check!(Trm "\u{a0}x\u{2003}" => "x");
    check!(PadLeft "ö", 4 => "   ö");
    check!(PadLeft "wide", 2 => "wide");
    check!(PadLeft "x", -1 => fault R009);
    check!(PadLeft "x", 2.5 => fault R009);
    check!(PadRightWith "7", 4, "·" => "7···");
    check!(PadRightWith "7", 4, "ab" => fault R009);
    check!(PadRightWith "7", 4, "" => fault R009);
    check!(PadLeftWith "42", 5, "0" => "00042");
    check!(PadRight "ab", 4 => "ab  ");
    check!(PadRight "ab", 1e300 => fault R009);
}

#[test]
fn splitting_and_joining() {
    check!(Spl "k=v=w", "=" => "[k, v, w]");
    check!(Spl ",a,,", "," => "[, a, , ]");
    check!(Spl "abc", "::" => "[abc]");
    check!(Spl "aXXXb", "XX" => "[a, Xb]");
    check!(Spl "né", "" => "[, n, é, ]");
    check!(Spl "", ";" => "[]");
    check!(Spl 5, "," => fault R009);
    check!(Cat list!["one", "two", "three"], " < " => "one < two < three");
    check!(Cat list![], "," => "");
    check!(Cat list!["a"], "," => "a");
    check!(Cat list!["a", 5], "" => fault R009);
}

#[test]
fn formatting() {
    check!(Fmt "{} has {} item(s)", list!["Ada", 3] => "Ada has 3 item(s)");
    check!(Fmt "{} and {}", list![1] => "1 and {}");
    check!(Fmt "just {}", list![1, 2, 3] => "just 1");
    check!(Fmt "{{}} {name} { } }", list![true] => "{true} {name} { } }");
    check!(Fmt "{}{}", list!["{}", Value::nil()] => "{}nil");
    check!(Fmt "pre {:>4}", list![5] => fault R009);
    check!(Fmt "{", list![5] => "{");
    check!(Fmt 9, list![1] => fault R009);
    check!(Fmt2 8.14159, 2 => "8.14");
    check!(Fmt2 2.5, 0 => "2");
    check!(Fmt2 0.125, 2 => "0.12");
    check!(Fmt2 7, 3 => "7.000");
    check!(Fmt2 1.987, -3 => "2");
    check!(Fmt2 1.987, 1.9 => "2.0");
    check!(Fmt2 0.1, 99 => "0.10000000000000000555");
    check!(Fmt2 1.5, nan() => "2");
    check!(Fmt2 1.5, INF => "2");
    check!(Fmt2 -INF, 2 => "-inf");
}

#[test]
fn numbers() {
    check!(Abs -2.5 => "2.5");
    check!(Flr -2.5 => "-3");
    check!(Cel -2.5 => "-2");
    check!(Rou -2.5 => "-3");
    check!(Rou 3.5 => "4");
    check!(Rou 0.499_999_999_999_999_94 => "0");
    check!(Rou "text" => fault R009);
    check!(Mod 17, 5 => "2");
    check!(Mod -17, 5 => "-2");
    check!(Mod 17, -5 => "2");
    check!(Mod 5.5, 2 => "1.5");
    check!(Mod 4, INF => "4");
    check!(Mod INF, 4 => "NaN");
    check!(Mod 4, -0.0 => fault R003);
    check!(Min 4, -9 => "-9");
    check!(Min nan(), 5 => "5");
    check!(Max 5, nan() => "5");
    check!(MinOf list![8, 3, 11] => "3");
    check!(MaxOf list![1, nan(), 9] => "NaN");
    check!(MaxOf list![nan(), 9] => "NaN");
    check!(MaxOf list![] => fault R009);
    check!(MaxOf list!["a"] => fault R009);
    check!(MaxOf 5 => fault R009);
    check!(Clamp 12, 0, 10 => "10");
    check!(Clamp 5, 8, 2 => "8");
    check!(Clamp nan(), 1, 4 => "4");
    check!(Clamp "q", 1, 2 => fault R009);
    check!(Pow 2, 10 => "1024");
    check!(Pow 0, 0 => "1");
    check!(Pow -8, 0.5 => "NaN");
    check!(Sqrt 2 => "1.4142135623730951");
    check!(Sqrt -4 => "NaN");
    check!(Log 0 => "-inf");
    check!(Log10 1000 => "3");
    check!(Log2 8 => "3");
    check!(Asin 2 => "NaN");
    check!(Atan2 0, 0 => "0");
    check!(Sqrt "q" => fault R009);
}

#[test]
fn operators() {
    check!(Add 2, 3 => "5");
    check!(Add "ab", "cd" => "abcd");
    check!(Add "é", "ß" => "éß");
    check!(Add list![1], list![2, 3] => "[1, 2, 3]");
    check!(Add 1, "x" => fault R004);
    check!(Multiply "x", 2 => fault R004);
    check!(Negate "x" => fault R004);
    check!(Divide 1, 4 => "0.25");
    check!(Divide 0, -0.0 => fault R003);
    check!(Append list![1], "x" => "[1, x]");
    check!(Append 1, "x" => fault R004);
    check!(Less "a", "b" => "true");
    check!(Less "Z", "a" => "true");
    check!(Greater "é", "z" => "true");
    check!(Greater "ab", "a" => "true");
    check!(GreaterEqual "2", "10" => "true");
    check!(LessEqual nan(), nan() => "false");
    check!(Less 1, "x" => fault R004);
    check!(Less true, false => fault R004);
    check!(Equal 1, "1" => "false");
    check!(Equal Value::nil(), false => "false");
    check!(Equal 0, -0.0 => "true");
    check!(Equal nan(), nan() => "false");
    check!(NotEqual nan(), nan() => "true");
    check!(Equal list![1, list![2]], list![1, list![2]] => "true");
    check!(Equal list![1, list![2]], list![1, list![3]] => "false");
    check!(Equal Value::ok(1.into()), Value::ok(1.into()) => "true");
    check!(Equal Value::ok(1.into()), Value::err(1.into()) => "false");
    check!(Equal map_of(&[("k".into(), 1.into())]), map_of(&[("k".into(), 1.into())]) => "true");
    check!(Equal map_of(&[("k".into(), 1.into())]), map_of(&[("k".into(), 2.into())]) => "false");
    check!(Equal Value::function(1), Value::function(1) => "false");
}

#[test]
fn marks() {
    check!(Payload Value::ok("a".into()) => "a");
    check!(Payload Value::err(list![1]) => "[1]");
    check!(MakeErr "x" => "^x");
    check!(IsOk Value::ok(1.into()) => "true");
    check!(IsErr Value::ok(1.into()) => "false");
    check!(PanicUnwrap Value::err("negative".into()) => fault R026);
    check!(PanicUnwrap Value::nil() => fault R026);
}

#[test]
fn membership() {
    check!(Len list![3, 4] => "2");
    check!(Len "zoë" => "4");
    check!(Len map_of(&[]) => "0");
    check!(Len 12 => fault R009);
    check!(Has list![3, 5, 8], 5 => "true");
    check!(Has list![3, 5, 8], 4 => "false");
    check!(Has "orchard", "char" => "true");
    check!(Has "orchard", "" => "true");
    check!(Has "", "x" => "false");
    check!(Has list![1, 2], "2" => "false");
    check!(Has list![list![1, 2], list![3]], list![3] => "true");
    check!(Has list![nan()], nan() => "false");
    check!(Has "a1", 1 => fault R009);
}

#[test]
fn picking() {
    check!(At list![10, 20, 30], -1 => "30");
    check!(At list![10, 20, 30], 1.9 => "20");
    check!(At list![10, 20, 30], -1.5 => "20");
    check!(At list![10, 20, 30], 3 => fault R009);
    check!(At list![10, 20, 30], -4 => fault R009);
    check!(At list![10, 20, 30], nan() => "10");
    check!(At list![10], -1e300 => fault R009);
    check!(At "crème", 2 => "è");
    check!(At "crème", -3 => "è");
    check!(At "crème", 5 => fault R009);
    check!(At "crème", -6 => fault R009);
    check!(At "é", -1e300 => fault R009);
    check!(At "cream", -1 => "m");
    check!(Hd list![4, 5] => "4");
    check!(Tl list![4, 5] => "[5]");
    check!(Hd "ñu" => "ñ");
    check!(Tl "ñu" => "u");
    check!(Tl list![9] => "[]");
    check!(Hd list![] => fault R009);
    check!(Tl "" => fault R009);
    check!(Lst list![1, 2, 3], 1, 9 => "[1, 9, 3]");
    check!(Lst list![1, 2, 3], 3, 0 => fault R009);
    check!(Lst list![1, 2, 3], -1, 0 => fault R009);
    check!(Lst list![1, 2, 3], 0.5, 0 => fault R009);
    check!(Lst list![1, 2, 3], nan(), 0 => fault R009);
    check!(Index list![7, 8, 9], 2 => "9");
    check!(Index list![7, 8], 2 => fault R006);
    check!(Index 5, 2 => fault R006);
    check!(IndexTolerant Value::nil(), 2 => "nil");
    check!(IndexTolerant list![7], 2 => fault R006);
}

#[test]
fn slices() {
    check!(Slc list![5, 6, 7, 8], 1, 3 => "[6, 7]");
    check!(Slc list![5, 6, 7, 8], -2, 4 => "[7, 8]");
    check!(Slc list![5, 6, 7, 8], 0, -1 => "[5, 6, 7]");
    check!(Slc list![5, 6, 7, 8], -99, 99 => "[5, 6, 7, 8]");
    check!(Slc list![5, 6, 7, 8], 3, 1 => "[]");
    check!(Slc list![5, 6], 0.5, 2 => fault R009);
    check!(Slc "über", 0, 2 => "üb");
    check!(Slc "über", 1, 99 => "ber");
    check!(Slc "über", 9, -9 => "");
    for (count, taken, dropped, text_taken, text_dropped) in [
        (2, "[1, 2]", "[3]", "añ", "b"),
        (-1, "[1, 2]", "[3]", "añ", "b"),
        (0, "[]", "[1, 2, 3]", "", "añb"),
        (9, "[1, 2, 3]", "[]", "añb", ""),
        (-9, "[]", "[1, 2, 3]", "", "añb"),
    ] {
        check!(Take count, list![1, 2, 3] => taken);
        check!(DropFirst count, list![1, 2, 3] => dropped);
        check!(Take count, "añb" => text_taken);
        check!(DropFirst count, "añb" => text_dropped);
    }
    check!(Take 1.5, list![1] => fault R009);
    check!(DropFirst INF, list![1] => fault R009);
    check!(Take 1, 5 => fault R009);
}

#[test]
fn rearrangement() {
    check!(Rev list![1, 2, 3] => "[3, 2, 1]");
    check!(Rev list![] => "[]");
    check!(Rev "nuß" => "ßun");
    check!(Rev "abc" => "cba");
    check!(Srt list![10, 9, -1, 9] => "[-1, 9, 9, 10]");
    check!(Rsrt list![10, 9, -1, 9] => "[10, 9, 9, -1]");
    check!(Srt list!["b", "a10", "B", "a9", "é", ""] => "[, B, a10, a9, b, é]");
    check!(Srt "hello" => "ehllo");
    check!(Rsrt "hello" => "ollhe");
    check!(Srt list![2, "1"] => fault R009);
    check!(Srt list![true, false] => fault R009);
    check!(Srt list![] => "[]");
    check!(Srt list![3, nan(), 1] => "[1, 3, NaN]");
    check!(Rsrt list![1, nan(), 3] => "[NaN, 3, 1]");
    check!(Unq list![4, 1, 4, 2, 1] => "[4, 1, 2]");
    check!(Unq "mississippi" => "misp");
    check!(Unq list![1, "1", 1] => "[1, 1]");
    check!(Unq list![0, -0.0] => "[0]");
    check!(Unq list![list![1, 2], list![3], list![1, 2]] => "[[1, 2], [3]]");
    check!(Unq list![nan(), 1, nan()] => "[NaN, 1, NaN]");
    check!(Flat list![list![1, 2], 3, list![], list![list![4]]] => "[1, 2, 3, [4]]");
    check!(Flat "abc" => fault R009);
}

#[test]
fn building() {
    check!(Range -1, 3 => "[-1, 0, 1, 2]");
    check!(Range 3, 3 => "[]");
    check!(Range 0.5, 3 => fault R009);
    check!(Range 0, 1_000_001 => fault R009);
    check!(Range -1e300, 1e300 => fault R009);
    check!(Zip list![1, 2, 3], list!["x", "y"] => "[[1, x], [2, y]]");
    check!(Zip list![], list![1] => "[]");
    check!(Zip "word", list![1] => fault R009);
    check!(Enumerate list!["p", "q"] => "[[0, p], [1, q]]");
    check!(Window 3, list![1, 2, 3, 4] => "[[1, 2, 3], [2, 3, 4]]");
    check!(Chunks 3, list![1, 2, 3, 4] => "[[1, 2, 3], [4]]");
    check!(Window 9, list![1, 2] => "[]");
    check!(Window 0, list![1, 2] => fault R009);
    check!(Chunks 1.5, list![1, 2] => fault R009);
    check!(Chunks 2, list![] => "[]");
}

#[test]
fn maps() {
    check!(Mset map_of(&[("pear".into(), 2.into()), ("fig".into(), 9.into())]), "pear", 3 => "{fig: 9; pear: 3}");
    let mixed = [("b".into(), 1.into()), (10.into(), 2.into()), ("B".into(), 3.into()), (9.into(), 4.into())];
    check!(Mset map_of(&mixed), -3, 5 => "{-3: 5; 9: 4; 10: 2; B: 3; b: 1}");
    check!(Mkeys map_of(&[(2.9.into(), "two".into()), (Value::from(-0.5), "neg".into())]) => "[-1, 2]");
    check!(Mvals map_of(&[(30.into(), "c".into()), (4.into(), "a".into())]) => "[a, c]");
    check!(Mget map_of(&[("x".into(), 1.into())]), "x" => "1");
    check!(Mget map_of(&[("x".into(), 1.into())]), "y" => "nil");
    check!(Mget map_of(&[(1.into(), "int".into()), ("1".into(), "txt".into())]), 1 => "int");
    check!(Mhas map_of(&[("x".into(), Value::nil())]), "x" => "true");
    check!(Mdel map_of(&[("x".into(), 1.into())]), "x" => "{}");
    check!(Mdel map_of(&[]), "nope" => "{}");
    check!(Mset map_of(&[]), true, 1 => fault R009);
    check!(Mset map_of(&[]), nan(), 1 => fault R009);
    check!(Mset map_of(&[]), list![1], 1 => fault R009);
    check!(Mget map_of(&[]), INF => fault R009);
    check!(Mkeys 5 => fault R009);
    check!(Mhas 5, "k" => fault R009);
    check!(Frq list!["to", "be", "or", "not", "to", "be"] => "{be: 2; not: 1; or: 1; to: 2}");
    check!(Frq list![3, 1, 3, 3.7] => "{1: 1; 3: 3}");
    check!(Frq list![true, false, true] => "{false: 1; true: 2}");
    check!(Frq list![1, "1"] => "{1: 1; 1: 1}");
    check!(Frq list![list![1]] => fault R009);
    check!(Frq list![nan()] => fault R009);
}

#[test]
fn parts_of_higher_order_builtins() {
    check!(SortByKeys list!["ccc", "a", "bb", "z"], list![3, 1, 2, 1] => "[a, z, bb, ccc]");
    check!(SortByKeysDescending list!["a", "bb", "z", "cc"], list![1, 2, 1, 2] => "[bb, cc, a, z]");
    check!(SortByKeys list![3, "a", 1], list![3, "a", 1] => fault R009);
    check!(SortByKeys list![3, 1], list![true, false] => fault R009);
    check!(SortByKeys list![], list![] => "[]");
    check!(GroupKey 1.5 => "1");
    check!(GroupKey true => "true");
    check!(GroupKey list![1] => fault R009);
    check!(GroupKey nan() => fault R009);
    check!(GroupPush map_of(&[]), "k", 1 => "{k: [1]}");
    check!(GroupPush map_of(&[("k".into(), list![1])]), "k", 2 => "{k: [1, 2]}");
    check!(UniqueByKeys list![1, 2, 4, 3, 5], list![1, 2, 1, 0, 2] => "[1, 2, 3]");
    check!(UniqueByKeys list![1, "1", 3, nan(), nan()], list![1, "1", 1, nan(), -f64::NAN] => "[1, 1, NaN]");
    check!(ExpectUniqueKey list![1] => fault R009);
    check!(ExpectBool 1 => fault R009);
    check!(ExpectBool false => "false");
    check!(ExpectLoopList "text" => fault R007);
    check!(ExpectList "text" => fault R009);
    check!(ExpectFunction "str" => fault R009);
    check!(ExpectResult 1 => fault R009);
    check!(Extend list![1], list![2] => "[1, 2]");
    check!(Extend list![1], 2 => fault R009);
    check!(ListSet list![1, 2], 0, "x" => "[x, 2]");
    check!(ListTruncate list![1, 2, 3], 1 => "[1]");
}

#[test]
fn printing() {
    check!(Prnt "line" => "line");
}
