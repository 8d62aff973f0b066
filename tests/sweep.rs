//! `sweep` and `verify` as a person meets them. Numbers of floating point are compared, never kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn program(folder: impl AsRef<Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightrope"));
    command.current_dir(folder);
    command
}

fn run(folder: impl AsRef<Path>, line: &str) -> Output {
    program(folder).args(line.split_whitespace()).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn elsewhere(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The data of the experiment `u_shape`.
const U_SHAPE: &str = "sweep --x 5,2 --y 13/4 --truth 1/4,1 --start 1,3/4";

/// A table by column: the entries of a name.
fn column(table: &str, name: &str) -> Vec<String> {
    let mut lines = table.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let place = lines.next().unwrap().iter().position(|column| column == name).unwrap();
    lines.map(|line| line[place].clone()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn a_list_of_step_sizes() {
    let output = run(".", &format!("{U_SHAPE} --eta 1/60,1/32,1/30"));
    assert_eq!((code(&output), stderr(&output)), (0, "3 runs observed: 3 converged\n"));
    let table = stdout(&output);
    let risks: Vec<f64> = column(table, "risk").iter().map(|risk| number(risk)).collect();
    assert!((risks[0] - 0.33775).abs() < 1e-4 && (risks[1] - 1.6005e-5).abs() < 1e-8, "{risks:?}");
    assert_eq!(column(table, "evidence"), ["observed"; 3]);
    // η_c = 1/(2·13/4·5)
    assert!((number(&column(table, "eta_over_eta_c")[0]) - 32.5 / 60.0).abs() < 1e-12);
}

#[test]
fn json_lines_are_the_same_numbers() {
    let csv = run(".", &format!("{U_SHAPE} --eta 0.01..0.1:40"));
    let json = run(".", &format!("{U_SHAPE} --eta 0.01..0.1:40 --format jsonl"));
    let outcomes = column(stdout(&csv), "outcome");
    for (line, (outcome, norm)) in stdout(&json).lines().zip(outcomes.iter().zip(column(stdout(&csv), "norm_squared")))
    {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["outcome"], outcome.as_str());
        assert_eq!(value["norm_squared"].as_f64(), norm.parse().ok());
    }
    assert!(outcomes.iter().any(|outcome| outcome == "diverged") && outcomes[0] == "converged", "{outcomes:?}");
}

#[test]
fn a_table_a_figure_and_certified_limits() {
    let folder = elsewhere("sweep_files");
    let line = format!("{U_SHAPE} --eta 0.01..0.034:60 -o t.csv --figure f.svg --certify 3");
    let output = run(&folder, &line);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stderr(&output), "60 runs observed: 60 converged\n3 limits certified, 0 undecided\n");
    let table = fs::read_to_string(folder.join("t.csv")).unwrap();
    let certified = fs::read_to_string(folder.join("t.csv.certified.csv")).unwrap();
    let (runs, norms) = (column(&certified, "run"), column(&table, "norm_squared"));
    let ends = column(&certified, "norm_squared_low").into_iter().zip(column(&certified, "norm_squared_high"));
    for (run, (low, high)) in runs.iter().zip(ends) {
        let observed = number(&norms[run.parse::<usize>().unwrap()]);
        assert!(number(&low) <= number(&high) && (number(&low) - observed).abs() < 1e-8, "{low} {observed} {high}");
    }
    let svg = fs::read_to_string(folder.join("f.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    for words in ["certified limits of 3 runs", "observed in floating point", "sharpness", "step size η", "risk"] {
        assert!(svg.contains(words), "{words}");
    }
    // The same again, bit for bit, only when asked.
    let again = run(&folder, &line);
    assert_eq!(code(&again), 3);
    snapshot("sweep_exists", stderr(&again));
    assert_eq!(code(&run(&folder, &format!("{line} --force --threads 1"))), 0);
    assert_eq!(fs::read_to_string(folder.join("t.csv")).unwrap(), table);
    assert_eq!(fs::read_to_string(folder.join("f.svg")).unwrap(), svg);
}

#[test]
fn an_interrupted_sweep_goes_on() {
    let folder = elsewhere("sweep_resume");
    for table in ["t.csv", "t.jsonl"] {
        let line = format!("{U_SHAPE} --eta 0.01..0.05:200 --max-steps 5000 -o {table}");
        assert_eq!(code(&run(&folder, &line)), 0);
        let path = folder.join(table);
        let whole = fs::read(&path).unwrap();
        for cut in [0, 30, whole.len() / 3, whole.len() - 1, whole.len()] {
            fs::write(&path, &whole[..cut]).unwrap();
            let output = run(&folder, &format!("{line} --resume --figure f.svg --certify 1"));
            assert_eq!(code(&output), 0, "{}", stderr(&output));
            assert_eq!(fs::read(&path).unwrap(), whole, "cut at {cut}");
        }
        let changed = String::from_utf8(whole).unwrap().replacen("converged", "diverged,", 1);
        fs::write(&path, changed).unwrap();
        let output = run(&folder, &format!("{line} --resume"));
        assert_eq!(code(&output), 3);
        assert!(stderr(&output).contains("is not what this sweep writes there"), "{}", stderr(&output));
    }
    let other = run(&folder, &format!("{U_SHAPE} --eta 0.01..0.06:200 --max-steps 5000 -o t.csv --resume"));
    assert_eq!(code(&other), 3);
    snapshot("sweep_resume_of_another", stderr(&other));
}

/// Ctrl-C leaves whole lines, and what comes after is as if nothing had been.
#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_valid_file() {
    let folder = elsewhere("sweep_interrupt");
    let line = "sweep --x 2,1 --y 1 --start 1/2,1/1000 --eta 0.2601..0.2605:20000 --max-steps 100000 -o t.csv";
    let mut child = program(&folder).args(line.split(' ')).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let begin = Instant::now();
    while fs::metadata(folder.join("t.csv")).map_or(0, |file| file.len()) < 10_000 {
        assert!(begin.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(), "it never began");
        std::thread::sleep(Duration::from_millis(2));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let status = child.wait().unwrap();
    let table = fs::read_to_string(folder.join("t.csv")).unwrap();
    assert!(table.ends_with('\n'));
    let width = table.lines().next().unwrap().split(',').count();
    assert!(table.lines().all(|line| line.split(',').count() == width));
    // It may have been done before the signal came.
    assert!(status.code() == Some(2) || table.lines().count() == 20_001, "{status}");
    let output = run(&folder, &format!("{line} --resume"));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let resumed = fs::read(folder.join("t.csv")).unwrap();
    assert_eq!(code(&run(&folder, &format!("{line} --force"))), 0);
    assert_eq!(fs::read(folder.join("t.csv")).unwrap(), resumed);
}

#[test]
fn data_from_files() {
    let folder = elsewhere("sweep_data");
    fs::write(folder.join("d.csv"), "x1,x2,y\n5,2,13/4\n").unwrap();
    fs::write(folder.join("plain.csv"), "5,2,3.25\n").unwrap();
    let header = format!("{:<117}\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }");
    let numbers: Vec<u8> = [5.0f64, 2.0, 3.25].iter().flat_map(|v| v.to_le_bytes()).collect();
    let npy = [b"\x93NUMPY\x01\x00\x76\x00".as_slice(), header.as_bytes(), &numbers].concat();
    fs::write(folder.join("d.npy"), npy).unwrap();
    let expected = run(&folder, "sweep --x 5,2 --y 13/4 --start 1,3/4 --eta 1/60,1/32");
    for file in ["d.csv", "plain.csv", "d.npy"] {
        let output = run(&folder, &format!("sweep --data {file} --start 1,3/4 --eta 1/60,1/32"));
        assert_eq!((code(&output), stdout(&output)), (0, stdout(&expected)), "{}", stderr(&output));
    }
    let generated = "sweep --generate 2,6 --law half-normal --seed 5 --random 3 --in-eta-c --eta 0.1..0.9:7";
    let (one, two) = (run(&folder, generated), run(&folder, &format!("{generated} --threads 1")));
    assert_eq!((code(&one), stdout(&one)), (0, stdout(&two)), "{}", stderr(&one));
    assert_eq!(stdout(&one).lines().count(), 22);
}

/// Every error of the command line names its place.
#[test]
fn bad_input_is_refused_at_its_place() {
    let folder = elsewhere("sweep_bad");
    for (name, text) in [
        ("empty.csv", ""),
        ("header.csv", "x,y\n"),
        ("ragged.csv", "1,2,3\n1,2\n"),
        ("nan.csv", "1,2\n3,nan\n"),
        ("one.csv", "1\n"),
        ("bad.npy", "NUMPY"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    let lines = [
        "sweep --eta 1",
        "sweep --x 1 --eta 1",
        "sweep --x 1,2 --y 1 --eta 0",
        "sweep --x 1,2 --y 1 --eta -1/2",
        "sweep --x 1,2 --y 1 --eta nan",
        "sweep --x 1,2 --y 1 --eta 1e400",
        "sweep --x 1,2 --y 1 --eta 0.1..0.2:100000000",
        "sweep --x 1,2 --y 1 --eta 0.1..0.2:900000 --random 1000",
        "sweep --x 1,2 --y 1 --eta 0.2..0.1:5",
        "sweep --x 1,2 --y 1 --eta 0.1..0.2",
        "sweep --x 1,inf --y 1 --eta 1",
        "sweep --x 0,0 --y 1 --eta 1",
        "sweep --x 1,2 --y 0 --eta 1",
        "sweep --x 1,2 --y -1 --eta 1",
        "sweep --x 1,2 --y 1,2 --eta 1",
        "sweep --x 1,2;3 --y 1,2 --eta 1",
        "sweep --x 1,2 --y 1 --truth 1 --eta 1",
        "sweep --x 1,2 --y 1 --start 0,0 --eta 1",
        "sweep --x 1,2 --y 1 --start 1 --eta 1",
        "sweep --x 1,2 --y 1 --scale 0 --eta 1",
        "sweep --x 1,2 --y 1 --random 2 --spread 0 --eta 1",
        "sweep --x 1,2 --y 1 --random 99999999999 --eta 1",
        "sweep --x 1,2 --y 1 --model two-layers --start 1,1 --eta 1",
        "sweep --x 1,2 --y 1 --model depth:1 --eta 1",
        "sweep --x 1,2 --y 1 --model depth:1000 --eta 1",
        "sweep --x 1,2 --y 1 --tolerance 0 --eta 1",
        "sweep --x 1,2 --y 1 --tolerance nan --eta 1",
        "sweep --x 1,2 --y 1 --max-steps 0 --eta 1",
        "sweep --generate 0,5 --eta 1",
        "sweep --generate 5 --eta 1",
        "sweep --generate 100000,100000 --eta 1",
        "sweep --data empty.csv --eta 1",
        "sweep --data header.csv --eta 1",
        "sweep --data ragged.csv --eta 1",
        "sweep --data nan.csv --eta 1",
        "sweep --data one.csv --eta 1",
        "sweep --data bad.npy --eta 1",
        "sweep --x 1,2 --y 1 --eta 1 -o none/t.csv",
        "verify empty.csv --x 1,2 --y 1 --eta 1",
        "verify ragged.csv --x 1,2 --y 1 --eta 1",
        "verify nan.csv --x 1,2 --y 1 --eta 1",
        "verify one.csv --x 1,2 --y 1 --eta 1",
        "verify one.csv --x 1 --y 1",
        "verify one.csv --x 1 --y 1 --eta -1",
    ];
    let mut text = String::new();
    for line in lines {
        let output = run(&folder, line);
        assert_eq!((code(&output), stdout(&output)), (3, ""), "{line}: {}", stderr(&output));
        text.push_str(&format!("$ tightrope {line}\n{}\n", stderr(&output)));
    }
    snapshot("sweep_bad_input", &text);
}

/// Gradient descent on (5, 2), 13/4 as NumPy computes it, with 17 digits.
fn trajectory(steps: usize) -> String {
    let (mut w, eta) = ([1.0f64, 0.75], 1.0 / 60.0);
    let mut text = String::from("step,w1,w2\n");
    for step in 0..=steps {
        text.push_str(&format!("{step},{:.16e},{:.16e}\n", w[0], w[1]));
        let r = 5.0 * w[0] * w[0] + 2.0 * w[1] * w[1] - 3.25;
        w = [w[0] - eta * 2.0 * r * 5.0 * w[0], w[1] - eta * 2.0 * r * 2.0 * w[1]];
    }
    text
}

const VERIFY: &str = "verify t.csv --x 5,2 --y 13/4 --truth 1/4,1 --eta 1/60";

#[test]
fn a_trajectory_is_verified() {
    let folder = elsewhere("verify");
    fs::write(folder.join("t.csv"), trajectory(12)).unwrap();
    let output = run(&folder, VERIFY);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let text = stdout(&output);
    assert!(text.starts_with("observed   trajectory  all 12 pairs of rows"), "{text}");
    assert!(text.contains("certified  limit") && text.contains("sharpness  53.9503"), "{text}");
    let json = run(&folder, &format!("{VERIFY} --format json"));
    let value: serde_json::Value = serde_json::from_str(stdout(&json)).unwrap();
    assert_eq!(value["schema"], "tightrope.verify/1");
    assert_eq!(
        (&value["trajectory"]["evidence"], &value["limit"]["evidence"]),
        (&"observed".into(), &"certified".into())
    );
    // The end alone.
    let end = trajectory(12).lines().last().unwrap().split_once(',').unwrap().1.to_owned();
    fs::write(folder.join("t.csv"), end).unwrap();
    let output = run(&folder, VERIFY);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).starts_with("undecided  trajectory  the table is an end point"), "{}", stdout(&output));
    // Every other row is enough.
    let halves: String = trajectory(12)
        .lines()
        .enumerate()
        .filter(|(k, _)| k % 2 == 1 || *k == 0)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    fs::write(folder.join("t.csv"), halves).unwrap();
    let output = run(&folder, VERIFY);
    assert!(stdout(&output).starts_with("observed   trajectory  all 6 pairs"), "{}", stdout(&output));
}

#[test]
fn a_trajectory_of_another_step_size_is_refuted() {
    let folder = elsewhere("verify_refuted");
    fs::write(folder.join("t.csv"), trajectory(12)).unwrap();
    let output = run(&folder, &VERIFY.replace("1/60", "1/59"));
    assert_eq!(code(&output), 1);
    let text = stdout(&output);
    assert!(text.starts_with("refuted    trajectory  row 2 is not"), "{text}");
    assert!(text.contains("expected") && text.contains("allowed"), "{text}");
}

/// A run that goes nowhere has no certified limit.
#[test]
fn a_trajectory_without_a_limit_is_undecided() {
    let folder = elsewhere("verify_undecided");
    fs::write(folder.join("t.csv"), "1,2\n").unwrap();
    let output = run(&folder, "verify t.csv --x 5,2 --y 13/4 --eta 1");
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("no limit is certified: it diverges"), "{}", stdout(&output));
    let output = run(&folder, "verify t.csv --x 5;2 --y 1,2 --model depth:3 --eta 1/100");
    assert_eq!(code(&output), 3, "{}", stdout(&output));
}

/// The end point of two layers, whose weights are u, then v.
#[test]
fn the_limit_of_two_layers_is_certified() {
    let folder = elsewhere("verify_two_layers");
    fs::write(folder.join("t.csv"), "0.2,0.25,0.1,0.25\n").unwrap();
    let output = run(&folder, "verify t.csv --x 5,2 --y 13/4 --model two-layers --eta 1/80");
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(
        stdout(&output).contains("certified  limit") && stdout(&output).contains("29.66200102"),
        "{}",
        stdout(&output)
    );
}
