//! Any bytes get an answer from the parser; a file without errors comes back from its printed
//! text, and its layout keeps meaning and comments and is the layout of itself.

#![no_main]

mod mutate;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tightrope::syntax::{Spelling, format, parse, print, source};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::mutated(data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = source::read(data) else { return };
    let (file, errors) = parse(text);
    for error in &errors {
        tightrope::cli::render::diagnostic(error, "f.thm", text, false);
    }
    if !errors.is_empty() {
        return;
    }
    let (again, errors) = parse(&print(&file));
    assert!(errors.is_empty() && again.items == file.items, "printed, it means something else");
    // One of them for each input, so that there is time for many.
    let spelling = [Spelling::Kept, Spelling::Ascii, Spelling::Unicode][data.len() % 3];
    let once = format(text, spelling).expect("a file without errors has a layout");
    assert_eq!(format(&once, spelling).expect("so has its layout"), once);
});
