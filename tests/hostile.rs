//! Input that nobody means well with: an answer, in little time and memory, and never a panic.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Seconds that an answer may take; unoptimised code is slow.
const PATIENCE: u64 = if cfg!(debug_assertions) { 60 } else { 10 };

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile_input").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

struct Answer {
    /// 128 + n, as shells have it, after the signal n.
    code: i32,
    error: String,
    seconds: f64,
}

/// Runs the program with at most 1 GiB of memory.
fn run(folder: &Path, arguments: &[&str]) -> Answer {
    let start = Instant::now();
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 1048576 && \"$0\" \"$@\"", env!("CARGO_BIN_EXE_tightrope")]);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(command.output()));
    let output = receiver.recv_timeout(Duration::from_secs(PATIENCE));
    let output = output.unwrap_or_else(|_| panic!("{arguments:?}: no answer")).unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    Answer { code: output.status.code().unwrap(), error, seconds: start.elapsed().as_secs_f64() }
}

/// A file's name and bytes, the codes that checking and formatting may end with, what complaints say.
type Case = (&'static str, Vec<u8>, [&'static [i32]; 2], &'static str);

/// Checks and formats a file. Each ends with one of the codes, and complaints hold the words.
fn answers(folder: &Path, file: &str, codes: [&[i32]; 2], words: &str) -> f64 {
    let check = run(folder, &[file]);
    let format = run(folder, &["fmt", "--check", file]);
    for (answer, codes) in [&check, &format].into_iter().zip(codes) {
        let short: String = answer.error.chars().take(400).collect();
        assert!(codes.contains(&answer.code), "{file}: {}: {short}", answer.code);
        assert!(answer.code != 3 || answer.error.contains(words), "{file}: {short}");
        assert!(answer.error.len() < 2 << 20, "{file}: {}", answer.error.len());
    }
    check.seconds
}

const MALFORMED: [&[i32]; 2] = [&[3], &[3]];

#[test]
fn bytes_that_are_no_text() {
    let folder = folder("bytes");
    let every: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    let utf16: Vec<u8> = "\u{FEFF}theorem t".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let proper = "theorem t\n  show s: 1 > 0\n    because 1\n";
    let cases: [Case; 9] = [
        ("empty", vec![], [&[0], &[0]], ""),
        ("crlf", proper.replace('\n', "\r\n").into_bytes(), [&[0], &[1]], ""),
        ("mark", format!("\u{FEFF}{proper}").into_bytes(), [&[0], &[1]], ""),
        ("returns", proper.replace('\n', "\r").into_bytes(), [&[0], &[1]], ""),
        ("nul", b"theorem t\0".to_vec(), MALFORMED, "NUL"),
        ("binary", every, MALFORMED, "not UTF-8"),
        ("utf16", utf16, MALFORMED, "not UTF-8"),
        ("latin", b"theorem t \"\xE4\"".to_vec(), MALFORMED, "not UTF-8"),
        ("cut", b"theorem t \"\xCE".to_vec(), MALFORMED, "not UTF-8"),
    ];
    for (name, bytes, codes, words) in cases {
        let file = format!("{name}.thm");
        fs::write(folder.join(&file), bytes).unwrap();
        answers(&folder, &file, codes, words);
    }
    fs::File::create(folder.join("large.thm")).unwrap().set_len(100 << 20).unwrap();
    answers(&folder, "large.thm", MALFORMED, "more than the 16777216 that are read");
}

#[test]
fn texts_without_end() {
    let folder = folder("texts");
    let many = |piece: &str, count: usize| piece.repeat(count);
    let shows = |count| (0..count).map(|k| format!(" show s{k}: x^2 >= 0 because x^2\n")).collect::<String>();
    let theorems = |count| (0..count).map(|k| format!("theorem t{k} show s: 1 > 0 because 1\n")).collect::<String>();
    let names = |count| (0..count).map(|k| format!("x{k}, ")).collect::<String>();
    let tokens = "files of more than 262144 words, symbols and comments are not read";
    let entries = "clauses and names after the first 1000 of one item are not read";
    let deep = "nested more than 128 deep are not read";
    let cases: [(&str, String, [&[i32]; 2], &str); 18] = [
        ("parentheses", format!("theorem t show s: {}1{}", many("(", 100_000), many(")", 100_000)), MALFORMED, deep),
        ("proofs", format!("theorem t show s: p {}", many("left: ", 80_000)), MALFORMED, deep),
        ("nots", format!("theorem t show s: {}p", many("not ", 100_000)), MALFORMED, deep),
        ("digits", format!("theorem t show s: {} > 0", many("7", 1_000_000)), MALFORMED, "4000 digits"),
        ("exponent", "theorem t show s: 2^1000000000 > 0 by ring".into(), [&[3], &[1]], "exponents go up to"),
        (
            "power",
            "theorem t let x : real show s: (x + 1)^1000000000 > 0 by ring".into(),
            [&[3], &[1]],
            "exponents go up to",
        ),
        ("tower", "theorem t show s: 9^(9^(9^9)) > 0 by ring".into(), [&[3], &[1]], "exponent"),
        ("claims", format!("theorem t let x : real\n{}", shows(20_000)), MALFORMED, entries),
        ("more_claims", format!("theorem t let x : real\n{}", shows(100_000)), MALFORMED, tokens),
        ("claims_that_are_read", format!("theorem t let x : real\n{}", shows(900)), [&[0], &[1]], ""),
        ("theorems", theorems(20_000), [&[0], &[1]], ""),
        ("names", format!("theorem t let {}x : real", names(100_000)), MALFORMED, entries),
        ("chain", format!("theorem t show s: {}1 > 0", many("1+", (8 << 20) - 20)), MALFORMED, tokens),
        ("short_chain", format!("theorem t show s: {}1 > 0 by ring", many("1+", 100_000)), [&[3], &[1]], ""),
        ("ands", format!("theorem t show s: {}1 > 0", many("1 > 0 and ", 1_000_000)), MALFORMED, tokens),
        ("fewer_ands", format!("theorem t show s: {}1 > 0 by ring", many("1 > 0 and ", 50_000)), [&[3], &[1]], ""),
        ("comments", many("#\n", 8 << 20), MALFORMED, tokens),
        ("lines", many("\n", 16 << 20), [&[0], &[1]], ""),
    ];
    for (name, text, codes, words) in cases {
        let file = format!("{name}.thm");
        fs::write(folder.join(&file), text).unwrap();
        answers(&folder, &file, codes, words);
    }
}

/// Sums of products multiply when they are multiplied out; the kernel refuses what is too much
/// before it has worked for long.
#[test]
fn sums_inside_of_sums() {
    let folder = folder("sums");
    let indices = |count: usize| (0..count).map(|k| format!("i{k} ")).collect::<String>();
    let chain = |count: usize| (1..count).map(|k| format!("*A[i{}, i{k}]", k - 1)).collect::<String>();
    let nested = |depth: usize| {
        format!("{}x[i0]{}", (0..depth).map(|k| format!("(sum i{k}, ")).collect::<String>(), ")^9".repeat(depth))
    };
    let squares = |count: usize| vec!["(sum i j, (x[i] - x[j])^2)"; count].join("*");
    let formulas = [
        format!("(sum {}, x[i0]{}) = 0", indices(9).trim(), chain(9)),
        format!("(sum {}, x[i0]{})^9 = 0", indices(9).trim(), chain(9)),
        format!("(sum {}, x[i0]{}) = 0", indices(60).trim(), chain(60)),
        format!("(sum ({} : d), 1) = 0", indices(60).trim()),
        format!("{} = 0", nested(12)),
        format!("{} = 0", nested(60)),
        format!("{} = 0", squares(12)),
        format!("{} = {}", squares(30), squares(31)),
        "(sum i, x[i] + 1)^1000 = 0".to_owned(),
        format!("forall k : index d, {}(sum i, x[i]^2)^9 = 0", "d/dx[k] ".repeat(9)),
    ];
    for (number, formula) in formulas.iter().enumerate() {
        let file = format!("sums{number}.thm");
        let head = "theorem t\n  dimension d\n  let x : vec d\n  let A : mat d d\n";
        fs::write(folder.join(&file), format!("{head}  show s: {formula}\n    by ring\n")).unwrap();
        let seconds = answers(&folder, &file, [&[3], &[0, 1]], "");
        // Other tests run at the same time: one that was slow gets a second chance.
        let is_slow = |seconds: f64| !cfg!(debug_assertions) && seconds > 1.0;
        assert!(!is_slow(seconds) || !is_slow(run(&folder, &[&file]).seconds), "{formula}: {seconds} s");
    }
}

#[test]
fn files_that_are_no_files() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder("files");
    symlink("b.thm", folder.join("a.thm")).unwrap();
    symlink("a.thm", folder.join("b.thm")).unwrap();
    symlink("missing", folder.join("nowhere.thm")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.thm")).status().unwrap().success());
    symlink("/dev/zero", folder.join("zero.thm")).unwrap();
    for file in ["a.thm", "nowhere.thm", "pipe.thm", "zero.thm", "/dev/zero"] {
        answers(&folder, file, MALFORMED, "this file cannot be read: ");
    }
    // Nothing in the folder is a file: links that go nowhere, pipes and devices are left alone.
    answers(&folder, ".", MALFORMED, "this folder holds no .thm file");
    fs::create_dir(folder.join("inner.thm")).unwrap();
    answers(&folder, "inner.thm", MALFORMED, "this folder holds no .thm file");
    symlink("..", folder.join("inner.thm/up.thm")).unwrap();
    fs::write(folder.join("inner.thm/fine.thm"), "# Nothing.\n").unwrap();
    answers(&folder, "inner.thm", [&[0], &[0]], "");
    let closed = folder.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // A superuser reads it all the same.
    let words = if fs::read_dir(&closed).is_ok() { "no .thm file" } else { "permission denied" };
    answers(&folder, "closed", MALFORMED, words);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Whatever of a file is read while others write it, and however often `fmt` replaces it.
#[test]
fn a_file_that_changes_while_it_is_read() {
    let folder = folder("changing");
    let path = folder.join("changing.thm");
    let texts =
        ["theorem t\n  show s: 1 > 0\n    because 1\n".to_owned(), "# nothing\n".repeat(5_000), "(".repeat(300)];
    fs::write(&path, &texts[0]).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for text in texts.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed)) {
                let _ = fs::write(&path, text);
            }
        });
        for _ in 0..10 {
            assert!([0, 3].contains(&run(&folder, &["changing.thm"]).code));
            assert!([0, 1, 3].contains(&run(&folder, &["fmt", "changing.thm"]).code));
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
