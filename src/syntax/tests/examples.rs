//! Two whole files as a mathematician would write them.

use super::super::ast::{ClauseKind, Item};
use super::super::print;
use super::parsed;

const NORM_FLOOR: &str = r#"
theorem norm_floor
  "Every interpolator has squared norm at least y / x_max."
  network shared, loss half_square   # brings d, x, w, y, f, loss, step, norm, sharpness; no hypotheses
  let m : index d
  assume top: forall i, x[i] <= x[m]
  assume pos: x[m] > 0
  assume fit: f(w) = y

  show floor: norm(w) >= y / x[m]
    because sum i, w[i]^2 * top[i] / x[m]  given fit / x[m]
  show attained: equality in floor  <->  forall i, w[i] = 0 or x[i] = x[m]
    because terms of floor
"#;

const U_SHAPE: &str = r#"
experiment u_shape
  "The best of three step sizes is neither the smallest nor the largest."
  network shared, loss half_square
  data x = [5, 2], y = 13/4;  start w = [1, 3/4];  truth beta_star = [1/4, 1]
  run slow: eta = 1/60;  run middle: eta = 1/32;  run fast: eta = 1/30
  certify best: middle.risk < slow.risk and middle.risk < fast.risk
  certify beaten: slow.risk < sharpness_minimiser.risk < norm_minimiser.risk
  certify beaten_fast: fast.risk < sharpness_minimiser.risk
  certify flatter: slow.sharpness > middle.sharpness > fast.sharpness
  certify larger: slow.norm < middle.norm < fast.norm
"#;

#[test]
fn norm_floor() {
    let file = parsed(NORM_FLOOR);
    let [Item::Theorem(theorem)] = &*file.items else {
        panic!("one theorem");
    };
    assert_eq!(theorem.name.name, "norm_floor");
    let claims = theorem.clauses.iter().filter(|clause| matches!(&clause.kind, ClauseKind::Show(_)));
    assert_eq!(claims.count(), 2);
    assert_eq!(theorem.clauses.len(), 7);
    assert_eq!(file.comments.len(), 1);
    assert_eq!(parsed(&print(&file)).items, file.items);
}

#[test]
fn u_shape() {
    let file = parsed(U_SHAPE);
    let [Item::Experiment(experiment)] = &*file.items else {
        panic!("one experiment");
    };
    assert_eq!(experiment.clauses.len(), 12);
    assert_eq!(parsed(&print(&file)).items, file.items);
}

#[test]
fn both_spellings_give_one_tree() {
    let ascii = "theorem t show s: forall i, exists j, not a[i]^2 <= b*2 and c >= 1 or d != sqrt(2)
                 -> e <-> (sum k, f(i |-> 1)^3) = 0";
    let unicode = "theorem t show s: ∀ i, ∃ j, ¬a[i]² ≤ b·2 ∧ c ≥ 1 ∨ d ≠ √2
                 → e ↔ (Σ k, f(i ↦ 1)³) = 0";
    assert_eq!(parsed(ascii), parsed(unicode));
}
