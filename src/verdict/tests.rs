use num_rational::BigRational;
use proptest::prelude::*;

use super::*;
use crate::elaborate::corpus;
use crate::exact::Enclosure;

const NETWORK: &str = include_str!("../../theorems/network.thm");

fn rational(n: i64, d: i64) -> BigRational {
    BigRational::new(n.into(), d.into())
}

/// The report on a file that may use the network, after checking that its text is sound
/// or has as many errors as are said.
fn checked(text: &str, errors: usize) -> Report {
    let source = |name: &str, text: &str, asked| Source { name: name.into(), text: text.into(), asked };
    let sources = [source("network.thm", NETWORK, false), source("t.thm", text, true)];
    let corpus = corpus(&sources);
    assert_eq!(corpus.diagnostics.len(), errors, "{:?}", corpus.diagnostics);
    report(&corpus, &sources, &Budget { steps: 2000, precision: 512 })
}

/// An experiment on the data of the first run of the corpus, with these lines added.
fn trial(lines: &str) -> Report {
    let head = "experiment e \"Title.\"\n  source \"a book\"\n  network shared, loss half_square\n  \
        data x = [5, 2], y = 13/4\n  start w = [1, 3/4]\n  truth beta_star = [1/4, 1]\n  \
        run slow: eta = 1/60\n  run middle: eta = 1/32\n  run again: eta = 2/64\n  run wild: eta = 5\n";
    checked(&format!("{head}{lines}"), 0)
}

/// Each claim's name, evidence and lemmas.
fn outcomes(report: &Report) -> Vec<String> {
    let claims = report.claims();
    claims.map(|(_, claim)| format!("{} {} {:?}", claim.name, claim.evidence.word(), claim.lemmas)).collect()
}

fn findings(report: &Report) -> Vec<String> {
    let findings = report.claims().flat_map(|(_, claim)| &claim.findings);
    findings.map(|finding| format!("{:?} {}", finding.holds, finding.text)).collect()
}

#[test]
fn every_evidence_of_an_experiment() {
    let report = trial(
        "  certify holds: middle.risk < slow.risk\n\
         \x20 certify reflexive: middle.norm = again.norm and middle.norm >= again.norm\n\
         \x20 certify number: 1/3 < 0.34 and 2^-1 = 0.5\n\
         \x20 certify minimisers: norm_minimiser.risk > sharpness_minimiser.risk >= 0.453125\n\
         \x20 certify one_false: middle.risk < slow.risk and slow.norm > 1\n\
         \x20 certify false_beats_open: wild.norm > 0 and slow.norm > 1\n\
         \x20 certify open: slow.norm < 1 and wild.norm > 0\n\
         \x20 certify not_unequal: middle.norm != again.norm\n",
    );
    let expected = [
        "holds certified [\"trapping\"]",
        "reflexive certified [\"trapping\"]",
        "number exact []",
        "minimisers exact []",
        "one_false refuted [\"trapping\"]",
        "false_beats_open refuted [\"trapping\"]",
        "open undecided []",
        "not_unequal refuted [\"trapping\"]",
    ];
    assert_eq!(outcomes(&report), expected);
    let summary = Summary { certified: 2, exact: 2, refuted: 3, undecided: 1, ..Summary::default() };
    assert_eq!(report.summary, summary);
    assert_eq!(summary.claims(), 8);
    assert_eq!(report.status(), Status::Fails);
}

#[test]
fn findings_show_the_numbers_that_decide() {
    let report = trial(
        "  certify a: slow.norm > 1\n  certify b: wild.norm > 1\n\
         \x20 certify c: middle.norm >= 1.252228683514\n  certify d: 1/3 < 0.3333333333333\n",
    );
    let expected = [
        "Some(false) slow.norm = 0.926241754… < 1",
        "None `wild` has no limit among the interpolators: it diverges: from step 0 on weight 1 grows for ever",
        "Some(true) middle.norm = 1.25222868351417626… > 1.252228683514",
        "Some(false) 1/3 > 0.3333333333333",
    ];
    assert_eq!(findings(&report), expected);
}

#[test]
fn equal_limits_of_different_runs_are_left_open() {
    // With one feature there is one interpolator: the limits are 1, but no enclosure says so.
    let report = checked(
        "experiment e\n  network shared, loss half_square\n  data x = [1], y = 1\n  start w = [1/2]\n  \
         run r: eta = 1/10\n  run s: eta = 1/9\n  certify a: r.norm = 1\n  certify b: r.norm <= s.norm\n  \
         certify c: r.norm != s.norm\n",
        0,
    );
    assert_eq!(outcomes(&report), ["a undecided []", "b undecided []", "c undecided []"]);
    let why =
        "are not told apart: the limit of `r` is not certified: the enclosure needs more bits than the budget has";
    assert_eq!(findings(&report)[0], format!("None r.norm and 1 agree to 2^-256 and {why}"));
    assert_eq!(findings(&report)[1], format!("None r.norm and s.norm agree to 2^-256 and {why}"));
}

#[test]
fn a_run_that_lands_is_exact_and_needs_no_lemma() {
    let report = checked(
        "experiment e\n  network shared, loss half_square\n  data x = [2, 1], y = 3\n  start w = [1/2, 2/3]\n  \
         run r: eta = 9/74\n  certify flat: r.sharpness = 20 and r.norm = 2 and r.norm <= r.sharpness\n",
        0,
    );
    assert_eq!(outcomes(&report), ["flat certified []"]);
    let trial = report.theorems[0].trial.as_ref().unwrap();
    assert_eq!(trial.runs[0].ending, Ending::Landed(1));
    assert_eq!(trial.runs[0].measures.sharpness, Some(Enclosure::point(rational(20, 1))));
    assert_eq!(trial.runs[0].measures.risk, None);
}

#[test]
fn a_minimiser_that_is_not_unique_decides_nothing() {
    let report = checked(
        "experiment e\n  network shared, loss half_square\n  data x = [2, 2], y = 3\n  start w = [1/2, 2/3]\n  \
         certify a: norm_minimiser.norm > 0\n  certify b: sharpness_minimiser.norm > 0\n",
        0,
    );
    assert_eq!(outcomes(&report), ["a undecided []", "b undecided []"]);
    assert!(findings(&report)[0].contains("the norm minimiser is not unique"));
    assert!(findings(&report)[1].contains("the sharpness minimiser is not unique"));
    assert_eq!(report.status(), Status::Undecided);
}

#[test]
fn theorems_are_proved_undecided_or_not_accepted() {
    let text = "theorem t \"T.\"\n  let a : real\n  assume pos: a > 0\n  show ok: a >= 0\n    because pos\n  \
        show bare: a + 1 > 0\n\n  show wrong: a >= 1\n    because pos\n";
    let report = checked(text, 1);
    assert_eq!(outcomes(&report), ["ok proved []", "bare undecided []", "wrong undecided []"]);
    assert_eq!(findings(&report), ["None it has no proof", "None it is not accepted; the errors say why"]);
    assert_eq!(report.theorems[0].assumptions, ["a > 0"]);
    let lines: Vec<usize> = report.claims().map(|(_, claim)| claim.line).collect();
    assert_eq!(lines, [4, 6, 8]);
    assert_eq!(report.status(), Status::Undecided);
    assert_eq!(report.summary.proved, 1);
}

#[test]
fn the_json_has_the_documented_layout() {
    let report = checked(
        "theorem t \"T.\"\n  let a : real\n  assume pos: a > 0\n  show ok: a >= 0\n    because pos\n\nexperiment e \"E.\"\n  \
         source \"a book\"\n  network shared, loss half_square\n  data x = [2, 1], y = 3\n  start w = [1/2, 2/3]\n  \
         run r: eta = 9/74\n  run wild: eta = 90\n  certify flat: r.sharpness = 20\n",
        0,
    );
    let json = serde_json::to_string(&report).unwrap();
    let expected = concat!(
        r#"{"schema":"tightrope.check/1","summary":{"proved":1,"proved_modulo_lemmas":0,"exact":0,"certified":1,"#,
        r#""observed":0,"refuted":0,"undecided":0},"theorems":[{"kind":"theorem","name":"t","file":"t.thm","line":1,"#,
        r#""title":"T.","source":"ours","claims":[{"name":"ok","statement":"a >= 0","evidence":"proved","#,
        r#""lemmas":[]}],"assumptions":["a > 0"]},{"kind":"experiment","name":"e","file":"t.thm","line":7,"title":"E.","source":"a book","#,
        r#""claims":[{"name":"flat","statement":"r.sharpness = 20","evidence":"certified","lemmas":[]}],"#,
        r#""runs":[{"name":"r","risk":null,"sharpness":"20","norm":"2"},"#,
        r#"{"name":"wild","risk":null,"sharpness":null,"norm":null}]}],"diagnostics":[],"ledger":[]}"#,
    );
    assert_eq!(json, expected);
}

#[test]
fn the_json_says_what_is_wrong_and_where() {
    let report = checked("theorem t\n  let a : real\n  assume odd: a^2 = -1\n  show ok: 1 = 2\n    by odd\n", 1);
    let json = serde_json::to_string(&report.diagnostics).unwrap();
    let expected = concat!(
        r#"[{"severity":"error","file":"t.thm","line":3,"message":"this hypothesis never holds","#,
        r#""label":"is refuted by itself","help":["nothing satisfies the theorem, so that it says nothing: "#,
        r#"drop or change a hypothesis"]}]"#,
    );
    assert_eq!(json, expected);
    assert_eq!(report.summary.proved, 0);
}

#[test]
fn a_report_without_claims_holds() {
    let report = checked("# nothing\n", 0);
    assert_eq!((report.status(), report.summary.claims()), (Status::Holds, 0));
}

#[test]
fn exact_numbers_are_written_the_shorter_way() {
    let exact = |n, d| written(&Enclosure::point(rational(n, d)), 6);
    assert_eq!(exact(1, 3), "1/3");
    assert_eq!(exact(1, 8), "0.125");
    assert_eq!(exact(1, 999_999_999_999), "1.00000…e-12");
    assert_eq!(written(&Enclosure::hull(rational(1, 3), rational(334, 1000)), 6), "0.33…");
}

proptest! {
    /// Comparisons of minimisers with numbers, against formulas written out by hand:
    /// β = (y/x_k) e_k with x_k the largest, or the least positive, feature.
    #[test]
    fn exact_claims_agree_with_direct_evaluation(
        x in proptest::sample::subsequence(vec![1i64, 2, 3, 4, 5, 6, 7], 2..5).prop_shuffle(),
        y in 1i64..9, truth in proptest::collection::vec(0i64..4, 5),
        least in any::<bool>(), measure in 0usize..3, sign in 0usize..6, offset in -1i64..=1,
    ) {
        let feature = if least { *x.iter().min().unwrap() } else { *x.iter().max().unwrap() };
        let beta = |i: usize| if x[i] == feature { rational(y, feature) } else { rational(0, 1) };
        let value: BigRational = match measure {
            0 => (0..x.len()).map(|i| (beta(i) - rational(truth[i], 1)).pow(2)).sum(),
            1 => rational(4 * y * feature, 1),
            _ => rational(y, feature),
        };
        let number = &value + rational(offset, 1);
        let holds = match sign {
            0 => value < number, 1 => value <= number, 2 => value > number,
            3 => value >= number, 4 => value == number, _ => value != number,
        };
        let text = format!(
            "experiment e\n  network shared, loss half_square\n  data x = {x:?}, y = {y}\n  start w = {:?}\n  \
             truth beta_star = {:?}\n  certify c: {}.{} {} {number}\n",
            vec![1; x.len()], &truth[..x.len()],
            if least { "sharpness_minimiser" } else { "norm_minimiser" },
            ["risk", "sharpness", "norm"][measure], ["<", "<=", ">", ">=", "=", "!="][sign],
        );
        let report = checked(&text, 0);
        let evidence = report.claims().next().unwrap().1.evidence;
        prop_assert_eq!(evidence, if holds { Evidence::Exact } else { Evidence::Refuted });
    }
}
