//! A claim in full.

use super::layout::{Look, Palette, hanging, padded};
use super::{formula, text};
use crate::elaborate::{self, Corpus};
use crate::syntax::diagnostic::nearest;
use crate::syntax::source::printable;
use crate::verdict::{Claim, Entry, Report};

/// Columns of the labels.
const LABEL: usize = 15;

/// The claim `THEOREM.CLAIM`, or every claim of a theorem or experiment; or a message that
/// there is none.
pub(super) fn explain(corpus: &Corpus, report: &Report, name: &str, palette: Palette) -> Result<String, String> {
    let mut text = String::new();
    for entry in &report.theorems {
        let own = |claim: &&Claim| name == entry.name || name == full_name(entry, claim);
        let claims: Vec<&Claim> = entry.claims.iter().filter(own).collect();
        if claims.is_empty() {
            continue;
        }
        let mut others = vec![];
        for claim in claims {
            match elaborate::explain(corpus, &full_name(entry, claim)) {
                Some(explanation) => text.push_str(&format!("{}:{}\n\n{explanation}\n", entry.file, claim.line)),
                None => others.push(claim),
            }
        }
        if !others.is_empty() {
            text.push_str(&text::sentence(entry, palette));
        }
        for claim in others {
            text.push('\n');
            text.push_str(&explained(entry, claim, palette));
        }
    }
    if text.is_empty() { Err(unknown(report, name)) } else { Ok(text) }
}

fn full_name(entry: &Entry, claim: &Claim) -> String {
    format!("{}.{}", entry.name, claim.name)
}

fn unknown(report: &Report, name: &str) -> String {
    let claims: Vec<String> = report.claims().map(|(entry, claim)| full_name(entry, claim)).collect();
    let theorems = report.theorems.iter().map(|entry| entry.name.as_str());
    let known = claims.iter().map(String::as_str).chain(theorems);
    let hint = match nearest(name, known) {
        Some(close) => format!("  = help: a similar name exists: `{close}`\n"),
        None => "  = help: claims are named THEOREM.CLAIM, as in norm_floor.attained\n".to_owned(),
    };
    let name = printable(name);
    format!("error: no claim `{name}` was checked\n{hint}")
}

/// Where it stands, what it says, how it ends and what that rests on.
fn explained(entry: &Entry, claim: &Claim, palette: Palette) -> String {
    let label = |label: &str| format!("  {}", palette.paint(Look::Faint, &padded(label, LABEL)));
    let line = |name: &str, text: &str| label(name) + &hanging(text, LABEL.saturating_add(2));
    let statement = |name: &str, text: &str| label(name) + &formula::hanging(text, LABEL.saturating_add(2));
    let mut text = format!("  {}\n\n", palette.paint(Look::Strong, &full_name(entry, claim)));
    text.push_str(&line("stands in", &format!("{}:{}", entry.file, claim.line)));
    text.push_str(&statement("statement", &claim.statement));
    text.push_str(&line("evidence", claim.evidence.word()));
    claim.findings.iter().for_each(|finding| text.push_str(&line("", &finding.text)));
    let lemmas = if claim.lemmas.is_empty() { "none".to_owned() } else { claim.lemmas.join(", ") };
    text.push_str(&line("named lemmas", &lemmas));
    text
}
