(** Real numbers, sums over a dimension, and a decision procedure for identities between them. *)
From Coq Require Import Reals List ZArith QArith Qreals Qreduction Lia Lra Classical FunctionalExtensionality.
Import ListNotations.
Open Scope nat_scope.
Open Scope R_scope.

Fixpoint Sum (d : nat) (f : nat -> R) : R :=
  match d with
  | O => 0
  | S k => Sum k f + f k
  end.

Definition delta (i j : nat) : R := if Nat.eqb i j then 1 else 0.

Lemma Sum_ext d f g : (forall i, (i < d)%nat -> f i = g i) -> Sum d f = Sum d g.
Proof.
  induction d as [|d IH]; intros H; cbn; [reflexivity|].
  rewrite IH, H by (auto with arith || intros; apply H; lia). reflexivity.
Qed.

Lemma Sum_zero d f : (forall i, (i < d)%nat -> f i = 0) -> Sum d f = 0.
Proof.
  induction d as [|d IH]; intros H; cbn; [reflexivity|].
  rewrite IH, H by (auto with arith || intros; apply H; lia). lra.
Qed.

Lemma Sum_plus d f g : Sum d (fun i => f i + g i) = Sum d f + Sum d g.
Proof. induction d as [|d IH]; cbn; [lra|rewrite IH; lra]. Qed.

Lemma Sum_scale d c f : Sum d (fun i => c * f i) = c * Sum d f.
Proof. induction d as [|d IH]; cbn; [lra|rewrite IH; lra]. Qed.

Lemma Sum_scale_r d c f : Sum d (fun i => f i * c) = Sum d f * c.
Proof. induction d as [|d IH]; cbn; [lra|rewrite IH; lra]. Qed.

Lemma Sum_swap d e f : Sum d (fun i => Sum e (fun j => f i j)) = Sum e (fun j => Sum d (fun i => f i j)).
Proof.
  induction d as [|d IH]; cbn.
  - symmetry. apply Sum_zero. reflexivity.
  - rewrite IH, <- Sum_plus. reflexivity.
Qed.

Lemma Sum_delta d a f : (a < d)%nat -> Sum d (fun i => delta a i * f i) = f a.
Proof.
  unfold delta. induction d as [|d IH]; intros H; cbn; [lia|].
  destruct (Nat.eqb_spec a d) as [->|N].
  - rewrite Sum_zero; [lra|]. intros i Hi. destruct (Nat.eqb_spec d i); [lia|lra].
  - rewrite IH by lia. lra.
Qed.

Lemma Sum_nonneg d f : (forall i, (i < d)%nat -> 0 <= f i) -> 0 <= Sum d f.
Proof.
  induction d as [|d IH]; intros H; cbn; [lra|].
  assert (0 <= Sum d f) by (apply IH; intros; apply H; lia).
  assert (0 <= f d) by (apply H; lia). lra.
Qed.

(** ** Terms *)
Inductive term : Set :=
| Cst (q : Q)
| Ent (h : nat) (l : list nat)
| Dlt (a b : nat)
| Neg (a : term)
| Add (a b : term)
| Sub (a b : term)
| Mul (a b : term)
| Pow (a : term) (n : nat)
| Sig (s : nat) (a : term).

Definition constant (q : Q) : R :=
  match Qden q with
  | xH => IZR (Qnum q)
  | p => IZR (Qnum q) / IZR (Zpos p)
  end.

Definition update (r : nat -> nat) (n i : nat) : nat -> nat := fun k => if Nat.eqb k n then i else r k.

Section Meaning.
Variable sizes : list nat.
Variable heads : list (list nat -> R).

Definition size (s : nat) : nat := nth s sizes O.

Definition zero_entry : list nat -> R := fun _ => 0.
Definition entry (h : nat) : list nat -> R := nth h heads zero_entry.

Fixpoint value (n : nat) (r : nat -> nat) (e : term) : R :=
  match e with
  | Cst q => constant q
  | Ent h l => entry h (map r l)
  | Dlt a b => delta (r a) (r b)
  | Neg a => - value n r a
  | Add a b => value n r a + value n r b
  | Sub a b => value n r a - value n r b
  | Mul a b => value n r a * value n r b
  | Pow a k => value n r a ^ k
  | Sig s a => Sum (size s) (fun i => value (S n) (update r n i) a)
  end.

(** *** Monomials: binders, and factors; head 0 is delta, head h + 1 is entry h. *)
Definition factor : Set := (nat * list nat)%type.
Definition monomial : Set := (list nat * list factor)%type.
Definition polynomial : Set := list (monomial * Q).

Definition val (r : nat -> nat) (a : factor) : R :=
  match a with
  | (O, l) => delta (nth 0 (map r l) O) (nth 1 (map r l) O)
  | (S h, l) => entry h (map r l)
  end.

Fixpoint product (r : nat -> nat) (fs : list factor) : R :=
  match fs with
  | [] => 1
  | a :: fs => val r a * product r fs
  end.

Fixpoint sums (n : nat) (r : nat -> nat) (bs : list nat) (f : (nat -> nat) -> R) : R :=
  match bs with
  | [] => f r
  | s :: bs => Sum (size s) (fun i => sums (S n) (update r n i) bs f)
  end.

Definition mono (n : nat) (r : nat -> nat) (m : monomial) : R := sums n r (fst m) (fun r => product r (snd m)).

Fixpoint poly (n : nat) (r : nat -> nat) (p : polynomial) : R :=
  match p with
  | [] => 0
  | (m, q) :: p => Q2R q * mono n r m + poly n r p
  end.

(** Indices in range. *)
Definition ok (ss : list nat) (r : nat -> nat) : Prop :=
  forall l, (l < length ss)%nat -> (r l < size (nth l ss O))%nat.

Lemma update_same r n i : update r n i n = i.
Proof. unfold update. rewrite Nat.eqb_refl. reflexivity. Qed.

Lemma update_other r n i k : k <> n -> update r n i k = r k.
Proof. unfold update. intros H. destruct (Nat.eqb_spec k n); congruence. Qed.

Lemma ok_update ss r s i : ok ss r -> (i < size s)%nat -> ok (ss ++ [s]) (update r (length ss) i).
Proof.
  intros H Hi l Hl. rewrite app_length in Hl. cbn in Hl.
  destruct (Nat.eq_dec l (length ss)) as [->|N].
  - rewrite update_same, app_nth2, Nat.sub_diag by lia. exact Hi.
  - rewrite update_other, app_nth1 by lia. apply H. lia.
Qed.

Lemma sums_ext ss bs : forall r f g, ok ss r -> (forall r', ok (ss ++ bs) r' -> f r' = g r') ->
  sums (length ss) r bs f = sums (length ss) r bs g.
Proof.
  revert ss. induction bs as [|s bs IH]; intros ss r f g Hr H; cbn.
  - apply H. rewrite app_nil_r. exact Hr.
  - apply Sum_ext. intros i Hi.
    specialize (IH (ss ++ [s]) (update r (length ss) i) f g).
    rewrite app_length, Nat.add_1_r in IH. apply IH.
    + apply ok_update; assumption.
    + intros r' H'. apply H. rewrite <- app_assoc in H'. exact H'.
Qed.

Lemma sums_same n r bs f g : (forall r', f r' = g r') -> sums n r bs f = sums n r bs g.
Proof.
  intros H. revert n r. induction bs as [|s bs IH]; intros; cbn; [apply H|].
  apply Sum_ext. intros. apply IH.
Qed.

Lemma sums_scale n r bs c f : sums n r bs (fun r => c * f r) = c * sums n r bs f.
Proof.
  revert n r. induction bs as [|s bs IH]; intros; cbn; [reflexivity|].
  rewrite <- Sum_scale. apply Sum_ext. intros. apply IH.
Qed.

Lemma sums_scale_r n r bs c f : sums n r bs (fun r => f r * c) = sums n r bs f * c.
Proof.
  revert n r. induction bs as [|s bs IH]; intros; cbn; [reflexivity|].
  rewrite <- Sum_scale_r. apply Sum_ext. intros. apply IH.
Qed.

Lemma sums_app n r bs cs f :
  sums n r (bs ++ cs) f = sums n r bs (fun r' => sums (n + length bs) r' cs f).
Proof.
  revert n r. induction bs as [|s bs IH]; intros; cbn.
  - rewrite Nat.add_0_r. reflexivity.
  - apply Sum_ext. intros. rewrite IH, Nat.add_succ_r. reflexivity.
Qed.

(** Renaming of levels. *)
Definition rename (t : nat -> nat) (fs : list factor) : list factor := map (fun a => (fst a, map t (snd a))) fs.

Lemma val_rename r t a : val r (fst a, map t (snd a)) = val (fun k => r (t k)) a.
Proof. destruct a as [[|h] l]; cbn; rewrite map_map; reflexivity. Qed.

Lemma product_rename r t fs : product r (rename t fs) = product (fun k => r (t k)) fs.
Proof.
  induction fs as [|a fs IH]; [reflexivity|].
  cbn [rename map product]. rewrite val_rename. fold (rename t fs). rewrite IH. reflexivity.
Qed.

Lemma val_congr r r' a : (forall l, In l (snd a) -> r l = r' l) -> val r a = val r' a.
Proof.
  destruct a as [h l]. cbn. intros H.
  assert (E : map r l = map r' l) by (apply map_ext_in; exact H).
  rewrite E. reflexivity.
Qed.

(** All levels below a bound. *)
Definition below (n : nat) (fs : list factor) : bool :=
  forallb (fun a : factor => forallb (fun l => Nat.ltb l n) (snd a)) fs.

Lemma product_below n r r' fs : below n fs = true -> (forall l, (l < n)%nat -> r l = r' l) -> product r fs = product r' fs.
Proof.
  intros B H. induction fs as [|a fs IH]; [reflexivity|]. cbn in *.
  apply andb_prop in B. destruct B as [Ba B]. rewrite IH by exact B. f_equal.
  apply val_congr. intros l Hl. apply H. rewrite forallb_forall in Ba.
  apply Nat.ltb_lt. apply Ba. exact Hl.
Qed.

(** *** Products of monomials *)
Definition shift (n k l : nat) : nat := if Nat.ltb l n then l else (l + k)%nat.

Lemma sums_shift n k bs : forall j r r' g g',
  (forall l, (l < n)%nat -> r' l = r l) ->
  (forall l, (n <= l < n + j)%nat -> r' (l + k)%nat = r l) ->
  (forall q q', (forall l, (l < n + k)%nat -> q' l = r' l) ->
     (forall l, (l < n)%nat -> q' l = q l) ->
     (forall l, (n <= l < n + (j + length bs))%nat -> q' (l + k)%nat = q l) -> g q = g' q') ->
  sums (n + j) r bs g = sums (n + k + j) r' bs g'.
Proof.
  induction bs as [|s bs IH]; intros j r r' g g' H1 H2 H; cbn.
  - apply H; [reflexivity|exact H1|]. cbn. rewrite Nat.add_0_r. exact H2.
  - apply Sum_ext. intros i Hi.
    rewrite <- !Nat.add_succ_r. apply IH.
    + intros l Hl. rewrite !update_other by lia. apply H1. exact Hl.
    + intros l Hl. destruct (Nat.eq_dec l (n + j)) as [->|N].
      * replace (n + j + k)%nat with (n + k + j)%nat by lia. rewrite !update_same. reflexivity.
      * rewrite !update_other by lia. apply H2. lia.
    + intros q q' A B C. apply H.
      * intros l Hl. rewrite A by exact Hl. apply update_other. lia.
      * exact B.
      * cbn [length]. rewrite Nat.add_succ_r. exact C.
Qed.

Definition times (n : nat) (m m' : monomial) : monomial :=
  (fst m ++ fst m', snd m ++ rename (shift n (length (fst m))) (snd m')).

Lemma product_app r fs gs : product r (fs ++ gs) = product r fs * product r gs.
Proof. induction fs as [|a fs IH]; cbn; [lra|rewrite IH; lra]. Qed.

Lemma times_sound n r m m' :
  below (n + length (fst m)) (snd m) = true -> below (n + length (fst m')) (snd m') = true ->
  mono n r (times n m m') = mono n r m * mono n r m'.
Proof.
  destruct m as [bs fs], m' as [bs' fs']. unfold mono, times. cbn [fst snd]. intros B B'.
  set (k := length bs) in *. rewrite sums_app. fold k. rewrite <- sums_scale_r.
  assert (G : forall r1, (forall l, (l < n)%nat -> r1 l = r l) ->
    sums (n + k) r1 bs' (fun r => product r (fs ++ rename (shift n k) fs'))
    = product r1 fs * sums n r bs' (fun r => product r fs')).
  { intros r1 H1. rewrite <- sums_scale. symmetry.
    pose proof (sums_shift n k bs' 0 r r1 (fun r0 => product r1 fs * product r0 fs')
      (fun r0 => product r0 (fs ++ rename (shift n k) fs'))) as SS.
    rewrite !Nat.add_0_r in SS. apply SS; clear SS.
    - exact H1.
    - intros; lia.
    - intros q q' A1 A2 A3. rewrite product_app, product_rename. f_equal.
      + apply (product_below (n + k)); [exact B|]. intros l Hl. symmetry. apply A1. exact Hl.
      + apply (product_below (n + length bs')); [exact B'|]. intros l Hl. unfold shift.
        destruct (Nat.ltb_spec l n); symmetry; [apply A2|apply A3]; lia. }
  (* every r1 reached under the sums over bs agrees with r below n *)
  assert (K : forall bs n' r1 f g, (n <= n')%nat -> (forall l, (l < n)%nat -> r1 l = r l) ->
    (forall r1, (forall l, (l < n)%nat -> r1 l = r l) -> f r1 = g r1) -> sums n' r1 bs f = sums n' r1 bs g).
  { clear. induction bs as [|s bs IH]; intros n' r1 f g Hn Hr H; cbn; [apply H; exact Hr|].
    apply Sum_ext. intros i _. apply IH; [lia| |exact H].
    intros l Hl. rewrite update_other by lia. apply Hr. exact Hl. }
  apply K; [lia|reflexivity|exact G].
Qed.

(** *** Exchange of neighbouring binders *)
Definition transpose (a k : nat) : nat :=
  if Nat.eqb k a then S a else if Nat.eqb k (S a) then a else k.

Fixpoint swapped (p : nat) (bs : list nat) : list nat :=
  match p, bs with
  | O, s :: t :: bs => t :: s :: bs
  | S p, s :: bs => s :: swapped p bs
  | _, bs => bs
  end.

Definition swap (n p : nat) (m : monomial) : monomial :=
  if Nat.ltb (S p) (length (fst m)) then (swapped p (fst m), rename (transpose (n + p)) (snd m)) else m.

Lemma sums_rename t n bs : forall r f, (forall l, (n <= l)%nat -> t l = l) -> (forall l, (l < n)%nat -> (t l < n)%nat) ->
  sums n (fun k => r (t k)) bs f = sums n r bs (fun r => f (fun k => r (t k))).
Proof.
  revert n. induction bs as [|s bs IH]; intros n r f H1 H2; cbn; [reflexivity|].
  apply Sum_ext. intros i _. rewrite <- IH.
  - f_equal. extensionality k. unfold update at 1. destruct (Nat.eqb_spec k n) as [->|N].
    + rewrite H1 by lia. rewrite update_same. reflexivity.
    + rewrite update_other; [reflexivity|]. destruct (Nat.lt_ge_cases k n).
      * specialize (H2 k). lia.
      * rewrite H1; lia.
  - intros. apply H1. lia.
  - intros l Hl. destruct (Nat.eq_dec l n) as [->|N]; [rewrite H1; lia|]. specialize (H2 l). lia.
Qed.

Lemma swap_sound n r p m : mono n r (swap n p m) = mono n r m.
Proof.
  unfold swap. destruct (Nat.ltb_spec (S p) (length (fst m))) as [L|]; [|reflexivity].
  destruct m as [bs fs]. unfold mono. cbn [fst snd] in *.
  rewrite (sums_same n r (swapped p bs) _ (fun r => product (fun k => r (transpose (n + p) k)) fs))
    by (intros; apply product_rename).
  revert n r bs L. induction p as [|p IH]; intros n r bs L.
  - destruct bs as [|s [|t bs]]; cbn in L; try lia. cbn.
    rewrite Nat.add_0_r. rewrite Sum_swap. apply Sum_ext. intros i _. apply Sum_ext. intros j _.
    rewrite <- sums_rename with (f := fun r => product r fs).
    + f_equal. extensionality k. unfold transpose.
      destruct (Nat.eqb_spec k n) as [->|N]; [|destruct (Nat.eqb_spec k (S n)) as [->|N']]; unfold update;
      repeat match goal with |- context [Nat.eqb ?a ?b] => destruct (Nat.eqb_spec a b) end; lia || reflexivity.
    + intros l Hl. unfold transpose.
      repeat match goal with |- context [Nat.eqb ?a ?b] => destruct (Nat.eqb_spec a b) end; lia.
    + intros l Hl. unfold transpose.
      repeat match goal with |- context [Nat.eqb ?a ?b] => destruct (Nat.eqb_spec a b) end; lia.
  - destruct bs as [|s bs]; cbn in L; [lia|]. cbn. apply Sum_ext. intros i _.
    rewrite Nat.add_succ_r, <- Nat.add_succ_l. apply IH. lia.
Qed.

Definition swaps (n : nat) (ps : list nat) (m : monomial) : monomial := fold_left (fun m p => swap n p m) ps m.

Lemma swaps_sound n r ps : forall m, mono n r (swaps n ps m) = mono n r m.
Proof.
  induction ps as [|p ps IH]; intros m; [reflexivity|].
  unfold swaps in *. cbn. rewrite IH. apply swap_sound.
Qed.

(** *** Deltas *)
Definition redirect (a b l : nat) : nat := if Nat.eqb l b then a else l.

Fixpoint take_delta (choose : nat -> nat -> bool) (fs : list factor) : option (nat * nat * list factor) :=
  match fs with
  | [] => None
  | (O, [a; b]) :: fs' =>
      if choose a b then Some (Nat.min a b, Nat.max a b, fs') else
      match take_delta choose fs' with Some (x, rest) => Some (x, (O, [a; b]) :: rest) | None => None end
  | a :: fs' => match take_delta choose fs' with Some (x, rest) => Some (x, a :: rest) | None => None end
  end.

Lemma delta_sym a b : delta a b = delta b a.
Proof. unfold delta. rewrite Nat.eqb_sym. reflexivity. Qed.

Lemma delta_min_max r a b : delta (r (Nat.min a b)) (r (Nat.max a b)) = delta (r a) (r b).
Proof.
  destruct (Nat.le_ge_cases a b).
  - rewrite Nat.min_l, Nat.max_r by lia. reflexivity.
  - rewrite Nat.min_r, Nat.max_l by lia. apply delta_sym.
Qed.

Lemma take_delta_sound choose r : forall fs a b rest, take_delta choose fs = Some (a, b, rest) ->
  product r fs = delta (r a) (r b) * product r rest.
Proof.
  induction fs as [|f fs IH]; intros a b rest H; [discriminate|].
  assert (G : forall x gs, take_delta choose fs = Some (x, gs) -> (x, f :: gs) = (a, b, rest) ->
    product r (f :: fs) = delta (r a) (r b) * product r rest).
  { intros x gs E F. inversion F; subst. cbn. rewrite (IH _ _ _ E). lra. }
  destruct f as [[|h] [|u [|v [|w l]]]]; cbn in H;
    try (destruct (take_delta choose fs) as [[x gs]|] eqn:E; [|discriminate]; inversion H; subst; eapply G; eauto; fail).
  destruct (choose u v).
  - inversion H; subst. cbn. rewrite delta_min_max. reflexivity.
  - destruct (take_delta choose fs) as [[x gs]|] eqn:E; [|discriminate]. inversion H; subst. eapply G; eauto.
Qed.

(** Equal levels: the factor is 1. *)
Definition drop_trivial (fs : list factor) : list factor :=
  match take_delta Nat.eqb fs with
  | Some (a, b, rest) => if Nat.eqb a b then rest else fs
  | None => fs
  end.

Lemma drop_trivial_sound r fs : product r (drop_trivial fs) = product r fs.
Proof.
  unfold drop_trivial. destruct (take_delta Nat.eqb fs) as [[[a b] rest]|] eqn:E; [|reflexivity].
  destruct (Nat.eqb_spec a b) as [->|N]; [|reflexivity].
  rewrite (take_delta_sound _ r _ _ _ _ E). unfold delta. rewrite Nat.eqb_refl. lra.
Qed.

(** The innermost binder, equal to a level outside of it, is replaced by that. *)
Definition split_last (bs : list nat) : list nat * nat := (removelast bs, last bs O).

Lemma contract_innermost ss r bs s a b fs rest :
  ok ss r -> b = (length ss + length bs)%nat -> (a < b)%nat -> nth a (ss ++ bs) O = s ->
  (forall r, product r fs = delta (r a) (r b) * product r rest) ->
  mono (length ss) r (bs ++ [s], fs) = mono (length ss) r (bs, rename (redirect a b) rest).
Proof.
  intros Hr Hb Hab Hs H. unfold mono. cbn [fst snd]. rewrite sums_app.
  apply sums_ext; [exact Hr|]. intros q Hq. cbn. rewrite <- Hb.
  rewrite (Sum_ext _ _ (fun i => delta (q a) i * product (update q b i) rest)).
  - rewrite Sum_delta.
    + rewrite product_rename. f_equal. extensionality k. unfold update, redirect.
      destruct (Nat.eqb_spec k b); reflexivity.
    + rewrite <- Hs. apply Hq. rewrite app_length. lia.
  - intros i _. rewrite H, update_same, update_other by lia. reflexivity.
Qed.

Fixpoint upto (p k : nat) : list nat := match k with O => [] | S k => p :: upto (S p) k end.

(** One step of contraction for a delta with a bound level. *)
Definition contract_step (ss : list nat) (m : monomial) : option monomial :=
  let n := length ss in
  match take_delta (fun a b => Nat.leb n (Nat.max a b) && negb (Nat.eqb a b))%bool (snd m) with
  | None => None
  | Some (a, b, _) =>
      let p := (b - n)%nat in
      let moved := swaps n (upto p (length (fst m) - 1 - p)) m in
      let bs := removelast (fst moved) in
      let s := last (fst moved) O in
      let b' := (n + length bs)%nat in
      match take_delta (fun x y => Nat.eqb (Nat.max x y) b' && negb (Nat.eqb x y))%bool (snd moved) with
      | None => None
      | Some (x, y, rest) =>
          if (negb (Nat.eqb (length (fst moved)) 0) && Nat.eqb y b' && Nat.ltb x b' && Nat.eqb (nth x (ss ++ bs) O) s)%bool
          then Some (bs, rename (redirect x y) rest)
          else None
      end
  end.

Lemma contract_step_sound ss r m m' : ok ss r -> contract_step ss m = Some m' -> mono (length ss) r m' = mono (length ss) r m.
Proof.
  unfold contract_step. intros Hr.
  destruct (take_delta _ (snd m)) as [[[a b] rest0]|]; [|discriminate].
  set (moved := swaps _ _ m).
  destruct (take_delta _ (snd moved)) as [[[x y] rest]|] eqn:E; [|discriminate].
  destruct (_ && _)%bool eqn:C; [|discriminate]. intros H. inversion H; subst; clear H.
  apply andb_prop in C. destruct C as [C C4]. apply andb_prop in C. destruct C as [C C3].
  apply andb_prop in C. destruct C as [C1 C2].
  apply Nat.eqb_eq in C2, C4. apply Nat.ltb_lt in C3.
  transitivity (mono (length ss) r moved); [|apply swaps_sound].
  destruct moved as [bs fs]. cbn [fst snd] in *.
  assert (N : bs <> []) by (intros ->; discriminate C1).
  rewrite (app_removelast_last O N) at 2. symmetry.
  apply contract_innermost; try assumption; try lia.
  intros q. eapply take_delta_sound. exact E.
Qed.

Fixpoint iterate (fuel : nat) (ss : list nat) (m : monomial) : monomial :=
  match fuel with
  | O => m
  | S fuel =>
      let m := (fst m, drop_trivial (snd m)) in
      match contract_step ss m with
      | Some m' => iterate fuel ss m'
      | None => iterate fuel ss m
      end
  end.

Lemma iterate_sound fuel ss r : ok ss r -> forall m, mono (length ss) r (iterate fuel ss m) = mono (length ss) r m.
Proof.
  intros Hr. induction fuel as [|fuel IH]; intros m; [reflexivity|]. cbn [iterate].
  assert (D : mono (length ss) r (fst m, drop_trivial (snd m)) = mono (length ss) r m).
  { unfold mono. cbn [fst snd]. apply sums_same. intros. apply drop_trivial_sound. }
  destruct (contract_step ss (fst m, drop_trivial (snd m))) as [m'|] eqn:E; rewrite IH.
  - rewrite (contract_step_sound _ _ _ _ Hr E). exact D.
  - exact D.
Qed.

(** Deltas of named levels carry their equality into the rest of the monomial. *)
Fixpoint named (fuel : nat) (done fs : list factor) : list factor :=
  match fuel with
  | O => done ++ fs
  | S fuel =>
      match take_delta (fun _ _ => true) fs with
      | None => done ++ fs
      | Some (a, b, rest) =>
          if Nat.eqb a b then named fuel done rest
          else named fuel ((O, [a; b]) :: rename (redirect a b) done) (rename (redirect a b) rest)
      end
  end.

Lemma redirect_sound r a b fs : delta (r a) (r b) * product r (rename (redirect a b) fs) = delta (r a) (r b) * product r fs.
Proof.
  unfold delta. destruct (Nat.eqb_spec (r a) (r b)) as [E|]; [|lra]. f_equal.
  rewrite product_rename. f_equal. extensionality k. unfold redirect.
  destruct (Nat.eqb_spec k b) as [->|]; [exact E|reflexivity].
Qed.

Lemma named_sound r fuel : forall done fs, product r (named fuel done fs) = product r done * product r fs.
Proof.
  induction fuel as [|fuel IH]; intros done fs; cbn [named]; [apply product_app|].
  destruct (take_delta _ fs) as [[[a b] rest]|] eqn:E; [|apply product_app].
  rewrite (take_delta_sound _ r _ _ _ _ E).
  destruct (Nat.eqb_spec a b) as [->|N]; rewrite IH.
  - unfold delta. rewrite Nat.eqb_refl. lra.
  - cbn [product val map nth].
    transitivity ((delta (r a) (r b) * product r (rename (redirect a b) done)) * product r (rename (redirect a b) rest)); [lra|].
    rewrite redirect_sound.
    transitivity (product r done * (delta (r a) (r b) * product r (rename (redirect a b) rest))); [lra|].
    rewrite redirect_sound. lra.
Qed.

(** *** Orders, for sorting. Only that equals compare as equal is ever used. *)
Fixpoint compare_lists {A : Type} (c : A -> A -> comparison) (l l' : list A) : comparison :=
  match l, l' with
  | [], [] => Eq
  | [], _ => Lt
  | _, [] => Gt
  | a :: l, b :: l' => match c a b with Eq => compare_lists c l l' | o => o end
  end.

Lemma compare_lists_eq {A : Type} (c : A -> A -> comparison) :
  (forall a b, c a b = Eq -> a = b) -> forall l l', compare_lists c l l' = Eq -> l = l'.
Proof.
  intros H. induction l as [|a l IH]; intros [|b l']; cbn; try discriminate; [reflexivity|].
  destruct (c a b) eqn:E; try discriminate. intros F. rewrite (H _ _ E), (IH _ F). reflexivity.
Qed.

Definition compare_factors (a b : factor) : comparison :=
  match Nat.compare (fst a) (fst b) with Eq => compare_lists Nat.compare (snd a) (snd b) | o => o end.

Lemma compare_factors_eq a b : compare_factors a b = Eq -> a = b.
Proof.
  destruct a as [h l], b as [k m]. unfold compare_factors. cbn.
  destruct (Nat.compare h k) eqn:E; try discriminate. intros F. f_equal.
  - apply Nat.compare_eq. exact E.
  - eapply compare_lists_eq; [|exact F]. apply Nat.compare_eq.
Qed.

Definition compare_monomials (a b : monomial) : comparison :=
  match compare_lists Nat.compare (fst a) (fst b) with Eq => compare_lists compare_factors (snd a) (snd b) | o => o end.

Lemma compare_monomials_eq a b : compare_monomials a b = Eq -> a = b.
Proof.
  destruct a as [h l], b as [k m]. unfold compare_monomials. cbn.
  destruct (compare_lists Nat.compare h k) eqn:E; try discriminate. intros F. f_equal.
  - eapply compare_lists_eq; [|exact E]. apply Nat.compare_eq.
  - eapply compare_lists_eq; [|exact F]. apply compare_factors_eq.
Qed.

Fixpoint insert {A : Type} (c : A -> A -> comparison) (a : A) (l : list A) : list A :=
  match l with
  | [] => [a]
  | b :: l' => match c a b with Gt => b :: insert c a l' | _ => a :: l end
  end.

Definition sort {A : Type} (c : A -> A -> comparison) (l : list A) : list A := fold_right (insert c) [] l.

Lemma product_sort r fs : product r (sort compare_factors fs) = product r fs.
Proof.
  induction fs as [|a fs IH]; [reflexivity|].
  change (sort compare_factors (a :: fs)) with (insert compare_factors a (sort compare_factors fs)).
  cbn [product]. rewrite <- IH. clear IH.
  generalize (sort compare_factors fs). induction l as [|b l IHl]; cbn; [reflexivity|].
  destruct (compare_factors a b); cbn; try reflexivity. rewrite IHl. lra.
Qed.

(** *** Which order of the binders: by colour refinement. Nothing here needs to be right:
    any sequence of exchanges leaves the value as it is. *)
Fixpoint has (l : nat) (ls : list nat) : bool :=
  match ls with [] => false | k :: ls => if Nat.eqb k l then true else has l ls end.

Definition code (n : nat) (colours : list nat) (b l : nat) : nat :=
  if Nat.eqb l b then 1%nat else if Nat.ltb l n then (3 * l)%nat else (3 * nth (l - n) colours 0 + 2)%nat.

Definition signature (n : nat) (colours : list nat) (fs : list factor) (b colour : nat) : list (list nat) :=
  [colour] :: sort (compare_lists Nat.compare)
    (map (fun a : factor => fst a :: map (code n colours b) (snd a)) (filter (fun a : factor => has b (snd a)) fs)).

Fixpoint enumerate {A B : Type} (f : nat -> A -> B) (k : nat) (l : list A) : list B :=
  match l with [] => [] | a :: l => f k a :: enumerate f (S k) l end.

Definition ranks {A : Type} (c : A -> A -> comparison) (l : list A) : list nat :=
  map (fun a => length (filter (fun b => match c b a with Lt => true | _ => false end) l)) l.

Fixpoint refine (fuel n : nat) (fs : list factor) (colours : list nat) : list nat :=
  match fuel with
  | O => colours
  | S fuel =>
      let new := ranks (compare_lists (compare_lists Nat.compare)) (enumerate (fun k c => signature n colours fs (n + k) c) 0 colours) in
      if match compare_lists Nat.compare new colours with Eq => true | _ => false end then colours
      else refine fuel n fs new
  end.

(** The least colour that occurs twice. *)
Fixpoint tied (sorted : list nat) : option nat :=
  match sorted with
  | a :: (b :: _) as l => if Nat.eqb a b then Some a else tied l
  | _ => None
  end.

Fixpoint single_out (c : nat) (colours : list nat) : list nat :=
  match colours with
  | [] => []
  | k :: ks => if Nat.eqb k c then (2 * k)%nat :: map (fun k => S (2 * k)) ks else S (2 * k) :: single_out c ks
  end.

Fixpoint separate (fuel n : nat) (fs : list factor) (colours : list nat) : list nat :=
  match fuel with
  | O => colours
  | S fuel =>
      let colours := refine (length colours) n fs colours in
      match tied (sort Nat.compare colours) with
      | None => colours
      | Some c => separate fuel n fs (ranks Nat.compare (single_out c colours))
      end
  end.

Fixpoint pass (p : nat) (c : nat) (cs : list nat) : list nat * list nat :=
  match cs with
  | [] => ([c], [])
  | d :: cs =>
      if Nat.ltb d c then let (sorted, moves) := pass (S p) c cs in (d :: sorted, p :: moves)
      else let (sorted, moves) := pass (S p) d cs in (c :: sorted, moves)
  end.

Fixpoint passes (fuel : nat) (cs : list nat) : list nat :=
  match fuel, cs with
  | S fuel, c :: cs => let (sorted, moves) := pass 0 c cs in match moves with [] => [] | _ => moves ++ passes fuel sorted end
  | _, _ => []
  end.

Definition order (n : nat) (m : monomial) : list nat :=
  match fst m with
  | [] | [_] => []
  | bs => passes (length bs) (separate (length bs) n (snd m) (ranks Nat.compare bs))
  end.

(** *** The normal form of a monomial *)
Definition has_delta (fs : list factor) : bool := existsb (fun a : factor => Nat.eqb (fst a) 0) fs.

Definition contract (ss : list nat) (m : monomial) : monomial :=
  if has_delta (snd m) then
    let m := iterate (length (snd m)) ss m in (fst m, named (length (snd m)) [] (snd m))
  else m.

Definition normal (ss : list nat) (m : monomial) : monomial :=
  let m := contract ss m in
  let m := swaps (length ss) (order (length ss) m) m in
  (fst m, sort compare_factors (snd m)).

Lemma contract_sound ss r m : ok ss r -> mono (length ss) r (contract ss m) = mono (length ss) r m.
Proof.
  intros Hr. unfold contract. destruct (has_delta (snd m)); [|reflexivity].
  rewrite <- (iterate_sound (length (snd m)) ss r Hr m). unfold mono. cbn [fst snd].
  apply sums_same. intros q. rewrite named_sound. cbn. lra.
Qed.

Lemma normal_sound ss r m : ok ss r -> mono (length ss) r (normal ss m) = mono (length ss) r m.
Proof.
  intros Hr. unfold normal. set (m1 := contract ss m). set (m2 := swaps _ _ m1).
  transitivity (mono (length ss) r m2).
  - unfold mono. cbn [fst snd]. apply sums_same. intros. apply product_sort.
  - unfold m2. rewrite swaps_sound. apply contract_sound. exact Hr.
Qed.

(** *** Polynomials: sorted lists of monomials with coefficients *)
Definition cons_nonzero (m : monomial) (q : Q) (p : polynomial) : polynomial :=
  match Qnum q with Z0 => p | _ => (m, q) :: p end.

Fixpoint merge (p : polynomial) : polynomial -> polynomial :=
  match p with
  | [] => fun p' => p'
  | (m, q) :: p1 =>
      fix inner (p' : polynomial) : polynomial :=
        match p' with
        | [] => p
        | (m', q') :: p1' =>
            match compare_monomials m m' with
            | Eq => cons_nonzero m (Qplus' q q') (merge p1 p1')
            | Lt => (m, q) :: merge p1 p'
            | Gt => (m', q') :: inner p1'
            end
        end
  end.

Lemma Q2R_zero q : Qnum q = 0%Z -> Q2R q = 0.
Proof. intros H. unfold Q2R. rewrite H. lra. Qed.

Lemma cons_nonzero_sound n r m q p : poly n r (cons_nonzero m q p) = Q2R q * mono n r m + poly n r p.
Proof.
  unfold cons_nonzero. destruct (Qnum q) eqn:E; [|reflexivity|reflexivity].
  rewrite (Q2R_zero _ E). lra.
Qed.

Lemma Q2R_plus' p q : Q2R (Qplus' p q) = Q2R p + Q2R q.
Proof. rewrite <- Q2R_plus. apply Qeq_eqR. unfold Qplus'. apply Qred_correct. Qed.

Lemma Q2R_mult' p q : Q2R (Qmult' p q) = Q2R p * Q2R q.
Proof. rewrite <- Q2R_mult. apply Qeq_eqR. unfold Qmult'. apply Qred_correct. Qed.

Lemma merge_sound n r : forall p p', poly n r (merge p p') = poly n r p + poly n r p'.
Proof.
  induction p as [|[m q] p IH]; intros p'; [cbn; lra|].
  induction p' as [|[m' q'] p' IH']; [cbn; lra|].
  cbn [merge]. destruct (compare_monomials m m') eqn:E.
  - apply compare_monomials_eq in E. subst m'.
    rewrite cons_nonzero_sound, IH, Q2R_plus'. cbn [poly]. lra.
  - cbn [poly]. rewrite IH. cbn [poly]. lra.
  - cbn [poly]. cbn [merge] in IH'. rewrite IH'. cbn [poly]. lra.
Qed.

(** Merge sort of any list of monomials. *)
Fixpoint push (p : polynomial) (stack : list (option polynomial)) : list (option polynomial) :=
  match stack with
  | [] => [Some p]
  | None :: stack => Some p :: stack
  | Some q :: stack => None :: push (merge p q) stack
  end.

Fixpoint unstack (stack : list (option polynomial)) : polynomial :=
  match stack with
  | [] => []
  | None :: stack => unstack stack
  | Some q :: stack => merge q (unstack stack)
  end.

Definition collect (p : polynomial) : polynomial :=
  unstack (fold_left (fun stack (t : monomial * Q) => push (cons_nonzero (fst t) (snd t) []) stack) p []).

Lemma push_sound n r : forall stack p, poly n r (unstack (push p stack)) = poly n r p + poly n r (unstack stack).
Proof.
  induction stack as [|[q|] stack IH]; intros p; cbn.
  - rewrite merge_sound. reflexivity.
  - rewrite IH, !merge_sound. lra.
  - rewrite merge_sound. reflexivity.
Qed.

Lemma collect_sound n r p : poly n r (collect p) = poly n r p.
Proof.
  unfold collect.
  assert (G : forall p stack, poly n r (unstack (fold_left (fun stack (t : monomial * Q) => push (cons_nonzero (fst t) (snd t) []) stack) p stack))
    = poly n r p + poly n r (unstack stack)).
  { clear p. induction p as [|[m q] p IH]; intros stack; cbn [fold_left poly fst snd]; [lra|].
    rewrite IH, push_sound, cons_nonzero_sound. cbn. lra. }
  rewrite G. cbn. lra.
Qed.

Definition scaled (c : Q) (p : polynomial) : polynomial := map (fun t : monomial * Q => (fst t, Qmult' c (snd t))) p.

Lemma scaled_sound n r c p : poly n r (scaled c p) = Q2R c * poly n r p.
Proof.
  unfold scaled. induction p as [|[m q] p IH]; cbn [map poly fst snd]; [lra|]. rewrite IH, Q2R_mult'. lra.
Qed.

Definition fits (n : nat) (p : polynomial) : bool :=
  forallb (fun t : monomial * Q => below (n + length (fst (fst t))) (snd (fst t))) p.

Definition row (ss : list nat) (t : monomial * Q) (p : polynomial) : polynomial :=
  map (fun t' : monomial * Q => (normal ss (times (length ss) (fst t) (fst t')), Qmult' (snd t) (snd t'))) p.

Definition multiply (ss : list nat) (p p' : polynomial) : option polynomial :=
  if (fits (length ss) p && fits (length ss) p')%bool
  then Some (collect (flat_map (fun t => row ss t p') p))
  else None.

Lemma poly_app n r p p' : poly n r (p ++ p') = poly n r p + poly n r p'.
Proof. induction p as [|[m q] p IH]; cbn; [lra|rewrite IH; lra]. Qed.

Lemma row_sound ss r t p : ok ss r -> below (length ss + length (fst (fst t))) (snd (fst t)) = true ->
  fits (length ss) p = true ->
  poly (length ss) r (row ss t p) = Q2R (snd t) * mono (length ss) r (fst t) * poly (length ss) r p.
Proof.
  destruct t as [m0 q0]. cbn [fst snd]. intros Hr Ht Hp. unfold row. induction p as [|[m q] p IH]; cbn [map poly fst snd] in *; [lra|].
  cbn in Hp. apply andb_prop in Hp. destruct Hp as [Hm Hp]. rewrite IH by exact Hp.
  rewrite normal_sound by exact Hr. rewrite times_sound by assumption. rewrite Q2R_mult'. cbn [fst snd]. ring.
Qed.

Lemma multiply_sound ss r p p' q : ok ss r -> multiply ss p p' = Some q ->
  poly (length ss) r q = poly (length ss) r p * poly (length ss) r p'.
Proof.
  unfold multiply. intros Hr. destruct (_ && _)%bool eqn:E; [|discriminate].
  apply andb_prop in E. destruct E as [F F']. intros H. inversion H; subst; clear H.
  rewrite collect_sound. induction p as [|[m c] p IH]; cbn [flat_map poly]; [lra|].
  cbn in F. apply andb_prop in F. destruct F as [Fm F].
  rewrite poly_app, IH by exact F. rewrite row_sound by assumption. cbn [fst snd]. unfold monomial in *. ring.
Qed.

Fixpoint power (ss : list nat) (p : polynomial) (k : nat) : option polynomial :=
  match k with
  | O => Some [(([], []), 1%Q)]
  | S O => Some p
  | S k => match power ss p k with Some q => multiply ss p q | None => None end
  end.

Lemma Q2R_one : Q2R 1 = 1.
Proof. unfold Q2R. cbn. lra. Qed.

Lemma power_sound ss r p k : ok ss r -> forall q, power ss p k = Some q -> poly (length ss) r q = poly (length ss) r p ^ k.
Proof.
  intros Hr. induction k as [|[|k] IH]; intros q H.
  - inversion H; subst. cbn. unfold mono. cbn. rewrite Q2R_one. lra.
  - inversion H; subst. cbn. lra.
  - change (power ss p (S (S k))) with (match power ss p (S k) with Some q => multiply ss p q | None => None end) in H.
    destruct (power ss p (S k)) as [q'|]; [|discriminate].
    rewrite (multiply_sound _ _ _ _ _ Hr H), (IH q' eq_refl). reflexivity.
Qed.

Definition bind_sum (ss : list nat) (s : nat) (p : polynomial) : polynomial :=
  collect (map (fun t : monomial * Q => (normal ss (s :: fst (fst t), snd (fst t)), snd t)) p).

Lemma Sum_poly n r s p :
  Sum (size s) (fun i => poly (S n) (update r n i) p)
  = fold_right (fun (t : monomial * Q) x => Q2R (snd t) * mono n r (s :: fst (fst t), snd (fst t)) + x) 0 p.
Proof.
  induction p as [|[m q] p IH]; cbn [fold_right poly].
  - apply Sum_zero. reflexivity.
  - rewrite Sum_plus, IH. f_equal. rewrite Sum_scale. reflexivity.
Qed.

Lemma bind_sum_sound ss r s p : ok ss r ->
  poly (length ss) r (bind_sum ss s p) = Sum (size s) (fun i => poly (S (length ss)) (update r (length ss) i) p).
Proof.
  intros Hr. unfold bind_sum. rewrite collect_sound, Sum_poly.
  induction p as [|[m q] p IH]; [reflexivity|]. cbn [map poly fold_right fst snd]. rewrite IH, normal_sound by exact Hr. reflexivity.
Qed.

(** *** Aliases: entries that are known to be other entries, or numbers *)
Inductive alias : Set :=
| Same (sorts : list nat) (h : nat) (places : list nat)
| Number (sorts : list nat) (q : Q).

Definition at_places (places : list nat) (l : list nat) : list nat := map (fun p => nth p l O) places.

Fixpoint in_range (is sorts : list nat) : Prop :=
  match is, sorts with
  | [], [] => True
  | i :: is, s :: sorts => (i < size s)%nat /\ in_range is sorts
  | _, _ => False
  end.

Definition holds (h : nat) (a : alias) : Prop :=
  match a with
  | Same sorts h' places => forall is, in_range is sorts -> entry h is = entry h' (at_places places is)
  | Number sorts q => forall is, in_range is sorts -> entry h is = constant q
  end.

Fixpoint all_hold (aliases : list (nat * alias)) : Prop :=
  match aliases with
  | [] => True
  | (h, a) :: rest => holds h a /\ all_hold rest
  end.

Fixpoint find_alias (aliases : list (nat * alias)) (h : nat) : option alias :=
  match aliases with
  | [] => None
  | (k, a) :: rest => if Nat.eqb k h then Some a else find_alias rest h
  end.

Lemma find_alias_sound aliases h a : all_hold aliases -> find_alias aliases h = Some a -> holds h a.
Proof.
  induction aliases as [|[k b] rest IH]; cbn; [discriminate|].
  intros [Hb H] E. destruct (Nat.eqb_spec k h) as [->|]; [inversion E; subst; exact Hb|apply IH; assumption].
Qed.

Definition sorted_as (ss l sorts : list nat) : bool :=
  (forallb (fun k => Nat.ltb k (length ss)) l &&
   match compare_lists Nat.compare (map (fun k => nth k ss O) l) sorts with Eq => true | _ => false end)%bool.

Lemma sorted_as_sound ss r l sorts : ok ss r -> sorted_as ss l sorts = true -> in_range (map r l) sorts.
Proof.
  intros Hr H. apply andb_prop in H. destruct H as [H1 H2].
  destruct (compare_lists _ _ _) eqn:E; try discriminate. clear H2.
  apply compare_lists_eq in E; [|apply Nat.compare_eq]. subst sorts.
  induction l as [|k l IH]; cbn; [exact I|]. cbn in H1. apply andb_prop in H1. destruct H1 as [Hk H1].
  split; [|apply IH; exact H1]. apply Hr. apply Nat.ltb_lt. exact Hk.
Qed.

Definition unit (a : factor) : polynomial := [(([], [a]), 1%Q)].

Definition scalar (q : Q) : polynomial := cons_nonzero ([], []) (Qred q) [].

Definition lookup (aliases : list (nat * alias)) (ss : list nat) (h : nat) (l : list nat) : polynomial :=
  match find_alias aliases h with
  | Some (Same sorts h' places) =>
      if (sorted_as ss l sorts && forallb (fun p => Nat.ltb p (length l)) places)%bool
      then unit (S h', at_places places l) else unit (S h, l)
  | Some (Number sorts q) => if sorted_as ss l sorts then scalar q else unit (S h, l)
  | None => unit (S h, l)
  end.

Lemma unit_sound n r a : poly n r (unit a) = val r a.
Proof. cbn. unfold mono. cbn. rewrite Q2R_one. lra. Qed.

Lemma constant_Q2R q : constant q = Q2R q.
Proof.
  destruct q as [p d]. unfold constant, Q2R. cbn [Qnum Qden]. destruct d; try reflexivity. lra.
Qed.

Lemma scalar_sound n r q : poly n r (scalar q) = constant q.
Proof.
  unfold scalar. rewrite cons_nonzero_sound, constant_Q2R. cbn. unfold mono. cbn.
  rewrite (Qeq_eqR _ _ (Qred_correct q)). lra.
Qed.

Lemma lookup_sound aliases ss r h l : all_hold aliases -> ok ss r ->
  poly (length ss) r (lookup aliases ss h l) = entry h (map r l).
Proof.
  intros HA Hr. unfold lookup. destruct (find_alias aliases h) as [[sorts h' places|sorts q]|] eqn:E.
  - destruct (_ && _)%bool eqn:C; rewrite unit_sound; [|reflexivity].
    apply andb_prop in C. destruct C as [C1 C2]. cbn.
    pose proof (find_alias_sound _ _ _ HA E) as H. cbn in H.
    rewrite (H _ (sorted_as_sound _ _ _ _ Hr C1)). f_equal. unfold at_places.
    rewrite map_map. apply map_ext_in. intros p Hp.
    rewrite forallb_forall in C2. specialize (C2 p Hp). apply Nat.ltb_lt in C2.
    rewrite (nth_indep (map r l) O (r O)) by (rewrite map_length; exact C2). symmetry. apply map_nth.
  - destruct (sorted_as ss l sorts) eqn:C.
    + rewrite scalar_sound. symmetry.
      exact (find_alias_sound _ _ _ HA E _ (sorted_as_sound _ _ _ _ Hr C)).
    + apply unit_sound.
  - apply unit_sound.
Qed.

(** *** The normal form of a term *)
Fixpoint norm (aliases : list (nat * alias)) (ss : list nat) (e : term) : option polynomial :=
  match e with
  | Cst q => Some (scalar q)
  | Ent h l => Some (lookup aliases ss h l)
  | Dlt a b => Some [(normal ss ([], [(O, [a; b])]), 1%Q)]
  | Neg a => match norm aliases ss a with Some p => Some (scaled (-1 # 1) p) | None => None end
  | Add a b => match norm aliases ss a, norm aliases ss b with Some p, Some q => Some (merge p q) | _, _ => None end
  | Sub a b => match norm aliases ss a, norm aliases ss b with Some p, Some q => Some (merge p (scaled (-1 # 1) q)) | _, _ => None end
  | Mul a b => match norm aliases ss a, norm aliases ss b with Some p, Some q => multiply ss p q | _, _ => None end
  | Pow a k => match norm aliases ss a with Some p => power ss p k | None => None end
  | Sig s a => match norm aliases (ss ++ [s]) a with Some p => Some (bind_sum ss s p) | None => None end
  end.

Lemma Q2R_minus_one : Q2R (-1 # 1) = -1.
Proof. unfold Q2R. cbn. lra. Qed.

Theorem norm_sound aliases : all_hold aliases -> forall e ss r p, ok ss r -> norm aliases ss e = Some p ->
  value (length ss) r e = poly (length ss) r p.
Proof.
  intros HA. induction e; intros ss r p Hr H; cbn in H.
  - inversion H; subst. rewrite scalar_sound. reflexivity.
  - inversion H; subst. rewrite lookup_sound by assumption. reflexivity.
  - inversion H; subst. cbn [poly]. rewrite normal_sound by exact Hr. unfold mono. cbn. rewrite Q2R_one. lra.
  - destruct (norm aliases ss e) as [p1|] eqn:E; [|discriminate]. inversion H; subst.
    cbn [value]. rewrite scaled_sound, (IHe _ _ _ Hr E), Q2R_minus_one. lra.
  - destruct (norm aliases ss e1) as [p1|] eqn:E1; [|discriminate].
    destruct (norm aliases ss e2) as [p2|] eqn:E2; [|discriminate]. inversion H; subst.
    cbn [value]. rewrite merge_sound, (IHe1 _ _ _ Hr E1), (IHe2 _ _ _ Hr E2). reflexivity.
  - destruct (norm aliases ss e1) as [p1|] eqn:E1; [|discriminate].
    destruct (norm aliases ss e2) as [p2|] eqn:E2; [|discriminate]. inversion H; subst.
    cbn [value]. rewrite merge_sound, scaled_sound, (IHe1 _ _ _ Hr E1), (IHe2 _ _ _ Hr E2), Q2R_minus_one. lra.
  - destruct (norm aliases ss e1) as [p1|] eqn:E1; [|discriminate].
    destruct (norm aliases ss e2) as [p2|] eqn:E2; [|discriminate].
    cbn [value]. rewrite (multiply_sound _ _ _ _ _ Hr H), (IHe1 _ _ _ Hr E1), (IHe2 _ _ _ Hr E2). reflexivity.
  - destruct (norm aliases ss e) as [p1|] eqn:E; [|discriminate].
    cbn [value]. rewrite (power_sound _ _ _ _ Hr _ H), (IHe _ _ _ Hr E). reflexivity.
  - destruct (norm aliases (ss ++ [s]) e) as [p1|] eqn:E; [|discriminate]. inversion H; subst.
    cbn [value]. rewrite bind_sum_sound by exact Hr. apply Sum_ext. intros i Hi.
    specialize (IHe (ss ++ [s]) (update r (length ss) i) p1 (ok_update _ _ _ _ Hr Hi) E).
    rewrite app_length, Nat.add_1_r in IHe. exact IHe.
Qed.

Definition is_zero (aliases : list (nat * alias)) (ss : list nat) (e : term) : bool :=
  match norm aliases ss e with Some [] => true | _ => false end.

(** Named indices, as a list. *)
Fixpoint levels (n : nat) (is : list nat) (r : nat -> nat) : nat -> nat :=
  match is with
  | [] => r
  | i :: is => levels (S n) is (update r n i)
  end.

Definition named_levels (is : list nat) : nat -> nat := levels 0 is (fun _ => O).

Lemma levels_ok is : forall sorts ss r, ok ss r -> in_range is sorts -> ok (ss ++ sorts) (levels (length ss) is r).
Proof.
  induction is as [|i is IH]; intros [|s sorts] ss r Hr H; cbn in H; try contradiction.
  - rewrite app_nil_r. exact Hr.
  - destruct H as [Hi H]. cbn.
    specialize (IH sorts (ss ++ [s]) (update r (length ss) i) (ok_update _ _ _ _ Hr Hi) H).
    rewrite app_length, Nat.add_1_r, <- app_assoc in IH. exact IH.
Qed.

Theorem is_zero_sound aliases is sorts e : all_hold aliases -> in_range is sorts ->
  is_zero aliases sorts e = true -> value (length sorts) (named_levels is) e = 0.
Proof.
  intros HA H E. unfold is_zero in E. destruct (norm aliases sorts e) as [[|t p]|] eqn:N; try discriminate.
  assert (Hr : ok sorts (named_levels is)).
  { apply (levels_ok is sorts [] (fun _ => O)); [|exact H]. intros l Hl. inversion Hl. }
  rewrite (norm_sound aliases HA _ _ _ _ Hr N). reflexivity.
Qed.

End Meaning.

(** ** Rules: each rule of a derivation is one of these lemmas *)

(** Entries as functions of a list of indices. *)
Definition E0 (a : R) : list nat -> R := fun _ => a.
Definition E1 (v : nat -> R) : list nat -> R := fun l => v (nth 0 l O).
Definition E2 (v : nat -> nat -> R) : list nat -> R := fun l => v (nth 0 l O) (nth 1 l O).
Definition E3 (v : nat -> nat -> nat -> R) : list nat -> R := fun l => v (nth 0 l O) (nth 1 l O) (nth 2 l O).
Definition E4 (v : nat -> nat -> nat -> nat -> R) : list nat -> R :=
  fun l => v (nth 0 l O) (nth 1 l O) (nth 2 l O) (nth 3 l O).

(** The one computation in a proof: a term has normal form 0. *)
Notation computed := (ltac:(vm_cast_no_check (@eq_refl bool true))) (only parsing).

Section Arithmetic.
Variables (sizes : list nat) (heads : list (list nat -> R)) (aliases : list (nat * alias)).
Variables (named sorts : list nat).
Hypothesis Aliases : all_hold sizes heads aliases.
Hypothesis Range : in_range sizes named sorts.

Definition meaning (e : term) : R := value sizes heads (length sorts) (named_levels named) e.

Lemma meaning_zero e : is_zero aliases sorts e = true -> meaning e = 0.
Proof. apply is_zero_sound; assumption. Qed.

Lemma eq_by l r v : meaning v = 0 -> is_zero aliases sorts (Sub (Sub l r) v) = true -> meaning l = meaning r.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

Lemma le_by l r v : 0 <= meaning v -> is_zero aliases sorts (Sub (Sub l r) v) = true -> meaning r <= meaning l.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

Lemma lt_by l r v : 0 < meaning v -> is_zero aliases sorts (Sub (Sub l r) v) = true -> meaning r < meaning l.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

Lemma ne_by l r v : 0 < meaning v -> is_zero aliases sorts (Sub (Sub l r) v) = true -> meaning l <> meaning r.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

Lemma false_by v : 0 < meaning v -> is_zero aliases sorts v = true -> False.
Proof. intros H Z. apply meaning_zero in Z. lra. Qed.

Lemma identity l r : is_zero aliases sorts (Sub l r) = true -> meaning l = meaning r.
Proof. intros Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

(** The same relation, up to normal forms. *)
Lemma same_eq l r l' r' : meaning l = meaning r ->
  is_zero aliases sorts (Sub (Sub l r) (Sub l' r')) = true -> meaning l' = meaning r'.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

Lemma same_ne l r l' r' : meaning l <> meaning r ->
  is_zero aliases sorts (Sub (Sub l r) (Sub l' r')) = true -> meaning l' <> meaning r'.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

Lemma same_le l r l' r' : meaning r <= meaning l ->
  is_zero aliases sorts (Sub (Sub l r) (Sub l' r')) = true -> meaning r' <= meaning l'.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

Lemma same_lt l r l' r' : meaning r < meaning l ->
  is_zero aliases sorts (Sub (Sub l r) (Sub l' r')) = true -> meaning r' < meaning l'.
Proof. intros H Z. apply meaning_zero in Z. unfold meaning in *. cbn [value] in Z. lra. Qed.

(** Aliases, by the number of their indices. *)
Lemma alias_0 h a : match a with
    | Same [] h' p => entry heads h [] = entry heads h' (at_places p [])
    | Number [] q => entry heads h [] = constant q
    | _ => False end -> holds sizes heads h a.
Proof. destruct a as [[|s l] h' p|[|s l] q]; cbn; try contradiction; intros H [|i is]; cbn; tauto. Qed.

Lemma alias_1 h a s : match a with
    | Same [t] h' p => t = s /\ forall i, (i < size sizes s)%nat -> entry heads h [i] = entry heads h' (at_places p [i])
    | Number [t] q => t = s /\ forall i, (i < size sizes s)%nat -> entry heads h [i] = constant q
    | _ => False end -> holds sizes heads h a.
Proof.
  destruct a as [[|t [|t' l]] h' p|[|t [|t' l]] q]; cbn; try contradiction;
    intros [-> H] [|i [|i' is]]; cbn; try tauto; intros [A _]; apply H; exact A.
Qed.

Lemma alias_2 h a s s' : match a with
    | Same [t; t'] h' p => (t = s /\ t' = s') /\ forall i j, (i < size sizes s)%nat -> (j < size sizes s')%nat ->
        entry heads h [i; j] = entry heads h' (at_places p [i; j])
    | Number [t; t'] q => (t = s /\ t' = s') /\ forall i j, (i < size sizes s)%nat -> (j < size sizes s')%nat ->
        entry heads h [i; j] = constant q
    | _ => False end -> holds sizes heads h a.
Proof.
  destruct a as [[|t [|t' [|t'' l]]] h' p|[|t [|t' [|t'' l]]] q]; cbn; try contradiction;
    intros [[-> ->] H] [|i [|i' [|i'' is]]]; cbn; try tauto; intros [A [B _]]; apply H; assumption.
Qed.

Lemma alias_3 h a s s' s'' : match a with
    | Same [t; t'; t''] h' p => (t = s /\ t' = s' /\ t'' = s'') /\ forall i j k, (i < size sizes s)%nat ->
        (j < size sizes s')%nat -> (k < size sizes s'')%nat ->
        entry heads h [i; j; k] = entry heads h' (at_places p [i; j; k])
    | Number [t; t'; t''] q => (t = s /\ t' = s' /\ t'' = s'') /\ forall i j k, (i < size sizes s)%nat ->
        (j < size sizes s')%nat -> (k < size sizes s'')%nat -> entry heads h [i; j; k] = constant q
    | _ => False end -> holds sizes heads h a.
Proof.
  destruct a as [[|t [|t' [|t'' [|t3 l]]]] h' p|[|t [|t' [|t'' [|t3 l]]]] q]; cbn; try contradiction;
    intros [[-> [-> ->]] H] [|i [|i' [|i'' [|i3 is]]]]; cbn; try tauto; intros [A [B [C _]]]; apply H; assumption.
Qed.
End Arithmetic.

Lemma inverse_of_number a q q' : Qeq_bool (q * q') 1 = true -> a = constant q -> / a = constant q'.
Proof.
  intros H ->. rewrite !constant_Q2R. apply Qeq_bool_eq in H. apply Qeq_eqR in H.
  rewrite Q2R_mult, Q2R_one in H.
  assert (Q2R q <> 0) by (intros E; rewrite E in H; lra).
  apply Rmult_eq_reg_l with (Q2R q); [|assumption]. rewrite Rinv_r by assumption. lra.
Qed.

(** *** Signs *)
Lemma sign_eq a b : a = b -> a - b = 0.
Proof. lra. Qed.
Lemma sign_le a b : b <= a -> 0 <= a - b.
Proof. lra. Qed.
Lemma sign_lt a b : b < a -> 0 < a - b.
Proof. lra. Qed.
Lemma sign_ne a b : a <> b -> 0 < (a - b) ^ 2.
Proof. intros H. cbn. rewrite Rmult_1_r. apply Rsqr_pos_lt. lra. Qed.
Lemma sign_square a : 0 <= a ^ 2.
Proof. cbn. rewrite Rmult_1_r. apply Rle_0_sqr. Qed.
Lemma constant_zero q : Z.eqb (Qnum q) 0 = true -> constant q = 0.
Proof. rewrite constant_Q2R. intros H. apply Q2R_zero. apply Z.eqb_eq. exact H. Qed.
Lemma constant_pos q : Z.ltb 0 (Qnum q) = true -> 0 < constant q.
Proof.
  rewrite constant_Q2R. intros H. apply Z.ltb_lt in H. unfold Q2R.
  apply Rmult_lt_0_compat; [apply IZR_lt; exact H|]. apply Rinv_0_lt_compat. apply IZR_lt. reflexivity.
Qed.
Lemma from_zero a : a = 0 -> 0 <= a.
Proof. lra. Qed.
Lemma from_pos a : 0 < a -> 0 <= a.
Proof. lra. Qed.
Lemma add_zero a b : a = 0 -> b = 0 -> a + b = 0.
Proof. lra. Qed.
Lemma add_nonneg a b : 0 <= a -> 0 <= b -> 0 <= a + b.
Proof. lra. Qed.
Lemma add_pos_l a b : 0 < a -> 0 <= b -> 0 < a + b.
Proof. lra. Qed.
Lemma add_pos_r a b : 0 <= a -> 0 < b -> 0 < a + b.
Proof. lra. Qed.
Lemma times_zero t a : a = 0 -> t * a = 0.
Proof. intros ->. lra. Qed.
Lemma mul_zero_l a b : a = 0 -> 0 <= b -> a * b = 0.
Proof. intros -> _. lra. Qed.
Lemma mul_zero_r a b : 0 <= a -> b = 0 -> a * b = 0.
Proof. intros _ ->. lra. Qed.
Lemma mul_nonneg a b : 0 <= a -> 0 <= b -> 0 <= a * b.
Proof. apply Rmult_le_pos. Qed.
Lemma mul_pos a b : 0 < a -> 0 < b -> 0 < a * b.
Proof. apply Rmult_lt_0_compat. Qed.

(** *** Logic *)
Lemma not_ne (a b : R) : ~ (a <> b) <-> a = b.
Proof. split; [apply NNPP|tauto]. Qed.
Lemma not_le a b : ~ (a <= b) <-> b < a.
Proof. split; lra. Qed.
Lemma not_lt a b : ~ (a < b) <-> b <= a.
Proof. split; lra. Qed.
Lemma not_true : ~ True <-> False.
Proof. tauto. Qed.
Lemma not_false : ~ False <-> True.
Proof. tauto. Qed.
Lemma not_not (A : Prop) : ~ ~ A <-> A.
Proof. split; [apply NNPP|tauto]. Qed.
Lemma not_and (A A' B B' : Prop) : (~ A <-> A') -> (~ B <-> B') -> (~ (A /\ B) <-> A' \/ B').
Proof. pose proof (classic A). tauto. Qed.
Lemma not_or (A A' B B' : Prop) : (~ A <-> A') -> (~ B <-> B') -> (~ (A \/ B) <-> A' /\ B').
Proof. tauto. Qed.
Lemma not_implies (A B B' : Prop) : (~ B <-> B') -> (~ (A -> B) <-> A /\ B').
Proof. pose proof (classic A). tauto. Qed.
Lemma not_forall {T : Type} (P P' : T -> Prop) : (forall x, ~ P x <-> P' x) -> (~ (forall x, P x) <-> exists x, P' x).
Proof.
  intros H. split.
  - intros N. apply not_all_ex_not in N. destruct N as [x N]. exists x. apply H. exact N.
  - intros [x N] A. apply H in N. auto.
Qed.
Lemma not_exists {T : Type} (P P' : T -> Prop) : (forall x, ~ P x <-> P' x) -> (~ (exists x, P x) <-> forall x, P' x).
Proof.
  intros H. split.
  - intros N x. apply H. intros A. apply N. exists x. exact A.
  - intros A [x N]. apply (proj2 (H x)); auto.
Qed.
Lemma not_forall_index d (P P' : nat -> Prop) : (forall i, ~ P i <-> P' i) ->
  (~ (forall i, (i < d)%nat -> P i) <-> exists i, (i < d)%nat /\ P' i).
Proof.
  intros H. split.
  - intros N. apply not_all_ex_not in N. destruct N as [i N]. exists i.
    split; [|apply H]; destruct (classic (i < d)%nat); tauto.
  - intros [i [L N]] A. apply H in N. auto.
Qed.
Lemma not_exists_index d (P P' : nat -> Prop) : (forall i, ~ P i <-> P' i) ->
  (~ (exists i, (i < d)%nat /\ P i) <-> forall i, (i < d)%nat -> P' i).
Proof.
  intros H. split.
  - intros N i L. apply H. intros A. apply N. exists i. auto.
  - intros A [i [L N]]. apply (proj2 (H i)); auto.
Qed.
Lemma and_map (A A' B B' : Prop) : (A -> A') -> (B -> B') -> A /\ B -> A' /\ B'.
Proof. tauto. Qed.
Lemma or_map (A A' B B' : Prop) : (A -> A') -> (B -> B') -> A \/ B -> A' \/ B'.
Proof. tauto. Qed.
Lemma either (A B C : Prop) : A \/ B -> (A -> C) -> (B -> C) -> C.
Proof. tauto. Qed.
Lemma unpack {T : Type} (P : T -> Prop) (C : Prop) : (exists x, P x) -> (forall x, P x -> C) -> C.
Proof. intros [x H] G. exact (G x H). Qed.
Lemma unpack_index d (P : nat -> Prop) (C : Prop) :
  (exists i, (i < d)%nat /\ P i) -> (forall i, (i < d)%nat -> P i -> C) -> C.
Proof. intros [x [L H]] G. exact (G x L H). Qed.
Lemma have (A C : Prop) : A -> (A -> C) -> C.
Proof. tauto. Qed.

(** *** Roots and natural numbers *)
Lemma root_facts a : 0 <= a -> 0 <= sqrt a /\ sqrt a ^ 2 = a.
Proof. intros H. split; [apply sqrt_pos|]. cbn. rewrite Rmult_1_r. apply sqrt_sqrt. exact H. Qed.

Definition natural (a : R) : Prop := exists n : nat, a = INR n.
Lemma natural_variable n : natural (INR n).
Proof. exists n. reflexivity. Qed.
Lemma natural_constant q : (Z.leb 0 (Qnum q) && Pos.eqb (Qden q) 1)%bool = true -> natural (constant q).
Proof.
  destruct q as [p d]. cbn [Qnum Qden]. intros H. apply andb_prop in H. destruct H as [H D].
  apply Pos.eqb_eq in D. apply Z.leb_le in H. subst d. exists (Z.to_nat p).
  rewrite INR_IZR_INZ, Z2Nat.id by exact H. reflexivity.
Qed.
Lemma natural_add a b : natural a -> natural b -> natural (a + b).
Proof. intros [n ->] [m ->]. exists (n + m)%nat. rewrite plus_INR. reflexivity. Qed.
Lemma natural_mul a b : natural a -> natural b -> natural (a * b).
Proof. intros [n ->] [m ->]. exists (n * m)%nat. rewrite mult_INR. reflexivity. Qed.
Lemma natural_nonneg a : natural a -> 0 <= a.
Proof. intros [n ->]. apply pos_INR. Qed.
Lemma at_natural (P : R -> Prop) a : (forall n : nat, P (INR n)) -> natural a -> P a.
Proof. intros H [n ->]. apply H. Qed.
Lemma natural_witness (P : R -> Prop) a : natural a -> P a -> exists n : nat, P (INR n).
Proof. intros [n ->] H. exists n. exact H. Qed.
Lemma induction (P : R -> Prop) : P 0 -> (forall n : nat, P (INR n) -> P (INR n + 1)) -> forall n : nat, P (INR n).
Proof.
  intros H S n. induction n as [|n IH]; [exact H|]. rewrite S_INR. apply S. exact IH.
Qed.

(** *** Finite dimensions *)
Lemma finite_choice {T : Type} (any : T) d (P : nat -> T -> Prop) :
  (forall i, (i < d)%nat -> exists r, P i r) -> exists v : nat -> T, forall i, (i < d)%nat -> P i (v i).
Proof.
  induction d as [|d IH]; intros H.
  - exists (fun _ => any). intros i L. inversion L.
  - destruct IH as [v Hv]. { intros i L. apply H. lia. }
    destruct (H d) as [r Hr]; [lia|].
    exists (fun i => if Nat.eqb i d then r else v i). intros i L.
    destruct (Nat.eqb_spec i d) as [->|N]; [exact Hr|]. apply Hv. lia.
Qed.

Lemma extremum d (P : nat -> Prop) (t : nat -> R) : (exists m, (m < d)%nat /\ P m) ->
  exists m, (m < d)%nat /\ (P m /\ forall i, (i < d)%nat -> P i -> t i <= t m).
Proof.
  induction d as [|d IH]; intros [m [L H]]; [inversion L|].
  destruct (classic (exists m, (m < d)%nat /\ P m)) as [E|N].
  - destruct (IH E) as [k [Lk [Hk M]]].
    destruct (classic (P d /\ t k <= t d)) as [[Hd T]|N].
    + exists d. split; [lia|]. split; [exact Hd|]. intros i Li Hi.
      destruct (Nat.eq_dec i d) as [->|Ni]; [lra|]. apply Rle_trans with (t k); [apply M; [lia|exact Hi]|exact T].
    + exists k. split; [lia|]. split; [exact Hk|]. intros i Li Hi.
      destruct (Nat.eq_dec i d) as [->|Ni]; [|apply M; [lia|exact Hi]].
      destruct (Rle_lt_dec (t k) (t d)); [tauto|lra].
  - assert (m = d) as ->. { destruct (Nat.eq_dec m d); [assumption|]. exfalso. apply N. exists m. split; [lia|exact H]. }
    exists d. split; [lia|]. split; [exact H|]. intros i Li Hi.
    destruct (Nat.eq_dec i d) as [->|Ni]; [lra|]. exfalso. apply N. exists i. split; [lia|exact Hi].
Qed.

(** *** Derivatives: the function is a polynomial in the variable, by the normal form. *)
Fixpoint horner (cs : list R) (t : R) : R := match cs with [] => 0 | c :: cs => c + t * horner cs t end.
Fixpoint slope (cs : list R) (t : R) : R := match cs with [] => 0 | c :: cs => horner cs t + t * slope cs t end.

Lemma horner_derivative cs a : derivable_pt_lim (horner cs) a (slope cs a).
Proof.
  induction cs as [|c cs IH].
  - cbn. apply derivable_pt_lim_const.
  - cbn [slope]. replace (horner cs a + a * slope cs a) with (0 + (1 * horner cs a + a * slope cs a)) by lra.
    apply (derivable_pt_lim_plus (fun _ => c) (fun t => t * horner cs t)).
    + apply derivable_pt_lim_const.
    + apply (derivable_pt_lim_mult (fun t => t) (horner cs)); [apply derivable_pt_lim_id|exact IH].
Qed.

Fixpoint horner_term (t : term) (cs : list term) : term :=
  match cs with [] => Cst 0 | c :: cs => Add c (Mul t (horner_term t cs)) end.
Fixpoint slope_term (t : term) (cs : list term) : term :=
  match cs with [] => Cst 0 | c :: cs => Add (horner_term t cs) (Mul t (slope_term t cs)) end.

Theorem derivative_by (sizes : list nat) (heads : R -> list (list nat -> R)) (named sorts : list nat)
  (h : nat) (body : term) (cs : list term) (at_ result : term) (ks : list R) :
  in_range sizes named sorts ->
  (forall t, entry (heads t) h [] = t) ->
  (forall t, map (meaning sizes (heads t) named sorts) cs = ks) ->
  is_zero [] sorts (Sub body (horner_term (Ent h []) cs)) = true ->
  is_zero [] sorts (Sub result (slope_term at_ cs)) = true ->
  derivable_pt_lim (fun t => meaning sizes (heads t) named sorts body)
    (meaning sizes (heads 0) named sorts at_) (meaning sizes (heads 0) named sorts result).
Proof.
  intros Range Hh Hk Zb Zr.
  assert (HT : forall heads' t cs, meaning sizes heads' named sorts (horner_term t cs)
    = horner (map (meaning sizes heads' named sorts) cs) (meaning sizes heads' named sorts t)).
  { clear. intros heads' t cs. induction cs as [|c cs IH]; [reflexivity|]. unfold meaning in *. cbn [horner_term value map horner].
    rewrite IH. reflexivity. }
  assert (ST : forall heads' t cs, meaning sizes heads' named sorts (slope_term t cs)
    = slope (map (meaning sizes heads' named sorts) cs) (meaning sizes heads' named sorts t)).
  { clear - HT. intros heads' t cs. induction cs as [|c cs IH]; [reflexivity|]. cbn [slope_term map slope].
    change (meaning sizes heads' named sorts (horner_term t cs) + meaning sizes heads' named sorts t * meaning sizes heads' named sorts (slope_term t cs)
      = horner (map (meaning sizes heads' named sorts) cs) (meaning sizes heads' named sorts t)
        + meaning sizes heads' named sorts t * slope (map (meaning sizes heads' named sorts) cs) (meaning sizes heads' named sorts t)).
    rewrite IH, HT. reflexivity. }
  assert (B : forall t, meaning sizes (heads t) named sorts body = horner ks t).
  { intros t. rewrite <- (Hk t). rewrite <- (Hh t) at 3.
    change (entry (heads t) h []) with (meaning sizes (heads t) named sorts (Ent h [])).
    rewrite <- HT. eapply identity; [|exact Range|exact Zb]. exact I. }
  assert (S : meaning sizes (heads 0) named sorts result = slope ks (meaning sizes (heads 0) named sorts at_)).
  { rewrite <- (Hk 0). rewrite <- ST. eapply identity; [|exact Range|exact Zr]. exact I. }
  rewrite S. replace (fun t => meaning sizes (heads t) named sorts body) with (horner ks).
  - apply horner_derivative.
  - extensionality t. symmetry. apply B.
Qed.

(** *** Facts of analysis that theorems may cite by name *)
Lemma exp_above_tangent : forall t : R, 1 + t <= exp t.
Proof. apply exp_ineq1_le. Qed.
Lemma exp_of_sum : forall s t : R, exp (s + t) = exp s * exp t.
Proof. apply exp_plus. Qed.
Lemma exp_of_log : forall t : R, 0 < t -> exp (ln t) = t.
Proof. apply exp_ln. Qed.
Lemma exp_of_zero : exp 0 = 1.
Proof. apply exp_0. Qed.
