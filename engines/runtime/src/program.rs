//! What the runtime knows about a program: names, shapes, texts, and how its functions can be called.
//!
//! It travels inside compiled executables, so it has a compact encoding of its own: integers are LEB128, texts and
//! lists start with their length, a tag byte stands before each alternative. [`ProgramInfo::from_bytes`] refuses what
//! [`ProgramInfo::to_bytes`] has not written.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramInfo {
    /// By function index.
    pub functions: Vec<FunctionInfo>,
    /// By shape id: the declared record types.
    pub shapes: Vec<ShapeInfo>,
    /// By name id: field names.
    pub names: Vec<String>,
    /// By text id: literals, see `Runtime::literal`.
    pub texts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionInfo {
    /// For a builtin used as a value: its canonical name.
    pub name: String,
    /// Written in the program; can be the entry and be named in an argument.
    pub declared: bool,
    /// A wrapper around a builtin; can be named in an argument.
    pub builtin: bool,
    /// Number of parameters without captured values.
    pub arity: u32,
    /// Number of captured values, which come before the parameters.
    pub captures: u32,
    /// The written types of the `arity` parameters; may be empty for functions that are not declared.
    pub params: Vec<ParamType>,
    /// As an entry function, print no result line unless it is an Err (7.4).
    pub omits_result: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeInfo {
    pub name: String,
    /// Name ids, in the order of the declaration.
    pub fields: Vec<u32>,
}

/// How a command-line argument is converted (7.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamType {
    Number,
    /// Also sum types.
    Text,
    Bool,
    /// By shape; also type variables.
    Any,
    Optional(Box<ParamType>),
    List(Box<ParamType>),
    Function,
    /// No argument can be converted to it; how the type is written.
    Unsupported(String),
}

/// The bytes are not an encoded program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("malformed program description")
    }
}

impl std::error::Error for Malformed {}

/// The nesting of parameter types that a decoder follows; no program comes near it.
const DEEPEST_TYPE: u32 = 1000;

struct Writer(Vec<u8>);

impl Writer {
    fn integer(&mut self, value: usize) {
        let mut rest = value;
        while rest >= 0x80 {
            self.0.push((rest as u8 & 0x7F) | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
    }

    fn text(&mut self, text: &str) {
        self.integer(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Writer, &T)) {
        self.integer(items.len());
        items.iter().for_each(|item| write(self, item));
    }

    fn function(&mut self, function: &FunctionInfo) {
        self.text(&function.name);
        let flags = [function.declared, function.builtin, function.omits_result];
        self.0.push(flags.iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(*flag)));
        self.integer(function.arity as usize);
        self.integer(function.captures as usize);
        self.list(&function.params, Writer::param);
    }

    fn param(&mut self, param: &ParamType) {
        match param {
            ParamType::Number => self.0.push(0),
            ParamType::Text => self.0.push(1),
            ParamType::Bool => self.0.push(2),
            ParamType::Any => self.0.push(3),
            ParamType::Optional(inner) => {
                self.0.push(4);
                self.param(inner);
            }
            ParamType::List(inner) => {
                self.0.push(5);
                self.param(inner);
            }
            ParamType::Function => self.0.push(6),
            ParamType::Unsupported(display) => {
                self.0.push(7);
                self.text(display);
            }
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    fn integer(&mut self) -> Result<usize, Malformed> {
        let mut value = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn id(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.integer()?).map_err(|_| Malformed)
    }

    fn text(&mut self) -> Result<String, Malformed> {
        let length = self.integer()?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| Malformed)
    }

    fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let length = self.integer()?;
        (0..length).map(|_| read(self)).collect()
    }

    fn function(&mut self) -> Result<FunctionInfo, Malformed> {
        let name = self.text()?;
        let flags = self.byte()?;
        Ok(FunctionInfo {
            name,
            declared: flags & 1 != 0,
            builtin: flags & 2 != 0,
            omits_result: flags & 4 != 0,
            arity: self.id()?,
            captures: self.id()?,
            params: self.list(|reader| reader.param(0))?,
        })
    }

    fn param(&mut self, depth: u32) -> Result<ParamType, Malformed> {
        if depth > DEEPEST_TYPE {
            return Err(Malformed);
        }
        Ok(match self.byte()? {
            0 => ParamType::Number,
            1 => ParamType::Text,
            2 => ParamType::Bool,
            3 => ParamType::Any,
            4 => ParamType::Optional(Box::new(self.param(depth + 1)?)),
            5 => ParamType::List(Box::new(self.param(depth + 1)?)),
            6 => ParamType::Function,
            7 => ParamType::Unsupported(self.text()?),
            _ => return Err(Malformed),
        })
    }
}

impl ProgramInfo {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer(Vec::new());
        writer.list(&self.functions, Writer::function);
        writer.list(&self.shapes, |writer, shape| {
            writer.text(&shape.name);
            writer.list(&shape.fields, |writer, name| writer.integer(*name as usize));
        });
        writer.list(&self.names, |writer, name| writer.text(name));
        writer.list(&self.texts, |writer, text| writer.text(text));
        writer.0
    }

    /// # Errors
    /// If the bytes are not what [`ProgramInfo::to_bytes`] makes.
    pub fn from_bytes(bytes: &[u8]) -> Result<ProgramInfo, Malformed> {
        let mut reader = Reader(bytes);
        let info = ProgramInfo {
            functions: reader.list(Reader::function)?,
            shapes: reader
                .list(|reader| Ok(ShapeInfo { name: reader.text()?, fields: reader.list(Reader::id)? }))?,
            names: reader.list(Reader::text)?,
            texts: reader.list(Reader::text)?,
        };
        let known = |name: &u32| (*name as usize) < info.names.len();
        let complete = reader.0.is_empty() && info.shapes.iter().all(|shape| shape.fields.iter().all(known));
        if complete { Ok(info) } else { Err(Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> ProgramInfo {
        let params = vec![
            ParamType::Number,
            ParamType::Optional(Box::new(ParamType::List(Box::new(ParamType::Text)))),
            ParamType::Unsupported("M t n".to_string()),
            ParamType::Function,
            ParamType::Bool,
            ParamType::Any,
        ];
        let entry = FunctionInfo {
            name: "main".to_string(),
            declared: true,
            builtin: false,
            arity: 6,
            captures: 0,
            params,
            omits_result: true,
        };
        let wrapper = FunctionInfo {
            name: "abs".to_string(),
            declared: false,
            builtin: true,
            arity: 1,
            captures: 300,
            params: Vec::new(),
            omits_result: false,
        };
        ProgramInfo {
            functions: vec![entry, wrapper],
            shapes: vec![ShapeInfo { name: "pt".to_string(), fields: vec![1, 0] }],
            names: vec!["x".to_string(), "größe".to_string()],
            texts: vec![String::new(), "a".repeat(1000)],
        }
    }

    #[test]
    fn decoding_gives_back_what_was_encoded() {
        assert_eq!(ProgramInfo::from_bytes(&sample().to_bytes()), Ok(sample()));
        assert_eq!(ProgramInfo::from_bytes(&ProgramInfo::default().to_bytes()), Ok(ProgramInfo::default()));
    }

    #[test]
    fn a_cut_or_longer_encoding_is_refused() {
        let bytes = sample().to_bytes();
        for length in 0..bytes.len() {
            assert_eq!(ProgramInfo::from_bytes(&bytes[..length]), Err(Malformed), "{length} bytes");
        }
        let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
        assert_eq!(ProgramInfo::from_bytes(&longer), Err(Malformed));
    }
}
