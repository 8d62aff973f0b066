//! The rows of the theory and the claims that cover them, `theorems/theory.toml`.

mod corpus_files;

use std::collections::{BTreeMap, BTreeSet};

use tightrope::elaborate::{self, Standing};

/// Sections, each with its rows, each with its claims.
type Theory = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn theory() -> Theory {
    toml::from_str(include_str!("../theorems/theory.toml")).expect("sections of rows of claims")
}

/// The names of all claims that hold, `theorem.claim`.
fn holding() -> BTreeSet<String> {
    let corpus = elaborate::corpus(&corpus_files::sources());
    let theorems = corpus.theorems.iter().flat_map(|theorem| {
        let proved = theorem.claims.iter().filter(|claim| matches!(claim.standing, Standing::Proved(_)));
        proved.map(|claim| format!("{}.{}", theorem.heading.name, claim.name))
    });
    let experiments = corpus.experiments.iter().flat_map(|experiment| {
        experiment.claims.iter().map(|claim| format!("{}.{}", experiment.heading.name, claim.name))
    });
    theorems.chain(experiments).collect()
}

#[test]
fn every_row_says_which_claims_cover_it() {
    let (theory, holding) = (theory(), holding());
    let rows =
        || theory.iter().flat_map(|(section, rows)| rows.iter().map(move |(row, claims)| (section, row, claims)));
    for (section, row, claims) in rows() {
        for claim in claims {
            assert!(holding.contains(claim), "{section}.{row} names {claim}, which does not hold or is not there");
        }
    }
    let open: Vec<String> = rows().filter(|(_, _, c)| c.is_empty()).map(|(s, r, _)| format!("{s}.{r}")).collect();
    println!("{} rows, {} not yet covered: {}", rows().count(), open.len(), open.join(", "));
    assert!(open.len() < rows().count() / 2);
}
