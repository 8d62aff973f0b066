#!/usr/bin/env python3
"""Checks certificates of runs of gradient descent, in another interval arithmetic.

    recheck.py [--json] FILE...

A certificate (schema tightrope.certificate/2) holds the rational data of an experiment, for each run how its limit is known, and
claims. This program shares nothing with the one that wrote it: it follows every run itself, from the data, in balls of python-flint
(arb) or intervals of mpmath, and decides the claims from what it has verified. It believes no number of the file but the data.

Model: f_k(w) = sum_i z_ki w_i^D, loss 1/(2n) sum_k r_k^2 with r_k = f_k(w) - y_k, step w_i <- w_i (1 - u_i) with
u_i = (eta D/n) w_i^(D-2) sum_k z_ki r_k. The networks `shared` (D = 2) and `depth` are this with z = x. Two layers, f_k = sum_i x_ki
u_i v_i, are this with D = 2 for p = u + v and m = u - v, features x/4 and -x/4, and the step size 2 eta: for u v = (p^2 - m^2)/4, and
adding and subtracting u <- u - (eta/n) g v and v <- v - (eta/n) g u, where g = sum_k x_k r_k, gives p <- p (1 - (eta/n) g) and
m <- m (1 + (eta/n) g).

A run that is trapped. Let delta >= |r| at step T, W_i the largest |w_i| on the box |log|w_i/w_i(T)|| <= kappa_i (signs kept),
s_i = (eta D/n) |Z e_i| W_i^(D-2) delta < 1, 0 <= q < 1, s_i/((1-q)(1-s_i)) <= kappa_i, and ||I - eta K|| <= q for every
K = (D^2/n) Z diag(p) Z' with p_i between the squares of |w_i|^(D-1) on the box. Then the run converges, to an interpolator in the box:
while it stays there, r+ - r = sum_i z_i (w_i+^D - w_i^D) = -eta K r with p_i = |w_i|^(D-1) |v_i|^(D-1), v_i between w_i and w_i+, so
|r| shrinks by q and |u_i| <= s_i q^t, and |log(1 - u)| <= |u|/(1 - |u|). K grows with each p_i, so that two matrices decide. All of
this is checked for every w(T) in the recorded intervals, and the run's own w(T), as followed here, has to lie in them.

A run diverges if n = 1, D = 2, z >= 0 and 2 eta' z_i (z_i w_i^2 - y) > 2 for some i, eta' the step size: u_i > 2 then and for ever.

The gradient flow of one sample with shared weights has w_i^2 = w_i(0)^2 exp(2 x_i tau) for one clock tau. sum x_i w_i^2 - y increases
in tau, and the flow converges to its zero (proved in src/flow/mod.rs); it is negative at the lower end of the recorded interval
of the clock and positive at the upper one: checked here. If x >= 0 and r(0) <= 0, the largest eigenvalue of the Hessian does not
decrease along the flow (all its entries increase after signs are changed, and those off the diagonal are >= 0), so that the
supremum of the sharpness is that at the end where that is at least 2 |r(0)| x_max, which bounds what is negative.

Exit codes: 0 all confirmed, 1 something is refused, 2 neither library is there, 3 a file is no certificate.
"""

import json
import re
import sys
from fractions import Fraction
from math import isqrt

try:
    import flint
except ImportError:
    flint = None
try:
    import mpmath
except ImportError:
    mpmath = None

# The most steps times bits for one run: some seconds in arb, half a minute in mpmath.
LARGEST_WORK = 200_000_000
# A landing is found among the first steps, and the lemma is used in small boxes.
LAST_LANDING = 64
LARGEST_KAPPA = 1
LARGEST_EXPONENT = 1 << 14
LONGEST_CLOCK = 1 << 15
EXACT_BITS = 1 << 20
LARGEST_DEGREE = 16
# A run is given up where a step multiplies a weight by more than this.
HUGE = 1 << 64
# Roots and eigenvalues are bounded to so many bits.
ROOT_BITS = 256
EIGENVALUE_BITS = 96
# To so many bits a run is known where it stops.
STOPPED_BITS = 192
LONGEST_NUMBER = 20_000

# Longer numbers than Python reads by itself; LONGEST_NUMBER bounds them.
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)


class Refused(Exception):
    """Something does not follow."""


class Malformed(Exception):
    """The file is no certificate."""


def fields(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a field is given twice")
    return found


class Arb:
    """Balls of python-flint."""

    name = "python-flint (arb)"

    def __init__(self, bits):
        flint.ctx.prec = bits

    def number(self, q):
        return flint.arb(flint.fmpq(q.numerator, q.denominator))

    def exp(self, ball):
        return ball.exp()

    def is_lost(self, ball):
        """Whether so little is known that the rest of the run will not be known."""
        return not ball.is_finite() or ball.rad() > 1

    def certain(self, statement):
        return bool(statement)

    def ends(self, ball):
        """Rational bounds of what the ball holds."""
        found = []
        for end in (ball.lower(), ball.upper()):
            # lower() and upper() round outward, to a dyadic number.
            mantissa, exponent = end.mid().man_exp()
            found.append(Fraction(int(mantissa)) * Fraction(2) ** int(exponent))
        return found[0], found[1]


class Iv:
    """Intervals of mpmath."""

    name = "mpmath (iv)"

    def __init__(self, bits):
        mpmath.iv.prec = bits

    def number(self, q):
        return mpmath.iv.mpf(q.numerator) / mpmath.iv.mpf(q.denominator)

    def exp(self, interval):
        return mpmath.iv.exp(interval)

    def is_lost(self, interval):
        return not interval.delta <= 1

    def certain(self, statement):
        return statement is True

    def ends(self, interval):
        found = []
        for sign, mantissa, exponent, _ in interval._mpi_:
            found.append(Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** int(exponent))
        return found[0], found[1]


def fraction(text):
    if not isinstance(text, str) or len(text) > LONGEST_NUMBER:
        raise Malformed("a number is not a short text")
    if not re.fullmatch(r"-?[0-9]+(/[0-9]*[1-9][0-9]*)?", text, re.ASCII):
        raise Malformed(f"{text[:40]!r} is no fraction")
    return Fraction(text)


def fractions(texts):
    if not isinstance(texts, list):
        raise Malformed("a list of numbers is missing")
    return [fraction(text) for text in texts]


def interval(pair):
    lo_hi = fractions(pair)
    if len(lo_hi) != 2 or lo_hi[0] > lo_hi[1]:
        raise Malformed("an interval is a pair of numbers in order")
    return tuple(lo_hi)


def printable(name):
    if not isinstance(name, str):
        raise Malformed("a name is a text")
    return "".join(c for c in name if c.isprintable())


def natural(value):
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed("a natural number is missing")
    return value


def inside(inner, outer):
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def times(a, b):
    products = [p * q for p in a for q in b]
    return min(products), max(products)


def total(intervals):
    intervals = list(intervals)
    return sum((lo for lo, _ in intervals), Fraction(0)), sum((hi for _, hi in intervals), Fraction(0))


def plus(a, b):
    return a[0] + b[0], a[1] + b[1]


def negative(a):
    return -a[1], -a[0]


def power(a, n):
    """An interval for the n-th powers."""
    ends = (a[0] ** n, a[1] ** n)
    if n % 2 == 1 or a[0] >= 0:
        return ends
    return (Fraction(0) if a[1] >= 0 else ends[1], max(ends))


def reciprocal(a):
    if a[0] <= 0 <= a[1]:
        raise Refused("a denominator may be 0")
    return 1 / a[1], 1 / a[0]


def root(q):
    """Bounds of the square root of a number that is not negative; equal where it is rational."""
    exact = Fraction(isqrt(q.numerator), isqrt(q.denominator))
    if exact * exact == q:
        return exact, exact
    below = isqrt((q.numerator << 2 * ROOT_BITS) // q.denominator)
    return Fraction(below, 1 << ROOT_BITS), Fraction(below + 1, 1 << ROOT_BITS)


def size(a):
    """An interval for the absolute values."""
    ends = sorted((abs(a[0]), abs(a[1])))
    return (Fraction(0) if a[0] <= 0 <= a[1] else ends[0], ends[1])


def is_semidefinite(matrix):
    """Whether a symmetric matrix has no negative eigenvalue: by elimination, exactly."""
    rows = [list(row) for row in matrix]
    while rows:
        first = rows[0]
        if first[0] < 0 or (first[0] == 0 and any(first)):
            return False
        if first[0] == 0:
            rows = [row[1:] for row in rows[1:]]
        else:
            rows = [[b - row[0] * a / first[0] for a, b in zip(first[1:], row[1:])] for row in rows[1:]]
    return True


def shifted(matrix, factor, shift):
    """factor times a matrix plus shift times the identity."""
    return [[factor * a + (shift if i == j else 0) for j, a in enumerate(row)] for i, row in enumerate(matrix)]


def largest_eigenvalue(below, above):
    """Bounds of the largest eigenvalue of what lies between two symmetric matrices in the order of Loewner."""
    if len(below) == 1:
        return below[0][0], above[0][0]
    low, high = bracket(below)[0], bracket(above)[1]
    return low, high


def bracket(matrix):
    """Numbers around the largest eigenvalue."""
    high = max(sum(abs(a) for a in row) for row in matrix) + 1
    low = -high
    while high - low > Fraction(1, 1 << EIGENVALUE_BITS):
        middle = (low + high) / 2
        if is_semidefinite(shifted(matrix, -1, middle)):
            high = middle
        else:
            low = middle
    return low, high


def square(a):
    ends = sorted([a[0] ** 2, a[1] ** 2])
    return (Fraction(0) if a[0] <= 0 <= a[1] else ends[0], ends[1])


def point(q):
    return (q, q)


class State:
    """What is verified of the weights at a limit, or at a step."""

    def __init__(self, squares, weights, interpolates):
        self.squares, self.weights, self.interpolates = squares, weights, interpolates

    def signed(self):
        if self.weights is None:
            raise Refused("the signs of the weights are not known here")
        return self.weights


class Experiment:
    """The data, and what is verified of the runs."""

    def __init__(self, data, arithmetic):
        self.arithmetic = arithmetic
        model = data["model"]
        self.network, self.degree = model["network"], natural(model["degree"])
        rows = [fractions(sample["x"]) for sample in model["samples"]]
        self.y = [fraction(sample["y"]) for sample in model["samples"]]
        start = [fractions(layer) for layer in model["start"]]
        self.d = len(start[0]) if start else 0
        if not rows or not self.d or any(len(row) != self.d for row in rows + start):
            raise Malformed("vectors differ in length, or are empty")
        layers = 2 if self.network == "two_layer" else 1
        if self.network not in ("shared", "two_layer", "depth") or len(start) != layers:
            raise Malformed("the networks are `shared` and `depth` with one start, and `two_layer` with two")
        if not 2 <= self.degree <= LARGEST_DEGREE or (self.network != "depth" and self.degree != 2):
            raise Malformed("not the degree of this network")
        if layers == 2:
            self.z = [[x / 4 for x in row] + [-x / 4 for x in row] for row in rows]
            self.start = [u + v for u, v in zip(*start)] + [u - v for u, v in zip(*start)]
            self.factor = Fraction(2)
        else:
            self.z, self.start, self.factor = rows, start[0], Fraction(1)
        self.truth = None if data["truth"] is None else fractions(data["truth"])
        moment = data["second_moment"]
        self.moment = None if moment is None else [fractions(row) for row in moment]
        if self.truth is not None and len(self.truth) != self.d:
            raise Malformed("the truth has another length")
        if self.moment is not None and (len(self.moment) != self.d or any(len(row) != self.d for row in self.moment)):
            raise Malformed("the second moments are no square matrix")
        # By the names that claims use; what is known of a name never changes.
        self.known = {}
        # What determines a run: with the same step sizes it is the same run, whatever it is called.
        self.runs = {}
        # For each run and weight whether some u is surely >= 1, and whether all are surely < 1.
        self.pulls = {}
        self.endings = {}

    def learn(self, name, state):
        if name in self.known:
            raise Malformed(f"two states are called {name!r}")
        self.known[name] = state

    # The numbers that are measured of a state.

    def beta(self, state):
        """The predictor."""
        if self.network == "two_layer":
            p, m = state.squares[: self.d], state.squares[self.d :]
            return [times(point(Fraction(1, 4)), plus(a, negative(b))) for a, b in zip(p, m)]
        if self.degree % 2 == 0:
            return [power(s, self.degree // 2) for s in state.squares]
        return [power(w, self.degree) for w in state.signed()]

    def residual(self, state):
        if state.interpolates:
            return [point(Fraction(0)) for _ in self.y]
        powers = [power(w, self.degree) for w in state.signed()]
        return [total([point(-y)] + [times(point(z), p) for z, p in zip(row, powers)]) for row, y in zip(self.z, self.y)]

    def risk(self, state):
        if self.truth is None:
            raise Refused("there is no truth to measure the risk against")
        errors = [(lo - t, hi - t) for (lo, hi), t in zip(self.beta(state), self.truth)]
        if self.moment is None:
            return total(square(e) for e in errors)
        pairs = [(i, j) for i in range(self.d) for j in range(self.d)]
        product = [square(errors[i]) if i == j else times(errors[i], errors[j]) for i, j in pairs]
        return total(times(point(self.moment[i][j]), value) for (i, j), value in zip(pairs, product))

    def one_norm(self, state):
        sizes = [(root(lo)[0], root(hi)[1]) for lo, hi in state.squares]
        if self.network == "two_layer":
            # |u| + |v| is the larger of |u + v| and |u - v|.
            sizes = [(max(a[0], b[0]), max(a[1], b[1])) for a, b in zip(sizes[: self.d], sizes[self.d :])]
        return total(sizes)

    def curvature(self, products):
        """(D^2/n) Z diag(p) Z'; for two layers twice that, as their Hessian is in these coordinates."""
        factor = Fraction(self.degree**2, len(self.y)) * self.factor
        return [[factor * sum(a * b * p for a, b, p in zip(k, l, products)) for l in self.z] for k in self.z]

    def eigenvalues(self, state):
        """The largest and the least eigenvalue of the Hessian."""
        products = [power(s, self.degree - 1) for s in state.squares]
        if state.interpolates:
            ends = [self.curvature([p[end] for p in products]) for end in (0, 1)]
            # Not all weights matter to few samples: no eigenvalue is negative.
            return largest_eigenvalue(*ends), point(Fraction(0))
        w, d, n = state.signed(), self.degree, len(self.y)
        pull = [total(times(point(row[i]), r) for row, r in zip(self.z, self.residual(state))) for i in range(len(w))]
        middle = [[Fraction(0)] * len(w) for _ in w]
        error = Fraction(0)
        for i, row in enumerate(middle):
            width = Fraction(0)
            for j in range(len(w)):
                moment = sum(z[i] * z[j] for z in self.z) * Fraction(d * d, n) * self.factor
                entry = times(point(moment), times(power(w[i], d - 1), power(w[j], d - 1)) if i != j else products[i])
                if i == j:
                    second = Fraction(d * (d - 1), n) * self.factor
                    entry = plus(entry, times(point(second), times(power(w[i], d - 2), pull[i])))
                row[j] = (entry[0] + entry[1]) / 2
                width += (entry[1] - entry[0]) / 2
            error = max(error, width)
        middle = [[(middle[i][j] + middle[j][i]) / 2 for j in range(len(w))] for i in range(len(w))]
        ends = [[shifted(middle, sign, sign_error) for sign_error in (-error, error)] for sign in (1, -1)]
        return largest_eigenvalue(*ends[0]), negative(largest_eigenvalue(*ends[1]))

    def weight(self, state, name, index):
        if (name == "w") == (self.network == "two_layer"):
            raise Malformed("this network has no such weights")
        weights = state.signed()
        if name == "w":
            return weights[index]
        p, m = weights[index], weights[self.d + index]
        return times(point(Fraction(1, 2)), plus(p, m if name == "u" else negative(m)))

    def measure(self, state, name, index):
        if name in ("beta", "w", "u", "v"):
            if natural(index) >= self.d:
                raise Malformed("no such entry")
            return self.beta(state)[index] if name == "beta" else self.weight(state, name, index)
        if name == "norm":
            return times(point(1 / self.factor), total(state.squares))
        if name == "loss":
            return times(point(Fraction(1, 2 * len(self.y))), total(square(r) for r in self.residual(state)))
        if name in ("sharpness", "lambda_max"):
            largest, least = self.eigenvalues(state)
            if name == "lambda_max" or state.interpolates:
                return largest
            a, b = size(largest), size(least)
            return max(a[0], b[0]), max(a[1], b[1])
        if name == "risk":
            return self.risk(state)
        if name == "l1":
            return self.one_norm(state)
        raise Malformed("no such measure")

    # The runs.

    def minimiser(self, name, data):
        """The only interpolator of least norm or sharpness, as its closed form says."""
        if name not in ("norm_minimiser", "sharpness_minimiser"):
            raise Malformed("there are two minimisers: that of the norm and that of the sharpness")
        if self.network != "shared" or len(self.y) != 1:
            raise Malformed("the minimisers are those of one sample and shared weights")
        x, y = self.z[0], self.y[0]
        positive = [x for x in x if x > 0]
        if y <= 0 or not positive:
            raise Refused(f"{name}: there is no interpolator of least norm")
        feature = max(x) if name == "norm_minimiser" else min(positive)
        places = [i for i, x in enumerate(x) if x == feature or (x == 0 and name == "sharpness_minimiser")]
        if len(places) != 1:
            raise Refused(f"{name}: it is not unique")
        beta = [y / feature if i == places[0] else Fraction(0) for i in range(self.d)]
        if fractions(data["beta"]) != beta:
            raise Refused(f"{name}: it is another point")
        self.learn(name, State([point(b) for b in beta], None, True))

    def rates(self, run, steps):
        """eta D/n for so many steps, and for all later ones."""
        etas = []
        for phase in run["phases"]:
            if natural(phase["steps"]) > LARGEST_WORK:
                raise Refused("too many steps")
            etas += [fraction(phase["eta"])] * min(phase["steps"], steps + 1 - len(etas))
        last = fraction(run["eta"])
        if min(etas + [last]) <= 0:
            raise Refused("a step size is not positive")
        scale = self.factor * self.degree / len(self.y)
        settled = sum(phase["steps"] for phase in run["phases"]) <= steps
        return [scale * eta for eta in (etas + [last] * (steps - len(etas)))[:steps]], scale * last if settled else None

    def steps(self, rates, numbers, one):
        """The iterates w and the u of the step from each, in an arithmetic given by `numbers`."""
        z, y = [numbers(row) for row in self.z], numbers(self.y)
        w = numbers(self.start)
        for rate in numbers(rates):
            powers = [w**self.degree for w in w]
            r = [sum((z * p for z, p in zip(row, powers)), -y) for row, y in zip(z, y)]
            u = [rate * w ** (self.degree - 2) * sum(row[i] * r for row, r in zip(z, r)) for i, w in enumerate(w)]
            yield w, u
            w = [w * (one - u) for w, u in zip(w, u)]
        yield w, None

    def moves(self):
        """Which weights can move. The others are what they are at the start."""
        return [any(row[i] for row in self.z) and w != 0 for i, w in enumerate(self.start)]

    def followed(self, rates, bits):
        """Intervals for the weights after these steps; of each whether some u is surely >= 1 on the way, and whether all are surely < 1.
        None if the precision does not suffice."""
        arithmetic = self.arithmetic(bits)
        known = arithmetic.certain
        pulls = [(False, True)] * len(self.start)
        w = None
        for w, u in self.steps(rates, lambda list: [arithmetic.number(q) for q in list], arithmetic.number(Fraction(1))):
            if any(arithmetic.is_lost(w) for w in w):
                return None
            if u is None:
                continue
            if any(known(u > HUGE) or known(u < -HUGE) for u in u):
                raise Refused("the iterates become huge before the recorded step")
            pulls = [(over or known(u >= 1), under and known(u < 1)) for (over, under), u in zip(pulls, u)]
        weights = [arithmetic.ends(w) if m else point(s) for w, m, s in zip(w, self.moves(), self.start)]
        return weights, pulls

    def until(self, rates, bits, enough):
        """Follows a run with more and more bits (the plain recurrence loses some with every step) until it is known well enough."""
        while True:
            if (len(rates) + 1) * bits > LARGEST_WORK:
                raise Refused("the run is not followed precisely enough to the recorded step")
            own = self.followed(rates, bits)
            if own and enough(own[0]):
                return own, bits
            bits *= 2

    def trapped(self, run):
        steps = natural(run["step"])
        box = [interval(pair) for pair in run["squares"]]
        kappa, delta, q = fractions(run["kappa"]), fraction(run["delta"]), fraction(run["q"])
        if len(box) != len(self.start) or len(kappa) != len(self.start):
            raise Malformed("not one interval for each weight")
        rates, last = self.rates(run, steps)
        if last is None:
            raise Refused("the step size still changes after the recorded step")

        def enough(own):
            squares = [square(w) for w in own]
            if any(mine[1] < its[0] or its[1] < mine[0] for mine, its in zip(squares, box)):
                raise Refused("the iterate at the recorded step lies outside of the recorded intervals")
            return all(inside(mine, its) for mine, its in zip(squares, box))

        (own, pulls), bits = self.until(rates, max(natural(run["precision"]), 64) + 128, enough)
        squares = self.limit(last, box, kappa, delta, q, bits, own)
        # In the box every |u| < 1: only the steps before it can overshoot.
        self.pulls[run["name"]] = pulls
        signs = [1 if lo > 0 else -1 if hi < 0 else 0 for lo, hi in own]
        weights = None
        if all(signs):
            roots = [(root(lo)[0], root(hi)[1]) for lo, hi in squares]
            weights = [r if sign > 0 else negative(r) for r, sign in zip(roots, signs)]
        return State(squares, weights, True)

    def limit(self, rate, box, kappa, delta, q, bits, own):
        """The hypotheses of the lemma, and where the squares of the limit lie."""
        arithmetic = self.arithmetic(bits)
        if not 0 <= q < 1:
            raise Refused("q is not in [0, 1)")
        if any(lo < 0 for lo, _ in box):
            raise Refused("a square is not negative")
        # The residual of every point of the box: with known signs where the degree is odd.
        if self.degree % 2 == 0:
            powers = [power(b, self.degree // 2) for b in box]
        elif any(lo < 0 < hi for lo, hi in own):
            raise Refused("the sign of a weight is not known")
        else:
            sizes = [(root(lo)[0] ** self.degree, root(hi)[1] ** self.degree) for lo, hi in box]
            powers = [a if lo >= 0 else negative(a) for a, (lo, _) in zip(sizes, own)]
        residual = [total([point(-y)] + [times(point(z), p) for z, p in zip(row, powers)]) for row, y in zip(self.z, self.y)]
        if sum(size(r)[1] ** 2 for r in residual) > delta**2 or delta < 0:
            raise Refused("the residual may exceed delta")
        reached = []
        for i, ((lo, hi), k) in enumerate(zip(box, kappa)):
            if hi == 0:
                reached.append(point(Fraction(0)))
                continue
            if not 0 <= k <= LARGEST_KAPPA:
                raise Refused("kappa is too large for an estimate, or negative")
            below, above = lo, hi
            if k > 0:
                below = max(arithmetic.ends(arithmetic.number(lo) * arithmetic.exp(arithmetic.number(-2 * k)))[0], Fraction(0))
                above = arithmetic.ends(arithmetic.number(hi) * arithmetic.exp(arithmetic.number(2 * k)))[1]
            reached.append((below, above))
            column = root(sum(row[i] ** 2 for row in self.z))[1]
            s = rate * column * root(above ** (self.degree - 2))[1] * delta
            if s >= 1:
                raise Refused("a step may change a sign")
            if s > k * (1 - q) * (1 - s):
                raise Refused("the run may leave the box")
        # eta K = (rate D) Z diag(p) Z', and `curvature` is (D^2/n) Z diag(p) Z' times the factor of the step size.
        eta = rate * len(self.y) / (self.degree * self.factor)
        ends = [self.curvature([power(s, self.degree - 1)[end] for s in reached]) for end in (0, 1)]
        low, high = shifted(ends[0], eta, q - 1), shifted(ends[1], -eta, q + 1)
        if not (is_semidefinite(low) and is_semidefinite(high)):
            raise Refused("the residual may not contract by q")
        return reached

    def landed(self, run):
        """The run, exactly, until its residual is 0."""
        if natural(run["step"]) > LAST_LANDING:
            raise Refused("too many steps to follow exactly")
        rates, _ = self.rates(run, run["step"])
        w, pulls = None, [(False, True)] * len(self.start)
        for w, u in self.steps(rates, list, 1):
            if max(w.denominator.bit_length() for w in w) > EXACT_BITS:
                raise Refused("the exact iterates become too long")
            if u is not None:
                pulls = [(over or u >= 1, under and u < 1) for (over, under), u in zip(pulls, u)]
        # No later step moves anything.
        self.pulls[run["name"]] = pulls
        state = State([point(w * w) for w in w], [point(w) for w in w], False)
        if any(r != point(Fraction(0)) for r in self.residual(state)):
            raise Refused("it is no interpolator")
        state.interpolates = True
        return state

    def stopped(self, run):
        """Where a run is after some steps."""
        steps = natural(run["step"])
        rates, _ = self.rates(run, steps)
        tolerance = Fraction(1, 1 << STOPPED_BITS)
        (own, _), _ = self.until(rates, STOPPED_BITS + 128, lambda own: all(hi - lo <= tolerance for lo, hi in own))
        return State([square(w) for w in own], own, False)

    def diverged(self, run):
        """A run of which a weight grows for ever."""
        rates, last = self.rates(run, natural(run["step"]))
        if len(self.y) != 1 or self.degree != 2 or any(z < 0 for z in self.z[0]):
            raise Refused("divergence is known for one sample with features that are not negative, and degree 2")
        if last is None:
            raise Refused("the step size still changes after the recorded step")
        index = natural(run["index"])
        z, y = self.z[0][index], self.y[0]
        (own, _), _ = self.until(rates, 256, lambda own: own[index][1] - own[index][0] < 1)
        if last * z * (z * square(own[index])[0] - y) <= 2:
            raise Refused("the weight need not grow for ever")

    def run(self, run):
        name = run["name"]
        if name in ("norm_minimiser", "sharpness_minimiser", "flow"):
            raise Malformed("a run has the name of something else")
        endings = {"trapped": self.trapped, "landed": self.landed, "stopped": self.stopped, "diverged": self.diverged}
        if run["ending"] not in endings:
            raise Malformed("a run is trapped, landed, stopped or diverged")
        state = endings[run["ending"]](run)
        if state is not None:
            self.learn(name, state)
        self.endings[name] = run["ending"]
        phases = [(fraction(phase["eta"]), phase["steps"]) for phase in run["phases"]]
        stop = run["step"] if run["ending"] == "stopped" else None
        self.runs[name] = (str(phases), fraction(run["eta"]), stop)

    def flow(self, data):
        """The end of the flow, between two points of the clock where the residual has opposite signs."""
        if self.network != "shared" or len(self.y) != 1:
            raise Malformed("the flow is that of one sample and shared weights")
        (x,), (y,) = self.z, self.y
        clock, bits = interval(data["clock"]), max(natural(data["precision"]), 64) + 128
        if bits > LONGEST_CLOCK or any(abs(2 * x * t) > LARGEST_EXPONENT for x in x for t in clock):
            raise Refused("the flow's end is too far away, or the precision too high")
        start = [w * w for w in self.start]
        if not any(x * b for x, b in zip(x, start)):
            raise Refused("the flow does not move")
        arithmetic = self.arithmetic(bits)

        def at(tau):
            factors = [arithmetic.ends(arithmetic.exp(arithmetic.number(2 * x * tau))) for x in x]
            return [times(point(b), f) if x and b else point(b) for x, b, f in zip(x, start, factors)]

        first, last = at(clock[0]), at(clock[1])
        output = lambda squares: total(times(point(x), b) for x, b in zip(x, squares))
        if clock != (0, 0) or sum(x * b for x, b in zip(x, start)) != y:
            if output(first)[1] >= y or output(last)[0] <= y:
                raise Refused("the flow may end outside of the recorded interval of the clock")
        # Each entry is monotone in the clock.
        self.learn("flow", State([(min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(first, last)], None, True))

    def supremum(self):
        """The supremum of the sharpness along the flow."""
        (x,), (y,) = self.z, self.y
        residual = sum(x * w * w for x, w in zip(x, self.start)) - y
        end = self.measure(self.state("flow"), "sharpness", None)
        if min(x) < 0 or residual > 0 or end[0] < 2 * abs(residual) * max(x):
            raise Refused("the supremum of the sharpness need not be that at the flow's end")
        return end

    # The claims.

    def state(self, name):
        if name not in self.known:
            raise Refused(f"nothing is verified of {name}")
        return self.known[name]

    def quantity(self, side):
        if "number" in side:
            return point(fraction(side["number"]))
        if "negative" in side:
            return negative(self.quantity(side["negative"]))
        if "sum" in side:
            return total(self.quantity(term) for term in side["sum"])
        if "product" in side or "quotient" in side:
            a, b = (self.quantity(factor) for factor in side.get("product") or side["quotient"])
            return times(a, b if "product" in side else reciprocal(b))
        if side["measure"] == "sup_sharpness":
            return self.supremum()
        return self.measure(self.state(side["of"]), side["measure"], side["index"])

    def identity(self, side):
        """What two quantities have in common only if they are the same number."""
        if "of" not in side:
            return json.dumps(side, sort_keys=True)
        return self.runs.get(side["of"], side["of"]), side["measure"], side["index"]

    def says(self, name, prop, holds):
        """Whether a run goes as is said."""
        ending = self.endings.get(name)
        if ending in (None, "stopped"):
            raise Refused(f"nothing is verified of how {name} goes")
        converges = ending in ("trapped", "landed")
        if prop == "stable":
            if not converges:
                raise Refused(f"{name} has no limit that is verified")
            sharpness = self.measure(self.state(name), "sharpness", None)
            product = times(point(self.runs[name][1]), sharpness)
            found = True if product[1] < 2 else False if product[0] >= 2 else None
        elif prop == "overshoots":
            moving = [pull for pull, moves in zip(self.pulls.get(name, []), self.moves()) if moves]
            if any(over for over, _ in moving):
                found = True
            else:
                found = False if moving and all(under for _, under in moving) else None
        elif prop == "converges":
            found = converges
        elif prop == "diverges":
            found = not converges
        elif prop == "lands":
            found = True if ending == "landed" else None if ending == "trapped" else False
        else:
            raise Malformed("no such property")
        if found is not holds:
            raise Refused(f"that {name} does this, or does not, does not follow")

    def claim(self, claim):
        if not claim["assertions"]:
            raise Malformed("a claim says nothing")
        for assertion in claim["assertions"]:
            if "run" in assertion:
                if assertion["holds"] not in (True, False):
                    raise Malformed("something holds or does not")
                self.says(assertion["run"], assertion["property"], assertion["holds"])
                continue
            a, b = self.quantity(assertion["left"]), self.quantity(assertion["right"])
            same = self.identity(assertion["left"]) == self.identity(assertion["right"]) or (a == b and a[0] == a[1])
            holds = {
                "<": a[1] < b[0],
                "<=": a[1] <= b[0] or same,
                ">": a[0] > b[1],
                ">=": a[0] >= b[1] or same,
                "=": same,
                "!=": a[1] < b[0] or b[1] < a[0],
            }
            if assertion["relation"] not in holds:
                raise Malformed("no such relation")
            if not holds[assertion["relation"]]:
                raise Refused("a comparison does not follow")


def checked(path, arithmetic):
    """Each part of a certificate with what is wrong with it, or nothing."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file, object_pairs_hook=fields)
        if data["schema"] != "tightrope.certificate/2":
            raise Malformed("another schema")
        experiment = Experiment(data, arithmetic)
        parts = [("run", run["name"], experiment.run, [run]) for run in data["runs"]]
        parts += [("minimiser", n, experiment.minimiser, [n, m]) for n, m in sorted(data["minimisers"].items()) if m]
        parts += [("flow", "flow", experiment.flow, [data["flow"]])] if data["flow"] else []
        parts += [("claim", claim["name"], experiment.claim, [claim]) for claim in data["claims"]]
        if not parts:
            raise Malformed("there is nothing to check")
        found = []
        for kind, name, check, arguments in parts:
            try:
                check(*arguments)
                found.append((printable(data["experiment"]) + "." + printable(name), kind, None))
            except Refused as refused:
                found.append((printable(data["experiment"]) + "." + printable(name), kind, str(refused)))
        return found
    except Malformed:
        raise
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error


def main(arguments):
    as_json = "--json" in arguments
    paths = [argument for argument in arguments if argument != "--json"]
    arithmetic = Arb if flint else Iv if mpmath else None
    if arithmetic is None:
        print("neither python-flint nor mpmath can be imported: nothing was checked", file=sys.stderr)
        return 2
    if not paths:
        print("recheck.py [--json] FILE...", file=sys.stderr)
        return 3
    report, code = [], 0
    for path in paths:
        try:
            found = checked(path, arithmetic)
        except Malformed as malformed:
            print(f"{path}: no certificate: {printable(str(malformed))}", file=sys.stderr)
            return 3
        for name, kind, problem in found:
            report.append({"name": name, "kind": kind, "verdict": "refused" if problem else "confirmed", "why": problem})
            code = 1 if problem else code
    if as_json:
        print(json.dumps({"arithmetic": arithmetic.name, "parts": report}))
    else:
        for part in report:
            why = f": {part['why']}" if part["why"] else ""
            print(f"{part['verdict']:<10} {part['kind']:<10} {part['name']}{printable(why)}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
