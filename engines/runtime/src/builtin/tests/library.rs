//! Sections 9 to 18.

use super::*;

#[test]
fn sets() {
    check!(SetUnion list![3, 1, 2], list![2, 10] => "[1, 10, 2, 3]");
    check!(SetInter list![3, 10, 2], list![2, 10] => "[10, 2]");
    check!(SetDiff list![3, 1, 3, 2], list![2] => "[1, 3]");
    check!(SetUnion list!["pear", "fig"], list!["fig", "kiwi", "pear"] => "[fig, kiwi, pear]");
    check!(SetUnion list![1, "1", true], list![false, "1"] => "[false, true, 1, 1]");
    check!(SetUnion list![10, 9], list![100, -2, -10] => "[-10, -2, 10, 100, 9]");
    check!(SetUnion list![nan(), -f64::NAN, 0], list![-0.0] => "[0, NaN]");
    check!(SetInter list![1], list![] => "[]");
    check!(SetDiff list![], list![1] => "[]");
    check!(SetUnion list![list![1]], list![2] => fault R009);
    check!(SetInter 4, list![1] => fault R009);
    check!(SetDiff list![Value::nil()], list![1] => fault R009);
}

#[test]
fn statistics() {
    check!(Sum list![0.1, 0.2, 0.3] => "0.6000000000000001");
    check!(Sum list![] => "0");
    check!(Sum list!["a"] => fault R009);
    check!(CumSum list![1, 2, 3, 10] => "[1, 3, 6, 16]");
    check!(CumSum list![] => "[]");
    check!(CumSum list![1, "a"] => fault R009);
    check!(Avg list![4, 1, 7] => "4");
    check!(Avg list![] => fault R009);
    check!(Avg 5 => fault R009);
    check!(Median list![1, 2, 3, 10] => "2.5");
    check!(Median list![4, 1, 7] => "4");
    check!(Median list![1, nan()] => "NaN");
    check!(Median list!["a"] => fault R009);
    for (p, wanted) in [(0.5, "25"), (0.25, "17.5"), (7.0, "40"), (-1.0, "10")] {
        check!(Quantile list![40, 10, 30, 20], p => wanted);
    }
    check!(Quantile list![1, 2], nan() => "NaN");
    check!(Quantile list![8], nan() => "8");
    check!(Quantile list![], 0.5 => fault R009);
    check!(Variance list![2, 4, 4, 6] => "2.6666666666666665");
    check!(Variance list![1, nan()] => "NaN");
    check!(Stdev list![1, 1, 1] => "0");
    check!(Stdev list![5] => fault R009);
}

#[test]
fn linear_algebra() {
    check!(Transpose list![list![1, 2, 3], list![4, 5, 6]] => "[[1, 4], [2, 5], [3, 6]]");
    check!(Transpose list![list!["a", "b"]] => "[[a], [b]]");
    check!(Transpose list![] => "[]");
    check!(Transpose list![list![], list![]] => "[]");
    check!(Transpose list![list![1, 2], list![3]] => fault R009);
    check!(MatMul list![list![1, 2], list![3, 4]], list![list![0, 1], list![1, 0]] => "[[2, 1], [4, 3]]");
    check!(MatMul list![], list![] => "[]");
    check!(MatMul list![list![1, 2]], list![list![1, 2]] => fault R009);
    check!(Dot list![1, 2, 3], list![4, 5, 6] => "32");
    check!(Dot list![], list![] => "0");
    check!(Dot list![1, 2], list![1] => fault R009);
    check!(Det list![list![1, 2], list![3, 4]] => "-2");
    check!(Det list![list![2, 4], list![1, 2]] => "0");
    check!(Det list![list![5]] => "5");
    check!(Det list![list![1e-13]] => "0");
    check!(Det list![list![1, 2, 3]] => fault R009);
    check!(Solve list![list![2, 1], list![1, 3]], list![5, 10] => "[1, 3]");
    check!(Solve list![list![1, 2], list![2, 4]], list![1, 2] => fault R009);
    check!(Solve list![list![1]], list![1, 2] => fault R009);
    check!(Inv list![list![2, 0], list![0, 4]] => "[[0.5, 0], [0, 0.25]]");
    check!(Inv list![list![4, 7], list![2, 6]] => "[[0.6000000000000001, -0.7000000000000001], [-0.2, 0.4]]");
    check!(Inv list![] => fault R009);
}

#[test]
fn fourier() {
    check!(Fft list![1, 0, 0, 0] => "[[1, 0], [1, 0], [1, 0], [1, 0]]");
    check!(Fft list![3, 1] => "[[4, 0], [2, 0]]");
    check!(Fft list![5] => "[[5, 0]]");
    check!(Ifft list![list![5, 9]] => "[5]");
    check!(Ifft list![list![1, 0], list![0, 0], list![0, 0]] => "[0.25, 0.25, 0.25, 0.25]");
    check!(Fft list![] => fault R009);
    check!(Fft list!["a"] => fault R009);
    check!(Ifft list![list![1, 2, 3]] => fault R009);
    let mut rt = Runtime::new(&ProgramInfo::default());
    let spectrum = call(&mut rt, Prim::Fft, &mut [list![1, 2, 3, 4]]).unwrap();
    let samples = call(&mut rt, Prim::Ifft, &mut [spectrum]).unwrap();
    assert_eq!(display(&rt, &samples), "[1, 2, 3, 4]");
}

#[test]
#[cfg_attr(miri, ignore = "a quarter of an hour in the automata of another crate")]
fn regular_expressions() {
    check!(Rgx r"\d+", "a1b22c333" => "[1, 22, 333]");
    check!(Rgx r"(\w+)@(\w+)", "bob@site al@x" => "[bob, site]");
    check!(Rgx "z", "abc" => "[]");
    check!(Rgx "(z)", "abc" => "[]");
    check!(Rgx "(a)|(b)", "b" => "[b]");
    check!(Rgx "(a)?b", "b" => "[]");
    check!(Rgx "", "ab" => "[, , ]");
    check!(Rgx r"(?i)STRASSE|straße", "Straße" => "[Straße]");
    check!(Rgx r"\p{Lu}", "aÉb" => "[É]");
    check!(Rgx "a.b", "a\nb" => "[]");
    check!(Rgx "(?m)^x", "a\nx" => "[x]");
    for bad in ["[", r"(a)\1", "a(?=a)"] {
        check!(Rgx bad, "aa" => fault R009);
    }
    check!(Rgx 12, "12" => fault R009);
    check!(RgxAll r"\d", "a1b2" => "[[1], [2]]");
    check!(RgxAll r"(\w)=(\d)", "x=1, y=2" => "[[x, 1], [y, 2]]");
    check!(RgxAll1 "<(\\w+)>", "<a> <b>" => "[a, b]");
    check!(RgxAll1 "(x)|y", "xyx" => "[x, x]");
    check!(RgxAll1 "(a)(b)", "ab" => fault R009);
    check!(RgxSub r"(\w+) (\w+)", "$2 $1", "hello world" => "world hello");
    check!(RgxSub "o", "[$0]", "foo" => "f[o][o]");
    check!(RgxSub "(a)", "$1x", "a" => "");
    check!(RgxSub "(a)", "${1}x", "a" => "ax");
    check!(RgxSub "a", "$$", "a" => "$");
    check!(RgxSub "", "-", "ab" => "-a-b-");
    check!(RgxSub "(", "", "x" => fault R009);
}

#[test]
fn writing_json() {
    check!(Jdmp list![1, 2.5, "hi", true, Value::nil(), list![], -0.0] => "[1,2.5,\"hi\",true,null,[],0]");
    let numbers = || list![999_999_999_999_999.0, 1e15, 1e16, 1e21, 0.00001, 0.000001, 1.5e-7, 123456789.5];
    let wanted = "[999999999999999,1000000000000000.0,1e+16,1e+21,0.00001,1e-6,1.5e-7,123456789.5]";
    check!(Jdmp numbers() => wanted);
    check!(Jdmp list![nan(), INF] => "[null,null]");
    let text = "q\"b\\ t\t n\n f\u{c} b\u{8} v\u{b} z\0 é/🦀\u{7f}";
    check!(Jdmp text => "\"q\\\"b\\\\ t\\t n\\n f\\f b\\b v\\u000b z\\u0000 é/🦀\u{7f}\"");
    check!(Jdmp map_of(&[("b".into(), 1.into()), ("a".into(), list![2])]) => "{\"a\":[2],\"b\":1}");
    check!(Jdmp map_of(&[(9.into(), 1.into()), (10.into(), 2.into())]) => "{\"10\":2,\"9\":1}");
    check!(Jdmp map_of(&[("1".into(), "text".into()), (1.into(), "number".into())]) => "{\"1\":\"text\"}");
    check!(Jdmp list![Value::ok(1.into()), Value::err("e".into()), map_of(&[])] => "[1,\"e\",{}]");
}

#[test]
fn reading_json() {
    check!(Jpar "[1, 2.50, -3e2, \"x\\u00e9\\n\", true, null]" => "~[1, 2.5, -300, xé\n, true, nil]");
    check!(Jpar "{\"b\":[1,{\"d\":0}],\"a\":1.0}" => "~json {a: 1, b: [1, json {d: 0}]}");
    check!(Jpar "{\"k\":1,\"j\":0,\"k\":2}" => "~json {j: 0, k: 2}");
    check!(Jpar "0.1e-6" => "~0.0000001");
    check!(Jpar "123456789012345678901234567890" => "~123456789012345680000000000000");
    check!(Jpar "[1, 2" => "^EOF while parsing a list at line 1 column 5");
    check!(Jpar "[1 2]" => "^expected `,` or `]` at line 1 column 4");
    check!(Jpar "{\"a\":1,}" => "^trailing comma at line 1 column 8");
    check!(Jpar "01" => "^invalid number at line 1 column 2");
    check!(Jpar "1e999" => "^number out of range at line 1 column 5");
    check!(Jpar "trux" => "^expected ident at line 1 column 4");
    check!(Jpar "{a:1}" => "^key must be a string at line 1 column 2");
    check!(Jpar "1 2" => "^trailing characters at line 1 column 3");
    check!(Jpar "" => "^EOF while parsing a value at line 1 column 0");
    check!(Jpar "\n\n  x" => "^expected value at line 3 column 3");
    check!(Jpar "{\"a\"}" => "^expected `:` at line 1 column 5");
    check!(Jpar "\"a\u{1}\"" =>
        "^control character (\\u0000-\\u001F) found while parsing a string at line 1 column 3");
    check!(Jpar "\"\\q\"" => "^invalid escape at line 1 column 3");
    check!(Jpar &*format!("{}1{}", "[".repeat(127), "]".repeat(127)) =>
        &*format!("~{}1{}", "[".repeat(127), "]".repeat(127)));
    check!(Jpar &*"[".repeat(128) => "^recursion limit exceeded at line 1 column 128");
    check!(Jpar 5 => fault R009);
}

#[test]
fn json_paths() {
    let document = "{\"user\":{\"tags\":[\"x\",\"y\"],\"id\":7},\"0\":\"zero\",\"\":\"empty\"}";
    for (path, wanted) in [
        ("user.id", "~7"),
        ("user.tags", "~[x, y]"),
        ("user.tags.1", "~y"),
        ("user.tags.2", "^key not found: 2"),
        ("user.name", "^key not found: name"),
        ("0", "^key not found: 0"),
        ("user.id.x", "^key not found: x"),
        ("", "~empty"),
    ] {
        check!(Jpth document, path => wanted);
    }
    check!(Jpth "{broken", "$.user" => "^jpth is dot-path only, `$.user` looks like JSONPath");
    check!(Jpth "{broken", "a" => "^key must be a string at line 1 column 2");
    check!(Jkeys document, "" => "~[, 0, user]");
    check!(Jkeys document, "user" => "~[id, tags]");
    check!(Jkeys document, "user.tags" => "^jkeys: value at path is not a JSON object");
    check!(Jkeys document, "nope" => "^key not found: nope");
    check!(Jkeys 5, "a" => fault R009);
}

/// A directory that is gone after the test.
struct Directory(tempfile::TempDir);

impl Directory {
    fn new() -> Directory {
        Directory(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_string()
    }

    fn with(self, name: &str, content: &str) -> Directory {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    #[track_caller]
    fn holds(&self, name: &str, wanted: &str) {
        assert_eq!(std::fs::read_to_string(self.path(name)).unwrap(), wanted);
    }
}

#[test]
#[cfg_attr(miri, ignore = "words its errors of the system differently")]
fn reading_files() {
    let files = Directory::new()
        .with("notes.txt", "alpha\n\ngamma\n")
        .with("crlf.txt", "a\r\nb")
        .with("empty", "")
        .with("pets.CSV", "name,age\n\"Rex, Sr.\",7\n\"say \"\"hi\"\"\",\n")
        .with("conf.json", "{\"depth\": 3}")
        .with(".json", "{}")
        .with("log.jsonl", "{\"n\":1}\n\noops\n[2]\n");
    let path = |name: &str| files.path(name);
    check!(Rdl &*path("notes.txt") => "~[alpha, , gamma]");
    check!(Rdl &*path("crlf.txt") => "~[a, b]");
    check!(Rdl &*path("empty") => "~[]");
    check!(Rd &*path("notes.txt") => "~alpha\n\ngamma\n");
    check!(Rd &*path("pets.CSV") => "~[[name, age], [Rex, Sr., 7], [say \"hi\", ]]");
    check!(Rd &*path("conf.json") => "~json {depth: 3}");
    check!(Rd &*path(".json") => "~{}");
    check!(RdAs &*path("conf.json"), "raw" => "~{\"depth\": 3}");
    check!(RdAs &*path("pets.CSV"), "CSV" => "~name,age\n\"Rex, Sr.\",7\n\"say \"\"hi\"\"\",\n");
    check!(Rdjl &*path("log.jsonl") => "[~json {n: 1}, ^expected value at line 1 column 1, ~[2]]");
    check!(Rd &*path("missing.txt") => "^No such file or directory (os error 2)");
    check!(Rd &*path(".") => "^Is a directory (os error 21)");
    check!(Rdl &*path("missing") => "^No such file or directory (os error 2)");
    check!(Rdjl &*path("missing") => fault R009);
    check!(Rdb "p;q,r\n1,2", "csv" => "~[[p;q, r], [1, 2]]");
    check!(Rdb "a\n\nb", "csv" => "~[[a], [], [b]]");
    check!(Rdb "", "csv" => "~[]");
    check!(Rdb "a\tb", "tsv" => "~[[a, b]]");
    check!(Rdb "a\"b,c\"d,e", "csv" => "~[[ab,cd, e]]");
    check!(Rdb "[1", "json" => "^EOF while parsing a list at line 1 column 2");
    check!(Rdb "as is", "other" => "~as is");
    check!(Rdb 5, "csv" => fault R009);
}

#[test]
#[cfg_attr(miri, ignore = "words its errors of the system differently")]
fn writing_files() {
    let files = Directory::new();
    let path = files.path("out");
    let ok = format!("~{path}");
    check!(Wr &*path, "one\ntwo" => &*ok);
    files.holds("out", "one\ntwo");
    check!(Wrl &*path, list!["p", "q"] => &*ok);
    files.holds("out", "p\nq\n");
    check!(Wrl &*path, list![] => &*ok);
    files.holds("out", "");
    check!(Wr &*files.path("no-such-dir/f"), "x" => "^No such file or directory (os error 2)");
    check!(WrAs &*path, map_of(&[("b".into(), list![1, 2.5]), ("a".into(), list![])]), "json" => &*ok);
    files.holds("out", "{\n  \"a\": [],\n  \"b\": [\n    1,\n    2.5\n  ]\n}");
    check!(Wr &*path, 5 => fault R009);
    check!(Wrl &*path, list![5] => fault R009);
    check!(WrAs &*path, list![1], "yaml" => fault R009);
    files.holds("out", "{\n  \"a\": [],\n  \"b\": [\n    1,\n    2.5\n  ]\n}");
    let rows =
        || list![list!["id", "note"], list![1, "a,b"], list![2.5, "say \"x\""], list![true, Value::nil()]];
    check!(WrAs &*path, rows(), "csv" => &*ok);
    files.holds("out", "id,note\n1,\"a,b\"\n2.5,\"say \"\"x\"\"\"\ntrue,\n");
    check!(WrAs &*path, list![list!["a,b", "c\td"]], "tsv" => &*ok);
    files.holds("out", "a,b\t\"c\td\"\n");
    let full = || map_of(&[("b".into(), 1.into()), ("a".into(), 2.into())]);
    check!(WrAs &*path, list![full(), map_of(&[("a".into(), 9.into()), ("z".into(), 9.into())])], "csv" => &*ok);
    files.holds("out", "a,b\n2,1\n9,\n");
    check!(WrAs &*path, list![list!["a"], 5], "csv" => fault R009);
    check!(WrAs &*path, list![5], "csv" => fault R009);
    check!(WrAs &*path, list![map_of(&[]), list![1]], "csv" => fault R009);
    files.holds("out", "a,b\n2,1\n9,\n");
    check!(WrAs &*path, list![], "csv" => &*ok);
    files.holds("out", "");
}

#[test]
fn records_in_files() {
    let files = Directory::new();
    let info = ProgramInfo {
        shapes: vec![crate::ShapeInfo { name: "pt".to_string(), fields: vec![0, 1] }],
        names: vec!["y".to_string(), "x".to_string()],
        ..ProgramInfo::default()
    };
    let mut rt = Runtime::new(&info);
    let point = |y: i32, x: i32| Value::record(0, [Value::from(y), Value::from(x)].into_iter());
    let path = Value::text(&files.path("points"));
    let mut write = |data: Value, format: &str| {
        let ok = call(&mut rt, Prim::WrAs, &mut [path.clone(), data, Value::text(format)]).unwrap();
        assert_eq!(ok.payload().and_then(Value::as_str), path.as_str());
    };
    write(list![point(2, 1), point(4, 3)], "csv");
    files.holds("points", "x,y\n1,2\n3,4\n");
    write(point(2, 1), "json");
    files.holds("points", "{\n  \"x\": 1,\n  \"y\": 2\n}");
    assert_eq!(display(&rt, &point(2, 1)), "pt {y: 2, x: 1}");
}

#[test]
#[cfg_attr(miri, ignore = "words its errors of the system differently")]
fn directories() {
    let files = ["d/b.txt", "d/ab.txt", "d/.hid", "d/sub/b.txt", "d/sub/deep/n.md"];
    let files = files.iter().fold(Directory::new(), |files, name| files.with(name, ""));
    let d = files.path("d");
    check!(Lsd &*d => "~[.hid, ab.txt, b.txt, sub]");
    check!(Walk &*d => "~[.hid, ab.txt, b.txt, sub, sub/b.txt, sub/deep, sub/deep/n.md]");
    for (pattern, wanted) in [
        ("*.txt", "~[ab.txt, b.txt]"),
        ("[!a]*", "~[.hid, b.txt, sub]"),
        ("sub/**", "~[sub/b.txt, sub/deep, sub/deep/n.md]"),
        ("**/b.txt", "~[b.txt, sub/b.txt]"),
        ("*.rs", "~[]"),
    ] {
        check!(Glob &*d, pattern => wanted);
    }
    check!(Lsd &*files.path("nowhere") => "^No such file or directory (os error 2)");
    check!(Lsd &*files.path("d/b.txt") => "^Not a directory (os error 20)");
    check!(Glob &*files.path("nowhere"), "*" => "^No such file or directory (os error 2)");
    check!(Walk 5 => fault R009);
}

#[test]
fn environment() {
    check!(Env "PARALLAX_SURELY_UNSET" => "^env var 'PARALLAX_SURELY_UNSET' not set");
    check!(Env "A=B" => "^env var 'A=B' not set");
    check!(Env 5 => fault R009);
    let mut rt = Runtime::new(&ProgramInfo::default());
    let all = call(&mut rt, Prim::EnvAll, &mut []).unwrap();
    let path = call(&mut rt, Prim::Env, &mut [Value::text("PATH")]).unwrap();
    let table = all.payload().and_then(Value::as_map).unwrap();
    let found = table.get(crate::KeyRef::Text("PATH")).and_then(Value::as_str);
    assert_eq!(found, path.payload().and_then(Value::as_str));
}

#[test]
fn formatting_dates() {
    check!(DtFmt 0, "%Y-%m-%d %H:%M:%S" => "~1970-01-01 00:00:00");
    check!(DtFmt 1700000000.9, "%FT%TZ" => "~2023-11-14T22:13:20Z");
    check!(DtFmt -1.5, "%F %T %s" => "~1969-12-31 23:59:59 -1");
    check!(DtFmt 951782400, "%a %A %b %B %d %e %j %u %w %U %W %V %G %q" =>
        "~Tue Tuesday Feb February 29 29 060 2 2 09 09 09 2000 1");
    check!(DtFmt 45296, "%H %k %I %l %p %P %M %S %-I %_H %R %r %D %v" =>
        "~12 12 12 12 PM pm 34 56 12 12 12:34 12:34:56 PM 01/01/70  1-Jan-1970");
    check!(DtFmt 0, "%c|%+|%z|%:z|%::z|%Z|%%|%.3f|%f|%.f|%-d|%C|%g|%x|%X" =>
        "~Thu Jan  1 00:00:00 1970|1970-01-01T00:00:00+00:00|+0000|+00:00|+00:00:00|UTC|%|.000|000000000||1|19|70|01/01/70|00:00:00");
    check!(DtFmt 0, "%:::z %h %3f %6f %9f %.6f %.9f %n%t" => "~+00 Jan 000 000000 000000000 .000000 .000000000 \n\t");
    check!(DtFmt 253_402_300_800.0, "%F" => "~+10000-01-01");
    check!(DtFmt 1e18, "%F" => "^dtfmt: timestamp out of range (1000000000000000000)");
    for bad in ["%Q", "%", "%-", "%#z", "%E"] {
        check!(DtFmt 0, bad => "^dtfmt: bad or unsupported format string");
    }
    check!(DtFmt nan(), "%F" => "^dtfmt: epoch is not finite (NaN)");
    check!(DtFmt -INF, "%F" => "^dtfmt: epoch is not finite (-inf)");
    check!(DtFmt "abc", "%F" => fault R009);
}

#[test]
fn parsing_dates() {
    for (text, format, wanted) in [
        ("2024-01-15", "%Y-%m-%d", "~1705276800"),
        ("2024-01-15 10:30:00", "%F %T", "~1705314600"),
        ("15 jan 2024", "%d %b %Y", "~1705276800"),
        ("03:04 PM 2024-01-15", "%I:%M %p %F", "~1705331040"),
        ("2024-1-5", "%Y-%m-%d", "~1704412800"),
        ("2024-015", "%Y-%j", "~1705276800"),
        ("1969-12-31 23:59:59", "%F %T", "~-1"),
        ("1969-12-31 23:59:60", "%F %T", "~-1"),
        ("2024-01-15T10:30:00+02:00", "%Y-%m-%dT%H:%M:%S%z", "~1705314600"),
        ("1700000000", "%s", "~1700000000"),
        ("2024-02-30", "%F", "^dtparse: input is out of range"),
        ("2024-01-15x", "%F", "^dtparse: trailing input"),
        ("today", "%F", "^dtparse: input contains invalid characters"),
        ("10:30", "%H:%M", "^dtparse: input is not enough for unique date and time"),
        ("Tue, 15 Jan 2024", "%a, %d %b %Y", "^dtparse: no possible date and time matching input"),
        ("", "%Y", "^dtparse: premature end of input"),
        ("x", "%Q", "^dtparse: bad or unsupported format string"),
    ] {
        check!(DtParse text, format => wanted);
    }
    check!(DtParse 5, "%F" => fault R009);
}

#[test]
fn clock_and_randomness() {
    let mut rt = Runtime::new(&ProgramInfo::default());
    let mut number = |prim: Prim, operands: &[f64]| {
        let mut operands: Vec<Value> = operands.iter().copied().map(Value::number).collect();
        call(&mut rt, prim, &mut operands).unwrap().as_number()
    };
    let now = number(Prim::Now, &[]).unwrap();
    let later = number(Prim::NowMs, &[]).unwrap();
    assert!(now > 1.6e9 && later >= (now * 1000.0).floor() && later.fract() == 0.0);
    for _ in 0..200 {
        assert!((0.0..1.0).contains(&number(Prim::Rnd, &[]).unwrap()));
        let die = number(Prim::RndBetween, &[1.0, 6.0]).unwrap();
        assert!((1.0..=6.0).contains(&die) && die.fract() == 0.0);
    }
    assert_eq!(number(Prim::RndBetween, &[4.0, 4.0]), Some(4.0));
    assert_eq!(number(Prim::RndBetween, &[1.9, 1.2]), Some(1.0));
    assert!(number(Prim::RndBetween, &[-1e300, 1e300]).is_some());
    assert_eq!(number(Prim::Rndn, &[5.0, 0.0]), Some(5.0));
    let before = number(Prim::NowMs, &[]).unwrap();
    assert_eq!(number(Prim::Sleep, &[15.0]), None);
    assert!(number(Prim::NowMs, &[]).unwrap() - before >= 14.0);
    for at_once in [0.0, -5.0, f64::NAN, INF] {
        assert_eq!(number(Prim::Sleep, &[at_once]), None);
    }
    check!(RndBetween 5, 1 => fault R009);
    check!(Rndn "abc", 1 => fault R009);
}

#[test]
fn random_numbers_follow_their_distribution() {
    let mut random = crate::random::Random::from_seed(7);
    let mut counts = [0u32; 6];
    for _ in 0..60_000 {
        counts[random.up_to(5) as usize] += 1;
    }
    assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
    let mean = (0..10_000).map(|_| random.unit()).sum::<f64>() / 10_000.0;
    assert!((mean - 0.5).abs() < 0.02, "{mean}");
}
