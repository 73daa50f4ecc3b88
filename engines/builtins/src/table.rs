//! The table of builtins: everything a program can name.

use crate::Prim;

/// When the bare name of a builtin is a call (4.7 of the language document).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// The bare name is the function as a value, or an error.
    Never,
    /// `mmap`: the name alone is the call and takes nothing that follows.
    Constant,
    /// `now`, `now-ms`, `env-all`: a call in every position.
    Everywhere,
    /// `rnd`: a call where an expression starts and no operand follows.
    AtStart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The result depends on the arguments only.
    Pure,
    /// Reads or writes the outside world.
    Io,
    /// Not deterministic.
    Nondeterministic,
}

/// The higher-order builtins; each is lowered to a loop over primitives (section 8 of the builtins document).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loop {
    Map,
    MapResult,
    FlatMap,
    Filter,
    Count,
    Partition,
    Fold,
    SortBy { descending: bool },
    Group,
    UniqueBy,
}

/// What a call is lowered to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lowering {
    /// One primitive, operands in the order of the arguments.
    Prim(Prim),
    /// A primitive on a list form and another on a number form is decided by [`Form`]; `fmt` collects the arguments
    /// after the template into a list.
    Format,
    /// A loop; `context` says that an extra argument stands between the function and the list.
    Loop { kind: Loop, context: bool },
    /// Described by the language, not implemented yet: a program that uses it is told so (ILO-N201).
    NotYet,
    /// Outside the core profile: rejected (ILO-N200).
    OutsideProfile,
}

/// One way of calling a builtin, told apart by the number of arguments.
///
/// `signature` reads `param param … > result` with the types of the documents' entries; alternatives of an
/// overloaded parameter are joined by `|` (the n-th alternative of each parameter and of the result belong
/// together), `?` before a type means that the checker does not check it (the documents' `°`), a single letter other
/// than `n t b` is a type variable, a trailing `…` accepts any number of further arguments.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    pub arity: u8,
    pub signature: &'static str,
    pub lowering: Lowering,
}

#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub forms: &'static [Form],
    /// May take any number of arguments beyond the form's (`fmt`).
    pub variadic: bool,
    /// The arity by which the parser recognises a nested call (4.6), if it does.
    pub nested_arity: Option<u8>,
    /// Is the first argument position a function position?
    pub takes_function: bool,
    pub bare: Bare,
    /// Its type when used as a value (2.9), if it can be.
    pub value_type: Option<&'static str>,
    pub effect: Effect,
    /// The section of the builtins document.
    pub section: u8,
}

/// The builtin of that name or alias.
pub fn lookup(name: &str) -> Option<&'static Builtin> {
    use std::collections::HashMap;
    use std::sync::OnceLock;
    static BY_NAME: OnceLock<HashMap<&'static str, &'static Builtin>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        BUILTINS
            .iter()
            .flat_map(|b| std::iter::once(b.name).chain(b.aliases.iter().copied()).map(move |n| (n, b)))
            .collect()
    });
    by_name.get(name).copied()
}

impl Builtin {
    /// The form with that many arguments.
    pub fn form(&self, arity: usize) -> Option<&'static Form> {
        if self.variadic && arity >= 1 {
            return self.forms.first();
        }
        self.forms.iter().find(|form| usize::from(form.arity) == arity)
    }
}

const BASE: Builtin = Builtin {
    name: "",
    aliases: &[],
    forms: &[],
    variadic: false,
    nested_arity: None,
    takes_function: false,
    bare: Bare::Never,
    value_type: None,
    effect: Effect::Pure,
    section: 0,
};

const fn arity_of(signature: &str) -> u8 {
    let bytes = signature.as_bytes();
    let mut index = 0;
    let mut colons = 0;
    while index < bytes.len() {
        if bytes[index] == b':' {
            colons += 1;
        }
        index += 1;
    }
    colons
}

const fn form(signature: &'static str, lowering: Lowering) -> Form {
    Form { arity: arity_of(signature), signature, lowering }
}

const fn prim(signature: &'static str, prim: Prim) -> Form {
    form(signature, Lowering::Prim(prim))
}

const fn repeat(signature: &'static str, kind: Loop) -> Form {
    form(signature, Lowering::Loop { kind, context: false })
}

const fn repeat_with_context(signature: &'static str, kind: Loop) -> Form {
    form(signature, Lowering::Loop { kind, context: true })
}

const fn outside() -> Form {
    form("", Lowering::OutsideProfile)
}

macro_rules! builtins {
    ($($section:literal: { $($name:literal [$($alias:literal),*] [$($form:expr),* $(,)?] $({ $($field:ident: $value:expr),* $(,)? })?;)* })*) => {
        /// Every builtin, by section of the builtins document.
        pub const BUILTINS: &[Builtin] = &[$($(
            Builtin {
                name: $name,
                aliases: &[$($alias),*],
                forms: &[$($form),*],
                section: $section,
                $($($field: $value,)*)?
                ..BASE
            },
        )*)*];
    };
}

builtins! {
    4: {
        "str" ["string"] [prim("x:n > t", Prim::Str)] { nested_arity: Some(1), value_type: Some("F n t") };
        "num" ["number"] [prim("s:t > R n t", Prim::Num)] { nested_arity: Some(1), value_type: Some("F t (R n t)") };
        "ord" [] [prim("s:t > n", Prim::Ord)] { nested_arity: Some(1), value_type: Some("F t n") };
        "chr" [] [prim("c:n > t", Prim::Chr)] { nested_arity: Some(1), value_type: Some("F n t") };
        "chars" [] [prim("s:t > L t", Prim::Chars)] { nested_arity: Some(1), value_type: Some("F t (L t)") };
        "upr" [] [prim("s:t > t", Prim::Upr)] { nested_arity: Some(1), value_type: Some("F t t") };
        "lwr" [] [prim("s:t > t", Prim::Lwr)] { nested_arity: Some(1), value_type: Some("F t t") };
        "cap" [] [prim("s:t > t", Prim::Cap)] { nested_arity: Some(1), value_type: Some("F t t") };
        "trm" ["trim"] [prim("s:t > t", Prim::Trm)] { nested_arity: Some(1), value_type: Some("F t t") };
        "padl" [] [prim("s:t w:n > t", Prim::PadLeft), prim("s:t w:n pad:t > t", Prim::PadLeftWith)] { value_type: Some("F t n t") };
        "padr" [] [prim("s:t w:n > t", Prim::PadRight), prim("s:t w:n pad:t > t", Prim::PadRightWith)] { value_type: Some("F t n t") };
        "spl" ["split"] [prim("s:t sep:t > L t", Prim::Spl)] { nested_arity: Some(2) };
        "cat" ["concat"] [prim("xs:L t sep:t > t", Prim::Cat)] { nested_arity: Some(2) };
        "fmt" ["format"] [form("template:t > t", Lowering::Format)] { variadic: true };
        "fmt2" [] [prim("x:n digits:n > t", Prim::Fmt2)];
    }
    5: {
        "abs" [] [prim("x:n > n", Prim::Abs)] { nested_arity: Some(1), value_type: Some("F n n") };
        "flr" ["floor"] [prim("x:n > n", Prim::Flr)] { nested_arity: Some(1), value_type: Some("F n n") };
        "cel" ["ceil"] [prim("x:n > n", Prim::Cel)] { nested_arity: Some(1), value_type: Some("F n n") };
        "rou" ["round"] [prim("x:n > n", Prim::Rou)] { nested_arity: Some(1), value_type: Some("F n n") };
        "mod" [] [prim("a:n b:n > n", Prim::Mod)] { nested_arity: Some(2), value_type: Some("F n n n") };
        "min" [] [prim("xs:L n > n", Prim::MinOf), prim("a:n b:n > n", Prim::Min)] { nested_arity: Some(2), value_type: Some("F n n n") };
        "max" [] [prim("xs:L n > n", Prim::MaxOf), prim("a:n b:n > n", Prim::Max)] { nested_arity: Some(2), value_type: Some("F n n n") };
        "clamp" [] [prim("x:n lo:n hi:n > n", Prim::Clamp)];
        "pow" [] [prim("b:n e:n > n", Prim::Pow)] { nested_arity: Some(2) };
        "sqrt" [] [prim("x:n > n", Prim::Sqrt)] { nested_arity: Some(1) };
        "log" [] [prim("x:n > n", Prim::Log)] { nested_arity: Some(1) };
        "exp" [] [prim("x:n > n", Prim::Exp)] { nested_arity: Some(1) };
        "sin" [] [prim("x:n > n", Prim::Sin)] { nested_arity: Some(1) };
        "cos" [] [prim("x:n > n", Prim::Cos)] { nested_arity: Some(1) };
        "log10" [] [prim("x:n > n", Prim::Log10)];
        "log2" [] [prim("x:n > n", Prim::Log2)];
        "tan" [] [prim("x:n > n", Prim::Tan)];
        "asin" [] [prim("x:n > n", Prim::Asin)];
        "acos" [] [prim("x:n > n", Prim::Acos)];
        "atan" [] [prim("x:n > n", Prim::Atan)];
        "atan2" [] [prim("y:n x:n > n", Prim::Atan2)];
    }
    6: {
        "len" ["length"] [prim("x:L a|M k v|t > n", Prim::Len)] { nested_arity: Some(1), value_type: Some("F (L _) n") };
        "has" ["contains"] [prim("xs:L a|t v:?_ > b", Prim::Has)] { nested_arity: Some(2) };
        "hd" ["head"] [prim("xs:L a|t > a|t", Prim::Hd)] { nested_arity: Some(1) };
        "tl" ["tail"] [prim("xs:L a|t > L a|t", Prim::Tl)] { nested_arity: Some(1) };
        "at" [] [prim("xs:L a|t i:n > a|t", Prim::At)] { nested_arity: Some(2) };
        "lst" ["lset"] [prim("xs:L a i:n v:a > L a", Prim::Lst)];
        "slc" ["slice"] [prim("xs:L a|t from:n to:n > L a|t", Prim::Slc)] { nested_arity: Some(3) };
        "take" [] [prim("n:n xs:L a|t > L a|t", Prim::Take)];
        "drop" [] [prim("n:n xs:L a|t > L a|t", Prim::DropFirst)];
        "rev" ["reverse"] [prim("xs:L a|t > L a|t", Prim::Rev)] { nested_arity: Some(1) };
        "srt" ["sort"] [
            prim("xs:L a|t > L a|t", Prim::Srt),
            repeat("fn:F a k xs:?L a > L a", Loop::SortBy { descending: false }),
            repeat_with_context("fn:F a c k ctx:c xs:?L a > L a", Loop::SortBy { descending: false }),
        ] { nested_arity: Some(2), takes_function: true };
        "rsrt" [] [
            prim("xs:L a|t > L a|t", Prim::Rsrt),
            repeat("fn:F a k xs:?L a > L a", Loop::SortBy { descending: true }),
            repeat_with_context("fn:F a c k ctx:c xs:?L a > L a", Loop::SortBy { descending: true }),
        ] { nested_arity: Some(2), takes_function: true };
        "unq" ["unique"] [prim("xs:L a|t > L a|t", Prim::Unq)] { nested_arity: Some(1) };
        "flat" ["flatten"] [prim("xs:?L (L a) > L a", Prim::Flat)] { nested_arity: Some(1) };
        "range" ["rng"] [prim("a:n b:n > L n", Prim::Range)] { nested_arity: Some(2) };
        "zip" [] [prim("xs:L a ys:L c > L (L e)", Prim::Zip)];
        "enumerate" [] [prim("xs:L a > L (L _)", Prim::Enumerate)];
        "window" [] [prim("n:n xs:L a > L (L a)", Prim::Window)];
        "chunks" [] [prim("n:n xs:L a > L (L a)", Prim::Chunks)];
    }
    7: {
        "mmap" [] [prim("> M _ _", Prim::Mmap)] { bare: Bare::Constant };
        "mset" [] [prim("m:M k v key:k val:w > M k w", Prim::Mset)] { nested_arity: Some(3) };
        "mget" [] [prim("m:M k v key:k > O v", Prim::Mget)] { nested_arity: Some(2) };
        "mhas" [] [prim("m:M k v key:k > b", Prim::Mhas)] { nested_arity: Some(2) };
        "mdel" [] [prim("m:M k v key:k > M k v", Prim::Mdel)] { nested_arity: Some(2) };
        "mkeys" [] [prim("m:M k v > L k", Prim::Mkeys)] { nested_arity: Some(1) };
        "mvals" [] [prim("m:M k v > L v", Prim::Mvals)] { nested_arity: Some(1) };
        "frq" [] [prim("xs:L a > M a n", Prim::Frq)] { nested_arity: Some(1) };
    }
    8: {
        "map" [] [
            repeat("fn:F a r xs:?L a > L r", Loop::Map),
            repeat_with_context("fn:F a c r ctx:c xs:?L a > L r", Loop::Map),
        ] { nested_arity: Some(2), takes_function: true };
        "mapr" [] [repeat("fn:F a (R r e) xs:?L a > R (L r) e", Loop::MapResult)] { nested_arity: Some(2), takes_function: true };
        "flatmap" [] [repeat("fn:F a (L r) xs:?L a > L r", Loop::FlatMap)] { nested_arity: Some(2), takes_function: true };
        "flt" ["filter"] [
            repeat("fn:F a b xs:?L a > L a", Loop::Filter),
            repeat_with_context("fn:F a c b ctx:c xs:?L a > L a", Loop::Filter),
        ] { nested_arity: Some(2), takes_function: true };
        "ct" [] [
            repeat("fn:F a b xs:?L a > n", Loop::Count),
            repeat_with_context("fn:F a c b ctx:c xs:?L a > n", Loop::Count),
        ] { nested_arity: Some(2), takes_function: true };
        "partition" [] [repeat("fn:F a b xs:?L a > L (L a)", Loop::Partition)] { nested_arity: Some(2), takes_function: true };
        "fld" ["fold"] [
            repeat("fn:F r a r xs:?L a init:r > r", Loop::Fold),
            repeat_with_context("fn:F r a c r ctx:c xs:?L a init:r > r", Loop::Fold),
        ] { nested_arity: Some(3), takes_function: true };
        "grp" ["group"] [repeat("fn:F a k xs:?L a > M k (L a)", Loop::Group)] { nested_arity: Some(2), takes_function: true };
        "uniqby" [] [repeat("fn:F a k xs:?L a > L a", Loop::UniqueBy)] { nested_arity: Some(2), takes_function: true };
    }
    9: {
        "setunion" [] [prim("xs:L a ys:L c > L a", Prim::SetUnion)];
        "setinter" [] [prim("xs:L a ys:L c > L a", Prim::SetInter)];
        "setdiff" [] [prim("xs:L a ys:L c > L a", Prim::SetDiff)];
    }
    10: {
        "sum" [] [prim("xs:?L n > n", Prim::Sum)] { nested_arity: Some(1), value_type: Some("F (L n) n") };
        "cumsum" [] [prim("xs:L n > L n", Prim::CumSum)];
        "avg" ["average"] [prim("xs:?L n > n", Prim::Avg)] { nested_arity: Some(1), value_type: Some("F (L n) n") };
        "median" [] [prim("xs:L _ > n", Prim::Median)] { value_type: Some("F (L n) n") };
        "quantile" [] [prim("xs:L _ p:n > n", Prim::Quantile)];
        "variance" [] [prim("xs:L _ > n", Prim::Variance)] { value_type: Some("F (L n) n") };
        "stdev" [] [prim("xs:L _ > n", Prim::Stdev)] { value_type: Some("F (L n) n") };
    }
    11: {
        "transpose" [] [prim("m:L (L a) > L (L a)", Prim::Transpose)];
        "matmul" [] [prim("a:L (L n) b:L (L n) > L (L n)", Prim::MatMul)];
        "dot" [] [prim("xs:L n ys:L n > n", Prim::Dot)];
        "det" [] [prim("m:L (L n) > n", Prim::Det)];
        "inv" [] [prim("m:L (L n) > L (L n)", Prim::Inv)];
        "solve" [] [prim("m:L (L n) v:L n > L n", Prim::Solve)];
    }
    12: {
        "fft" [] [prim("xs:L _ > L (L n)", Prim::Fft)];
        "ifft" [] [prim("ps:L _ > L n", Prim::Ifft)];
    }
    13: {
        "rgx" ["regex"] [prim("pat:?t s:?t > L t", Prim::Rgx)] { nested_arity: Some(2) };
        "rgxall" [] [prim("pat:?t s:?t > L (L t)", Prim::RgxAll)] { nested_arity: Some(2) };
        "rgxall1" [] [prim("pat:?t s:?t > L t", Prim::RgxAll1)] { nested_arity: Some(2) };
        "rgxsub" [] [prim("pat:t repl:t s:t > t", Prim::RgxSub)] { nested_arity: Some(3) };
    }
    14: {
        "jdmp" [] [prim("v:_ > t", Prim::Jdmp)] { nested_arity: Some(1), value_type: Some("F _ t") };
        "jpar" [] [prim("s:t > R _ t", Prim::Jpar)] { nested_arity: Some(1) };
        "jpth" [] [prim("s:t path:t > R _ t", Prim::Jpth)] { nested_arity: Some(2) };
        "jkeys" [] [prim("s:t path:t > R (L t) t", Prim::Jkeys)] { nested_arity: Some(2) };
    }
    15: {
        "rd" ["read"] [prim("path:t > R _ t", Prim::Rd), prim("path:t format:t > R _ t", Prim::RdAs)] { effect: Effect::Io };
        "rdb" ["readbuf"] [prim("s:t format:t > R _ t", Prim::Rdb)];
        "rdl" ["readlines"] [prim("path:t > R (L t) t", Prim::Rdl)] { effect: Effect::Io };
        "rdjl" [] [prim("path:t > L (R _ t)", Prim::Rdjl)] { effect: Effect::Io };
        "wr" ["write"] [prim("path:t s:t > R t t", Prim::Wr), prim("path:t data:_ format:t > R t t", Prim::WrAs)] { nested_arity: Some(2), effect: Effect::Io };
        "wrl" ["writelines"] [prim("path:t lines:?L t > R t t", Prim::Wrl)] { nested_arity: Some(2), effect: Effect::Io };
        "lsd" [] [prim("dir:?t > R (L t) t", Prim::Lsd)] { effect: Effect::Io };
        "walk" [] [prim("dir:?t > R (L t) t", Prim::Walk)] { effect: Effect::Io };
        "glob" [] [prim("dir:?t pat:?t > R (L t) t", Prim::Glob)] { effect: Effect::Io };
    }
    16: {
        "env" [] [prim("name:?t > R t t", Prim::Env)] { effect: Effect::Io };
        "env-all" [] [prim("> R (M t t) t", Prim::EnvAll)] { bare: Bare::Everywhere, effect: Effect::Io };
    }
    17: {
        "dtfmt" [] [prim("epoch:n format:t > R t t", Prim::DtFmt)];
        "dtparse" [] [prim("s:t format:t > R n t", Prim::DtParse)];
    }
    18: {
        "now" [] [prim("> n", Prim::Now)] { bare: Bare::Everywhere, effect: Effect::Nondeterministic };
        "now-ms" [] [prim("> n", Prim::NowMs)] { bare: Bare::Everywhere, effect: Effect::Nondeterministic };
        "rnd" ["random"] [prim("> n", Prim::Rnd), prim("lo:n hi:n > n", Prim::RndBetween)] { bare: Bare::AtStart, effect: Effect::Nondeterministic };
        "rndn" [] [prim("mu:n sigma:n > n", Prim::Rndn)] { effect: Effect::Nondeterministic };
        "sleep" [] [prim("ms:n > nil", Prim::Sleep)] { effect: Effect::Nondeterministic };
    }
    19: {
        "prnt" ["print"] [prim("v:a > a", Prim::Prnt)] { nested_arity: Some(1), effect: Effect::Io };
    }
    20: {
        "get" [] [outside()];
        "pst" [] [outside()];
        "get-many" [] [outside()];
        "run" [] [outside()];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_and_aliases_are_unique() {
        let mut seen = HashSet::new();
        for builtin in BUILTINS {
            for name in std::iter::once(&builtin.name).chain(builtin.aliases) {
                assert!(seen.insert(*name), "{name} stands twice");
            }
        }
    }

    #[test]
    fn a_primitive_takes_as_many_operands_as_its_form() {
        for builtin in BUILTINS {
            for form in builtin.forms {
                if let Lowering::Prim(prim) = form.lowering {
                    assert_eq!(prim.info().params.len(), usize::from(form.arity), "{}", builtin.name);
                }
            }
        }
    }
}
