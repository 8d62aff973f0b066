#!/usr/bin/env python3
"""Checks certificates of runs of gradient descent, in another interval arithmetic.

    recheck.py [--json] FILE...

A certificate (schema tightrope.certificate/1) holds the rational data of an experiment, for each run how its limit is known, and
claims about the limits. This program shares nothing with the one that wrote it: it follows every run itself, from the data, in
balls of python-flint (arb) or intervals of mpmath, and decides the claims from what it has verified. It believes no number of the file but
the data.

Model: f(w) = sum x_i w_i^2, loss 1/2 (f(w) - y)^2, step w_i <- w_i (1 - 2 eta r x_i) with r = f(w) - y. beta_i = w_i^2.

A run that is trapped. Let delta >= |r| at step T, s_i = 2 eta |x_i| delta < 1, 0 <= q < 1, s_i/((1-q)(1-s_i)) <= kappa_i, and
|1 - 4 eta sum x_i^2 beta_i| <= q for every beta with |log(beta_i/beta_i(T))| <= 2 kappa_i. Then the run converges, to a limit with
|log(beta_i/beta_i(T))| <= 2 kappa_i. All of this is checked for every beta(T) in the recorded intervals, and the run's own beta(T), as
followed here, has to lie in them.

Exit codes: 0 all confirmed, 1 something is refused, 2 neither library is there, 3 a file is no certificate.
"""

import json
import re
import sys
from fractions import Fraction

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
EXACT_BITS = 1 << 20
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


def square(a):
    ends = sorted([a[0] ** 2, a[1] ** 2])
    return (Fraction(0) if a[0] <= 0 <= a[1] else ends[0], ends[1])


def point(q):
    return (q, q)


class Experiment:
    """The data, and what is verified of the limits."""

    def __init__(self, data, arithmetic):
        self.arithmetic = arithmetic
        model = data["model"]
        if model["network"] != "shared" or model["loss"] != "half_square" or len(model["samples"]) != 1:
            raise Malformed("this program knows one sample of the network `shared` with the loss `half_square`")
        self.x = fractions(model["samples"][0]["x"])
        self.y = fraction(model["samples"][0]["y"])
        self.start = fractions(model["start"])
        self.truth = None if data["truth"] is None else fractions(data["truth"])
        if len(self.start) != len(self.x) or (self.truth is not None and len(self.truth) != len(self.x)):
            raise Malformed("vectors differ in length")
        # By the names that claims use; what is known of a name never changes.
        self.known = {}
        # The step sizes of runs: with the same one it is the same run, whatever it is called.
        self.rates = {}

    def learn(self, name, measures):
        if name in self.known:
            raise Malformed(f"two limits are called {name!r}")
        self.known[name] = measures

    def measures(self, beta):
        """Intervals for what is measured at a point whose entries lie in these."""
        found = {"norm": total(beta), "sharpness": total(times(point(4 * x * x), b) for x, b in zip(self.x, beta))}
        if self.truth is not None:
            found["risk"] = total(square((b[0] - t, b[1] - t)) for b, t in zip(beta, self.truth))
        return found

    def minimiser(self, name, data):
        """The only interpolator of least norm or sharpness, as its closed form says."""
        if name not in ("norm_minimiser", "sharpness_minimiser"):
            raise Malformed("there are two minimisers: that of the norm and that of the sharpness")
        positive = [x for x in self.x if x > 0]
        if self.y <= 0 or not positive:
            raise Refused(f"{name}: there is no interpolator of least norm")
        feature = max(self.x) if name == "norm_minimiser" else min(positive)
        places = [i for i, x in enumerate(self.x) if x == feature or (x == 0 and name == "sharpness_minimiser")]
        if len(places) != 1:
            raise Refused(f"{name}: it is not unique")
        beta = [self.y / feature if i == places[0] else Fraction(0) for i in range(len(self.x))]
        if fractions(data["beta"]) != beta:
            raise Refused(f"{name}: it is another point")
        self.learn(name, self.measures([point(b) for b in beta]))

    def followed(self, eta, steps, bits):
        """Intervals for beta after so many steps; none if the precision does not suffice."""
        arithmetic = self.arithmetic(bits)
        x, w = [arithmetic.number(x) for x in self.x], [arithmetic.number(w) for w in self.start]
        y, rate = arithmetic.number(self.y), arithmetic.number(2 * eta)
        for _ in range(steps):
            r = sum((x * w * w for x, w in zip(x, w)), -y)
            w = [w * (1 - rate * r * x) for x, w in zip(x, w)]
            if any(arithmetic.is_lost(w) for w in w):
                return None
        # An entry with x_i = 0 or w_i = 0 never moves. It is recorded exactly, and only its exact value lies in a single point.
        moves = [x != 0 and w != 0 for x, w in zip(self.x, self.start)]
        return [arithmetic.ends(w * w) if m else point(s * s) for w, m, s in zip(w, moves, self.start)]

    def trapped(self, run, eta):
        steps = natural(run["step"])
        box = [interval(pair) for pair in run["beta"]]
        kappa, delta, q = fractions(run["kappa"]), fraction(run["delta"]), fraction(run["q"])
        if len(box) != len(self.x) or len(kappa) != len(self.x):
            raise Malformed("not one interval for each entry")
        bits = max(natural(run["precision"]), 64) + 128
        # The plain recurrence loses some bits with every step: more precision until it lies in the box.
        while True:
            if (steps + 1) * bits > LARGEST_WORK:
                raise Refused("the iterate at the recorded step is not seen to lie in the recorded intervals")
            own = self.followed(eta, steps, bits)
            if own and any(mine[1] < its[0] or its[1] < mine[0] for mine, its in zip(own, box)):
                raise Refused("the iterate at the recorded step lies outside of the recorded intervals")
            if own and all(inside(mine, its) for mine, its in zip(own, box)):
                break
            bits *= 2
        return self.limit(eta, box, kappa, delta, q, bits)

    def limit(self, eta, box, kappa, delta, q, bits):
        """The hypotheses of the lemma, and where the limit lies."""
        arithmetic = self.arithmetic(bits)
        if not 0 <= q < 1:
            raise Refused("q is not in [0, 1)")
        if any(lo < 0 for lo, _ in box):
            raise Refused("beta is not negative")
        residual = total(times(point(x), b) for x, b in zip(self.x, box))
        if max(abs(residual[0] - self.y), abs(residual[1] - self.y)) > delta:
            raise Refused("the residual may exceed delta")
        reached = []
        for x, (lo, hi), k in zip(self.x, box, kappa):
            s = 2 * eta * abs(x) * delta
            if hi == 0:
                reached.append(point(Fraction(0)))
                continue
            if s >= 1:
                raise Refused("a step may change a sign")
            if k > LARGEST_KAPPA:
                raise Refused("kappa is too large for an estimate")
            if k < 0 or s / ((1 - q) * (1 - s)) > k:
                raise Refused("the run may leave the box")
            if k == 0:
                reached.append((lo, hi))
                continue
            below = arithmetic.ends(arithmetic.number(lo) * arithmetic.exp(arithmetic.number(-2 * k)))[0]
            above = arithmetic.ends(arithmetic.number(hi) * arithmetic.exp(arithmetic.number(2 * k)))[1]
            reached.append((max(below, Fraction(0)), above))
        curvature = total(times(point(4 * eta * x * x), b) for x, b in zip(self.x, reached))
        if max(abs(1 - curvature[0]), abs(1 - curvature[1])) > q:
            raise Refused("the residual may not contract by q")
        return reached

    def landed(self, run, eta):
        """The run, exactly, until its residual is 0."""
        w = list(self.start)
        if natural(run["step"]) > LAST_LANDING:
            raise Refused("too many steps to follow exactly")
        for _ in range(run["step"]):
            r = sum((x * w * w for x, w in zip(self.x, w)), -self.y)
            w = [w * (1 - 2 * eta * r * x) for x, w in zip(self.x, w)]
            if max(w.denominator.bit_length() for w in w) > EXACT_BITS:
                raise Refused("the exact iterates become too long")
        if w != fractions(run["iterate"]):
            raise Refused("the iterate at the recorded step is another")
        if sum(x * w * w for x, w in zip(self.x, w)) != self.y:
            raise Refused("it is no interpolator")
        return [point(w * w) for w in w]

    def run(self, run):
        if run["name"] in ("norm_minimiser", "sharpness_minimiser"):
            raise Malformed("a run has the name of a minimiser")
        eta = fraction(run["eta"])
        if eta <= 0:
            raise Refused("the step size is not positive")
        if run["ending"] not in ("trapped", "landed"):
            raise Malformed("a run is trapped or landed")
        beta = self.trapped(run, eta) if run["ending"] == "trapped" else self.landed(run, eta)
        measures, recorded = self.measures(beta), run["limit"]
        if len(recorded["beta"]) != len(beta) or any(not inside(b, interval(r)) for b, r in zip(beta, recorded["beta"])):
            raise Refused("the limit's entries are not shown to lie in the recorded intervals")
        for name, measured in measures.items():
            if not inside(measured, interval(recorded[name])):
                raise Refused(f"the limit's {name} is not shown to lie in the recorded interval")
        self.learn(run["name"], {name: interval(recorded[name]) for name in measures})
        self.rates[run["name"]] = eta

    def quantity(self, quantity):
        if "number" in quantity:
            return point(fraction(quantity["number"]))
        known = self.known.get(quantity["of"])
        if known is None:
            raise Refused(f"nothing is verified of {quantity['of']}")
        return known[quantity["measure"]]

    def identity(self, quantity):
        """What two quantities have in common only if they are the same number."""
        if "number" in quantity:
            return fraction(quantity["number"])
        return self.rates.get(quantity["of"], quantity["of"]), quantity["measure"]

    def claim(self, claim):
        if not claim["comparisons"]:
            raise Malformed("a claim compares nothing")
        for comparison in claim["comparisons"]:
            a, b = self.quantity(comparison["left"]), self.quantity(comparison["right"])
            same = self.identity(comparison["left"]) == self.identity(comparison["right"]) or (a == b and a[0] == a[1])
            holds = {
                "<": a[1] < b[0],
                "<=": a[1] <= b[0] or same,
                ">": a[0] > b[1],
                ">=": a[0] >= b[1] or same,
                "=": same,
                "!=": a[1] < b[0] or b[1] < a[0],
            }
            if comparison["relation"] not in holds:
                raise Malformed("no such relation")
            if not holds[comparison["relation"]]:
                raise Refused("a comparison does not follow")


def checked(path, arithmetic):
    """Each part of a certificate with what is wrong with it, or nothing."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file, object_pairs_hook=fields)
        if data["schema"] != "tightrope.certificate/1":
            raise Malformed("another schema")
        experiment = Experiment(data, arithmetic)
        parts = [("run", run["name"], experiment.run, [run]) for run in data["runs"]]
        parts += [("minimiser", n, experiment.minimiser, [n, m]) for n, m in sorted(data["minimisers"].items()) if m]
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
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
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
