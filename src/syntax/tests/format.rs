//! The layout of files: what it looks like, and that nothing is lost in it.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::lexer::lex;
use super::super::{Spelling, WIDTH, format};
use super::parsed;
use super::properties::file;
use crate::syntax::print;

fn formatted(text: &str) -> String {
    format(text, Spelling::Kept).unwrap_or_else(|errors| panic!("{text}: {errors:#?}"))
}

/// The text comes out as it is, and from text without any layout too.
fn stays(text: &str) {
    assert_eq!(formatted(text), text);
}

#[test]
fn a_file_in_layout_stays_as_it_is() {
    stays(
        "# A file.\n\nloss half\n  \"A loss.\"\n  network shared\n  define g(w : vec d, a : real)[k : d] = d/dw[k] f(w)\n  \
         define s(w : vec d) <->\n    (forall u : vec d, f(u) >= 0)\n    and f(w) = 0\n\n# Next.\ntheorem t\n  \
         network shared, loss half  # both\n  let m, k : index d\n\n  # Why?\n  show a: not exists v : vec d,\n      \
         f(v) = y and (norm(v) > 0\n        or norm(v) < 0)\n      -> -x[m] <= 2*(a + b)^2*[i = m]/sqrt(x[k])\n    \
         obtain v, h from -e(1)\n    have b: x[m] > 0\n      { fix i\n        by b(w := i |-> x[i]) }\n    part: left: by a\n    \
         part: {\n      # Both.\n      part: by b  # one\n      part:\n        take v[i] = x[i], s = -1\n        because b  \
         given c, d }\n  # The end of t.\n\nexperiment e\n  data x = [5, 2], y = 13/4\n  run slow: eta = 1/60\n  \
         certify best: a.risk < b.risk\n\n# The end.\n",
    );
}

#[test]
fn what_has_no_layout_gets_one() {
    let text = "theorem t\"T.\"source\"s\"let x:real;assume h:x>=0 show s:forall i:index d,a [i]=0 fix i cases h case a:\
                by h case b:have c:x=0 by ring because x ^ 2*h given c";
    assert_eq!(
        formatted(text),
        "theorem t\n  \"T.\"\n  source \"s\"\n  let x : real\n  assume h: x >= 0\n  show s: forall i : index d, a[i] = 0\n    \
         fix i\n    cases h\n      case a: by h\n      case b:\n        have c: x = 0\n          by ring\n        \
         because x^2*h  given c\n"
    );
    for (text, expected) in [
        ("theorem t show s: a\n+\nb = 0", "theorem t\n  show s: a\n      + b = 0\n"),
        ("theorem t\n\n\n\n  let x : real\n\n\n", "theorem t\n\n  let x : real\n"),
        ("\u{FEFF}theorem t\r\nlet x : real # c \r\n", "theorem t\n  let x : real  # c\n"),
        ("theorem t theorem u\n# b\n\n# c\n\n\ntheorem v", "theorem t\n\ntheorem u\n\n# b\n\n# c\n\ntheorem v\n"),
        ("# only\n\n\n# comments", "# only\n\n# comments\n"),
        ("\n\n", ""),
    ] {
        assert_eq!(formatted(text), expected);
    }
}

#[test]
fn comments_stay_where_they_are() {
    for (text, expected) in [
        ("theorem t let # a\n x # b\n : real", "theorem t\n  let  # a\n    x  # b\n    : real\n"),
        (
            "theorem t show s: a + # one\n # two\n b > 0 # three\n # four\n by ring # five",
            "theorem t\n  show s: a +  # one\n      # two\n      b > 0  # three\n    # four\n    by ring  # five\n",
        ),
        (
            "theorem t show s: p part: # a\n by q part: { # b\n by r # c\n }",
            "theorem t\n  show s: p\n    part:  # a\n      by q\n    part: {  # b\n      by r  # c\n        }\n",
        ),
        (
            "theorem t let x : real\n\n # of t\n# of u\ntheorem u",
            "theorem t\n  let x : real\n\n  # of t\n\n# of u\ntheorem u\n",
        ),
        ("theorem t # a\n\"b\"", "theorem t  # a\n  \"b\"\n"),
        ("theorem t let x : real; # a\n let y : real", "theorem t\n  let x : real  # a\n  let y : real\n"),
    ] {
        assert_eq!(formatted(text), expected);
        assert_eq!(formatted(expected), expected);
    }
}

#[test]
fn signs_and_brackets_stand_by_what_they_belong_to() {
    for formula in [
        "-a - -b >= -(c - d)*-e",
        "d/dw[k] -f(w) = d/dt (x + t) at t = -1",
        "(forall i (u v : vec d) (S : real), f(u) = S) and a(i |-> -1, w := [2, -1])[1]",
        "x[i]^-2 + A[i, j].b(c)[d] = sum (i : d), [i = m]*(sum i j, √x[i]²)",
        "d / dt + d / d_ - d/e = equality in floor",
    ] {
        stays(&format!("theorem t\n  show s: {formula}\n"));
        let spread: String =
            lex(formula).lexemes.iter().map(|lexeme| format!("{}  ", &formula[lexeme.span.range()])).collect();
        assert_eq!(formatted(&format!("theorem t show s: {spread}")), format!("theorem t\n  show s: {formula}\n"));
    }
}

#[test]
fn long_lines_are_broken_at_the_loosest_operator() {
    let long = ["alpha"; 9].join(" + ");
    assert_eq!(
        formatted(&format!("theorem t show s: {long} >= ({long})*b -> {long} = c by ring")),
        format!("theorem t\n  show s: {long}\n      >= ({long})*b\n      -> {long} = c\n    by ring\n")
    );
    let name = "n".repeat(120);
    assert_eq!(
        formatted(&format!("theorem t show s: {name} + {name} > 0")),
        format!("theorem t\n  show s:\n      {name}\n      + {name}\n      > 0\n")
    );
    let text = format!("theorem t show s: {} = 0 by ring", ["x[i]^2"; 10_000].join("*"));
    assert!(formatted(&text).lines().all(|line| line.chars().count() <= WIDTH));
}

#[test]
fn both_spellings_can_be_had() {
    let ascii = "theorem t\n  show s: forall i, exists j, not a[i]^2 <= b*2 and c >= 1 or d != sqrt(2)\n    \
                 by h(i |-> sqrt(x[i])^3 + sqrt(sqrt(sum i, b[i]))*x^22)\n";
    let unicode = "theorem t\n  show s: ∀ i, ∃ j, ¬ a[i]² ≤ b·2 ∧ c ≥ 1 ∨ d ≠ √(2)\n    \
                   by h(i ↦ √(x[i])³ + √(√(Σ i, b[i]))·x^22)\n";
    assert_eq!(format(ascii, Spelling::Unicode).unwrap(), unicode);
    assert_eq!(format(unicode, Spelling::Ascii).unwrap(), ascii);
    let roots = "theorem t\n  show s: √√x[i].a + √(b)(c) + √[1, 2] + √equality in h = 0\n";
    let spread = "theorem t\n  show s: sqrt(sqrt(x[i].a)) + sqrt((b)(c)) + sqrt([1, 2]) + sqrt(equality in h) = 0\n";
    assert_eq!(format(roots, Spelling::Ascii).unwrap(), spread);
    // Where the other spelling would mean something else, or nothing.
    let kept = "theorem t\n  show s: sqrt(a)[i] + sqrt(a, b) + sqrt(c := a) + x.sqrt(a) + x^2.a + sqrt() = sqrt\n";
    assert_eq!(format(kept, Spelling::Unicode).unwrap(), kept);
    assert_eq!(format("theorem t show s: x^3^2", Spelling::Unicode).unwrap(), "theorem t\n  show s: x^3²\n");
}

#[test]
fn what_does_not_parse_is_not_formatted() {
    assert_eq!(format("theorem t show s: (1", Spelling::Kept).unwrap_err().len(), 1);
    assert!(format("theorem t show s: a => b", Spelling::Kept).is_err());
}

/// What may stand between two tokens.
const GAPS: [&str; 8] =
    [" ", " ", " ", "\n", "\n\n \n", "  # same line\n", "\n# own line\n", "\n\n    #  deeper \r\n\n"];

/// The tokens of a text with other things between them.
fn respaced(text: &str, gaps: &[usize]) -> String {
    let between = gaps.iter().cycle().map(|&gap| GAPS[gap % GAPS.len()]);
    lex(text).lexemes.iter().zip(between).map(|(lexeme, gap)| format!("{}{gap}", &text[lexeme.span.range()])).collect()
}

fn comments(text: &str) -> Vec<String> {
    parsed(text).comments.iter().map(|comment| comment.text.trim_end().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn items_and_comments_are_kept_and_formatting_twice_changes_nothing(
        file in file(),
        gaps in vec(0..GAPS.len(), 1..40),
    ) {
        let text = respaced(&print(&file), &gaps);
        for spelling in [Spelling::Kept, Spelling::Ascii, Spelling::Unicode] {
            let once = format(&text, spelling);
            prop_assert!(once.is_ok(), "{:#?}\n{}", once, text);
            let once = once.unwrap();
            prop_assert_eq!(&parsed(&once).items, &file.items);
            prop_assert_eq!(comments(&once), comments(&text));
            prop_assert_eq!(&format(&once, spelling).unwrap(), &once);
            prop_assert!(!once.contains(" \n") && !once.contains("\n\n\n") && !once.contains('\r'), "{}", once);
        }
    }

    /// Without comments the layout does not depend on spaces, and lines are short where they
    /// can be broken.
    #[test]
    fn spaces_do_not_matter(file in file(), width in 1_usize..5) {
        let text = print(&file);
        let once = formatted(&text);
        let space = " ".repeat(width);
        let spread: String =
            lex(&text).lexemes.iter().map(|lexeme| format!("{}{space}", &text[lexeme.span.range()])).collect();
        prop_assert_eq!(&formatted(&spread), &once);
        for line in once.lines().filter(|line| line.chars().count() > WIDTH) {
            let inner = line.trim_start();
            prop_assert!(!inner.contains(" + ") && !inner.contains(" and "), "{}", line);
        }
    }
}
