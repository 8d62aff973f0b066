use tightrope::elaborate::{self, Source};
use tightrope::export::coq;
fn main() {
    let mut sources = vec![];
    let mut stack = vec![std::path::PathBuf::from("theorems")];
    let mut files = vec![];
    while let Some(p) = stack.pop() { if p.is_dir() { for e in std::fs::read_dir(&p).unwrap() { stack.push(e.unwrap().path()); } } else if p.extension().is_some_and(|e| e == "thm") { files.push(p) } }
    files.sort();
    for f in files { sources.push(Source { name: f.display().to_string(), text: std::fs::read_to_string(&f).unwrap(), asked: true }); }
    let corpus = elaborate::corpus(&sources);
    let mut exporter = coq::Exporter::new(&corpus.library);
    let parts = exporter.library();
    let mut n = 0;
    for p in &parts { match p { coq::Part::Failed(name, f) => eprintln!("FAILED {name}: {f}"), coq::Part::Theorem(_) => n += 1, _ => {} } }
    eprintln!("theorems written {n}");
    let out = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    std::fs::write(out.join("Prelude.v"), coq::PRELUDE).unwrap();
    let mut t = coq::development(&parts); if std::env::args().count() > 2 { t = t.replace("\nQed.\n", "\nQed.\nAbort All.\n"); } std::fs::write(out.join("Theorems.v"), t).unwrap();
}
