//! Any file gets an answer from the elaborator and the kernel, beside the files of the corpus
//! that it uses. libFuzzer's option `-timeout` bounds the time.

#![no_main]

mod mutate;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use tightrope::descent::Budget;
use tightrope::elaborate::{Source, corpus};
use tightrope::syntax::ast::Item;
use tightrope::syntax::{parse, source};
use tightrope::verdict::report;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::mutated(data, size, max_size, seed)
});

/// Little, so that there is time for many inputs.
const BUDGET: Budget = Budget { steps: 200, precision: 256 };

/// A file of the corpus.
struct Known {
    text: String,
    /// The names that it declares.
    names: BTreeSet<String>,
    /// What another file holds that needs this one: a citation, or the use of a setting.
    marks: Vec<String>,
}

fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = vec![];
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../theorems")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("the corpus is a folder") {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(text) = fs::read_to_string(&path) {
                    let items = parse(&text).0.items;
                    let (names, marks) = (items.iter().map(name).collect(), items.iter().map(mark).collect());
                    known.push(Known { text, names, marks });
                }
            }
        }
        known
    })
}

fn name(item: &Item) -> String {
    match item {
        Item::Setting(setting) => setting.name.name.clone(),
        Item::Theorem(theorem) => theorem.name.name.clone(),
        Item::Experiment(experiment) => experiment.name.name.clone(),
    }
}

fn mark(item: &Item) -> String {
    match item {
        Item::Setting(_) => name(item),
        _ => format!("{}.", name(item)),
    }
}

/// The files that a text needs, and those that these need, unless it declares the same.
fn used(text: &str) -> Vec<&'static Known> {
    let own: BTreeSet<String> = parse(text).0.items.iter().map(name).collect();
    let mut used: Vec<&Known> = vec![];
    let mut open = vec![text];
    while let Some(text) = open.pop() {
        for known in known() {
            let is_new = !used.iter().any(|other| std::ptr::eq(*other, known)) && known.names.is_disjoint(&own);
            if is_new && known.marks.iter().any(|mark| text.contains(mark.as_str())) {
                used.push(known);
                open.push(&known.text);
            }
        }
    }
    used
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = source::read(data) else { return Corpus::Reject };
    let source = |text: &str, asked| Source { name: "f.thm".to_owned(), text: text.to_owned(), asked };
    let mut sources: Vec<Source> = used(text).into_iter().map(|known| source(&known.text, false)).collect();
    sources.push(source(text, true));
    let corpus = corpus(&sources);
    report(&corpus, &sources, &BUDGET);
    for located in corpus.diagnostics.iter().filter(|located| located.file + 1 == sources.len()) {
        tightrope::cli::render::diagnostic(&located.diagnostic, "f.thm", text, false);
    }
    Corpus::Keep
});
