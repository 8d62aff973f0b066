//! Proofs.

use super::super::ast::{ConclusionKind, StepKind};
use super::super::print_proof;
use super::proof;
use super::show::show;

/// Each text is its own canonical form.
fn canonical(texts: &[&str]) {
    for text in texts {
        assert_eq!(print_proof(&proof(text), 0).trim_end(), *text);
    }
}

#[test]
fn conclusions_on_one_line() {
    canonical(&[
        "because sum i, w[i]^2 * top[i] / x[m] given fit / x[m]",
        "because given fit, other * 2",
        "because square(a - b)",
        "because terms of floor",
        "because terms * of",
        "absurd h * k given e",
        "by ring",
        "by (ring)",
        "by ring[i]",
        "by ring * 2",
        "by other.floor(w := v)[m]",
    ]);
}

#[test]
fn steps() {
    canonical(&["\
fix i, w
suppose h
have a: x[i] > 0
  by pos[i]
contrary n
obtain v, s, k from ex[i]
take v[i] = sqrt(y / x[m]) * [i = m], s = 2, A[i, j] = 0
by k"]);
}

#[test]
fn branches() {
    canonical(&[
        "\
cases h[i]
  case a:
    by a
  case b:
    absurd b",
        "\
part:
  by a
part:
  fix i
  by b",
        "\
forward a:
  by ring
backward b:
  by ring",
        "\
left:
  right:
    by ring",
    ]);
}

#[test]
fn branches_inside_branches_are_kept_apart_by_braces() {
    canonical(&[
        "\
cases h
  case a:
    {
      cases k
        case b:
          by b
        case c:
          by c
    }
  case d:
    cases k
      case e:
        by e",
        "\
part:
  {
    forward a:
      by a
    backward b:
      part:
        by b
  }
part:
  left:
    cases k
      case e:
        by e",
        "\
have a: p
  {
    part:
      by b
  }
part:
  by a",
    ]);
}

#[test]
fn without_braces_an_inner_branch_takes_what_follows() {
    let outer = proof("cases h case a: cases k case b: by b case c: by c");
    let ConclusionKind::Cases { branches, .. } = outer.conclusion.kind else {
        panic!("cases");
    };
    assert_eq!(branches.len(), 1);
}

#[test]
fn a_have_has_a_proof_of_its_own_and_the_rest_goes_on() {
    let whole = proof("have a: p because b have c: q by ring because d given e");
    let names: Vec<&str> = whole
        .steps
        .iter()
        .map(|step| match &step.kind {
            StepKind::Have { name, .. } => name.name.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["a", "c"]);
    let ConclusionKind::Because(certificate) = whole.conclusion.kind else {
        panic!("because");
    };
    assert_eq!(certificate.cone.as_ref().map(show).as_deref(), Some("d"));
    assert_eq!(certificate.given.len(), 1);
}

#[test]
fn left_and_right_are_words_only_before_a_colon() {
    assert!(matches!(proof("by left").conclusion.kind, ConclusionKind::By(_)));
    assert!(matches!(proof("have left: a by right left: by ring").conclusion.kind, ConclusionKind::Left(_)));
}
