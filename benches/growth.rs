//! How the time of a check grows with the size of what is checked: sums of n terms, corpora of n
//! theorems, proofs of n steps. Printed is the exponent p of time ~ n^p between neighbouring
//! sizes: 1 for n, a little more for n log n.
//!
//! Beside it, where Python and SymPy are there, the identities of `IDENTITIES` at dimension 8:
//! SymPy multiplies them out for that one dimension, Tightrope proves them for all.

use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use tightrope::elaborate::{Source, corpus};

const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// A family of files by size.
struct Family {
    name: &'static str,
    files: fn(usize) -> Vec<String>,
}

const FAMILIES: [Family; 5] = [
    Family { name: "a sum of n terms, by ring", files: sum },
    Family { name: "a sum of n squares, because", files: squares },
    Family { name: "n theorems", files: theorems },
    Family { name: "n theorems in n files", files },
    Family { name: "n steps of a proof", files: steps },
];

fn terms(n: usize, term: impl Fn(usize) -> String) -> String {
    (1..=n).map(term).collect::<Vec<_>>().join(" + ")
}

fn sum(n: usize) -> Vec<String> {
    let (left, right) = (terms(n, |k| format!("{k}*x")), n * (n + 1) / 2);
    vec![format!("theorem t\n  let x : real\n  show s: {left} = {right}*x\n    by ring\n")]
}

fn squares(n: usize) -> Vec<String> {
    let left = terms(n, |k| format!("{k}*x^2"));
    vec![format!("theorem t\n  let x : real\n  show s: {left} >= 0\n    because {left}\n")]
}

fn theorem(k: usize) -> String {
    format!("theorem t{k}\n  let x : real\n  show s: {k}*x^2 >= 0\n    because {k}*x^2\n")
}

fn theorems(n: usize) -> Vec<String> {
    vec![(0..n).map(theorem).collect()]
}

fn files(n: usize) -> Vec<String> {
    (0..n).map(theorem).collect()
}

fn steps(n: usize) -> Vec<String> {
    let mut text = "theorem t\n  let x : real\n  show s: x^2 >= 0\n".to_owned();
    for k in 0..n {
        let _ = writeln!(text, "    have h{k}: {k}*x^2 >= 0\n      because {k}*x^2");
    }
    vec![text + "    because x^2\n"]
}

/// The shortest time of some checks, in seconds; none where something was refused.
fn time(files: &[String]) -> Result<f64, String> {
    let source = |text: &String| Source { name: "f.thm".to_owned(), text: text.clone(), asked: true };
    let sources: Vec<Source> = files.iter().map(source).collect();
    let mut least = f64::INFINITY;
    for _ in 0..3 {
        let start = Instant::now();
        let corpus = black_box(corpus(&sources));
        least = least.min(start.elapsed().as_secs_f64());
        if let Some(first) = corpus.diagnostics.first() {
            return Err(format!("refused after {:.2} s: {}", least, first.diagnostic.message));
        }
        if least > 1.0 {
            break;
        }
    }
    Ok(least)
}

fn grow(Family { name, files }: &Family) {
    println!("{name}");
    let mut last: Option<(usize, f64)> = None;
    for n in SIZES {
        match time(&files(n)) {
            Ok(seconds) => {
                let exponent = last.map(|(m, before)| (seconds / before).ln() / (n as f64 / m as f64).ln());
                let exponent = exponent.map_or(String::new(), |exponent| format!("   n^{exponent:.2}"));
                println!("  {n:>6}  {:>10.2} ms{exponent}", seconds * 1e3);
                last = Some((n, seconds));
            }
            Err(why) => println!("  {n:>6}  {why}"),
        }
    }
}

/// Identities: the formula here, and both sides for SymPy.
const IDENTITIES: [(&str, &str, &str, &str); 3] = [
    (
        "Lagrange's identity",
        "(sum i, a[i]^2)*(sum i, b[i]^2) - (sum i, a[i]*b[i])^2 = 1/2*(sum i j, (a[i]*b[j] - a[j]*b[i])^2)",
        "S(a[i]**2 for i in R)*S(b[i]**2 for i in R) - S(a[i]*b[i] for i in R)**2",
        "S((a[i]*b[j] - a[j]*b[i])**2 for i in R for j in R)/2",
    ),
    (
        "variance",
        "(sum (i : d), 1)*(sum i, a[i]^2) - (sum i, a[i])^2 = 1/2*(sum i j, (a[i] - a[j])^2)",
        "8*S(a[i]**2 for i in R) - S(a[i] for i in R)**2",
        "S((a[i] - a[j])**2 for i in R for j in R)/2",
    ),
    (
        "cube of a sum",
        "(sum i, a[i])^3 = (sum i j k, a[i]*a[j]*a[k])",
        "S(a[i] for i in R)**3",
        "S(a[i]*a[j]*a[k] for i in R for j in R for k in R)",
    ),
];

fn compare() {
    println!("identities: for every dimension here, at dimension 8 in SymPy");
    for (name, formula, left, right) in IDENTITIES {
        let text = format!("theorem t\n  dimension d\n  let a, b : vec d\n  show s: {formula}\n    by ring\n");
        let own = time(&[text]).map_or_else(|why| why, |seconds| format!("{:.2} ms", seconds * 1e3));
        println!("  {name:<20} {own:>10}   SymPy {}", sympy(left, right));
    }
}

/// The time that SymPy takes to expand the difference of both sides to 0.
fn sympy(left: &str, right: &str) -> String {
    let program = format!(
        "import time, sympy\nR = range(8)\nS = lambda terms: sympy.Add(*terms)\n\
         a, b = sympy.symbols('a:8'), sympy.symbols('b:8')\nstart = time.time()\n\
         assert sympy.expand(({left}) - ({right})) == 0\nprint('%.2f ms' % ((time.time() - start)*1e3))"
    );
    match Command::new("python3").args(["-c", &program]).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => "absent".to_owned(),
    }
}

fn main() {
    FAMILIES.iter().for_each(grow);
    compare();
}
