use super::super::corpus::{Corpus, Source, Standing, corpus};
use super::Instance;

const NETWORK: &str = include_str!("../../../theorems/network.thm");

fn read(text: &str) -> Corpus {
    let source = |text: &str, asked| Source { name: String::new(), text: text.into(), asked };
    corpus(&[source(NETWORK, false), source(text, true)])
}

/// The instance of the only refutation of a text.
fn refuted(text: &str) -> Instance {
    let corpus = read(text);
    assert!(corpus.diagnostics.is_empty(), "{text}: {:?}", corpus.diagnostics);
    let claims = corpus.theorems.iter().flat_map(|theorem| &theorem.claims);
    let mut instances = claims.filter_map(|claim| match &claim.standing {
        Standing::Exact(instance) => Some(instance.clone()),
        _ => None,
    });
    *instances.next().expect("a refutation")
}

/// What is wrong with a text, and what it says would help.
fn wrong(text: &str) -> Vec<String> {
    let corpus = read(text);
    let exact = |claim: &super::super::corpus::Claim| matches!(claim.standing, Standing::Exact(_));
    assert!(!corpus.theorems.iter().flat_map(|theorem| &theorem.claims).any(exact), "{text}");
    let all = corpus.diagnostics.into_iter().map(|located| located.diagnostic);
    all.map(|diagnostic| [vec![diagnostic.message], diagnostic.help].concat().join(" ? ")).collect()
}

/// One theorem with one refutation.
fn theorem(clauses: &str, refutation: &str) -> String {
    format!("theorem t \"T.\"\n {clauses}\n refute r: {refutation}\n")
}

fn about_reals(refutation: &str) -> String {
    theorem("let a, b : real assume order: a <= b assume pos: a > 0", refutation)
}

#[test]
fn formulas_are_evaluated_as_they_are_written() {
    let refuted = |refutation: &str| refuted(&about_reals(refutation)).formula;
    assert_eq!(refuted("a > b by a = 1, b = 2"), "1 > 2");
    assert_eq!(refuted("a <= b <= 2*a by a = 1, b = 3"), "3 <= 2");
    assert_eq!(refuted("a = b or b = 2*a by a = 1, b = 3"), "1 = 3 or 3 = 2");
    assert_eq!(refuted("a <= b -> b <= a by a = 1, b = 3"), "1 <= 3 -> 3 <= 1");
    assert_eq!(refuted("a = b <-> b > 1 by a = 0.5, b = 3/2"), "1/2 = 3/2 <-> 3/2 > 1");
    assert_eq!(refuted("not a < b by a = 1, b = 2^3"), "not (1 < 8)");
    assert_eq!(refuted("forall t : real, t^2 >= a by a = 1, b = 1"), "forall t : real, t^2 >= a");
    assert_eq!(refuted("forall t : real, t^3 >= a by a = 1, b = 1, t = 0"), "at t = 0: 0 >= 1");
    assert_eq!(refuted("sqrt(a) >= b by a = 4, b = 9"), "2 >= 9");
    assert_eq!(refuted("a > 0 -> b < 0 without pos, order by a = 1, b = 0"), "1 > 0 -> 0 < 0");
}

#[test]
fn the_instance_says_what_every_hypothesis_comes_down_to() {
    let text = theorem(
        "dimension n, d let A : mat n d let k : nat let m : index d let v : vec d \
         assume top: forall i, v[i] <= v[m] assume rows: forall (i : index n), sum j, A[i, j] = k",
        "forall i, v[i] >= k by A = [[1, 1], [2, 0], [0, 2]], k = 2, v = [1, 7], m = 2",
    );
    let instance = refuted(&text);
    let hypotheses: Vec<(&str, &str)> =
        instance.hypotheses.iter().map(|own| (own.name.as_str(), own.text.as_str())).collect();
    assert_eq!(instance.values, "A = [[1, 1], [2, 0], [0, 2]], k = 2, v = [1, 7], m = 2");
    assert_eq!(
        hypotheses,
        [("top", "i = 1: 1 <= 7; i = 2: 7 <= 7"), ("rows", "i = 1: 2 = 2; i = 2: 2 = 2; i = 3: 2 = 2")]
    );
    assert_eq!(instance.formula, "at i = 1: 1 >= 2");
}

#[test]
fn definitions_of_the_network_are_decided() {
    let network = |refutation: &str| theorem("network shared, loss half_square assume fit: f(w) = y", refutation);
    // At the interpolator w = (1, 0) for x = (2, 1) the sharpness is 4·4 = 16, attained along (1, 0).
    let at = "by x = [2, 1], w = [1, 0], y = 2";
    refuted(&network(&format!("not sharpness(w, 16) {at}, u = [1, 0]")));
    refuted(&network(&format!("sharpness(w, 15) {at}")));
    refuted(&network(&format!("forall S : real, sharpness(w, S) -> S = 15 {at}, u = [1, 0], S = 16")));
    refuted(&network(&format!("forall u : vec d, hessian(w, u) <= 15*norm(u) {at}")));
    // Also without a direction: 17 is not attained, and 16 is.
    refuted(&network(&format!("sharpness(w, 17) {at}")));
    refuted(&network(&format!("not sharpness(w, 16) {at}")));
    // Each name of a bound variable may have several values.
    let two = "exists u : vec d, norm(u) = 4 and u[m] = 2";
    let text = theorem(
        "network shared let m : index d",
        &format!("not (({two}) and exists u : vec d, norm(u) = 9) by m = 1, u = [2, 0], u = [3, 0]"),
    );
    refuted(&text);
}

#[test]
fn a_formula_may_be_that_of_a_claim() {
    let text = "theorem t \"T.\" let a : real assume pos: a >= 1\n\
        show two: a^2 >= a because pos*pos + pos\n\
        show equal: equality in two <-> a = 1\n\
        refute without_pos: two without pos by a = 1/2\n\
        refute wide: equality in two <-> a = 1 or a = 2 by a = 2\n";
    let corpus = read(text);
    assert!(corpus.diagnostics.is_empty(), "{:?}", corpus.diagnostics);
    let shown: Vec<&str> = corpus.theorems[0].claims.iter().map(|claim| claim.statement.as_str()).collect();
    assert_eq!(shown[2..], ["not: a^2 >= a, without pos", "not: equality in two <-> a = 1 or a = 2"]);
    assert_eq!(refuted(text).formula, "1/4 >= 1/2");
}

#[test]
fn what_an_instance_must_be_like() {
    let vectors = |values: &str| theorem("dimension d let m : index d let v : vec d", &format!("v[m] > 1 {values}"));
    let cases = [
        (
            "by v = [1], m = 2",
            "`m` is an index of `d`, but 2 is none ? indices are counted from 1, and d = 1 in this instance",
        ),
        (
            "by v = [1], m = 0",
            "`m` is an index of `d`, but 0 is none ? indices are counted from 1, and d = 1 in this instance",
        ),
        (
            "by v = [1], m = 1/2",
            "`m` is an index of `d`, but 1/2 is none ? indices are counted from 1, and d = 1 in this instance",
        ),
        (
            "by v = [1]",
            "`m` has no value in this instance ? give each variable a value after `by`: `x = [2, 1], m = 1`",
        ),
        ("by m = 1", "no vector says how large `d` is in this instance ? add `d = 2` after `by`"),
        ("", "no vector says how large `d` is in this instance ? add `d = 2` after `by`"),
        ("by d = 2, v = [1], m = 1", "`d` is 2 here, but 1 there"),
        ("by d = -1, m = 1", "the size of a dimension is a natural number"),
        ("by v = 1, m = 1, d = 1", "`v` is a vector over d, but this is a number ? in this instance d = 1"),
        (
            "by v = [[1]], m = 1, d = 1",
            "`v` is a vector over d, but this is a matrix of 1 rows and 1 columns ? in this instance d = 1",
        ),
        ("by v = [1], v = [2], m = 1", "`v` is given twice"),
        (
            "by v = [1], m = 1, vv = 1",
            "no variable is called `vv` ? values are given to what the hypotheses and the formula mention",
        ),
        (
            "by v = [], m = 1",
            "`m` is an index of `d`, but 1 is none ? indices are counted from 1, and d = 0 in this instance",
        ),
        ("by v = [m], m = 1", "expected a number"),
        ("by v = [[1, 2], [3]], m = 1", "the rows of a matrix are of one length: 2, not 1"),
        ("by v = [(((2^64)^64)^64)^64], m = 1", "this number is too long"),
    ];
    for (values, expected) in cases {
        assert_eq!(wrong(&vectors(values)), [expected], "{values}");
    }
}

/// ∀m of an index that is not mentioned is true where there is no index.
#[test]
fn an_index_that_is_not_mentioned_keeps_its_dimension_from_being_empty() {
    let text = |declared: &str| {
        theorem(&format!("dimension d let v : vec d {declared}"), "norm = 1 by v = []")
            .replace("norm", "(sum i, v[i]^2)")
    };
    assert_eq!(refuted(&text("")).formula, "0 = 1");
    assert_eq!(wrong(&text("let m : index d")), ["`m` is an index of `d`, which has none in this instance"]);
}

#[test]
fn what_does_not_refute() {
    let cases = [
        (
            "a > 2*b by a = 3, b = 2",
            "the hypothesis `order` fails: 3 <= 2 ? choose an instance at which it holds, or leave it out: `without order`",
        ),
        (
            "a >= b by a = 2, b = 2",
            "the statement holds at this instance: 2 >= 2 ? a refutation needs an instance at which the hypotheses hold and the formula does not",
        ),
        (
            "1/(b - a) < 0 by a = 2, b = 2",
            "the statement is not well defined at this instance: `b - a` is 0 ? a statement is refuted where it has a meaning and is false",
        ),
        (
            "1 > 2 and 1/(b - a) < 0 or 1/(b - a) < 0 by a = 2, b = 2",
            "the statement is not well defined at this instance: `b - a` is 0 ? a statement is refuted where it has a meaning and is false",
        ),
        (
            "sqrt(a - b) > 1 by a = 1, b = 2",
            "the statement is not well defined at this instance: `a - b` is negative ? a statement is refuted where it has a meaning and is false",
        ),
        (
            "sqrt(a) > b by a = 2, b = 2",
            "whether the formula holds at this instance cannot be decided: a number is irrational there ? choose values at which every number is rational",
        ),
        (
            "forall t : real, t^4 >= a by a = 1, b = 2",
            "whether the formula holds at this instance cannot be decided: a quantifier ranges over infinitely many values ? give a value to `t` after `by`, which is then tried ? without a value, only comparisons of polynomials of degree at most 2 are decided",
        ),
        (
            "forall t : nat, t >= a by a = 1, b = 2",
            "whether the formula holds at this instance cannot be decided: a quantifier ranges over infinitely many values ? give a value to `t` after `by`, which is then tried ? without a value, only comparisons of polynomials of degree at most 2 are decided",
        ),
        ("a > b without ordr by a = 1, b = 2", "no hypothesis is called `ordr` ? a similar name exists: `order`"),
        (
            "a > b without r by a = 1, b = 2",
            "no hypothesis is called `r` ? hypotheses that the theorem assumes can be left out",
        ),
        (
            "order by a = 1, b = 2",
            "no claim that this theorem shows is called `order` ? write the formula, or the name of a claim that the theorem shows",
        ),
        ("a > c by a = 1, b = 2", "no variable or function is called `c`"),
    ];
    for (refutation, expected) in cases {
        assert_eq!(wrong(&about_reals(refutation)), [expected], "{refutation}");
    }
}

#[test]
fn names_of_refutations_are_names_of_claims() {
    let twice = "theorem t \"T.\" let a : real refute r: a > 0 by a = 0 refute r: a > 1 by a = 0";
    assert!(read(twice).diagnostics[0].diagnostic.message.contains("`r` is already in use"));
    let cited = "theorem t \"T.\" let a : real refute r: a > 0 by a = 0 show s: a > 0 by r";
    assert_eq!(read(cited).diagnostics.len(), 1);
    let assumed = "theorem t \"T.\" let a : real refute r: a > 0 by a = 0 assume h: a > 0";
    assert!(read(assumed).diagnostics[0].diagnostic.message.contains("a hypothesis after a claim"));
    let setting = "network n \"N.\" dimension d refute r: 1 > 2";
    assert!(!read(setting).diagnostics.is_empty());
}

#[test]
fn hostile_instances_are_refused() {
    let large = theorem("dimension d", "(sum (i : d), 1) = 0 by d = 1000000000000");
    assert!(wrong(&large)[0].contains("it is too much work"));
    let bound = theorem("dimension d", "forall u : vec d, (sum i, u[i]) > 0 by d = 100000");
    assert!(wrong(&bound)[0].contains("cannot be decided"));
    let degree = theorem("let a : real", "forall t : real, (t + a + 1)^500*(t - 2)^300 > 0 by a = 1");
    assert!(wrong(&degree)[0].contains("cannot be decided"));
}
