//! The table of primitive operations: operators, checks and first-order builtins.
//!
//! One row: name, how each operand is passed, the class of the result, which faults it can raise and the fault of
//! an operand that is not a number where a number is needed. [`for_each_prim!`] hands the rows to any consumer, so
//! that declarations, dispatch, symbols and signatures are derived and a missing implementation does not compile.

/// The codes of run-time faults (section 9.4 of the language document).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FaultCode {
    R002 = 2,
    R003 = 3,
    R004 = 4,
    R005 = 5,
    R006 = 6,
    R007 = 7,
    R008 = 8,
    R009 = 9,
    R012 = 12,
    R026 = 26,
    /// Recursion too deep, `ILO-R601`.
    R601 = 61,
}

impl FaultCode {
    pub const ALL: [FaultCode; 11] = {
        use FaultCode::*;
        [R002, R003, R004, R005, R006, R007, R008, R009, R012, R026, R601]
    };

    /// The code as it is printed, e.g. `ILO-R009`.
    pub fn as_str(self) -> &'static str {
        match self {
            FaultCode::R002 => "ILO-R002",
            FaultCode::R003 => "ILO-R003",
            FaultCode::R004 => "ILO-R004",
            FaultCode::R005 => "ILO-R005",
            FaultCode::R006 => "ILO-R006",
            FaultCode::R007 => "ILO-R007",
            FaultCode::R008 => "ILO-R008",
            FaultCode::R009 => "ILO-R009",
            FaultCode::R012 => "ILO-R012",
            FaultCode::R026 => "ILO-R026",
            FaultCode::R601 => "ILO-R601",
        }
    }
}

/// How an operand reaches a primitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A word whose reference the primitive consumes; solely owned means it may be updated in place.
    Own,
    /// A word the primitive only looks at; the caller keeps the reference.
    Borrow,
    /// As `Borrow`, but a part may be moved out of what is solely owned, leaving nil. Only where nobody sees that part again.
    Take,
    /// A raw number; an operand of another kind is the row's mismatch fault.
    Number,
    /// A raw truth value; the operand is known to be one.
    Bool,
}

/// How a result comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An owned word.
    Word,
    Number,
    Bool,
}

/// What every consumer needs to know of a primitive.
#[derive(Clone, Copy, Debug)]
pub struct PrimInfo {
    pub name: &'static str,
    pub params: &'static [Use],
    pub result: Class,
    /// Can the operation itself fail? (Operand mismatch is not counted here.)
    pub fallible: bool,
    /// The fault of an operand passed as [`Use::Number`] that is not a number.
    pub mismatch: FaultCode,
}

/// Calls `$consumer! { rows }`, a row being
/// `Variant name (uses…) -> class [fallible|total] mismatch "documentation";`
#[macro_export]
macro_rules! for_each_prim {
    ($consumer:ident) => {
        $consumer! {
            // Operators (section 6.6 of the language document).
            Add add (Own, Borrow) -> Word fallible R004 "`+` on any operands: numbers, texts, lists";
            AddNumber add_number (Number, Number) -> Number total R004 "`+` on numbers";
            Subtract subtract (Number, Number) -> Number total R004 "`-`";
            Multiply multiply (Number, Number) -> Number total R004 "`*`";
            Divide divide (Number, Number) -> Number fallible R004 "`/`; a zero divisor is R003";
            Negate negate (Number) -> Number total R004 "unary `-`";
            Append append (Own, Own) -> Word fallible R004 "`+=`: the list with one more element";
            Less less (Borrow, Borrow) -> Bool fallible R004 "`<` on two numbers or two texts";
            LessEqual less_equal (Borrow, Borrow) -> Bool fallible R004 "`<=`";
            Greater greater (Borrow, Borrow) -> Bool fallible R004 "`>`";
            GreaterEqual greater_equal (Borrow, Borrow) -> Bool fallible R004 "`>=`";
            LessNumber less_number (Number, Number) -> Bool total R004 "`<` on numbers";
            LessEqualNumber less_equal_number (Number, Number) -> Bool total R004 "`<=` on numbers";
            GreaterNumber greater_number (Number, Number) -> Bool total R004 "`>` on numbers";
            GreaterEqualNumber greater_equal_number (Number, Number) -> Bool total R004 "`>=` on numbers";
            Equal equal (Borrow, Borrow) -> Bool total R004 "`=` on any two values";
            NotEqual not_equal (Borrow, Borrow) -> Bool total R004 "`!=` on any two values";
            EqualNumber equal_number (Number, Number) -> Bool total R004 "`=` on numbers";
            NotEqualNumber not_equal_number (Number, Number) -> Bool total R004 "`!=` on numbers";
            Truthy truthy (Borrow) -> Bool total R004 "is the value truthy (6.2)?";
            Not not (Bool) -> Bool total R004 "the other truth value";

            // Kinds and marks.
            IsNil is_nil (Borrow) -> Bool total R004 "is it nil?";
            IsNumber is_number (Borrow) -> Bool total R004 "is it a number?";
            IsText is_text (Borrow) -> Bool total R004 "is it a text?";
            IsBool is_bool (Borrow) -> Bool total R004 "is it a boolean?";
            IsList is_list (Borrow) -> Bool total R004 "is it a list?";
            IsOk is_ok (Borrow) -> Bool total R004 "is it an Ok value?";
            IsErr is_err (Borrow) -> Bool total R004 "is it an Err value?";
            MakeOk make_ok (Own) -> Word total R004 "`~v`";
            MakeErr make_err (Own) -> Word total R004 "`^e`";
            Payload payload (Own) -> Word total R004 "the content of an Ok or Err value, moved out if solely owned";
            PanicUnwrap panic_unwrap (Borrow) -> Word fallible R004 "always faults: `!!` met this `^e` or nil (R026)";

            // Indexing with a literal (6.9).
            Index index (Borrow, Number) -> Word fallible R006 "`a.0`: element of a list by literal index";
            IndexTolerant index_tolerant (Borrow, Number) -> Word fallible R006 "`a.?0`: nil for nil, else as `a.0`";

            // What loops and higher-order builtins are lowered to.
            ExpectLoopList expect_loop_list (Borrow) -> Bool fallible R007 "R007 unless it is a list (`@`)";
            ExpectList expect_list (Borrow) -> Bool fallible R009 "R009 unless it is a list (higher-order builtins)";
            ExpectFunction expect_function (Borrow) -> Bool fallible R009 "R009 unless it is a function";
            ExpectBool expect_bool (Borrow) -> Bool fallible R009 "the truth value; R009 unless it is one";
            ExpectResult expect_result (Borrow) -> Bool fallible R009 "R009 unless Ok or Err; is it Ok?";
            ListLength list_length (Borrow) -> Number total R009 "number of elements of what is known to be a list";
            ListSet list_set (Own, Number, Own) -> Word total R009 "a list with one element replaced; the index is known to be in range";
            ListTruncate list_truncate (Own, Number) -> Word total R009 "the first so many elements of a list; the count is known to be in range";
            Extend extend (Own, Own) -> Word fallible R009 "`flatmap`: concatenation of two lists; R009 if the second is none";
            SortByKeys sort_by_keys (Own, Borrow) -> Word fallible R009 "stable sort of a list by a list of keys, ascending (8.5)";
            SortByKeysDescending sort_by_keys_descending (Own, Borrow) -> Word fallible R009 "the same, descending";
            GroupKey group_key (Own) -> Word fallible R009 "the map key that `grp` and `frq` make of a value";
            GroupPush group_push (Own, Own, Own) -> Word total R009 "`grp`: map, key, element: the map with the element appended to the key's list";
            ExpectUniqueKey expect_unique_key (Borrow) -> Bool fallible R009 "R009 unless text, number or bool (`uniqby`)";
            UniqueByKeys unique_by_keys (Own, Borrow) -> Word total R009 "the elements whose key is the first of its kind";

            // Text (section 4 of the builtins document).
            Str str (Number) -> Word total R009 "`str`";
            Num num (Borrow) -> Word fallible R009 "`num`";
            Ord ord (Borrow) -> Number fallible R009 "`ord`";
            Chr chr (Number) -> Word fallible R009 "`chr`";
            Chars chars (Borrow) -> Word fallible R009 "`chars`";
            Upr upr (Borrow) -> Word fallible R009 "`upr`";
            Lwr lwr (Borrow) -> Word fallible R009 "`lwr`";
            Cap cap (Own) -> Word fallible R009 "`cap`";
            Trm trm (Own) -> Word fallible R009 "`trm`";
            PadLeft padl (Own, Number) -> Word fallible R009 "`padl` with blanks";
            PadRight padr (Own, Number) -> Word fallible R009 "`padr` with blanks";
            PadLeftWith padl_with (Own, Number, Borrow) -> Word fallible R009 "`padl` with a given character";
            PadRightWith padr_with (Own, Number, Borrow) -> Word fallible R009 "`padr` with a given character";
            Spl spl (Borrow, Borrow) -> Word fallible R009 "`spl`";
            Cat cat (Borrow, Borrow) -> Word fallible R009 "`cat`";
            Fmt fmt (Borrow, Own) -> Word fallible R009 "`fmt`: template, and the list of the other arguments";
            Fmt2 fmt2 (Number, Number) -> Word total R009 "`fmt2`";

            // Numbers (section 5).
            Abs abs (Number) -> Number total R009 "`abs`";
            Flr flr (Number) -> Number total R009 "`flr`";
            Cel cel (Number) -> Number total R009 "`cel`";
            Rou rou (Number) -> Number total R009 "`rou`";
            Mod modulo (Number, Number) -> Number fallible R009 "`mod`; a zero divisor is R003";
            Min min (Number, Number) -> Number total R009 "`min` of two";
            Max max (Number, Number) -> Number total R009 "`max` of two";
            MinOf min_of (Borrow) -> Number fallible R009 "`min` of a list";
            MaxOf max_of (Borrow) -> Number fallible R009 "`max` of a list";
            Clamp clamp (Number, Number, Number) -> Number total R009 "`clamp`";
            Pow pow (Number, Number) -> Number total R009 "`pow`";
            Sqrt sqrt (Number) -> Number total R009 "`sqrt`";
            Exp exp (Number) -> Number total R009 "`exp`";
            Log log (Number) -> Number total R009 "`log`";
            Log10 log10 (Number) -> Number total R009 "`log10`";
            Log2 log2 (Number) -> Number total R009 "`log2`";
            Sin sin (Number) -> Number total R009 "`sin`";
            Cos cos (Number) -> Number total R009 "`cos`";
            Tan tan (Number) -> Number total R009 "`tan`";
            Asin asin (Number) -> Number total R009 "`asin`";
            Acos acos (Number) -> Number total R009 "`acos`";
            Atan atan (Number) -> Number total R009 "`atan`";
            Atan2 atan2 (Number, Number) -> Number total R009 "`atan2`";

            // Lists and the same operations on text (section 6).
            Len len (Borrow) -> Number fallible R009 "`len`";
            Has has (Borrow, Borrow) -> Bool fallible R009 "`has`";
            Hd hd (Borrow) -> Word fallible R009 "`hd`";
            Tl tl (Own) -> Word fallible R009 "`tl`";
            At at (Borrow, Number) -> Word fallible R009 "`at`, `a.i`";
            Lst lst (Own, Number, Own) -> Word fallible R009 "`lst`";
            Slc slc (Own, Number, Number) -> Word fallible R009 "`slc`";
            Take take (Number, Own) -> Word fallible R009 "`take`";
            DropFirst drop_first (Number, Own) -> Word fallible R009 "`drop`";
            Rev rev (Own) -> Word fallible R009 "`rev`";
            Srt srt (Own) -> Word fallible R009 "`srt` without a function";
            Rsrt rsrt (Own) -> Word fallible R009 "`rsrt` without a function";
            Unq unq (Own) -> Word fallible R009 "`unq`";
            Flat flat (Own) -> Word fallible R009 "`flat`";
            Range range (Number, Number) -> Word fallible R009 "`range`";
            Zip zip (Borrow, Borrow) -> Word fallible R009 "`zip`";
            Enumerate enumerate (Borrow) -> Word fallible R009 "`enumerate`";
            Window window (Number, Borrow) -> Word fallible R009 "`window`";
            Chunks chunks (Number, Borrow) -> Word fallible R009 "`chunks`";

            // Maps (section 7).
            Mmap mmap () -> Word total R009 "`mmap`";
            Mset mset (Own, Own, Own) -> Word fallible R009 "`mset`";
            Mget mget (Borrow, Borrow) -> Word fallible R009 "`mget`";
            MgetTake mget_take (Take, Borrow) -> Word fallible R009 "`mget` where nobody sees the slot again: its value is taken";
            Mhas mhas (Borrow, Borrow) -> Bool fallible R009 "`mhas`";
            Mdel mdel (Own, Borrow) -> Word fallible R009 "`mdel`";
            Mkeys mkeys (Borrow) -> Word fallible R009 "`mkeys`";
            Mvals mvals (Borrow) -> Word fallible R009 "`mvals`";
            Frq frq (Borrow) -> Word fallible R009 "`frq`";

            // Sets (section 9).
            SetUnion setunion (Borrow, Borrow) -> Word fallible R009 "`setunion`";
            SetInter setinter (Borrow, Borrow) -> Word fallible R009 "`setinter`";
            SetDiff setdiff (Borrow, Borrow) -> Word fallible R009 "`setdiff`";

            // Statistics (section 10).
            Sum sum (Borrow) -> Number fallible R009 "`sum`";
            CumSum cumsum (Own) -> Word fallible R009 "`cumsum`";
            Avg avg (Borrow) -> Number fallible R009 "`avg`";
            Median median (Borrow) -> Number fallible R009 "`median`";
            Quantile quantile (Borrow, Number) -> Number fallible R009 "`quantile`";
            Variance variance (Borrow) -> Number fallible R009 "`variance`";
            Stdev stdev (Borrow) -> Number fallible R009 "`stdev`";

            // Linear algebra and the Fourier transform (sections 11 and 12).
            Transpose transpose (Borrow) -> Word fallible R009 "`transpose`";
            MatMul matmul (Borrow, Borrow) -> Word fallible R009 "`matmul`";
            Dot dot (Borrow, Borrow) -> Number fallible R009 "`dot`";
            Det det (Borrow) -> Number fallible R009 "`det`";
            Inv inv (Borrow) -> Word fallible R009 "`inv`";
            Solve solve (Borrow, Borrow) -> Word fallible R009 "`solve`";
            Fft fft (Borrow) -> Word fallible R009 "`fft`";
            Ifft ifft (Borrow) -> Word fallible R009 "`ifft`";

            // Regular expressions (section 13).
            Rgx rgx (Borrow, Borrow) -> Word fallible R009 "`rgx`";
            RgxAll rgxall (Borrow, Borrow) -> Word fallible R009 "`rgxall`";
            RgxAll1 rgxall1 (Borrow, Borrow) -> Word fallible R009 "`rgxall1`";
            RgxSub rgxsub (Borrow, Borrow, Borrow) -> Word fallible R009 "`rgxsub`";

            // JSON (section 14).
            Jdmp jdmp (Borrow) -> Word total R009 "`jdmp`";
            Jpar jpar (Borrow) -> Word fallible R009 "`jpar`";
            Jpth jpth (Borrow, Borrow) -> Word fallible R009 "`jpth`";
            Jkeys jkeys (Borrow, Borrow) -> Word fallible R009 "`jkeys`";

            // Files, directories, environment (sections 15 and 16).
            Rd rd (Borrow) -> Word fallible R009 "`rd`, format by the file's extension";
            RdAs rd_as (Borrow, Borrow) -> Word fallible R009 "`rd` with a format";
            Rdb rdb (Borrow, Borrow) -> Word fallible R009 "`rdb`";
            Rdl rdl (Borrow) -> Word fallible R009 "`rdl`";
            Rdjl rdjl (Borrow) -> Word fallible R009 "`rdjl`";
            Wr wr (Borrow, Borrow) -> Word fallible R009 "`wr` of a text";
            WrAs wr_as (Borrow, Borrow, Borrow) -> Word fallible R009 "`wr` with a format";
            Wrl wrl (Borrow, Borrow) -> Word fallible R009 "`wrl`";
            Lsd lsd (Borrow) -> Word fallible R009 "`lsd`";
            Walk walk (Borrow) -> Word fallible R009 "`walk`";
            Glob glob (Borrow, Borrow) -> Word fallible R009 "`glob`";
            Env env (Borrow) -> Word fallible R009 "`env`";
            EnvAll env_all () -> Word total R009 "`env-all`";

            // Date and time, clock, randomness (sections 17 and 18).
            DtFmt dtfmt (Number, Borrow) -> Word fallible R009 "`dtfmt`";
            DtParse dtparse (Borrow, Borrow) -> Word fallible R009 "`dtparse`";
            Now now () -> Number total R009 "`now`";
            NowMs now_ms () -> Number total R009 "`now-ms`";
            Rnd rnd () -> Number total R009 "`rnd`";
            RndBetween rnd_between (Number, Number) -> Number fallible R009 "`rnd` with bounds";
            Rndn rndn (Number, Number) -> Number total R009 "`rndn`";
            Sleep sleep (Number) -> Word total R009 "`sleep`";

            // Printing (section 19).
            Prnt prnt (Own) -> Word fallible R009 "`prnt`";
        }
    };
}

macro_rules! define_prims {
    ($($variant:ident $name:ident ($($use:ident),*) -> $class:ident $fallible:ident $mismatch:ident $doc:literal;)*) => {
        /// A primitive operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Prim {
            $(#[doc = $doc] $variant,)*
        }

        impl Prim {
            /// Every primitive, in table order; `ALL[p as usize] == p`.
            pub const ALL: &'static [Prim] = &[$(Prim::$variant,)*];

            pub fn info(self) -> &'static PrimInfo {
                const INFOS: &[PrimInfo] = &[$(PrimInfo {
                    name: stringify!($name),
                    params: &[$(Use::$use,)*],
                    result: Class::$class,
                    fallible: define_prims!(@fallible $fallible),
                    mismatch: FaultCode::$mismatch,
                },)*];
                &INFOS[self as usize]
            }
        }
    };
    (@fallible fallible) => { true };
    (@fallible total) => { false };
}

for_each_prim!(define_prims);

impl Prim {
    /// The name used in every text form and as the stem of the runtime symbol.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    pub fn from_name(name: &str) -> Option<Prim> {
        Prim::ALL.iter().copied().find(|prim| prim.name() == name)
    }

    /// The primitive to use when every operand is known to be a number, if there is a special one.
    pub fn on_numbers(self) -> Option<Prim> {
        Some(match self {
            Prim::Add => Prim::AddNumber,
            Prim::Less => Prim::LessNumber,
            Prim::LessEqual => Prim::LessEqualNumber,
            Prim::Greater => Prim::GreaterNumber,
            Prim::GreaterEqual => Prim::GreaterEqualNumber,
            Prim::Equal => Prim::EqualNumber,
            Prim::NotEqual => Prim::NotEqualNumber,
            _ => return None,
        })
    }
}
