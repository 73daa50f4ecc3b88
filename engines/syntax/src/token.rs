//! Tokens (1.4): what kind, and where; the text of a token is read from the source when it is needed.

use std::fmt;

/// The classes of section 1.4, one variant per spelling where the parser cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    Type,
    Tool,
    Use,
    With,
    Timeout,
    Retry,
    /// `L`
    ListType,
    /// `R`
    ResultType,
    /// `F`
    FunctionType,
    /// `O`
    OptionalType,
    /// `M`
    MapType,
    /// `S`
    SumType,
    /// `if return let fn def var const`: always an error, but one that deserves good advice.
    Foreign,
    True,
    False,
    Nil,
    GreaterEqual,
    LessEqual,
    NotEqual,
    /// `+=`
    Append,
    /// `>>`
    Pipe,
    /// `??`
    Coalesce,
    /// `!!`
    BangBang,
    /// `=` and `==`
    Equal,
    /// `..`
    DotDot,
    /// `.?`
    DotQuestion,
    Plus,
    Minus,
    Star,
    Slash,
    Greater,
    Less,
    Ampersand,
    Bar,
    Question,
    At,
    Bang,
    Caret,
    Tilde,
    Dollar,
    Colon,
    /// `;`, written or inserted by the layout (1.3).
    Semicolon,
    Dot,
    Comma,
    LeftBrace,
    RightBrace,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Underscore,
    Number,
    Text,
    Identifier,
    /// A name directly after `.` or `.?`, from the wider set of 1.9.
    FieldName,
    /// The end of the file, or of what belongs to the current declaration.
    End,
}

impl TokenKind {
    /// The spelling of kinds that have exactly one.
    pub fn spelling(self) -> Option<&'static str> {
        use TokenKind::*;
        Some(match self {
            Type => "type",
            Tool => "tool",
            Use => "use",
            With => "with",
            Timeout => "timeout",
            Retry => "retry",
            ListType => "L",
            ResultType => "R",
            FunctionType => "F",
            OptionalType => "O",
            MapType => "M",
            SumType => "S",
            True => "true",
            False => "false",
            Nil => "nil",
            GreaterEqual => ">=",
            LessEqual => "<=",
            NotEqual => "!=",
            Append => "+=",
            Pipe => ">>",
            Coalesce => "??",
            BangBang => "!!",
            Equal => "=",
            DotDot => "..",
            DotQuestion => ".?",
            Plus => "+",
            Minus => "-",
            Star => "*",
            Slash => "/",
            Greater => ">",
            Less => "<",
            Ampersand => "&",
            Bar => "|",
            Question => "?",
            At => "@",
            Bang => "!",
            Caret => "^",
            Tilde => "~",
            Dollar => "$",
            Colon => ":",
            Semicolon => ";",
            Dot => ".",
            Comma => ",",
            LeftBrace => "{",
            RightBrace => "}",
            LeftParen => "(",
            RightParen => ")",
            LeftBracket => "[",
            RightBracket => "]",
            Underscore => "_",
            Foreign | Number | Text | Identifier | FieldName | End => return None,
        })
    }

    /// `prefix-op` of 4.1: the binary operators that may stand before their operands (`-` is apart, 4.4).
    pub fn is_prefix_operator(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Plus | Star
                | Slash
                | Greater
                | Less
                | GreaterEqual
                | LessEqual
                | Equal
                | NotEqual
                | Ampersand
                | Bar
                | Append
        )
    }

    /// `infix-op` of 4.1.
    pub fn is_infix_operator(self) -> bool {
        self == TokenKind::Minus || self.is_prefix_operator()
    }

    /// `compare-op` of 4.9.
    pub fn is_comparison(self) -> bool {
        use TokenKind::*;
        matches!(self, Equal | NotEqual | Greater | Less | GreaterEqual | LessEqual)
    }

    /// A token that is an atom all by itself.
    pub fn is_single_atom(self) -> bool {
        use TokenKind::*;
        matches!(self, Number | Text | True | False | Nil | Underscore | Identifier)
    }
}

/// For messages: the spelling in backquotes, or what kind of thing it is.
impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(spelling) = self.spelling() {
            return write!(f, "`{spelling}`");
        }
        f.write_str(match self {
            TokenKind::Foreign => "a word of another language",
            TokenKind::Number => "a number",
            TokenKind::Text => "a text",
            TokenKind::Identifier => "a name",
            TokenKind::FieldName => "a field name",
            _ => "the end of the file",
        })
    }
}

/// One token: byte range in its source, and whether a line boundary (1.3) stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// A line boundary, or the start of the file, stands between the previous token and this one.
    pub after_boundary: bool,
    pub start: u32,
    pub end: u32,
}

/// What an identifier-shaped word is: a keyword, a constant, a word of another language, or a plain identifier.
pub(crate) fn classify_word(word: &str) -> TokenKind {
    match word {
        "type" => TokenKind::Type,
        "tool" => TokenKind::Tool,
        "use" => TokenKind::Use,
        "with" => TokenKind::With,
        "timeout" => TokenKind::Timeout,
        "retry" => TokenKind::Retry,
        "true" => TokenKind::True,
        "false" => TokenKind::False,
        "nil" => TokenKind::Nil,
        "if" | "return" | "let" | "fn" | "def" | "var" | "const" => TokenKind::Foreign,
        _ => TokenKind::Identifier,
    }
}
