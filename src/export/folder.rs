//! Folders for what other programs read and write.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that is removed when it is no longer needed.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A new folder among the temporary files.
    pub(super) fn new(what: &str) -> io::Result<Self> {
        for n in 0_u32.. {
            let path = std::env::temp_dir().join(format!("tightrope-{what}-{}-{n}", std::process::id()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(Folder(path)),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
