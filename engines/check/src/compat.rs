//! The relation `A ~ B` of section 5.2: used for arguments, results and fields.

use crate::types::Type;

/// Is `a` compatible with `b`? Symmetric, not transitive. The rules are tried in the document's order.
pub fn compatible(a: &Type, b: &Type) -> bool {
    use Type::*;
    match (a, b) {
        (Any, _) | (_, Any) => true,
        (Nil, Optional(_)) | (Optional(_), Nil) => true,
        (Optional(a), Optional(b)) => compatible(a, b),
        (Optional(a), b) => compatible(a, b),
        (a, Optional(b)) => compatible(a, b),
        (Sum(_), Text) | (Text, Sum(_)) => true,
        (Sum(a), Sum(b)) => a == b,
        (List(a), List(b)) => compatible(a, b),
        (Map(k, v), Map(l, w)) => compatible(k, l) && compatible(v, w),
        (Result(v, e), Result(w, f)) => compatible(v, w) && compatible(e, f),
        (Function(ps, r), Function(qs, s)) => {
            ps.len() == qs.len() && ps.iter().zip(qs).all(|(p, q)| compatible(p, q)) && compatible(r, s)
        }
        (Record(a), Record(b)) => a == b,
        (Number, Number) | (Text, Text) | (Bool, Bool) | (Nil, Nil) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: Type, b: Type, expected: bool) {
        assert_eq!(compatible(&a, &b), expected, "{a} ~ {b}");
        assert_eq!(compatible(&b, &a), expected, "{b} ~ {a}");
    }

    fn sum(variants: &[&str]) -> Type {
        Type::Sum(variants.iter().map(|v| v.to_string()).collect())
    }

    #[test]
    fn follows_the_rules_of_5_2() {
        use Type::*;
        check(Any, Record("a".into()), true);
        check(Nil, Type::optional(Number), true);
        check(Nil, Number, false);
        check(Type::optional(Number), Number, true);
        check(Type::optional(Text), Number, false);
        check(sum(&["a"]), Text, true);
        check(sum(&["a", "b"]), sum(&["b", "a"]), false);
        check(Type::list(Any), Type::list(Number), true);
        check(Type::list(Text), Type::list(Number), false);
        check(Function(vec![Number], Box::new(Text)), Function(vec![Any], Box::new(Text)), true);
        check(Function(vec![], Box::new(Text)), Function(vec![Any], Box::new(Text)), false);
        check(Record("a".into()), Record("b".into()), false);
    }
}
