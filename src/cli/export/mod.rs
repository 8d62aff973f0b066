//! `export`: theorems for other programs, which check them again.

pub(super) mod certificates;
pub(super) mod coq;
pub(super) mod smt;

use crate::elaborate::Corpus;
use crate::kernel::Name;

/// The claims that were asked for and are proved.
fn asked(corpus: &Corpus) -> Vec<Name> {
    let claims = corpus.theorems.iter().flat_map(|theorem| &theorem.claims);
    claims.filter_map(|claim| claim.proved().cloned()).collect()
}
