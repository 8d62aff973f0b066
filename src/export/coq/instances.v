(* Statements at given numbers: a refutation, or that hypotheses can hold. The tactics below search; what they find,
   Coq checks. At given sizes of the dimensions every sum and every quantifier over indices is written out. *)

(* Set anew below, once the definitions are known, and for each statement, for its numbers. *)
Ltac computed := idtac.
Ltac computed_in h := idtac.
(* Hands each root, number, vector or matrix that is worth a try to a tactic. *)
Ltac each_root tac := fail.
Ltac each_number tac := fail.
Ltac each_vector tac := fail.
Ltac each_matrix tac := fail.

Lemma root_is e r : 0 <= r -> r * r = e -> sqrt e = r.
Proof.
  intros H E. apply sqrt_lem_1; auto. subst e. apply Rmult_le_pos; assumption.
Qed.

Lemma exp_is_1 e : e = 0 -> exp e = 1.
Proof. intros ->. apply exp_0. Qed.

Lemma ln_is_0 e : e = 1 -> ln e = 0.
Proof. intros ->. apply ln_1. Qed.

(* Comparisons, of numbers or of polynomials of low degree in what quantifiers bind. *)
Ltac rooted :=
  repeat match goal with
  | |- context [sqrt ?e] => each_root ltac:(fun r => rewrite (root_is e r) by lra)
  | |- context [ln ?e] => rewrite (ln_is_0 e) by lra
  | |- context [exp ?e] => rewrite (exp_is_1 e) by lra
  end.
Ltac rooted_in h :=
  repeat match type of h with
  | context [sqrt ?e] => each_root ltac:(fun r => rewrite (root_is e r) in h by lra)
  | context [ln ?e] => rewrite (ln_is_0 e) in h by lra
  | context [exp ?e] => rewrite (exp_is_1 e) in h by lra
  end.

(* Marks of what was done. *)
Definition squared (_ : nat -> R) := True.
Definition compared_with (_ _ : nat -> R) := True.

Lemma square_pos a b : a <> b -> 0 < (a - b) * (a - b).
Proof. intros H. apply (Rsqr_pos_lt (a - b)). lra. Qed.

(* Squares that may be missing: of the entries of a bound vector, of a_i u_j - a_j u_i for vectors a that are worth a try
   (Lagrange's identity), and of sums and differences of entries of two bound vectors. *)
Ltac squares_with u := idtac.
Ltac squares_of_two u v := idtac.
Ltac squares :=
  repeat match goal with
  | u : nat -> R, v : nat -> R |- _ =>
    lazymatch goal with
    | _ : compared_with u v |- _ => fail
    | _ : compared_with v u |- _ => fail
    | _ => assert (compared_with u v) by exact I; squares_of_two u v
    end
  end;
  repeat match goal with
  | u : nat -> R |- _ =>
    lazymatch goal with
    | _ : squared u |- _ => fail
    | _ => assert (squared u) by exact I; squares_with u
    end
  end.

(* a <> b says that (a - b)^2 is positive. *)
Ltac unequal := repeat match goal with h : _ <> _ |- _ => apply square_pos in h end.
Ltac compared :=
  rooted;
  first [lra | lazymatch goal with
    | _ : R |- _ => idtac
    | _ : nat -> R |- _ => idtac
    | _ : nat -> nat -> R |- _ => idtac
    end; first [unequal; squares; cbv beta delta [Rsqr] in *; lra | nra | unequal; nra]].

Ltac prove :=
  lazymatch goal with
  | |- True => exact I
  | |- _ /\ _ => split; prove
  | |- _ <-> _ => split; prove
  | |- ~ _ => let h := fresh "h" in intro h; disprove h
  | |- _ \/ _ => first [solve [left; prove] | solve [right; prove]]
  | |- forall i : nat, (i < ?n)%nat -> _ =>
    let i := fresh "i" in let h := fresh "below" in intros i h; each_below i h n
  | |- exists i : nat, (i < ?n)%nat /\ _ => some_below n
  | |- forall x : nat -> nat -> R, _ => let x := fresh "x" in intro x; prove
  | |- forall x : nat -> R, _ => let x := fresh "x" in intro x; prove
  | |- forall x : R, _ => let x := fresh "x" in intro x; prove
  | |- exists x : nat -> nat -> R, _ => each_matrix ltac:(fun v => solve [exists v; computed; prove])
  | |- exists x : nat -> R, _ => each_vector ltac:(fun v => solve [exists v; computed; prove])
  | |- exists x : R, _ => each_number ltac:(fun v => solve [exists v; computed; prove])
  | |- (exists i : nat, (i < ?n)%nat /\ _) -> _ =>
    let i := fresh "i" in let b := fresh "below" in let h := fresh "h" in intros [i [b h]]; from_each i b h n
  | |- (_ \/ _) -> _ =>
    let h := fresh "h" in intros [h|h]; first [solve [prove] | solve [exfalso; disprove h]]
  | |- _ -> _ => let h := fresh "h" in intro h; first [solve [prove] | solve [exfalso; disprove h]]
  | |- _ => compared
  end
with each_below i h n :=
  lazymatch n with
  | O => exfalso; lia
  | S ?k => destruct i as [|i]; [clear h; computed; prove | each_below i h k]
  end
with from_each i b h n :=
  lazymatch n with
  | O => exfalso; lia
  | S ?k =>
    destruct i as [|i];
    [clear b; computed_in h; first [solve [prove] | solve [exfalso; disprove h]] | from_each i b h k]
  end
with some_below n :=
  lazymatch n with
  | S ?k => first [solve [exists k; split; [lia | computed; prove]] | some_below k]
  end
with disprove h :=
  lazymatch type of h with
  | False => exact h
  | _ /\ _ =>
    let l := fresh "l" in let r := fresh "r" in destruct h as [l r];
    first [solve [disprove l] | solve [disprove r] | solve [exfalso; compared]]
  | _ <-> _ =>
    let f := fresh "f" in let b := fresh "b" in destruct h as [f b];
    first [solve [disprove f] | solve [disprove b]]
  | _ \/ _ => let l := fresh "l" in destruct h as [l|l]; disprove l
  | ~ _ => apply h; prove
  | forall i : nat, (i < ?n)%nat -> _ => some_fails h n
  | exists i : nat, (i < ?n)%nat /\ _ =>
    let i := fresh "i" in let b := fresh "below" in let f := fresh "f" in destruct h as [i [b f]]; all_fail f i b n
  | forall x : nat -> nat -> R, _ => each_matrix ltac:(fun v => solve [fails_at h v])
  | forall x : nat -> R, _ => each_vector ltac:(fun v => solve [fails_at h v])
  | forall x : R, _ => each_number ltac:(fun v => solve [fails_at h v])
  | exists x : _, _ => let x := fresh "x" in let f := fresh "f" in destruct h as [x f]; disprove f
  | ?A -> _ => let a := fresh "a" in assert (a : A) by (clear h; prove); specialize (h a); disprove h
  | _ => exfalso; rooted_in h; compared
  end
with some_fails h n :=
  lazymatch n with
  | S ?k =>
    first [solve [fails_below h k] | some_fails h k]
  end
with fails_below h k :=
  let c := fresh "c" in pose proof (h k ltac:(lia)) as c; computed_in c; disprove c
with all_fail f i b n :=
  lazymatch n with
  | O => exfalso; lia
  | S ?k => destruct i as [|i]; [clear b; computed_in f; disprove f | all_fail f i b k]
  end
with fails_at h v :=
  let c := fresh "c" in pose proof (h v) as c; computed_in c; disprove c.
