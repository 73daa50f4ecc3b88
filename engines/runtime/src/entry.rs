//! How a program starts and ends (section 7 of the language document): which function runs, what its arguments are, what is
//! printed in the end, and the exit code. In-process engines and compiled executables share it.

use ilo4_builtins::{FaultCode, lookup};

use crate::builtin::print_line;
use crate::display::display;
use crate::fault::Fault;
use crate::program::{FunctionInfo, ParamType};
use crate::runtime::Runtime;
use crate::value::{Value, View};

/// The nesting of brackets in an argument that is followed.
const DEEPEST_ARGUMENT: u32 = 2000;

/// An argument that looks like an option but is none; the exit code is [`MISUSE`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownOption(pub String);

impl std::fmt::Display for UnknownOption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown option `{}` (put `--` before arguments that look like options)", self.0)
    }
}

impl std::error::Error for UnknownOption {}

/// Exit codes (7.4).
pub const SUCCESS: i32 = 0;
pub const FAILURE: i32 = 1;
pub const MISUSE: i32 = 2;

/// The program's arguments: `--` removed once, everything behind it plain data (7.1).
///
/// # Errors
/// The first argument before `--` of the shape of an option.
pub fn split_arguments(args: impl IntoIterator<Item = String>) -> Result<Vec<String>, UnknownOption> {
    let mut plain = false;
    let mut kept = Vec::new();
    for arg in args {
        if plain {
            kept.push(arg);
        } else if arg == "--" {
            plain = true;
        } else if is_option(&arg) {
            return Err(UnknownOption(arg));
        } else {
            kept.push(arg);
        }
    }
    Ok(kept)
}

/// `--word` or `--word-word`, words starting with a letter.
fn is_option(arg: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.chars().all(|c| c.is_ascii_alphanumeric())
    };
    arg.strip_prefix("--").is_some_and(|words| words.split('-').all(word))
}

/// The function to run and the arguments that are left for it (7.2).
///
/// # Errors
/// R012 without any declared function; R002 if no function fits.
pub fn choose_function<'a>(
    functions: &[FunctionInfo],
    args: &'a [String],
) -> Result<(u32, &'a [String]), Fault> {
    let declared = || functions.iter().zip(0u32..).filter(|(function, _)| function.declared);
    let named = |name: &str| declared().find(|(function, _)| function.name == name).map(|(_, index)| index);
    if let Some((first, rest)) = args.split_first()
        && let Some(index) = named(first)
    {
        return Ok((index, rest));
    }
    let mut all = declared();
    match (all.next(), all.next()) {
        (None, _) => Err(Fault::new(FaultCode::R012, "the program declares no function")),
        (Some((_, index)), None) => Ok((index, args)),
        _ => choose_main(functions, named("main"), args),
    }
}

fn choose_main<'a>(
    functions: &[FunctionInfo],
    main: Option<u32>,
    args: &'a [String],
) -> Result<(u32, &'a [String]), Fault> {
    let name = args.first().filter(|arg| is_identifier(arg));
    match (main, name) {
        (Some(index), None) => Ok((index, args)),
        (_, name) => {
            let problem = match name {
                Some(name) => format!("there is no function `{name}`"),
                None => "which function should run?".to_string(),
            };
            let names = functions.iter().filter(|function| function.declared).map(|function| &*function.name);
            let names: Vec<&str> = names.collect();
            Err(Fault::new(FaultCode::R002, format!("{problem}; the program declares: {}", names.join(", "))))
        }
    }
}

/// Has it the shape of a name, and is it no literal?
fn is_identifier(arg: &str) -> bool {
    let segment = |segment: &str| !segment.is_empty() && segment.chars().all(|c| c.is_ascii_alphanumeric());
    arg.starts_with(|c: char| c.is_ascii_alphabetic())
        && arg.split('-').all(segment)
        && !matches!(arg, "true" | "false" | "nil")
}

/// The values of the arguments for that function (7.3).
///
/// # Errors
/// R004 if there are too many or too few, or one cannot be converted.
pub fn convert_arguments(
    functions: &[FunctionInfo],
    function: u32,
    args: &[String],
) -> Result<Vec<Value>, Fault> {
    let info = &functions[function as usize];
    if args.len() != info.params.len() {
        let (expected, got) = (info.params.len(), args.len());
        let message = format!("{}: expected {expected} args, got {got}", info.name);
        return Err(Fault::new(FaultCode::R004, message));
    }
    let converted = info.params.iter().zip(args).enumerate().map(|(position, (param, arg))| {
        convert(functions, param, arg, 0).map_err(|problem| {
            let number = position + 1;
            Fault::new(FaultCode::R004, format!("{}: argument {number}: {problem}", info.name))
        })
    });
    converted.collect()
}

fn convert(functions: &[FunctionInfo], param: &ParamType, arg: &str, depth: u32) -> Result<Value, String> {
    match param {
        ParamType::Text => Ok(Value::text(unquoted(arg).unwrap_or(arg))),
        ParamType::Number => number(arg).map(Value::number).ok_or_else(|| format!("`{arg}` is not a number")),
        ParamType::Bool => match arg {
            "true" => Ok(Value::bool(true)),
            "false" => Ok(Value::bool(false)),
            _ => Err(format!("`{arg}` is neither true nor false")),
        },
        ParamType::Optional(_) if arg == "nil" => Ok(Value::nil()),
        ParamType::Optional(inner) => convert(functions, inner, arg, depth),
        ParamType::List(element) => {
            let parts = bracketed(arg).unwrap_or_else(|| split_outside_brackets(arg));
            let elements = parts.into_iter().map(|part| convert(functions, element, part, depth));
            Ok(Value::list(elements.collect::<Result<_, _>>()?))
        }
        ParamType::Any => by_shape(arg, depth),
        ParamType::Function => function_named(functions, arg),
        ParamType::Unsupported(written) => Err(format!("a value of type `{written}` cannot be given here")),
    }
}

fn by_shape(arg: &str, depth: u32) -> Result<Value, String> {
    if depth > DEEPEST_ARGUMENT {
        return Err("brackets are nested too deep".to_string());
    }
    let list = |parts: Vec<&str>| {
        let elements = parts.into_iter().map(|part| by_shape(part, depth + 1));
        Ok(Value::list(elements.collect::<Result<_, String>>()?))
    };
    if let Some(parts) = bracketed(arg) {
        return list(parts);
    }
    if let Some(text) = unquoted(arg) {
        return Ok(Value::text(text));
    }
    let parts = split_outside_brackets(arg);
    if parts.len() > 1 {
        return list(parts);
    }
    Ok(match arg {
        "nil" => Value::nil(),
        "true" => Value::bool(true),
        "false" => Value::bool(false),
        _ => number(arg).map_or_else(|| Value::text(arg), Value::number),
    })
}

fn unquoted(arg: &str) -> Option<&str> {
    arg.strip_prefix('"')?.strip_suffix('"')
}

/// A finite decimal number.
fn number(arg: &str) -> Option<f64> {
    let plain = arg.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    arg.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// For each byte: the position of the bracket that matches the opening one there. Brackets that do not match have no meaning.
fn matching_brackets(arg: &str) -> Vec<Option<usize>> {
    let mut matching = vec![None; arg.len()];
    let mut open = Vec::new();
    for (position, byte) in arg.bytes().enumerate() {
        match byte {
            b'[' => open.push(position),
            b']' => {
                if let Some(opening) = open.pop() {
                    matching[opening] = Some(position);
                }
            }
            _ => {}
        }
    }
    matching
}

/// The parts of `[…]`, if the argument is that.
fn bracketed(arg: &str) -> Option<Vec<&str>> {
    let inner = arg.strip_prefix('[')?.strip_suffix(']')?;
    if matching_brackets(arg)[0] != Some(arg.len() - 1) {
        return None;
    }
    Some(if inner.trim().is_empty() { Vec::new() } else { split_outside_brackets(inner) })
}

/// The trimmed parts between the commas outside brackets.
fn split_outside_brackets(text: &str) -> Vec<&str> {
    let matching = matching_brackets(text);
    let mut parts = Vec::new();
    let mut start = 0;
    let mut position = 0;
    while position < text.len() {
        if let Some(closing) = matching[position] {
            position = closing;
        } else if text.as_bytes()[position] == b',' {
            parts.push(text[start..position].trim());
            start = position + 1;
        }
        position += 1;
    }
    // Without a comma the text is the whole part, blanks included.
    let last = &text[start..];
    parts.push(if parts.is_empty() { last } else { last.trim() });
    parts
}

/// The declared function of that name, or the wrapper of that builtin.
fn function_named(functions: &[FunctionInfo], name: &str) -> Result<Value, String> {
    let find = |wanted: &str, fits: fn(&FunctionInfo) -> bool| {
        let found = functions.iter().position(|function| fits(function) && function.name == wanted);
        found.map(|index| Value::function(index as u32))
    };
    let declared = find(name, |function| function.declared);
    let builtin = || lookup(name).and_then(|builtin| find(builtin.name, |function| function.builtin));
    declared.or_else(builtin).ok_or_else(|| format!("there is no function `{name}`"))
}

/// Prints what the program's entry function ended with; the exit code (7.4).
pub fn finish(rt: &mut Runtime, function: u32, outcome: Result<Value, Fault>) -> i32 {
    match outcome {
        Ok(value) => finish_with_value(rt, function, &value),
        Err(fault) => {
            report(rt, &fault);
            FAILURE
        }
    }
}

fn finish_with_value(rt: &mut Runtime, function: u32, value: &Value) -> i32 {
    let omitted = rt.functions().get(function as usize).is_some_and(|info| info.omits_result);
    match value.view() {
        View::Err(payload) => {
            let line = format!("^{}\n", display(rt, payload));
            write_error(rt, &line);
            FAILURE
        }
        _ if omitted => SUCCESS,
        View::Ok(payload) => {
            print_line(rt, payload);
            SUCCESS
        }
        _ => {
            print_line(rt, value);
            SUCCESS
        }
    }
}

/// Prints a fault as a diagnostic: code and message, then the source excerpt if its place is known.
pub fn report(rt: &mut Runtime, fault: &Fault) {
    let mut text = format!("error[{}]: {}\n", fault.code.as_str(), fault.message);
    if let Some(excerpt) = (rt.place_text)(fault.place) {
        text.push_str(&excerpt);
        if !excerpt.ends_with('\n') {
            text.push('\n');
        }
    }
    write_error(rt, &text);
}

/// If standard error is gone there is nobody left to tell.
fn write_error(rt: &mut Runtime, text: &str) {
    let _ = rt.output.flush();
    let _ = rt.errors.write_all(text.as_bytes());
    let _ = rt.errors.flush();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::ProgramInfo;
    use std::cell::RefCell;
    use std::io::Write;
    use std::rc::Rc;

    fn function(name: &str, params: Vec<ParamType>) -> FunctionInfo {
        FunctionInfo {
            name: name.to_string(),
            declared: true,
            builtin: false,
            arity: params.len() as u32,
            captures: 0,
            params,
            omits_result: false,
        }
    }

    fn strings(args: &[&str]) -> Vec<String> {
        args.iter().map(|arg| (*arg).to_string()).collect()
    }

    #[track_caller]
    fn converts(param: ParamType, arg: &str, wanted: &str) {
        let info = ProgramInfo { functions: vec![function("f", vec![param])], ..ProgramInfo::default() };
        let rt = Runtime::new(&info);
        // In a list, so that the kind of an empty value shows.
        let values = convert_arguments(rt.functions(), 0, &strings(&[arg])).map(Value::list);
        let shown = values.map_or_else(|fault| fault.code.as_str().to_string(), |list| display(&rt, &list));
        assert_eq!(shown, wanted, "{arg}");
    }

    #[test]
    fn arguments_by_shape() {
        for (arg, wanted) in [
            ("12", "[12]"),
            ("-1.50", "[-1.5]"),
            ("1e3", "[1000]"),
            ("true", "[true]"),
            ("nil", "[nil]"),
            ("abc", "[abc]"),
            ("\"12\"", "[12]"),
            ("a,b", "[[a, b]]"),
            ("[[1,2],[],x]", "[[[1, 2], [], x]]"),
            ("inf", "[inf]"),
            ("", "[]"),
            ("1,,2", "[[1, , 2]]"),
            ("[a", "[[a]"),
            (" 12", "[ 12]"),
            ("+5", "[5]"),
            ("1e999", "[1e999]"),
            ("[1],[2]", "[[[1], [2]]]"),
            ("[a,b", "[[[a, b]]"),
            ("[ 1 , x ]", "[[1, x]]"),
        ] {
            converts(ParamType::Any, arg, wanted);
        }
    }

    #[test]
    fn arguments_by_type() {
        converts(ParamType::Text, "007", "[007]");
        converts(ParamType::Text, "\"a b\"", "[a b]");
        converts(ParamType::Text, "\"", "[\"]");
        converts(ParamType::Text, "1,2", "[1,2]");
        converts(ParamType::Number, "5.", "[5]");
        converts(ParamType::Number, ".5", "[0.5]");
        for bad in ["abc", "inf", "nan", " 5", "1e999", "", ".", "1e", "0x1", "1_0"] {
            converts(ParamType::Number, bad, "ILO-R004");
        }
        converts(ParamType::Bool, "yes", "ILO-R004");
        converts(ParamType::Optional(Box::new(ParamType::Number)), "nil", "[nil]");
        converts(ParamType::Optional(Box::new(ParamType::Number)), "4", "[4]");
        let numbers = || ParamType::List(Box::new(ParamType::Number));
        converts(numbers(), "1,2", "[[1, 2]]");
        converts(numbers(), "[1, 2]", "[[1, 2]]");
        converts(numbers(), "7", "[[7]]");
        converts(numbers(), "[]", "[[]]");
        converts(numbers(), "1x,2", "ILO-R004");
        converts(ParamType::List(Box::new(ParamType::Text)), "12,345", "[[12, 345]]");
        converts(ParamType::List(Box::new(numbers())), "[1,2],[3]", "[[[1, 2], [3]]]");
        converts(ParamType::Unsupported("M t n".to_string()), "x", "ILO-R004");
        converts(ParamType::Function, "f", "[<function f>]");
        converts(ParamType::Function, "nothing", "ILO-R004");
    }

    #[test]
    #[cfg_attr(miri, ignore = "too deep to be interpreted in minutes")]
    fn deep_brackets_are_refused_or_converted_but_never_overflow() {
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        converts(ParamType::Any, &deep(1000), &format!("[{}]", deep(1000)));
        converts(ParamType::Any, &deep(50_000), "ILO-R004");
        assert_eq!(crate::counters::snapshot().live_objects, 0);
    }

    #[test]
    fn the_count_message_is_normative() {
        let functions = [function("f", vec![ParamType::Number, ParamType::Number])];
        let fault = convert_arguments(&functions, 0, &strings(&["1", "2", "3"])).unwrap_err();
        assert_eq!(fault.message, "f: expected 2 args, got 3");
    }

    #[track_caller]
    fn chooses(functions: &[&str], args: &[&str], wanted: Result<(u32, usize), FaultCode>) {
        let functions: Vec<_> = functions.iter().map(|name| function(name, Vec::new())).collect();
        let chosen = choose_function(&functions, &strings(args)).map(|(index, rest)| (index, rest.len()));
        assert_eq!(chosen.map_err(|fault| fault.code), wanted, "{args:?}");
    }

    #[test]
    fn the_entry_function() {
        chooses(&["side", "main"], &["4"], Ok((1, 1)));
        chooses(&["side", "main"], &["main", "4"], Ok((1, 1)));
        chooses(&["side", "main"], &["side", "4"], Ok((0, 1)));
        chooses(&["side", "main"], &["other", "4"], Err(FaultCode::R002));
        chooses(&["side", "main"], &["true"], Ok((1, 1)));
        // Letters of either case (docs/language/README.md).
        chooses(&["side", "main"], &["Other"], Err(FaultCode::R002));
        chooses(&["side", "main"], &[], Ok((1, 0)));
        chooses(&["only"], &["other"], Ok((0, 1)));
        chooses(&["a", "b"], &["4"], Err(FaultCode::R002));
        chooses(&[], &[], Err(FaultCode::R012));
    }

    #[test]
    fn options_and_data() {
        let split = |args: &[&str]| split_arguments(strings(args));
        assert_eq!(split(&["a", "--", "--b", "--"]), Ok(strings(&["a", "--b", "--"])));
        assert_eq!(split(&["--5", "--a=b", "-x", "---"]), Ok(strings(&["--5", "--a=b", "-x", "---"])));
        assert_eq!(split(&["--no-color"]), Err(UnknownOption("--no-color".to_string())));
        assert_eq!(split(&["--word"]), Err(UnknownOption("--word".to_string())));
    }

    #[derive(Clone, Default)]
    struct Sink(Rc<RefCell<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[track_caller]
    fn finishes(omits_result: bool, outcome: Result<Value, Fault>, out: &str, err: &str, code: i32) {
        let mut entry = function("f", Vec::new());
        entry.omits_result = omits_result;
        let mut rt = Runtime::new(&ProgramInfo { functions: vec![entry], ..ProgramInfo::default() });
        let (output, errors) = (Sink::default(), Sink::default());
        rt.output = Box::new(output.clone());
        rt.errors = Box::new(errors.clone());
        rt.place_text = Box::new(|place| (place == 7).then(|| "  1 | f>n".to_string()));
        assert_eq!(finish(&mut rt, 0, outcome), code);
        assert_eq!(String::from_utf8_lossy(&output.0.borrow()), out);
        assert_eq!(String::from_utf8_lossy(&errors.0.borrow()), err);
    }

    #[test]
    fn the_end_of_a_program() {
        finishes(false, Ok(Value::number(5.0)), "5\n", "", 0);
        finishes(false, Ok(Value::nil()), "nil\n", "", 0);
        finishes(true, Ok(Value::nil()), "", "", 0);
        finishes(false, Ok(Value::ok(Value::err(Value::text("inner")))), "^inner\n", "", 0);
        finishes(true, Ok(Value::err(Value::text("bad"))), "", "^bad\n", 1);
        let fault = Fault::new(FaultCode::R003, "division by zero");
        finishes(false, Err(fault.clone()), "", "error[ILO-R003]: division by zero\n", 1);
        let placed = "error[ILO-R003]: division by zero\n  1 | f>n\n";
        finishes(false, Err(fault.at(7)), "", placed, 1);
    }
}
