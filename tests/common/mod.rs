//! Random well-sorted syntax and random models, from seeds.

pub mod reading;
pub mod scramble;

use num_bigint::BigUint;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use tightrope::kernel::{
    Application, Argument, Binder, Definition, Dimension, Formula, FormulaKind, Function, Library, Meaning, Name, Node,
    Rational, Relation, Sort, Term, TermKind, Tree, Variable,
};
use tightrope::model::{Array, Model, Value};

pub const D: Dimension = Dimension(0);
pub const E: Dimension = Dimension(1);

pub fn tree<T: Node>(node: T) -> Tree<T> {
    Tree::new(node).expect("small")
}

pub fn ratio(n: i64, d: i64) -> Rational {
    Rational::new(n.into(), d.into())
}

pub fn number(n: i64) -> Term {
    tree(TermKind::Constant(ratio(n, 1)))
}

pub fn entry(head: Variable, indices: &[Variable]) -> Term {
    tree(TermKind::Entry(head, indices.to_vec()))
}

pub fn add(terms: Vec<Term>) -> Term {
    tree(TermKind::Add(terms))
}

pub fn multiply(terms: Vec<Term>) -> Term {
    tree(TermKind::Multiply(terms))
}

pub fn power(base: Term, exponent: u32) -> Term {
    tree(TermKind::Power(base, exponent))
}

pub fn sum(dimension: Dimension, body: Term) -> Term {
    tree(TermKind::Sum("i".into(), dimension, body))
}

pub fn compare(relation: Relation, left: Term, right: Term) -> Formula {
    tree(FormulaKind::Compare(relation, left, right))
}

pub fn bound(level: u32) -> Variable {
    Variable::Bound(level)
}

pub fn binder(sort: Sort) -> Binder {
    Binder { name: "v".into(), sort }
}

/// Renames the variables of a term that its binders do not bind; `map` sees them and answers
/// as they are outside of the term.
pub fn rename(term: &Term, map: &dyn Fn(Variable) -> Variable) -> Term {
    rename_below(term, 0, map)
}

/// The term below one more binder.
pub fn raise(term: &Term) -> Term {
    rename(term, &|v| raised(v))
}

pub fn raised(variable: Variable) -> Variable {
    match variable {
        Variable::Bound(level) => Variable::Bound(level + 1),
        free => free,
    }
}

pub fn rename_variable(variable: Variable, depth: u32, map: &dyn Fn(Variable) -> Variable) -> Variable {
    let image = match variable {
        Variable::Bound(level) if level < depth => return variable,
        Variable::Bound(level) => map(Variable::Bound(level - depth)),
        free => map(free),
    };
    match image {
        Variable::Bound(level) => Variable::Bound(level + depth),
        free => free,
    }
}

pub fn rename_application(application: &Application, depth: u32, map: &dyn Fn(Variable) -> Variable) -> Application {
    let argument = |a: &Argument| match a {
        Argument::Index(i) => Argument::Index(rename_variable(*i, depth, map)),
        Argument::Array { arity, body } => {
            Argument::Array { arity: *arity, body: rename_below(body, depth + *arity, map) }
        }
    };
    Application {
        definition: application.definition.clone(),
        dimensions: application.dimensions.clone(),
        arguments: application.arguments.iter().map(argument).collect(),
    }
}

pub fn rename_below(term: &Term, depth: u32, map: &dyn Fn(Variable) -> Variable) -> Term {
    let variable = |v: &Variable| rename_variable(*v, depth, map);
    let same = |t: &Term| rename_below(t, depth, map);
    let inside = |t: &Term| rename_below(t, depth + 1, map);
    tree(match &**term {
        TermKind::Constant(q) => TermKind::Constant(q.clone()),
        TermKind::Entry(head, indices) => TermKind::Entry(variable(head), indices.iter().map(variable).collect()),
        TermKind::Delta(i, j) => TermKind::Delta(variable(i), variable(j)),
        TermKind::Add(terms) => TermKind::Add(terms.iter().map(same).collect()),
        TermKind::Multiply(terms) => TermKind::Multiply(terms.iter().map(same).collect()),
        TermKind::Power(base, n) => TermKind::Power(same(base), *n),
        TermKind::Sum(name, dimension, body) => TermKind::Sum(name.clone(), *dimension, inside(body)),
        TermKind::Apply(function, inner) => TermKind::Apply(*function, same(inner)),
        TermKind::Defined(application) => TermKind::Defined(rename_application(application, depth, map)),
        TermKind::Derivative { name, body, at } => {
            TermKind::Derivative { name: name.clone(), body: inside(body), at: same(at) }
        }
    })
}

/// What a definition of the test library takes.
pub struct Signature {
    pub name: Name,
    pub dimensions: u32,
    pub parameters: Vec<Sort>,
    pub predicate: bool,
}

/// A library with definitions of every shape.
pub struct World {
    pub library: Library,
    pub signatures: Vec<Signature>,
}

impl World {
    fn define(&mut self, name: &str, dimensions: u32, parameters: Vec<Sort>, body: Meaning) {
        let name: Name = name.into();
        let predicate = matches!(body, Meaning::Formula(_));
        let definition = Definition {
            name: name.clone(),
            dimensions: (0..dimensions).map(|k| format!("d{k}").into()).collect(),
            parameters: parameters.iter().cloned().map(binder).collect(),
            body,
        };
        self.library.define(definition).expect("well sorted");
        self.signatures.push(Signature { name, dimensions, parameters, predicate });
    }

    pub fn new() -> Self {
        let mut world = World { library: Library::default(), signatures: vec![] };
        let (real, vector) = (Sort::Real(vec![]), Sort::Real(vec![D]));
        let e = |head, indices: &[u32]| entry(bound(head), &indices.iter().map(|k| bound(*k)).collect::<Vec<_>>());
        // dot(a, b) = Σ a[i] b[i]
        let dot = sum(D, multiply(vec![e(2, &[0]), e(1, &[0])]));
        world.define("dot", 1, vec![vector.clone(), vector.clone()], Meaning::Term(dot));
        // row(A, w, k) = Σ_j A[k,j] w[j]
        let row = sum(D, multiply(vec![e(3, &[1, 0]), e(2, &[0])]));
        let parameters = vec![Sort::Real(vec![E, D]), vector.clone(), Sort::Index(E)];
        world.define("row", 2, parameters, Meaning::Term(row));
        // risk(A, w, y) = Σ_k (y[k] − row(A, w, k))²
        let pass = |head: u32, rank: u32| Argument::Array {
            arity: rank,
            body: entry(bound(head + rank), &(0..rank).rev().map(bound).collect::<Vec<_>>()),
        };
        let fit = tree(TermKind::Defined(Application {
            definition: "row".into(),
            dimensions: vec![D, E],
            arguments: vec![pass(3, 2), pass(2, 1), Argument::Index(bound(0))],
        }));
        let risk = sum(E, power(add(vec![e(1, &[0]), multiply(vec![number(-1), fit])]), 2));
        let parameters = vec![Sort::Real(vec![E, D]), vector.clone(), Sort::Real(vec![E])];
        world.define("risk", 2, parameters, Meaning::Term(risk));
        // mixed(u, m, t) = u[m] t² − Σ_i [i=m] u[i] + t
        let picked = sum(D, multiply(vec![tree(TermKind::Delta(bound(0), bound(2))), e(3, &[0])]));
        let terms =
            vec![multiply(vec![e(2, &[1]), power(e(0, &[]), 2)]), multiply(vec![number(-1), picked]), e(0, &[])];
        world.define("mixed", 1, vec![vector.clone(), Sort::Index(D), real.clone()], Meaning::Term(add(terms)));
        // inverse(t) = 1/t
        let inverse = tree(TermKind::Apply(Function::Reciprocal, e(0, &[])));
        world.define("inverse", 0, vec![real.clone()], Meaning::Term(inverse));
        // twice(n) = n + n
        world.define("twice", 0, vec![Sort::Nat], Meaning::Term(add(vec![e(0, &[]), e(0, &[])])));
        world.define_predicates();
        world
    }

    /// nonnegative(u): ∀ i, u[i] ≥ 0; aligned(s, t): s t ≥ 0 or t > s
    fn define_predicates(&mut self) {
        let real = Sort::Real(vec![]);
        let e = |head, indices: &[Variable]| entry(bound(head), indices);
        let body = compare(Relation::AtLeast, e(1, &[bound(0)]), number(0));
        let body = tree(FormulaKind::Forall(binder(Sort::Index(D)), body));
        self.define("nonnegative", 1, vec![Sort::Real(vec![D])], Meaning::Formula(body));
        let body = tree(FormulaKind::Or(vec![
            compare(Relation::AtLeast, multiply(vec![e(1, &[]), e(0, &[])]), number(0)),
            compare(Relation::Greater, e(0, &[]), e(1, &[])),
        ]));
        self.define("aligned", 0, vec![real.clone(), real], Meaning::Formula(body));
    }
}

/// A source of random syntax over declared variables.
pub struct Generator<'w> {
    pub world: &'w World,
    pub rng: StdRng,
    /// The sorts of the declared variables.
    pub free: Vec<Sort>,
    /// The sorts of the binders around, the innermost last.
    pub bound: Vec<Sort>,
    /// Whether to make roots.
    pub roots: bool,
}

impl<'w> Generator<'w> {
    pub fn new(world: &'w World, seed: u64) -> Self {
        Generator { world, rng: StdRng::seed_from_u64(seed), free: vec![], bound: vec![], roots: false }
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n.max(1))
    }

    pub fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        items.choose(&mut self.rng).cloned()
    }

    /// Declares variables of random sorts; without indices, a dimension may be empty.
    pub fn declare(&mut self, count: usize) {
        let indices = self.chance(70);
        for _ in 0..count {
            let sort = match self.below(if indices { 12 } else { 8 }) {
                0 | 1 => Sort::Real(vec![]),
                2 | 3 => Sort::Real(vec![D]),
                4 => Sort::Real(vec![E]),
                5 => Sort::Real(vec![D, D]),
                6 => Sort::Real(vec![E, D]),
                7 => Sort::Nat,
                8..=10 => Sort::Index(D),
                _ => Sort::Index(E),
            };
            self.free.push(sort);
        }
    }

    /// The variables in reach whose sort is accepted.
    pub fn reach(&self, accept: impl Fn(&Sort) -> bool) -> Vec<Variable> {
        let numbered = |list: &[Sort]| list.iter().map(&accept).collect::<Vec<_>>();
        let free = numbered(&self.free).into_iter().zip(0..).filter(|(ok, _)| *ok).map(|(_, n)| Variable::Free(n));
        let bound = numbered(&self.bound).into_iter().rev().zip(0..).filter(|(ok, _)| *ok).map(|(_, n)| bound(n));
        free.chain(bound).collect()
    }

    pub fn sort_of(&self, variable: Variable) -> Sort {
        match variable {
            Variable::Free(n) => self.free[n as usize].clone(),
            Variable::Bound(k) => self.bound[self.bound.len() - 1 - k as usize].clone(),
        }
    }

    pub fn index(&mut self, dimension: Dimension) -> Option<Variable> {
        let mut reach = self.reach(|sort| *sort == Sort::Index(dimension));
        // The indices of sums should be used more often than not.
        let bound: Vec<_> = reach.iter().copied().filter(|v| matches!(v, Variable::Bound(_))).collect();
        if !bound.is_empty() && self.chance(60) {
            reach = bound;
        }
        self.pick(&reach)
    }

    pub fn small(&mut self) -> Rational {
        let n = self.rng.random_range(-3..=3);
        let d = if self.chance(85) { 1 } else { self.rng.random_range(1..=3) };
        ratio(n, d)
    }

    fn leaf(&mut self) -> Term {
        let heads = self.reach(|sort| !matches!(sort, Sort::Index(_)));
        match self.below(10) {
            0 | 1 => {}
            2 => {
                let dimension = if self.chance(70) { D } else { E };
                if let (Some(i), Some(j)) = (self.index(dimension), self.index(dimension)) {
                    return tree(TermKind::Delta(i, j));
                }
            }
            _ => {
                for _ in 0..4 {
                    let Some(head) = self.pick(&heads) else { break };
                    let shape = if let Sort::Real(shape) = self.sort_of(head) { shape } else { vec![] };
                    let indices: Option<Vec<Variable>> = shape.iter().map(|d| self.index(*d)).collect();
                    if let Some(indices) = indices {
                        return entry(head, &indices);
                    }
                }
            }
        }
        tree(TermKind::Constant(self.small()))
    }

    fn several(&mut self, size: usize) -> Vec<Term> {
        let count = 2 + self.below(2);
        (0..count).map(|_| self.term(size.saturating_sub(1) / count)).collect()
    }

    /// A random term of about this size.
    pub fn term(&mut self, size: usize) -> Term {
        if size <= 1 {
            return self.leaf();
        }
        match self.below(20) {
            0..=3 => add(self.several(size)),
            4..=8 => multiply(self.several(size)),
            9 | 10 => {
                let exponent = self.rng.random_range(0..=3);
                power(self.term(size / 2), exponent)
            }
            11..=14 => self.sum(size),
            15 => {
                let function = match self.below(20) {
                    0 if self.roots => Function::Exponential,
                    1 if self.roots => Function::Logarithm,
                    2..=9 if self.roots => Function::SquareRoot,
                    _ => Function::Reciprocal,
                };
                tree(TermKind::Apply(function, self.term(size / 2)))
            }
            16 | 17 => self.application(false, size).map_or_else(|| self.leaf(), |a| tree(TermKind::Defined(a))),
            18 => self.derivative(size),
            _ => self.leaf(),
        }
    }

    fn sum(&mut self, size: usize) -> Term {
        let dimension = if self.chance(70) { D } else { E };
        let body = self.inside(vec![Sort::Index(dimension)], |g| g.term(size - 1));
        sum(dimension, body)
    }

    fn derivative(&mut self, size: usize) -> Term {
        let body = self.inside(vec![Sort::Real(vec![])], |g| {
            let t = entry(bound(0), &[]);
            let inner = g.term(size / 2);
            if g.chance(50) { multiply(vec![power(t, 2), inner]) } else { inner }
        });
        let at = self.term(size / 3);
        tree(TermKind::Derivative { name: "t".into(), body, at })
    }

    pub fn inside<T>(&mut self, sorts: Vec<Sort>, run: impl FnOnce(&mut Self) -> T) -> T {
        let height = self.bound.len();
        self.bound.extend(sorts);
        let result = run(self);
        self.bound.truncate(height);
        result
    }

    /// An application of a random function or predicate.
    pub fn application(&mut self, predicate: bool, size: usize) -> Option<Application> {
        let world = self.world;
        let fitting: Vec<&Signature> = world.signatures.iter().filter(|s| s.predicate == predicate).collect();
        let signature = *fitting.choose(&mut self.rng)?;
        let dimensions: Vec<Dimension> =
            (0..signature.dimensions).map(|_| if self.chance(60) { D } else { E }).collect();
        let count = signature.parameters.len();
        let arguments: Option<Vec<Argument>> =
            signature.parameters.iter().map(|sort| self.argument(&placed(sort, &dimensions), size / count)).collect();
        Some(Application { definition: signature.name.clone(), dimensions, arguments: arguments? })
    }

    /// A random argument for a variable of this sort.
    pub fn argument(&mut self, sort: &Sort, size: usize) -> Option<Argument> {
        Some(match sort {
            Sort::Index(dimension) => Argument::Index(self.index(*dimension)?),
            Sort::Nat => Argument::Array { arity: 0, body: self.natural() },
            Sort::Real(shape) => {
                let indices: Vec<Sort> = shape.iter().map(|d| Sort::Index(*d)).collect();
                let body = self.inside(indices, |g| g.term(size));
                Argument::Array { arity: u32::try_from(shape.len()).expect("small"), body }
            }
        })
    }

    /// A term that is a natural number by its shape.
    pub fn natural(&mut self) -> Term {
        let reach = self.reach(|sort| *sort == Sort::Nat);
        match (self.below(4), self.pick(&reach)) {
            (0, _) | (_, None) => number(self.rng.random_range(0..3)),
            (1, Some(n)) => add(vec![entry(n, &[]), number(1)]),
            (2, Some(n)) => multiply(vec![number(2), entry(n, &[])]),
            (_, Some(n)) => entry(n, &[]),
        }
    }

    /// A model of the declared variables, dimensions not larger than `largest`.
    pub fn model(&mut self, largest: usize) -> Model {
        let least = |d| usize::from(self.free.contains(&Sort::Index(d)));
        let (low, high) = (least(D), least(E));
        let sizes = vec![self.rng.random_range(low..=largest), self.rng.random_range(high..=largest)];
        let sorts = self.free.clone();
        let values = sorts.iter().filter_map(|sort| self.value(sort, &sizes)).collect();
        Model { sizes, values }
    }

    /// A value of a sort; none for an index of an empty dimension.
    pub fn value(&mut self, sort: &Sort, sizes: &[usize]) -> Option<Value> {
        Some(match sort {
            Sort::Index(d) if sizes[d.0 as usize] == 0 => return None,
            Sort::Index(d) => Value::Index(self.below(sizes[d.0 as usize])),
            Sort::Nat => Value::Natural(BigUint::from(self.below(4))),
            Sort::Real(shape) => {
                let shape: Vec<usize> = shape.iter().map(|d| sizes[d.0 as usize]).collect();
                let entries = (0..shape.iter().product()).map(|_| self.small()).collect();
                Value::Array(Array::new(shape, entries)?)
            }
        })
    }
}

/// A sort with its dimensions replaced.
pub fn placed(sort: &Sort, dimensions: &[Dimension]) -> Sort {
    let place = |d: &Dimension| dimensions[d.0 as usize];
    match sort {
        Sort::Real(shape) => Sort::Real(shape.iter().map(place).collect()),
        Sort::Nat => Sort::Nat,
        Sort::Index(d) => Sort::Index(place(d)),
    }
}
