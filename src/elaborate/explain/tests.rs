use super::*;
use crate::elaborate::Source;

fn corpus() -> Corpus {
    let files = [
        ("network.thm", include_str!("../../../theorems/network.thm")),
        ("norm_floor.thm", include_str!("../../../theorems/landscape/norm_floor.thm")),
        ("sharpness_floor.thm", include_str!("../../../theorems/landscape/sharpness_floor.thm")),
        ("hessian.thm", include_str!("../../../theorems/landscape/hessian.thm")),
        ("conflict.thm", include_str!("../../../theorems/landscape/conflict.thm")),
        ("escape.thm", include_str!("../../../theorems/dynamics/escape.thm")),
    ];
    let source = |(name, text): (&str, &str)| Source { name: name.into(), text: text.into(), asked: true };
    crate::elaborate::corpus(&files.map(source))
}

#[test]
fn every_claim_is_explained() {
    let corpus = corpus();
    for theorem in &corpus.theorems {
        for claim in &theorem.claims {
            let name = format!("{}.{}", theorem.heading.name, claim.name);
            let explanation = explain(&corpus, &name).expect("a claim");
            println!("{explanation}\n");
        }
    }
}
