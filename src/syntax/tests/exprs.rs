//! What each form of an expression is read as.

use super::super::print_expr;
use super::expr;
use super::show::show;

/// Each text is read as the tree beside it.
fn read_as(cases: &[(&str, &str)]) {
    for (text, tree) in cases {
        assert_eq!(show(&expr(text)), *tree, "{text}");
    }
}

#[test]
fn numbers_are_exact() {
    read_as(&[("0.1", "1/10"), ("13", "13"), ("0.50", "1/2"), ("007", "7"), ("2.000", "2")]);
}

#[test]
fn terms_and_products_are_flat() {
    read_as(&[
        ("a + b - c", "(terms +a +b -c)"),
        ("a - (b - c)", "(terms +a -(terms +b -c))"),
        ("(a - b) - c", "(terms +(terms +a -b) -c)"),
        ("a * b / c · d × e", "(product *a *b /c *d *e)"),
        ("a / (b * c)", "(product *a /(product *b *c))"),
    ]);
}

#[test]
fn minus_takes_a_product_and_stands_in_exponents() {
    read_as(&[
        ("-a * b", "(neg (product *a *b))"),
        ("-a^2", "(neg (^ a 2))"),
        ("-a + b", "(terms +(neg a) +b)"),
        ("a - -b * c", "(terms +a -(neg (product *b *c)))"),
        ("a * -b * c", "(product *a *(neg b) *c)"),
        ("2^-1 * a", "(product *(^ 2 (neg 1)) *a)"),
        ("--a", "(neg (neg a))"),
        ("(-a)^2", "(^ (neg a) 2)"),
    ]);
}

#[test]
fn powers_associate_to_the_right() {
    read_as(&[
        ("a^b^c", "(^ a (^ b c))"),
        ("(a^b)^c", "(^ (^ a b) c)"),
        ("x² + y³", "(terms +(^ x 2) +(^ y 3))"),
        ("a^x²", "(^ a (^ x 2))"),
        ("w[i]^2", "(^ (index w i) 2)"),
    ]);
}

#[test]
fn a_root_takes_one_primary() {
    read_as(&[
        ("√x[m]^2", "(^ (call sqrt (index x m)) 2)"),
        ("√(y / x) * z", "(product *(call sqrt (product *y /x)) *z)"),
        ("√√2", "(call sqrt (call sqrt 2))"),
        ("sqrt(2)", "(call sqrt 2)"),
    ]);
}

#[test]
fn comparisons_chain() {
    read_as(&[
        ("a < b <= c + 1", "(compare a < b <= (terms +c +1))"),
        ("a = b ≠ c", "(compare a = b != c)"),
        ("a > b ≥ c", "(compare a > b >= c)"),
        ("(a < b) < c", "(compare (compare a < b) < c)"),
    ]);
}

#[test]
fn connectives_from_loose_to_tight() {
    read_as(&[
        ("a -> b or c and not d <-> e", "(<-> (-> a (or b (and c (not d)))) e)"),
        ("a -> b -> c", "(-> a (-> b c))"),
        ("(a -> b) -> c", "(-> (-> a b) c)"),
        ("a and b and c", "(and a b c)"),
        ("(a and b) and c", "(and (and a b) c)"),
        ("a or b or c", "(or a b c)"),
        ("not x = 0", "(not (compare x = 0))"),
        ("not not a and b", "(and (not (not a)) b)"),
        ("¬a ∧ b ∨ c → d ↔ e", "(<-> (-> (or (and (not a) b) c) d) e)"),
    ]);
}

#[test]
fn a_quantifier_takes_all_that_follows() {
    read_as(&[
        ("forall i, a and b", "(forall i . (and a b))"),
        ("a and forall i, b <-> c", "(and a (forall i . (<-> b c)))"),
        ("not exists i, a", "(not (exists i . a))"),
        ("(forall i, a) and b", "(and (forall i . a) b)"),
        ("∀ i, ∃ j, a", "(forall i . (exists j . a))"),
    ]);
}

#[test]
fn binders_come_in_groups() {
    read_as(&[
        ("forall i j, a", "(forall i j . a)"),
        ("forall v : vec d, a", "(forall v:vec d . a)"),
        ("forall (u v : vec d) (s : real), a", "(forall u:vec d v:vec d s:real . a)"),
        ("exists i (A : mat n d) (k : nat) (m : index d), a", "(exists i A:mat n d k:nat m:index d . a)"),
    ]);
}

#[test]
fn a_sum_takes_one_product() {
    read_as(&[
        ("sum i, a[i] * b[i] + c", "(terms +(sum i . (product *(index a i) *(index b i))) +c)"),
        ("2 * sum i, a * b", "(product *2 *(sum i . (product *a *b)))"),
        ("(sum i, a) * b", "(product *(sum i . a) *b)"),
        ("sum i, -a * b", "(sum i . (neg (product *a *b)))"),
        ("-sum i, a", "(neg (sum i . a))"),
        ("sum i, sum j, a", "(sum i . (sum j . a))"),
        ("Σ i j, a²", "(sum i j . (^ a 2))"),
        ("sum (i : d), 1", "(sum i:index d . 1)"),
        ("sum (i : index d) k, 1", "(sum i:index d k . 1)"),
        ("sum i : index, 1", "(sum i:index index . 1)"),
        ("sum i, a < b", "(compare (sum i . a) < b)"),
    ]);
}

#[test]
fn derivatives() {
    read_as(&[
        ("d/dt f(t) + g at t = 0 + 1", "(terms +(d/dt (terms +(call f t) +g) 0) +1)"),
        ("d/dt d/ds f at s = 0 at t = -1", "(d/dt (d/ds f 0) (neg 1))"),
        ("d/dt f at t = 0 >= 2", "(compare (d/dt f 0) >= 2)"),
        ("d/dw[k] a * b + c", "(terms +(d/dw[k] (product *a *b)) +c)"),
        ("d/dA[i, k] loss(A)", "(d/dA[i k] (call loss A))"),
        ("d / dt", "(product *d /dt)"),
    ]);
}

#[test]
fn brackets_index_or_make_vectors_or_deltas() {
    read_as(&[
        ("A[k, i]", "(index A k i)"),
        ("a * [i = m]", "(product *a *(delta i m))"),
        ("[i = m]", "(delta i m)"),
        ("[5, 13/4, -1]", "(vector 5 (product *13 /4) (neg 1))"),
        ("[[1, 2], [3, 4]]", "(vector (vector 1 2) (vector 3 4))"),
        ("[]", "(vector )"),
    ]);
}

#[test]
fn calls_fields_and_index_functions() {
    read_as(&[
        ("grad(L)(step(w))[k]", "(index (call (call grad L) (call step w)) k)"),
        ("f()", "(call f )"),
        ("t.c(w := v, 2)", "(call (field t c) w:=v 2)"),
        ("f(i |-> w[i] + t * [i=k])", "(call f (lambda i . (terms +(index w i) +(product *t *(delta i k)))))"),
        ("f(A := k i ↦ 0)", "(call f A:=(lambda k i . 0))"),
        ("slow.risk < fast.risk", "(compare (field slow risk) < (field fast risk))"),
        ("uniq(w := e)[m]", "(index (call uniq w:=e) m)"),
    ]);
}

#[test]
fn words_that_are_keywords_elsewhere_are_names() {
    read_as(&[
        ("loss(w)", "(call loss w)"),
        ("equality in floor", "(equality-in floor)"),
        ("equality + in", "(terms +equality +in)"),
        ("at * terms / ring", "(product *at *terms /ring)"),
        ("left = right", "(compare left = right)"),
    ]);
}

#[test]
fn spans_cover_the_expression_without_its_parentheses() {
    let text = "theorem t assume h: (a + (b·c)) < d[i]";
    let start = "theorem t assume h: ".len();
    let whole = expr("(a + (b·c)) < d[i]");
    assert_eq!(&text[whole.span.range()], &text[start..]);
    let super::super::ast::ExprKind::Compare { first, rest } = whole.kind else {
        panic!("a comparison");
    };
    assert_eq!(&text[first.span.range()], "a + (b·c)");
    assert_eq!(&text[rest[0].1.span.range()], "d[i]");
    let super::super::ast::ExprKind::Add(terms) = first.kind else {
        panic!("terms");
    };
    assert_eq!(&text[terms[1].1.span.range()], "b·c");
}

#[test]
fn printing_has_no_needless_parentheses() {
    for text in [
        "a + b - c * d / e",
        "(a + b) * c",
        "a - (b + c)",
        "-a * b",
        "a * (-b)",
        "a + (-b)",
        "2^-1",
        "(-a)^2",
        "a^b^c",
        "(a^b)^c",
        // A sum ends before a sign; these parentheses are for people.
        "(sum i, a[i] * b[i]) + c",
        "b * (sum i, a[i]) - c",
        "-(sum i, a[i]) + sum i, b[i]",
        "(sum i, a[i]) * b",
        "b * sum i, a[i]",
        "sum i, (a + b)",
        "sum (i : d), 1",
        "(forall i, a) and b",
        "a and forall i, b",
        "a -> (forall i, b) <-> c",
        "a -> forall i, b -> c",
        "not (a and b)",
        "(a <-> b) <-> c",
        "forall (u v : vec d) (s : real), norm(u) < s",
        "forall v : vec d, exists i, v[i] = 0 or x[i] = x[m]",
        "d/dt f(i |-> w[i] + t * u[i]) at t = 0",
        "d/dt ([i = m] * t) at t = 1",
        "d/dw[k] loss(w)",
        "(d/dw[k] loss(w)) * 2",
        "[1, 0.25, 1 / 3]",
        "sqrt(y / x[m]) * [i = m]",
        "equality in floor <-> a",
        "(1)[i]",
        "([i = m])[k]",
        "0.1 < 10 <= x_max'",
    ] {
        assert_eq!(print_expr(&expr(text)), text);
    }
}

#[test]
fn a_number_that_no_decimal_is_equal_to_is_printed_as_a_quotient() {
    use super::super::ast::{Expr, ExprKind, Span};
    let number = |numerator: i32, denominator: i32| {
        let value = num_rational::BigRational::new(numerator.into(), denominator.into());
        print_expr(&Expr::new(Span::default(), ExprKind::Number(value)))
    };
    assert_eq!(number(1, 3), "(1/3)");
    assert_eq!(number(-1, 2), "(-1/2)");
    assert_eq!(number(1, 80), "0.0125");
    assert_eq!(number(101, 100), "1.01");
    assert_eq!(number(0, 7), "0");
    // 5^60 = 5^27 · 5^27 · 5^6: chunks of fives and single ones.
    let power = num_bigint::BigInt::from(5).pow(60);
    let value = num_rational::BigRational::new(1.into(), power);
    let text = print_expr(&Expr::new(Span::default(), ExprKind::Number(value.clone())));
    assert_eq!(text.len(), "0.".len() + 60);
    assert_eq!(expr(&text).kind, ExprKind::Number(value));
}
