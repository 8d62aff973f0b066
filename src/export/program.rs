//! Other programs: where they read and write, and how long they may take.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The longest pause between two looks at whether a program has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// Why a program gave no verdict.
#[derive(Debug)]
pub enum Problem {
    /// There is no such program, or it lacks something.
    Missing(&'static str),
    /// A file cannot be written or read, or the program not run.
    Io(io::Error),
    /// What it says in place of a verdict.
    Unexpected(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Problem::Io(error)
    }
}

/// Whether nothing is to be run any more.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Stops the programs that are run; an error says so where they are run, and folders are removed on the way.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// Runs a program until it ends; none if it does not in time, and is stopped.
pub(super) fn run(command: &mut Command, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        let interrupted = INTERRUPTED.load(Ordering::Relaxed);
        if interrupted || start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return if interrupted { Err(io::ErrorKind::Interrupted.into()) } else { Ok(None) };
        }
        sleep(pause);
        pause = (pause * 2).min(PAUSE);
    }
}

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
