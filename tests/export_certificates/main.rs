//! Certificates of runs: what the program in another arithmetic says of them, and of such as were changed.

use std::path::PathBuf;
use std::process::Command;

use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::Value;
use tightrope::descent::Budget;
use tightrope::elaborate::{self, Experiment, Source};
use tightrope::export::Problem;
use tightrope::export::certificates::File;
use tightrope::export::certificates::check::{Answer, check_text};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn experiments(file: &str) -> Vec<Experiment> {
    let read = |name: &str| Source {
        name: name.to_owned(),
        text: std::fs::read_to_string(root().join(name)).expect("the file"),
        asked: true,
    };
    let corpus = elaborate::corpus(&[read("theorems/network.thm"), read(file)]);
    assert!(!corpus.has_errors(), "{:?}", corpus.diagnostics);
    corpus.experiments
}

fn certificate(experiment: &Experiment) -> Value {
    let file = File::of(experiment, &Budget::default()).expect("a certified run");
    serde_json::to_value(&file).expect("JSON")
}

/// What the program says; none where Python or its libraries are missing.
fn answer(value: &Value) -> Option<Result<Answer, String>> {
    match check_text(&value.to_string()) {
        Ok(answer) => Some(Ok(answer)),
        Err(Problem::Unexpected(output)) => Some(Err(output)),
        Err(Problem::Missing(what)) => {
            println!("{what} is not installed: the certificate is not checked");
            None
        }
        Err(Problem::Io(error)) => panic!("{error}"),
    }
}

#[test]
fn every_part_is_confirmed() {
    for experiment in experiments("theorems/generalization/u_shape.thm") {
        let Some(answer) = answer(&certificate(&experiment)) else { return };
        let answer = answer.expect("a verdict");
        assert!(answer.confirms() && answer.parts.len() >= 3, "{:?}", answer.parts);
    }
}

#[test]
fn a_landing_is_confirmed_exactly() {
    let experiments = experiments("tests/export_certificates/landing.thm");
    let value = certificate(&experiments[0]);
    assert_eq!(value["runs"][0]["ending"], "landed");
    if let Some(answer) = answer(&value) {
        let answer = answer.expect("a verdict");
        assert!(answer.confirms(), "{:?}", answer.parts);
    }
}

/// An entry that never moves, one run under two names, a trap after 4,932 steps, a claim that needs a tighter limit, an entry
/// that a step sets to 0, and a run from far above the threshold: all are certified, and so all have to be confirmed.
#[test]
fn unusual_runs_are_confirmed_with_every_claim() {
    for experiment in experiments("tests/export_certificates/unusual.thm") {
        let (name, value) = (&experiment.heading.name, certificate(&experiment));
        assert_eq!(value["claims"].as_array().map(Vec::len), Some(experiment.claims.len()), "{name}");
        let Some(answer) = answer(&value) else { return };
        let answer = answer.expect("a verdict");
        assert!(answer.confirms(), "{name}: {:?}", answer.parts);
    }
}

#[test]
fn runs_with_the_same_step_size_do_not_differ() {
    let experiments = experiments("tests/export_certificates/unusual.thm");
    let same = experiments.iter().find(|one| one.heading.name == "same").expect("the experiment");
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut value = certificate(same);
        change(&mut value);
        answer(&value).is_none_or(|answer| answer.is_ok_and(|answer| !answer.confirms()))
    };
    assert!(refused(&|value| value["claims"][0]["assertions"][0]["relation"] = "!=".into()));
    assert!(refused(&|value| value["claims"][0]["assertions"][0]["relation"] = "<".into()));
    // Norm and sharpness of one run are two numbers.
    assert!(refused(&|value| value["claims"][0]["assertions"][0]["right"]["measure"] = "sharpness".into()));
}

#[test]
fn without_python_nothing_is_confirmed() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightrope"));
    let arguments = ["export", "certificates", "theorems/generalization/u_shape.thm", "--check"];
    let output = command.args(arguments).current_dir(root()).env("PATH", "").output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no python3"));
    assert!(output.stdout.is_empty());
}

#[test]
fn what_is_no_certificate_is_said_to_be_none() {
    for text in ["", "[]", "{}", "null", "{\"schema\": \"tightrope.certificate/2\"}", "{\"schema\": 3, \"runs\": [[[["]
    {
        match check_text(text) {
            Err(Problem::Unexpected(output)) => {
                assert!(output.contains("no certificate") && !output.contains("Traceback"), "{text}: {output}");
            }
            Err(Problem::Missing(_)) => return,
            other => panic!("{text}: {other:?}"),
        }
    }
}

/// The places of all numbers and relations in a certificate.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                places(field, &format!("{place}/{name}"), found);
            }
        }
        Value::Array(entries) => {
            for (number, entry) in entries.iter().enumerate() {
                places(entry, &format!("{place}/{number}"), found);
            }
        }
        Value::Number(_) => found.push(place.to_owned()),
        Value::String(text) if text.parse::<BigRational>().is_ok() || place.ends_with("/relation") => {
            found.push(place.to_owned());
        }
        _ => {}
    }
}

/// A number a little larger or smaller, twice as large, or of the other sign; another relation.
fn changed(value: &Value, way: usize) -> Value {
    match value {
        Value::Number(n) => {
            let n = n.as_u64().expect("a natural number");
            Value::from([n + 1, n.saturating_sub(1), 2 * n, 0][way])
        }
        Value::String(text) => match text.parse::<BigRational>() {
            Ok(q) => {
                let step = BigRational::new(BigInt::from(1), BigInt::from(1) << 40);
                let two = BigRational::from_integer(BigInt::from(2));
                Value::from([&q + &step, &q - &step, &q * two, -&q][way].to_string())
            }
            Err(_) => Value::from([">", "=", "<=", ">="][way]),
        },
        other => other.clone(),
    }
}

/// Whether only the truth was changed, and all claims hold for the other one, too: then this is a certificate of that.
fn holds_for_another_truth(experiment: &Experiment, place: &str, value: &Value) -> bool {
    let Some(index) = place.strip_prefix("/truth/").and_then(|index| index.parse::<usize>().ok()) else { return false };
    let entry = value["truth"][index].as_str().and_then(|text| text.parse().ok()).expect("a fraction");
    let mut other = experiment.clone();
    other.truth.as_mut().expect("a truth")[index] = entry;
    File::of(&other, &Budget::default()).is_some_and(|file| file.claims().count() == experiment.claims.len())
}

/// Run with `cargo test --release --test export_certificates -- --ignored --nocapture`.
#[test]
#[ignore = "calls Python several hundred times"]
fn a_changed_certificate_is_refused_or_still_true() {
    let experiments = experiments("theorems/generalization/u_shape.thm");
    let experiment = &experiments[0];
    let original = certificate(experiment);
    if answer(&original).is_none() {
        return;
    }
    let mut found = vec![];
    places(&original, "", &mut found);
    let (mut refused, mut true_still) = (0, 0);
    for place in &found {
        for way in 0..4 {
            let mut value = original.clone();
            let slot = value.pointer_mut(place).expect("the place");
            let new = changed(slot, way);
            if *slot == new {
                continue;
            }
            // a < b says a <= b as well.
            let weaker = new.as_str().is_some_and(|new| slot.as_str().is_some_and(|old| new == format!("{old}=")));
            *slot = new;
            let confirmed = answer(&value).expect("a verdict").is_ok_and(|answer| answer.confirms());
            if !confirmed {
                refused += 1;
                continue;
            }
            // What is confirmed has the same data and claims: the program knows the limits by itself.
            true_still += 1;
            let numbers_of_the_lemma = ["/precision", "/delta", "/q"].iter().any(|end| place.ends_with(end));
            let lemma = place.starts_with("/runs/")
                && (numbers_of_the_lemma || ["/squares/", "/kappa/"].iter().any(|part| place.contains(part)));
            // A wider interval of the clock holds the flow's end, too.
            let lemma = lemma || place.starts_with("/flow/");
            // A run from -w is that from w with the signs changed, and has the same limit in w^2.
            let mirrored = way == 3 && place.starts_with("/model/start/");
            assert!(
                lemma || weaker || mirrored || holds_for_another_truth(experiment, place, &value),
                "{place} was changed, and still confirmed"
            );
        }
    }
    println!("{} changed certificates: {refused} refused, {true_still} still true", refused + true_still);
    assert!(refused + true_still >= 200 && refused > true_still);
}
