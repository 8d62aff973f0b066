//! From syntax to kernel statements, derivations and runs.
//!
//! What is trusted here: [`term`] and [`scope`], which turn text into statements, and
//! [`theorem`], which says which statement a claim is; and [`refute`], which reads the instance
//! of a refutation and says what is false there. Everything that concerns proofs
//! (`proof`, `certificate`, `auto`, `opaque`, `attain`, `fact`) is checked again by the kernel.

mod attain;
mod auto;
mod bind;
mod certificate;
mod cited;
mod combination;
mod corpus;
mod definedness;
mod experiment;
mod explain;
mod fact;
mod hypotheses;
mod infer;
mod leaves;
mod notation;
mod opaque;
mod proof;
mod readback;
mod refute;
mod scope;
mod state;
mod term;
mod theorem;

pub use corpus::{Claim, Corpus, Heading, Located, Source, Standing, Theorem, corpus};
pub use experiment::{
    Assertion, Comparison, Experiment, ExperimentClaim, Measure, Property, Quantity, Run, Side, Subject,
};
pub use explain::{Chain, Explanation, Named, Step, Summand, Unfolded, explain};
pub use notation::Notation;
pub use refute::{Evaluated, Instance};
