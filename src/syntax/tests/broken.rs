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
fn probe() {
    check(&[
        ("theorem t assume h: show s: p by ring", ""),
        ("theorem t assume h: f(w = y show s: p", ""),
        ("theorem t assume h: x[i = y", ""),
        ("theorem t assume h: (a + b", ""),
        ("theorem t assume h: [1, 2", ""),
        ("theorem t assume h: a + b) > 0", ""),
        ("theorem t assume h: a => b", ""),
        ("theorem t assume h: a == b", ""),
        ("theorem t assume h: a && b || !c", ""),
        ("theorem t assume h: forall i. x[i] > 0", ""),
        ("theorem t assume h: forall i : d, x[i] > 0", ""),
        ("theorem t assume h: forall , x > 0", ""),
        ("theorem t assume h: 2 x > 0", ""),
        ("theorem t assume h: (2x) > 0", ""),
        ("theorem t assume h: 2(x + 1) > 0", ""),
        ("theorem t assume h: a x[i = m] > 0", ""),
        ("theorem t assume h: x[i = m] > 0", ""),
        ("theorem t assume h: [i + 1 = m] > 0", ""),
        ("theorem t assume h: [i = 2] > 0", ""),
        ("theorem t assume h: a <-> b <-> c", ""),
        ("theorem t assume h: x²³ > 0", ""),
        ("theorem t assume h: 1 + forall i, p", ""),
        ("theorem t assume h: 2 ^ sum i, a", ""),
        ("theorem t assume h: a < not b", ""),
        ("theorem t assume h: d/dt f > 0", ""),
        ("theorem t assume h: d/dt f at s = 0", ""),
        ("theorem t assume h: f(i |-> ) > 0", ""),
        ("theorem t assume h: i |-> i", ""),
        ("theorem t assume h: a.1 > 0", ""),
        ("theorem t assume h: |a| > 0", ""),
        ("theorem t assume h: a ☃ b let x : real", ""),
        ("theorem t assume h: equality in", ""),
        ("theorem t asume h: p", ""),
        ("theorem t let x real", ""),
        ("theorem t let x : vector d", ""),
        ("theorem t let x : vec", ""),
        ("theorem t let case : real", ""),
        ("theorem t let x, : real", ""),
        ("theorem t dimension", ""),
        ("theorem t source here", ""),
        ("theorem \"title\" let x : real", ""),
        ("theorem t \"title let x : real\nlet y : real", ""),
        ("theorem t let x : real network shared, loss l show s: p", ""),
        ("theorem t let x : real network shared assume h: p", ""),
        ("theorem t network shared, let x : real", ""),
        ("theorem t run a: b = 1", ""),
        ("network n assume h: p", ""),
        ("experiment e let x : real", ""),
        ("experiment e run a eta = 1", ""),
        ("experiment e data x 1", ""),
        ("theorm t let x : real", ""),
        ("let x : real", ""),
        ("hello world theorem t let x : real", ""),
        ("theorem t define f(x) = 1", ""),
        ("theorem t define f(x : real", ""),
        ("theorem t define f : 1", ""),
        ("theorem t define f[k : d] <-> p", ""),
        ("theorem t show s p by ring", ""),
        ("theorem t show s: p by", ""),
        ("theorem t show s: p because show q: r", ""),
        ("theorem t show s: p becuase x", ""),
        ("theorem t show s: p by ring by ring", ""),
        ("theorem t show s: p have a: q", ""),
        ("theorem t show s: p fix i becase x", ""),
        ("theorem t show s: p obtain v from h by h", ""),
        ("theorem t show s: p take v = by ring", ""),
        ("theorem t show s: p cases h by ring", ""),
        ("theorem t show s: p cases h case a by ring", ""),
        ("theorem t show s: p forward a: by ring", ""),
        ("theorem t show s: p { by ring show q: r", ""),
        ("theorem t show s: p part by ring", ""),
        ("theorem t show s: p because a given", ""),
        ("theorem t show s: p have a: 1 + by ring have b: 2 + by ring because ) given (", ""),
        ("theorem t assume a: 1 + assume b: * 2 let x : foo theorem let y : real", ""),
        ("", ""),
    ]);
}
