//! The command line of Tightrope.

fn main() {
    let sources: Vec<_> = std::env::args()
        .skip(1)
        .map(|name| tightrope::elaborate::Source { text: std::fs::read_to_string(&name).unwrap(), name, asked: true })
        .collect();
    let corpus = tightrope::elaborate::corpus(&sources);
    for theorem in &corpus.theorems {
        for claim in &theorem.claims {
            println!("{}.{} {:?} {}", theorem.heading.name, claim.name, claim.standing, claim.statement);
        }
    }
    for located in &corpus.diagnostics {
        let d = &located.diagnostic;
        let at = d.span().unwrap_or_default();
        println!(
            "{}: {} [{}] {:?} {:?}",
            sources[located.file].name,
            d.message,
            &sources[located.file].text[at.range()],
            d.labels.iter().map(|l| &l.text).collect::<Vec<_>>(),
            d.help
        );
    }
}
