//! Text → MIR, line by line; the inverse of `print`.

use ilo4_builtins::Prim;
use ilo4_syntax::{SourceId, Span};

use crate::body::{
    Block, BlockId, Body, CleanupId, Constant, Effects, FieldMode, FunctionId, Instruction, Local, LocalDecl,
    NameId, Op, Operand, PlaceId, Program, Repr, Shape, ShapeId, Terminator, TextId,
};

/// What is wrong, and in which line of the text (from 1).
#[derive(Clone, Debug, PartialEq)]
pub struct ParseError {
    pub line: usize,
    pub message: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

type Parsed<T> = Result<T, String>;

/// # Errors
/// The first line that is not of the form that [`super::print`] writes.
pub fn parse(text: &str) -> Result<Program, ParseError> {
    let mut program = Program::default();
    for (index, line) in text.lines().enumerate() {
        self::line(&mut program, line).map_err(|message| ParseError { line: index + 1, message })?;
    }
    Ok(program)
}

fn line(program: &mut Program, line: &str) -> Parsed<()> {
    let mut scan = Scan { rest: line.trim() };
    if scan.rest.is_empty() || scan.rest == "}" {
        return Ok(());
    }
    if !line.starts_with(' ') {
        return top_level(program, &mut scan);
    }
    let body = program.functions.last_mut().ok_or("a line of a function before any `fn`")?;
    body_line(body, &mut scan)
}

fn top_level(program: &mut Program, scan: &mut Scan) -> Parsed<()> {
    match scan.word() {
        "names" => program.names = scan.list(|scan| Ok(scan.until(&[','])?.to_owned()))?,
        "texts" => program.texts = scan.list(Scan::text)?,
        "shapes" => program.shapes = scan.list(shape)?,
        "places" => program.places = scan.list(place)?,
        "fn" => program.functions.push(header(scan)?),
        other => return Err(format!("`{other}` starts no line of MIR")),
    }
    Ok(())
}

fn shape(scan: &mut Scan) -> Parsed<Shape> {
    let name = scan.until(&['('])?.to_owned();
    scan.expect("(")?;
    let fields = if scan.peek(")") { vec![] } else { scan.list(|scan| Ok(NameId(scan.number()?)))? };
    scan.expect(")")?;
    Ok(Shape { name, fields })
}

fn place(scan: &mut Scan) -> Parsed<Span> {
    let source = SourceId(scan.number()?);
    scan.expect(":")?;
    let start = scan.number()?;
    scan.expect("..")?;
    Ok(Span { source, start, end: scan.number()? })
}

fn header(scan: &mut Scan) -> Parsed<Body> {
    let name = scan.until(&['('])?.to_owned();
    scan.expect("(")?;
    let locals = if scan.peek(")") { vec![] } else { scan.list(local_decl)? };
    scan.expect(")")?;
    scan.expect("->")?;
    let result = repr(scan.word())?;
    scan.expect("captures")?;
    let captures = scan.number()?;
    scan.expect("[")?;
    let flags: Vec<&str> = scan.until(&[']'])?.split_whitespace().collect();
    let effects = Effects {
        may_fault: flags.contains(&"fault"),
        recursive: flags.contains(&"recursive"),
        is_value: flags.contains(&"value"),
    };
    let param_count = locals.len();
    Ok(Body { name, captures, param_count, result, locals, blocks: vec![], cleanups: vec![], effects })
}

fn local_decl(scan: &mut Scan) -> Parsed<LocalDecl> {
    scan.expect("_")?;
    let _: u32 = scan.number()?;
    scan.expect(":")?;
    let repr = repr(scan.word())?;
    Ok(LocalDecl { name: scan.until(&[',', ')'])?.trim().to_owned(), repr })
}

fn repr(word: &str) -> Parsed<Repr> {
    match word {
        "word" => Ok(Repr::Word),
        "num" => Ok(Repr::Number),
        "bool" => Ok(Repr::Bool),
        other => Err(format!("`{other}` is no representation (word, num, bool)")),
    }
}

fn body_line(body: &mut Body, scan: &mut Scan) -> Parsed<()> {
    if scan.eat("let ") {
        body.locals.push(local_decl(scan)?);
    } else if scan.eat("cleanup ") {
        let (_, locals) = scan.rest.split_once(':').ok_or("a cleanup without `:`")?;
        let local = |word: &str| Scan { rest: word }.local();
        body.cleanups.push(locals.split_whitespace().map(local).collect::<Parsed<_>>()?);
    } else if scan.rest.starts_with("bb") {
        body.blocks.push(Block { instructions: vec![], terminator: Terminator::Unreachable });
    } else {
        let block = body.blocks.last_mut().ok_or("an instruction before any block")?;
        match terminator(scan)? {
            Some(terminator) => block.terminator = terminator,
            None => block.instructions.push(instruction(scan)?),
        }
    }
    Ok(())
}

fn terminator(scan: &mut Scan) -> Parsed<Option<Terminator>> {
    Ok(Some(if scan.eat("goto ") {
        Terminator::Goto(scan.block()?)
    } else if scan.eat("branch") {
        let cond = scan.single()?;
        Terminator::Branch { cond, then: scan.block()?, other: scan.block()? }
    } else if scan.eat("return") {
        Terminator::Return(scan.single()?)
    } else if scan.eat("tail_call ") {
        let function = scan.function()?;
        let args = scan.operands()?;
        Terminator::TailCall { function, args, place: scan.place()? }
    } else if scan.eat("unreachable") {
        Terminator::Unreachable
    } else {
        return Ok(None);
    }))
}

fn instruction(scan: &mut Scan) -> Parsed<Instruction> {
    let op = if scan.eat("drop ") {
        Op::Drop { local: scan.local()? }
    } else {
        let dst = scan.local()?;
        scan.expect("=")?;
        operation(dst, scan)?
    };
    let place = scan.place()?;
    let cleanup = if scan.eat("!c") { Some(CleanupId(scan.number()?)) } else { None };
    Ok(Instruction { op, place, cleanup })
}

fn operation(dst: Local, scan: &mut Scan) -> Parsed<Op> {
    Ok(match scan.word() {
        "assign" => Op::Assign { dst, src: scan.single()? },
        "box" => Op::Box { dst, src: scan.single()? },
        "unbox" => {
            let prim = scan.prim()?;
            Op::Unbox { dst, src: scan.single()?, prim }
        }
        "prim" => {
            let prim = scan.prim()?;
            Op::Prim { dst, prim, args: scan.operands()? }
        }
        "call" => {
            let function = scan.function()?;
            Op::Call { dst, function, args: scan.operands()? }
        }
        "call_value" => {
            let mut args = scan.operands()?;
            if args.is_empty() {
                return Err("call_value needs a callee".to_owned());
            }
            let callee = args.remove(0);
            Op::CallValue { dst, callee, args }
        }
        "list" => Op::List { dst, items: scan.operands()? },
        "record" => {
            scan.expect("s")?;
            let shape = ShapeId(scan.number()?);
            Op::Record { dst, shape, fields: scan.operands()? }
        }
        "closure" => {
            let function = scan.function()?;
            Op::Closure { dst, function, captures: scan.operands()? }
        }
        "field" => field(dst, FieldMode::Copy, scan)?,
        "field_take" => field(dst, FieldMode::Take, scan)?,
        "with" => {
            let mut names = Vec::new();
            while scan.eat("n") {
                names.push(NameId(scan.number()?));
            }
            let mut values = scan.operands()?;
            if values.len() != names.len() + 1 {
                return Err("with needs the record and a value for each name".to_owned());
            }
            let base = values.remove(0);
            Op::With { dst, base, fields: names.into_iter().zip(values).collect() }
        }
        "take_element" => match scan.operands()?.as_slice() {
            &[list, index] => Op::TakeElement { dst, list, index },
            _ => return Err("take_element takes a list and an index".to_owned()),
        },
        other => return Err(format!("`{other}` is no operation")),
    })
}

fn field(dst: Local, mode: FieldMode, scan: &mut Scan) -> Parsed<Op> {
    scan.expect("n")?;
    let name = NameId(scan.number()?);
    let hint = if scan.eat("s") {
        let shape = ShapeId(scan.number()?);
        scan.expect(".")?;
        Some((shape, scan.number()?))
    } else {
        None
    };
    let tolerant = scan.eat("tolerant");
    Ok(Op::Field { dst, base: scan.single()?, name, tolerant, hint, mode })
}

/// A cursor over one line. Blanks before every token are skipped.
struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn peek(&mut self, token: &str) -> bool {
        self.skip();
        self.rest.starts_with(token)
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Parsed<()> {
        if self.eat(token) { Ok(()) } else { Err(format!("`{token}` was expected before `{}`", self.rest)) }
    }

    fn take(&mut self, end: usize) -> &'a str {
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn word(&mut self) -> &'a str {
        self.skip();
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// Everything before the first of these characters, or to the end of the line.
    fn until(&mut self, ends: &[char]) -> Parsed<&'a str> {
        self.skip();
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        Ok(self.take(end))
    }

    fn number<N: std::str::FromStr>(&mut self) -> Parsed<N> {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let digits = self.take(end);
        digits.parse().map_err(|_| format!("a number was expected before `{}`", self.rest))
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = Vec::new();
        self.skip();
        while !self.rest.is_empty() {
            items.push(item(self)?);
            if !self.eat(",") {
                break;
            }
        }
        Ok(items)
    }

    /// A quoted text with the escapes of Rust's `{:?}`.
    fn text(&mut self) -> Parsed<String> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => text.push(escape(&mut chars)?),
                _ => text.push(c),
            }
        }
        Err("a text without its closing quote".to_owned())
    }

    fn local(&mut self) -> Parsed<Local> {
        self.expect("_")?;
        Ok(Local(self.number()?))
    }

    fn block(&mut self) -> Parsed<BlockId> {
        self.expect("bb")?;
        Ok(BlockId(self.number()?))
    }

    fn function(&mut self) -> Parsed<FunctionId> {
        self.expect("fn")?;
        Ok(FunctionId(self.number()?))
    }

    fn place(&mut self) -> Parsed<PlaceId> {
        self.expect("@")?;
        Ok(PlaceId(self.number()?))
    }

    fn prim(&mut self) -> Parsed<Prim> {
        let name = self.word();
        Prim::from_name(name).ok_or_else(|| format!("`{name}` is no primitive"))
    }

    fn operands(&mut self) -> Parsed<Vec<Operand>> {
        self.expect("(")?;
        let operands = if self.peek(")") { vec![] } else { self.list(Scan::operand)? };
        self.expect(")")?;
        Ok(operands)
    }

    fn single(&mut self) -> Parsed<Operand> {
        match self.operands()?.as_slice() {
            &[operand] => Ok(operand),
            _ => Err("one operand was expected".to_owned()),
        }
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let token = self.until(&[',', ')'])?.trim();
        let (verb, local) = token.split_once(' ').unwrap_or((token, ""));
        let mut local = Scan { rest: local };
        let constant = match verb {
            "move" => return Ok(Operand::Move(local.local()?)),
            "copy" => return Ok(Operand::Copy(local.local()?)),
            "read" => return Ok(Operand::Read(local.local()?)),
            "true" | "false" => Constant::Bool(verb == "true"),
            "nil" => Constant::Nil,
            _ => constant(verb)?,
        };
        Ok(Operand::Constant(constant))
    }
}

fn constant(token: &str) -> Parsed<Constant> {
    let index = |digits: &str| digits.parse().map_err(|_| format!("`{token}` is no operand"));
    if let Some(digits) = token.strip_prefix("fn") {
        return Ok(Constant::Function(FunctionId(index(digits)?)));
    }
    if let Some(digits) = token.strip_prefix('t') {
        return Ok(Constant::Text(TextId(index(digits)?)));
    }
    token.parse().map(Constant::Number).map_err(|_| format!("`{token}` is no operand"))
}

fn escape(chars: &mut std::str::CharIndices) -> Parsed<char> {
    let (_, c) = chars.next().ok_or("a text that ends in a backslash")?;
    Ok(match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        '\\' | '"' | '\'' => c,
        'u' => {
            let digits: String = chars.map(|(_, c)| c).skip(1).take_while(|c| *c != '}').collect();
            return u32::from_str_radix(&digits, 16)
                .ok()
                .and_then(char::from_u32)
                .ok_or_else(|| format!("`\\u{{{digits}}}` is no character"));
        }
        other => return Err(format!("`\\{other}` is no escape")),
    })
}
