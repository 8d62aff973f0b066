//! What is said of broken input: the message, the text it is about, the help.

use super::super::parse;

/// All that is said of a text.
fn said(text: &str) -> String {
    let (_, diagnostics) = parse(text);
    let mut lines = String::new();
    for diagnostic in diagnostics {
        lines.push_str(&diagnostic.message);
        for label in &diagnostic.labels {
            let mark = if label.primary { "@" } else { "&" };
            let place = &text[label.span.range()];
            lines.push_str(&format!(" {mark}<{place}>"));
        }
        for help in diagnostic.help {
            lines.push_str(&format!(" ? {help}"));
        }
        lines.push('\n');
    }
    lines
}

/// What is said of each text, all at once, so that a change shows in full.
fn check(cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (text, expected) in cases {
        let found = said(text);
        if found.trim_end() != *expected {
            wrong.push_str(&format!("{text}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn expressions_that_break_off() {
    check(&[
        ("theorem t assume h: show s: p by ring", "expected a formula after `:`, found `show` @<show>"),
        ("theorem t assume h: f(w = y show s: p", "expected `)`, found `show` @<show> &<(>"),
        (
            "theorem t assume h: x[i = y",
            "an index is no equation @<=> &<[> ? a Kronecker delta is a factor: write `* [i = m]` or `delta(i, m)`",
        ),
        ("theorem t assume h: (a + b", "expected `)`, found the end of the file @<> &<(>"),
        ("theorem t assume h: [1, 2", "expected `]`, found the end of the file @<> &<[>"),
        (
            "theorem t assume h: a + b) > 0",
            "expected a clause of a theorem, found `)` @<)> ? nothing is open that it could close",
        ),
        ("theorem t assume h: a => b", "`=>` is not a symbol of this language @<=>> ? did you mean `->`?"),
        ("theorem t assume h: a == b", "`==` is not a symbol of this language @<==> ? did you mean `=`?"),
        (
            "theorem t assume h: a && b || !c",
            "`&&` is not a symbol of this language @<&&> ? did you mean `and`?\n`||` is not a symbol of this language @<||> ? did you mean `or`?\n`!` is not a symbol of this language @<!> ? did you mean `not`?",
        ),
        (
            "theorem t assume h: forall i. x[i] > 0",
            "expected `,` after the bound variables, found `.` @<.> ? write `forall i, …` or `sum i, …`",
        ),
        (
            "theorem t assume h: forall i : d, x[i] > 0",
            "expected a sort, found `d` @<d> ? the sort of an index is written `index d` ? the sorts are `real`, `nat`, `index d`, `vec d` and `mat n d`, with dimensions `d` and `n`",
        ),
        ("theorem t assume h: forall , x > 0", "expected a variable, found `,` @<,>"),
        (
            "theorem t assume h: 2 x > 0",
            "expected a clause of a theorem, found `x` @<x> ? a product is written with `*`",
        ),
        ("theorem t assume h: (2x) > 0", "expected `)`, found `x` @<x> &<(> ? a product is written with `*`"),
        ("theorem t assume h: 2(x + 1) > 0", "expected an operator, found `(` @<(> ? a product is written with `*`"),
        (
            "theorem t assume h: a x[i = m] > 0",
            "expected a clause of a theorem, found `x` @<x> ? a product is written with `*`",
        ),
        (
            "theorem t assume h: x[i = m] > 0",
            "an index is no equation @<=> &<[> ? a Kronecker delta is a factor: write `* [i = m]` or `delta(i, m)`",
        ),
        (
            "theorem t assume h: [i + 1 = m] > 0",
            "a Kronecker delta compares two names of indices @<=> ? write `[i = m]`",
        ),
        ("theorem t assume h: [i = 2] > 0", "expected the name of an index after `=`, found `2` @<2>"),
        ("theorem t assume h: a <-> b <-> c", "`<->` does not associate @<<->> ? use parentheses"),
        ("theorem t assume h: x²³ > 0", "a power of a power needs parentheses here @<³> &<²>"),
        ("theorem t assume h: 1 + forall i, p", "`forall` needs parentheses here @<forall> ? write `(forall …)`"),
        ("theorem t assume h: 2 ^ sum i, a", "`sum` needs parentheses here @<sum> ? write `(sum …)`"),
        ("theorem t assume h: a < not b", "`not` needs parentheses here @<not> ? write `(not …)`"),
        ("theorem t assume h: d/dt f > 0", "expected `at t = …` after `d/dt …`, found `>` @<>>"),
        ("theorem t assume h: d/dt f at s = 0", "expected `t` after `at`, found `s` @<s>"),
        ("theorem t assume h: f(i |-> ) > 0", "expected an expression after `|->`, found `)` @<)>"),
        (
            "theorem t assume h: i |-> i",
            "expected a clause of a theorem, found `|->` @<|->> ? an index function `i |-> …` stands only as an argument",
        ),
        ("theorem t assume h: a.1 > 0", "expected a name after `.`, found `1` @<1>"),
        (
            "theorem t assume h: |a| > 0",
            "`|` is not a character of this language @<|> ? norms and absolute values are functions: `norm(w)`\n`|` is not a character of this language @<|> ? norms and absolute values are functions: `norm(w)`",
        ),
        ("theorem t assume h: a ☃ b let x : real", "`☃` is not a character of this language @<☃>"),
        ("theorem t assume h: equality in", "expected the name of a claim after `in`, found the end of the file @<>"),
        ("theorem t assume h: (a] > 0", "expected `)`, found `]` @<]> &<(>"),
        ("theorem t assume h: f(x := ) > 0", "expected an expression after `:=`, found `)` @<)>"),
        (
            "theorem t assume h: x := 1",
            "expected a clause of a theorem, found `:=` @<:=> ? `NAME := …` stands only as an argument",
        ),
        (
            "theorem t assume h: forall i j x[i] > 0",
            "expected `,` after the bound variables, found `[` @<[> ? write `forall i, …` or `sum i, …`",
        ),
        (
            "theorem t assume h: sum (i : ), 1 > 0",
            "expected a dimension, found `)` @<)> ? the sorts are `real`, `nat`, `index d`, `vec d` and `mat n d`, with dimensions `d` and `n`",
        ),
        (
            "theorem t assume h: [1, 2](3) > 0 assume k: [i = j](3) > 0",
            "expected an operator, found `(` @<(> ? a product is written with `*`",
        ),
    ]);
}

#[test]
fn proofs_that_break_off() {
    check(&[
        ("theorem t show s p by ring", "expected `:` after the name of the claim, found `p` @<p>"),
        ("theorem t show s: p by", "expected `ring` or a fact after `by`, found the end of the file @<>"),
        ("theorem t show s: p because show q: r", "expected a certificate after `because`, found `show` @<show>"),
        (
            "theorem t show s: p becuase x",
            "expected a clause of a theorem, found `becuase` @<becuase> ? did you mean `because`?",
        ),
        (
            "theorem t show s: p by ring by ring",
            "expected a clause of a theorem, found `by` @<by> ? a proof stands once, after the formula of `show` or `have`, or in a branch",
        ),
        (
            "theorem t show s: p have a: q",
            "expected a proof, found the end of the file @<> ? a proof ends in `because …`, `by …`, `absurd …`, or in branches",
        ),
        ("theorem t show s: p fix i becase x", "expected a proof, found `becase` @<becase> ? did you mean `because`?"),
        (
            "theorem t show s: p obtain v from h by h",
            "`obtain` names a variable and a hypothesis @<obtain v> ? write `obtain v, h from …`: last the name of what holds of `v`",
        ),
        ("theorem t show s: p take v = by ring", "expected a value after `=`, found `by` @<by>"),
        ("theorem t show s: p cases h by ring", "expected `case` after what `cases` distinguishes, found `by` @<by>"),
        (
            "theorem t show s: p cases h case a by ring",
            "expected `:` after the name of the hypothesis, found `by` @<by>",
        ),
        (
            "theorem t show s: p forward a: by ring",
            "expected `backward` after the proof of `forward`, found the end of the file @<>",
        ),
        ("theorem t show s: p { by ring show q: r", "expected `}`, found `show` @<show> &<{>"),
        ("theorem t show s: p part by ring", "expected `:` after `part`, found `by` @<by>"),
        ("theorem t show s: p because a given", "expected an equality after `given`, found the end of the file @<>"),
        (
            "theorem t show s: p have a: 1 + by ring have b: 2 + by ring because ) given (",
            "expected an expression after `+`, found `by` @<by>\nexpected an expression after `+`, found `by` @<by>\nexpected a certificate after `because`, found `)` @<)>",
        ),
        (
            "theorem t show s: p cases h case part: by ring",
            "expected the name of a hypothesis after `case`, found `part` @<part> ? `part` is a keyword and cannot be a name",
        ),
    ]);
}

#[test]
fn refutations_that_break_off() {
    check(&[
        ("theorem t refute p by x = 1", "expected `:` after the name of the claim, found `by` @<by>"),
        ("theorem t refute a: by x = 1", "expected a formula after `:`, found `by` @<by>"),
        (
            "theorem t refute a: p without by x = 1",
            "expected the name of a hypothesis after `without`, found `by` @<by> ? `by` is a keyword and cannot be a name",
        ),
        ("theorem t refute a: p by", "expected a name that receives a value, found the end of the file @<>"),
        ("theorem t refute a: p by x [1, 2]", "expected `=` after the name, found `[` @<[>"),
        ("theorem t refute a: p by x = [1, 2", "expected `]`, found the end of the file @<> &<[>"),
        ("theorem t refute a: p by x = [[1], [2]", "expected `]`, found the end of the file @<> &<[>"),
        (
            "theorem t refute a: p witout h by x = 1",
            "expected a clause of a theorem, found `witout` @<witout> ? did you mean `without`?",
        ),
        (
            "theorem t refte a: p by x = 1",
            "expected a clause of a theorem, found `refte` @<refte> ? did you mean `refute`?",
        ),
        (
            "experiment e refute a: p by x = 1",
            "an experiment has no clause `refute` @<refute> ? its clauses are `source`, `network`, `loss`, `data`, `start`, `truth`, `run`, `certify`",
        ),
        (
            "theorem t refute a: 1 + refute b: * 2 let x : foo",
            "expected an expression after `+`, found `refute` @<refute>\nexpected a formula after `:`, found `*` @<*>\nexpected a sort, found `foo` @<foo> ? the sort of an index is written `index foo` ? the sorts are `real`, `nat`, `index d`, `vec d` and `mat n d`, with dimensions `d` and `n`",
        ),
    ]);
}

#[test]
fn experiments_and_settings() {
    check(&[
        (
            "theorem t let x : real network shared, loss l show s: p",
            "the settings in use are named right after the title @<network> ? move this line up, before every `let`, `assume`, `define` and `show`",
        ),
        (
            "theorem t let x : real network shared assume h: p",
            "a network has no clause `assume` @<assume> ? its clauses are `source`, `dimension`, `let`, `define` ? a theorem names the settings that it uses right after its title",
        ),
        ("theorem t network shared, let x : real", "expected `loss` after `,`, found `let` @<let>"),
        (
            "network n assume h: p",
            "a network has no clause `assume` @<assume> ? its clauses are `source`, `dimension`, `let`, `define` ? a theorem names the settings that it uses right after its title",
        ),
        (
            "experiment e let x : real",
            "an experiment has no clause `let` @<let> ? its clauses are `source`, `network`, `loss`, `data`, `start`, `truth`, `run`, `certify`",
        ),
        ("experiment e run a eta = 1", "expected `:` after the name of the run, found `eta` @<eta>"),
        ("experiment e data x 1", "expected `=` after the name, found `1` @<1>"),
        (
            "theorem t let x : real network shared theorem u",
            "a network that declares nothing @<shared> ? a theorem names the settings that it uses right after its title",
        ),
        (
            "theorem t let x : real loss l loss k define f = 1",
            "a loss that declares nothing @<l> ? a theorem names the settings that it uses right after its title",
        ),
        (
            "experiment e start w = [1, 2 truth b = 1",
            "expected `]`, found `truth` @<truth> &<[> ? a product is written with `*`",
        ),
        (
            "experiment e certfy a: p",
            "expected a clause of an experiment, found `certfy` @<certfy> ? did you mean `certify`?",
        ),
    ]);
}

#[test]
fn items_and_clauses() {
    check(&[
        ("theorem t asume h: p", "expected a clause of a theorem, found `asume` @<asume> ? did you mean `assume`?"),
        ("theorem t let x real", "expected `:` and a sort after the variables, found `real` @<real>"),
        (
            "theorem t let x : vector d",
            "expected a sort, found `vector` @<vector> ? the sorts are `real`, `nat`, `index d`, `vec d` and `mat n d`, with dimensions `d` and `n`",
        ),
        ("theorem t let x : vec", "expected a dimension after `vec`, found the end of the file @<>"),
        (
            "theorem t let case : real",
            "expected a variable after `let`, found `case` @<case> ? `case` is a keyword and cannot be a name",
        ),
        ("theorem t let x, : real", "expected a name after `,`, found `:` @<:>"),
        ("theorem t dimension", "expected the name of a dimension after `dimension`, found the end of the file @<>"),
        ("theorem t source here", "expected a quoted text after `source`, found `here` @<here>"),
        (
            "theorem \"title\" let x : real",
            "expected the name of a theorem after `theorem`, found a quoted text @<\"title\">",
        ),
        ("theorem t \"title let x : real\nlet y : real", "this quote is not closed on its line @<\">"),
        (
            "theorem t run a: b = 1",
            "a theorem has no clause `run` @<run> ? its clauses are `source`, `network`, `loss`, `dimension`, `let`, `assume`, `define`, `show`, `lemma`, `refute`",
        ),
        (
            "theorm t let x : real",
            "expected `theorem`, `experiment`, `network` or `loss`, found `theorm` @<theorm> ? did you mean `theorem`?",
        ),
        ("let x : real", "expected `theorem`, `experiment`, `network` or `loss`, found `let` @<let>"),
        (
            "hello world theorem t let x : real",
            "expected `theorem`, `experiment`, `network` or `loss`, found `hello` @<hello>",
        ),
        ("theorem t define f(x) = 1", "expected `:` and a sort after the parameter, found `)` @<)>"),
        ("theorem t define f(x : real", "expected `)`, found the end of the file @<> &<(>"),
        ("theorem t define f : 1", "expected `=` and a term, or `<->` and a formula, found `:` @<:>"),
        ("theorem t define f[k : d] <-> p", "expected `=` and a term, or `<->` and a formula, found `<->` @<<->>"),
        (
            "theorem t assume a: 1 + assume b: * 2 let x : foo theorem let y : real",
            "expected an expression after `+`, found `assume` @<assume>\nexpected a formula after `:`, found `*` @<*>\nexpected a sort, found `foo` @<foo> ? the sort of an index is written `index foo` ? the sorts are `real`, `nat`, `index d`, `vec d` and `mat n d`, with dimensions `d` and `n`\nexpected the name of a theorem after `theorem`, found `let` @<let> ? `let` is a keyword and cannot be a name",
        ),
        (
            "theorem t define sum(i : index d) = 1 let y, let z : real",
            "expected a name after `define`, found `sum` @<sum> ? `sum` is a keyword and cannot be a name\nexpected a name after `,`, found `let` @<let> ? `let` is a keyword and cannot be a name",
        ),
        ("theorem t define p(x : real) <-> x = let y : real", "expected an expression after `=`, found `let` @<let>"),
        (
            "theorem t let x : real } let y : real",
            "expected a clause of a theorem, found `}` @<}> ? nothing is open that it could close",
        ),
    ]);
}
