//! Inputs that once were answered wrongly, found by the fuzzers in `fuzz/` and kept in
//! `tests/found/`: each gets an answer now, and what parses keeps its meaning when it is printed.

use std::fs;
use std::path::Path;
use std::time::Instant;

use tightrope::descent::Budget;
use tightrope::elaborate::{Source, corpus};
use tightrope::syntax::{Spelling, format, parse, print, source};
use tightrope::verdict::report;

const NETWORK: &str = include_str!("../theorems/network.thm");
/// Seconds for one input; unoptimised code is slow.
const PATIENCE: u64 = 60;

/// What the fuzzers assert of an input.
fn answer(bytes: &[u8]) {
    let Ok(text) = source::read(bytes) else { return };
    let (file, errors) = parse(text);
    if errors.is_empty() {
        assert_eq!(parse(&print(&file)).0.items, file.items);
        for spelling in [Spelling::Kept, Spelling::Ascii, Spelling::Unicode] {
            let once = format(text, spelling).unwrap();
            assert_eq!(format(&once, spelling).unwrap(), once);
        }
    }
    let source = |text: &str| Source { name: "f.thm".to_owned(), text: text.to_owned(), asked: true };
    for sources in [vec![source(text)], vec![source(NETWORK), source(text)]] {
        let corpus = corpus(&sources);
        report(&corpus, &sources, &Budget { steps: 200, precision: 256 });
    }
}

#[test]
fn what_was_found_is_answered() {
    // The seeds of the fuzzers are answered, too, so that this test never is about nothing.
    let folders = ["tests/found", "tests/reject", "tests/verdicts"];
    let mut inputs = 0;
    for folder in folders.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let start = Instant::now();
            answer(&fs::read(&path).unwrap());
            assert!(start.elapsed().as_secs() < PATIENCE, "{path:?}");
            inputs += 1;
        }
    }
    assert!(inputs >= 16);
}
