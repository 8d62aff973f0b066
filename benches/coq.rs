//! What it costs to have Coq check every theorem, beside the kernel on the same derivations.
//!
//! The kernel's time is that of admitting all definitions and theorems of the corpus into an empty
//! library; Coq's is that of compiling the prelude, the theorems and their audit.

use std::path::{Path, PathBuf};
use std::time::Instant;

use tightrope::elaborate::{Source, corpus};
use tightrope::export::Problem;
use tightrope::export::coq::Exporter;
use tightrope::export::coq::check::check;
use tightrope::kernel::Library;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    found.sort();
    found
}

/// The time in which the kernel admits all of a library again, in seconds.
fn admitted(library: &Library) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        let mut own = Library::default();
        for name in library.names() {
            if let Ok(definition) = library.definition(name) {
                own.define(definition.clone()).expect("it was defined");
            } else if let Ok(theorem) = library.theorem(name) {
                let statement = theorem.statement().clone();
                match theorem.proof() {
                    Some(proof) => own.admit(name.clone(), statement, proof.clone()).expect("it was admitted"),
                    None => own.postulate(name.clone(), statement).expect("it was postulated"),
                }
            }
        }
        least = least.min(start.elapsed().as_secs_f64());
    }
    least
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("theorems");
    let read = |path: PathBuf| Source {
        name: path.display().to_string(),
        text: std::fs::read_to_string(&path).expect("text"),
        asked: true,
    };
    let sources: Vec<Source> =
        files(&folder).into_iter().filter(|path| path.extension().is_some_and(|e| e == "thm")).map(read).collect();
    let corpus = corpus(&sources);
    let kernel = admitted(&corpus.library);
    let theorems = corpus.library.names().filter(|name| corpus.library.theorem(name).is_ok()).count();
    println!("kernel  {:>8.3} s for {theorems} theorems", kernel);
    let mut exporter = Exporter::new(&corpus.library);
    let parts = exporter.parts(&|_| true);
    match check(&parts, &exporter.at_numbers(vec![]), &|_| ()) {
        Ok(outcome) => {
            let accepted = outcome.accepted.len();
            println!(
                "Coq     {:>8.3} s for {accepted} statements: {:.0} times",
                outcome.seconds,
                outcome.seconds / kernel
            );
        }
        Err(Problem::Missing(program)) => println!("Coq     absent: there is no {program}"),
        Err(problem) => println!("Coq     gives no verdict: {problem:?}"),
    }
}
