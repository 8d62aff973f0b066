//! The files of the corpus.

use std::path::PathBuf;

use tightrope::elaborate::Source;

/// All files below `theorems`, in the order of their paths.
pub fn sources() -> Vec<Source> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("theorems");
    let mut folders = vec![root.clone()];
    let mut found = vec![];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the corpus") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "thm") {
                found.push(path);
            }
        }
    }
    found.sort();
    let read = |path: PathBuf| Source {
        name: path.strip_prefix(&root).expect("below the folder").display().to_string(),
        text: std::fs::read_to_string(&path).expect("text"),
        asked: true,
    };
    found.into_iter().map(read).collect()
}
