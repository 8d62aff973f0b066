//! A state of the weights, enclosed, and the numbers that are read off it.
//!
//! States are enclosed in the coordinates of [`super::problem`]: model A and C as they are,
//! model B as model A with the weights p = u + v and m = u − v.
//!
//! # Sharpness
//!
//! For f_k = Σ x_ki wᵢᴰ and L = 1/(2n) Σ r_k², differentiating twice,
//!
//! ```text
//! ∂ᵢ∂ⱼL = (D²/n) wᵢᴰ⁻¹wⱼᴰ⁻¹ Σ_k x_ki x_kj + [i = j] (D(D−1)/n) wᵢᴰ⁻² Σ_k r_k x_ki.
//! ```
//!
//! At an interpolator the second part vanishes, and the first is (D²/n) VᵀV with
//! V = X diag(wᴰ⁻¹), whose nonzero eigenvalues are those of (D²/n) VVᵀ = (D²/n) X diag(w²ᴰ⁻²) Xᵀ, an n×n
//! matrix that increases in the Loewner order with each |wᵢ|. All eigenvalues are ≥ 0, so that the
//! operator norm is the largest. For n = 1 it is D² Σ xᵢ²wᵢ²ᴰ⁻².

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::super::problem::{Error, check_length, check_size};
use super::interval::{larger, magnitude, power, root, sum};
use super::matrix::{Rounded, gram, largest_eigenvalue};
use super::outcome::Matrix;
use super::problem::{Model, Problem};
use crate::exact::{Enclosure, Grid};

/// Away from the interpolators the Hessian is a matrix with a row for each weight; it is
/// enclosed for at most this many.
const MOST_WEIGHTS: usize = 32;

/// The largest number of bits times rows to which eigenvalues are enclosed.
const LONGEST_EIGENVALUE: u64 = 1 << 13;

/// An enclosed state of the weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    problem: Problem,
    /// wᵢ, where the sign of every weight is known.
    weights: Option<Vec<Enclosure>>,
    /// |wᵢ|
    magnitudes: Vec<Enclosure>,
    /// wᵢ²
    squares: Vec<Enclosure>,
    /// r; `None` at an interpolator, where it is 0.
    residual: Option<Vec<Enclosure>>,
}

/// A number that is read off a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// The sum of the squares of all weights.
    Norm,
    /// The sum of the absolute values of all weights.
    L1,
    /// 1/(2n) Σ r_k²
    Loss,
    /// (β − β*)ᵀ Σ (β − β*)
    Risk {
        /// β*
        truth: Vec<BigRational>,
        /// Σ; the identity, if it is not given.
        second_moment: Option<Matrix>,
    },
    /// An entry of the predictor β: wᵢ², uᵢvᵢ or wᵢᴰ.
    Beta(usize),
    /// A weight of model A or C.
    W(usize),
    /// A weight of the first layer of model B.
    U(usize),
    /// A weight of the second layer of model B.
    V(usize),
    /// The operator norm of the Hessian of the loss.
    Sharpness,
    /// The largest eigenvalue of the Hessian of the loss.
    LambdaMax,
}

impl Quantity {
    /// Refuses what makes no sense for a problem: indices and lengths that do not fit.
    ///
    /// # Errors
    /// In the words of the user.
    pub fn check(&self, problem: &Problem) -> Result<(), Error> {
        let d = problem.dimension();
        let layers = matches!(problem.model(), Model::TwoLayers { .. });
        match self {
            Quantity::Norm | Quantity::L1 | Quantity::Loss | Quantity::Sharpness | Quantity::LambdaMax => Ok(()),
            Quantity::Risk { truth, second_moment } => {
                check_length("the truth", truth, d)?;
                check_size("the truth", truth)?;
                second_moment.as_ref().map_or(Ok(()), |matrix| check_second_moment(matrix, d))
            }
            Quantity::W(_) if layers => {
                Err(Error::NotMeasured { why: "a network of two layers has weights u and v, and no w" })
            }
            Quantity::U(_) | Quantity::V(_) if !layers => {
                Err(Error::NotMeasured { why: "only a network of two layers has weights u and v" })
            }
            Quantity::Beta(index) | Quantity::W(index) | Quantity::U(index) | Quantity::V(index) => {
                if *index < d {
                    Ok(())
                } else {
                    Err(Error::NoSuchEntry { index: *index, entries: d })
                }
            }
        }
    }

    /// The enclosure of this number at a state; what is not rational in the weights (roots,
    /// eigenvalues) is enclosed to 2^-width if the state is.
    ///
    /// # Errors
    /// If it makes no sense for the problem, or cannot be enclosed at this state.
    pub fn of(&self, point: &Point, width: u64) -> Result<Enclosure, Error> {
        self.check(&point.problem)?;
        match self {
            Quantity::Norm => Ok(point.norm()),
            Quantity::L1 => Ok(point.l1()),
            Quantity::Loss => Ok(point.loss()),
            Quantity::Risk { truth, second_moment } => point.risk(truth, second_moment.as_ref()),
            Quantity::Beta(index) => {
                point.beta()?.into_iter().nth(*index).ok_or(Error::NoSuchEntry { index: *index, entries: 0 })
            }
            Quantity::W(index) => point.weight(*index, 0),
            Quantity::U(index) => point.weight(*index, 1),
            Quantity::V(index) => point.weight(*index, -1),
            Quantity::Sharpness => point.sharpness(width),
            Quantity::LambdaMax => point.lambda_max(width),
        }
    }
}

impl Point {
    /// An interpolator, from enclosures of the squares of its weights (with D = 2); `bits` fraction
    /// bits for their roots.
    pub(super) fn of_squares(problem: &Problem, squares: Vec<Enclosure>, bits: u64) -> Self {
        let grid = Grid::new(bits);
        let magnitudes = squares.iter().map(|square| root(square, grid)).collect();
        Point { problem: problem.clone(), weights: None, magnitudes, squares, residual: None }
    }

    /// A state, from enclosures of its weights; at an interpolator without a residual.
    pub(super) fn of_weights(problem: &Problem, weights: Vec<Enclosure>, residual: Option<Vec<Enclosure>>) -> Self {
        Point {
            problem: problem.clone(),
            magnitudes: weights.iter().map(magnitude).collect(),
            squares: weights.iter().map(Enclosure::square).collect(),
            weights: Some(weights),
            residual,
        }
    }

    /// A state that is known exactly.
    pub(super) fn exact(problem: &Problem, weights: Vec<BigRational>) -> Self {
        let residual = problem.diagonal().residual(&weights);
        let residual = if residual.iter().all(Zero::is_zero) { None } else { Some(points(residual)) };
        Point::of_weights(problem, points(weights), residual)
    }

    /// The problem whose weights these are.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Whether this is an interpolator, by a lemma or exactly.
    pub fn interpolates(&self) -> bool {
        self.residual.is_none()
    }

    /// The residuals r_k = f(x_k) − y_k.
    pub fn residual(&self) -> Vec<Enclosure> {
        self.residual.clone().unwrap_or_else(|| points(vec![BigRational::zero(); self.problem.samples().len()]))
    }

    /// The largest width of the enclosures of the weights, and of wᵢᴰ.
    pub(super) fn width(&self) -> BigRational {
        let depth = self.depth();
        let powers = self.magnitudes.iter().map(|size| power(size, depth).width());
        let own: Vec<BigRational> = match &self.weights {
            Some(weights) => weights.iter().map(Enclosure::width).collect(),
            None => self.squares.iter().map(Enclosure::width).collect(),
        };
        powers.chain(own).max().unwrap_or_else(BigRational::zero)
    }

    fn depth(&self) -> u32 {
        self.problem.model().degree()
    }

    fn layers(&self) -> bool {
        matches!(self.problem.model(), Model::TwoLayers { .. })
    }

    /// p and m of model B, from a vector over both.
    fn halves<'a, T>(&self, both: &'a [T]) -> impl Iterator<Item = (&'a T, &'a T)> {
        let (p, m) = both.split_at(self.problem.dimension().min(both.len()));
        p.iter().zip(m)
    }

    /// The sum of the squares of all weights.
    pub fn norm(&self) -> Enclosure {
        let all = sum(self.squares.iter().cloned());
        if self.layers() { all.times(&half()) } else { all }
    }

    /// The sum of the absolute values of all weights.
    pub fn l1(&self) -> Enclosure {
        if self.layers() {
            sum(self.halves(&self.magnitudes).map(|(p, m)| larger(p, m)))
        } else {
            sum(self.magnitudes.iter().cloned())
        }
    }

    /// 1/(2n) Σ r_k²
    pub fn loss(&self) -> Enclosure {
        let squares = self.residual().into_iter().map(|r| r.square());
        sum(squares).times(&(half() / self.problem.diagonal().n()))
    }

    /// The predictor β.
    ///
    /// # Errors
    /// If the signs of the weights matter and are not known.
    pub fn beta(&self) -> Result<Vec<Enclosure>, Error> {
        if self.layers() {
            let quarter = half() * half();
            let entries = self.halves(&self.squares);
            return Ok(entries.map(|(p, m)| p.plus(&m.negated()).times(&quarter)).collect());
        }
        match self.depth() {
            2 => Ok(self.squares.clone()),
            depth if depth.is_multiple_of(2) => Ok(self.magnitudes.iter().map(|size| power(size, depth)).collect()),
            depth => Ok(self.signed()?.iter().map(|weight| power(weight, depth)).collect()),
        }
    }

    /// (β − β*)ᵀ Σ (β − β*)
    ///
    /// # Errors
    /// If the truth or Σ do not fit, or the signs of the weights matter and are not known.
    pub fn risk(&self, truth: &[BigRational], second_moment: Option<&Matrix>) -> Result<Enclosure, Error> {
        let beta = self.beta()?;
        check_length("the truth", truth, beta.len())?;
        let errors: Vec<Enclosure> = beta.iter().zip(truth).map(|(beta, truth)| beta.minus(truth)).collect();
        let Some(matrix) = second_moment else {
            return Ok(sum(errors.iter().map(Enclosure::square)));
        };
        check_second_moment(matrix, errors.len())?;
        // A square is tighter than a product; each pair i < j occurs twice.
        let mut risk = sum([]);
        for (i, (row, error)) in matrix.iter().zip(&errors).enumerate() {
            for ((j, entry), other) in row.iter().enumerate().zip(&errors).take(i.saturating_add(1)) {
                let term =
                    if i == j { error.square().times(entry) } else { error.product(other).times(&(entry + entry)) };
                risk = risk.plus(&term);
            }
        }
        Ok(risk)
    }

    fn signed(&self) -> Result<&[Enclosure], Error> {
        let unknown = Error::NotMeasured { why: "the signs of the weights are not known here" };
        self.weights.as_deref().ok_or(unknown)
    }

    /// wᵢ, uᵢ = (pᵢ + mᵢ)/2 or vᵢ = (pᵢ − mᵢ)/2, for the signs 0, 1 and −1 of mᵢ.
    fn weight(&self, index: usize, sign: i8) -> Result<Enclosure, Error> {
        let d = self.problem.dimension();
        let missing = Error::NoSuchEntry { index, entries: d };
        let weights = self.signed()?;
        let first = weights.get(index).ok_or(missing.clone())?;
        if sign == 0 {
            return Ok(first.clone());
        }
        let second = weights.get(d.saturating_add(index)).ok_or(missing)?;
        Ok(first.plus(&second.times(&BigInt::from(sign).into())).times(&half()))
    }

    /// The operator norm of the Hessian of the loss.
    ///
    /// # Errors
    /// Away from the interpolators, if the signs of the weights are not known or there are too many.
    pub fn sharpness(&self, width: u64) -> Result<Enclosure, Error> {
        if self.interpolates() {
            return self.lambda_max(width);
        }
        let (largest, least) = self.extreme_eigenvalues(width)?;
        Ok(larger(&magnitude(&largest), &magnitude(&least)))
    }

    /// The largest eigenvalue of the Hessian of the loss.
    ///
    /// # Errors
    /// Away from the interpolators, if the signs of the weights are not known or there are too many.
    pub fn lambda_max(&self, width: u64) -> Result<Enclosure, Error> {
        if !self.interpolates() {
            return Ok(self.extreme_eigenvalues(width)?.0);
        }
        let diagonal = self.problem.diagonal();
        let exponent = diagonal.depth.saturating_sub(1);
        let products: Vec<Enclosure> = self.squares.iter().map(|square| power(square, exponent)).collect();
        let at = |end: fn(&Enclosure) -> &BigRational| {
            let ends: Vec<BigRational> = products.iter().map(|p| end(p) * self.curvature_factor()).collect();
            gram(&diagonal.samples, &ends)
        };
        let (low, high) = (at(Enclosure::lo), at(Enclosure::hi));
        if let ([low], [high]) = (low.as_slice(), high.as_slice()) {
            return Ok(Enclosure::hull(low[0].clone(), high[0].clone()));
        }
        let grid = eigenvalue_grid(width, low.len())?;
        let rounded = Rounded::new(grid);
        Ok(largest_eigenvalue(&rounded.below(&low), &rounded.above(&high), grid))
    }

    /// D²/n, doubled for model B, whose Hessian is twice that of its rotated coordinates.
    fn curvature_factor(&self) -> BigRational {
        let diagonal = self.problem.diagonal();
        let square = BigInt::from(diagonal.depth) * BigInt::from(diagonal.depth);
        BigRational::from(square) / diagonal.n() * &diagonal.step_factor
    }

    /// The largest and the least eigenvalue of the Hessian anywhere: with midpoints H and
    /// half-widths E of its entries, H − ‖E‖_∞ ⪯ ∇²L ⪯ H + ‖E‖_∞.
    fn extreme_eigenvalues(&self, width: u64) -> Result<(Enclosure, Enclosure), Error> {
        let hessian = self.hessian()?;
        let size = hessian.len();
        let grid = eigenvalue_grid(width, size)?;
        let (rounded, two) = (Rounded::new(grid), BigRational::from(BigInt::from(2)));
        let errors = hessian.iter().map(|row| row.iter().map(|entry| entry.width() / &two).sum::<BigRational>());
        let error = errors.max().unwrap_or_else(BigRational::zero);
        let shifted = |factor: i8, shift: BigRational| -> Matrix {
            let factor = BigRational::from(BigInt::from(factor));
            let rows = hessian.iter().enumerate();
            let row = |(i, row): (usize, &Vec<Enclosure>)| {
                let entries = row.iter().enumerate();
                let middle = |(j, entry): (usize, &Enclosure)| {
                    let middle = (entry.lo() + entry.hi()) / &two * &factor;
                    if i == j { middle + &shift } else { middle }
                };
                entries.map(middle).collect()
            };
            rows.map(row).collect()
        };
        let largest = |factor: i8| {
            let (low, high) = (shifted(factor, -error.clone()), shifted(factor, error.clone()));
            largest_eigenvalue(&rounded.below(&low), &rounded.above(&high), grid)
        };
        Ok((largest(1), largest(-1).negated()))
    }

    fn hessian(&self) -> Result<Vec<Vec<Enclosure>>, Error> {
        let diagonal = self.problem.diagonal();
        let weights = self.signed()?;
        if weights.len() > MOST_WEIGHTS {
            return Err(Error::NotMeasured {
                why: "away from the interpolators the Hessian of so many weights is not enclosed",
            });
        }
        let depth = diagonal.depth;
        let residual = self.residual();
        let powers: Vec<Enclosure> = weights.iter().map(|w| power(w, depth.saturating_sub(1))).collect();
        let second = BigRational::from(BigInt::from(depth.saturating_mul(depth.saturating_sub(1))));
        let second = second / diagonal.n() * &diagonal.step_factor;
        let column = |i: usize| diagonal.samples.iter().map(move |row| &row[i]);
        let entry = |i: usize, j: usize| {
            let moment: BigRational = column(i).zip(column(j)).map(|(a, b)| a * b).sum();
            let outer = if i == j { powers[i].square() } else { powers[i].product(&powers[j]) };
            let outer = outer.times(&(moment * self.curvature_factor()));
            if i != j {
                return outer;
            }
            let pull = sum(column(i).zip(&residual).map(|(x, r)| r.times(x)));
            outer.plus(&power(&weights[i], depth.saturating_sub(2)).product(&pull).times(&second))
        };
        let size = 0..weights.len();
        Ok(size.clone().map(|i| size.clone().map(|j| entry(i, j)).collect()).collect())
    }
}

/// The grid on which eigenvalues of n×n matrices are enclosed to 2^-width.
fn eigenvalue_grid(width: u64, n: usize) -> Result<Grid, Error> {
    let bits = width.saturating_add(16);
    if bits.saturating_mul(n as u64) > LONGEST_EIGENVALUE {
        return Err(Error::NotMeasured {
            why: "eigenvalues of so many samples or weights are not enclosed this tightly",
        });
    }
    Ok(Grid::new(bits))
}

fn check_second_moment(matrix: &Matrix, d: usize) -> Result<(), Error> {
    let square = matrix.len() == d && matrix.iter().all(|row| row.len() == d);
    let symmetric = || (0..d).all(|i| (0..i).all(|j| matrix[i][j] == matrix[j][i]));
    if !square || !symmetric() {
        return Err(Error::SecondMoment);
    }
    matrix.iter().try_for_each(|row| check_size("Sigma", row))
}

fn points(values: Vec<BigRational>) -> Vec<Enclosure> {
    values.into_iter().map(Enclosure::point).collect()
}

fn half() -> BigRational {
    BigRational::new(BigInt::one(), 2.into())
}
