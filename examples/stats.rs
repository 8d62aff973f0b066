use std::collections::BTreeMap;
use tightrope::elaborate::{self, Source};
use tightrope::kernel::*;
fn main() {
    let mut sources = vec![];
    let mut stack = vec![std::path::PathBuf::from("theorems")];
    let mut files = vec![];
    while let Some(p) = stack.pop() { if p.is_dir() { for e in std::fs::read_dir(&p).unwrap() { stack.push(e.unwrap().path()); } } else if p.extension().is_some_and(|e| e == "thm") { files.push(p) } }
    files.sort();
    for f in files { sources.push(Source { name: f.display().to_string(), text: std::fs::read_to_string(&f).unwrap(), asked: true }); }
    let corpus = elaborate::corpus(&sources);
    let lib = &corpus.library;
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    let mut total = 0; let mut max = (0, String::new());
    for name in lib.names() {
        if let Ok(d) = lib.definition(name) { println!("def {} dims {:?} params {:?}", d.name, d.dimensions, d.parameters.iter().map(|b| format!("{}:{:?}", b.name, b.sort)).collect::<Vec<_>>()); continue }
        let t = lib.theorem(name).unwrap();
        let s = t.statement();
        if let Some(p) = t.proof() {
            let size = p.conclusion.size() + p.definedness.size();
            total += size; if size > max.0 { max = (size, name.to_string()); }
            println!("thm {} size {} def {}", name, p.conclusion.size(), p.definedness.size());
            let text = format!("{:?} {:?} {:?}", s, p.conclusion, p.definedness);
            for w in ["Exact(", "Arithmetic(", "All(", "Choose(", "Assume(", "Generalize(", "Witness(", "Induct {", "Contradict(", "Cases(", "Unpack(", "Have(", "Hypothesis(", "Recent(", "Cite {", "Derived(", "Instantiate(", "Detach(", "Part(", "ExcludedMiddle(", "Reciprocal(", "SquareRoot(", "Natural(", "Choice(", "Extremum(", "Fact(", "NonzeroSquare(", "Multiple(", "Derivative {", "Nat", "Apply(Reciprocal", "Apply(SquareRoot", "Apply(Exponential", "Apply(Logarithm", "Iff("] {
                let n = text.matches(w).count(); *words.entry(w.into()).or_default() += n;
            }
        } else { println!("lemma {}", name) }
    }
    println!("total {total} max {max:?}\n{words:#?}");
}
