"""The work of `tightrope sweep`, as users of numba, jax and torch write it.

    python sweep.py steps PEER            steps/s of gradient descent, one thread, 64 runs side by side
    python sweep.py sweep PEER IN OUT     a whole sweep: reads IN (one sample, its target last), writes OUT
    python sweep.py warm PEER IN OUT      the same, timed within the process after a first one: compiled, imported

Gradient descent on f(w) = sum_i x_i w_i^2 with loss (f - y)^2 / 2, in float64. A run of a sweep has converged
when 2 eta |r| |x w| <= TOLERANCE (1 - q) |w| with q = |1 - 4 eta sum x^2 w^2|; that is what `tightrope sweep` asks for.
Programs that run many step sizes in one array look every 64 steps, and stop when all are done.
"""

import os
import sys
import time

MODE, PEER = sys.argv[1], sys.argv[2]
if MODE == "steps":
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import numpy as np

D, LANES, STEPS = 20, 64, 20_000
COUNT, LOW, HIGH = 1000, float(os.environ.get("LOW", 0.02)), float(os.environ.get("HIGH", 1.2))
SCALE, TOLERANCE, MOST, LOOK = float(os.environ.get("SCALE", 0.01)), 1e-10, 1_000_000, 64


def fixed():
    """Data for counting steps: step sizes so small that nothing converges."""
    x = np.linspace(0.5, 2.0, D)
    return x, 3.0, 0.1, 1e-6 * (1 + np.arange(LANES))


def read(path):
    row = np.loadtxt(path, delimiter=",", ndmin=2)[0]
    x, y = row[:-1], row[-1]
    return x, y, np.linspace(LOW, HIGH, COUNT) / (2 * y * x.max())


def table(path, x, eta, w, steps):
    """w has one row for each step size."""
    r = (w * w) @ x - write_y
    s = 4 * (w * w) @ (x * x)
    columns = [eta, steps, 0.5 * r * r, s, eta * s, (w * w).sum(1), np.abs(w).sum(1)]
    np.savetxt(path, np.column_stack(columns), delimiter=",", header="eta,steps,loss,sharpness,eta_sharpness,norm_squared,norm_l1", comments="")


write_y = 0.0

# --------------------------------------------------------------------------- numba
if PEER.startswith("numba"):
    import numba as nb

    @nb.njit(fastmath=True, cache=True)
    def lanes_steps(w, eta, x, y, steps):
        d, n = w.shape
        c = np.empty(n)
        f = np.zeros(n)
        for i in range(d):
            for k in range(n):
                f[k] += x[i] * w[i, k] * w[i, k]
        for _ in range(steps):
            for k in range(n):
                c[k] = 2 * eta[k] * (f[k] - y)
                f[k] = 0.0
            for i in range(d):
                xi = x[i]
                for k in range(n):
                    v = w[i, k] * (1 - c[k] * xi)
                    w[i, k] = v
                    f[k] += xi * v * v

    @nb.njit(fastmath=True, cache=True)
    def run_steps(w, eta, x, y, steps):
        """One run: the compiler vectorises over the coordinates."""
        for _ in range(steps):
            f = 0.0
            for i in range(w.size):
                f += x[i] * w[i] * w[i]
            c = 2 * eta * (f - y)
            for i in range(w.size):
                w[i] *= 1 - c * x[i]

    @nb.njit(fastmath=True, cache=True)
    def each_steps(w, eta, x, y, steps):
        for k in range(eta.size):
            run_steps(w[k], eta[k], x, y, steps)

    @nb.njit(fastmath=True, parallel=True, cache=True)
    def each_sweep(w, eta, x, y, taken):
        for k in nb.prange(eta.size):
            v = w[k].copy()
            h = eta[k]
            f = 0.0
            for i in range(v.size):
                f += x[i] * v[i] * v[i]
            r = f - y
            trigger = TOLERANCE * y
            for t in range(MOST):
                if abs(r) <= trigger:
                    s = 0.0
                    m = 0.0
                    for i in range(v.size):
                        s += x[i] * x[i] * v[i] * v[i]
                        m += v[i] * v[i]
                    allowed = TOLERANCE * (1 - abs(1 - 4 * h * s)) * np.sqrt(m)
                    if 2 * h * abs(r) * np.sqrt(s) <= allowed:
                        taken[k] = t
                        break
                    trigger = 0.5 * abs(r)
                c = 2 * h * r
                f = 0.0
                for i in range(v.size):
                    u = v[i] * (1 - c * x[i])
                    v[i] = u
                    f += x[i] * u * u
                r = f - y
            w[k] = v

    @nb.njit(fastmath=True, parallel=True, cache=True)
    def lanes_sweep(w, eta, x, y, taken):
        """Batches of 64 step sizes in one array each; looks every LOOK steps, goes on until all of a batch are done."""
        batches = (eta.size + LANES - 1) // LANES
        for b in nb.prange(batches):
            a, e = b * LANES, min(eta.size, (b + 1) * LANES)
            v = np.empty((x.size, e - a))
            for k in range(a, e):
                for i in range(x.size):
                    v[i, k - a] = w[k, i]
            left = e - a
            for t in range(0, MOST, LOOK):
                lanes_steps(v, eta[a:e], x, y, LOOK)
                for k in range(e - a):
                    if taken[a + k] == 0:
                        f, s, m = 0.0, 0.0, 0.0
                        for i in range(x.size):
                            q = v[i, k] * v[i, k]
                            f += x[i] * q
                            s += x[i] * x[i] * q
                            m += q
                        h = eta[a + k]
                        if 2 * h * abs(f - y) * np.sqrt(s) <= TOLERANCE * (1 - abs(1 - 4 * h * s)) * np.sqrt(m):
                            taken[a + k] = t + LOOK
                            left -= 1
                            for i in range(x.size):
                                w[a + k, i] = v[i, k]
                if left == 0:
                    break

    def steps():
        x, y, scale, eta = fixed()
        if PEER == "numba-lanes":
            w = np.full((D, LANES), scale)
            return lambda n: lanes_steps(w, eta, x, y, n), STEPS
        w = np.full((LANES, D), scale)
        return lambda n: each_steps(w, eta, x, y, n), STEPS

    def sweep(path, out):
        x, y, eta = read(path)
        w, taken = np.full((COUNT, x.size), SCALE), np.zeros(COUNT, np.int64)
        (lanes_sweep if PEER == "numba-lanes" else each_sweep)(w, eta, x, y, taken)
        return x, y, eta, w, taken

# --------------------------------------------------------------------------- jax
elif PEER == "jax":
    import jax
    import jax.numpy as jnp
    from functools import partial

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")

    def step(w, eta, x, y):
        return w * (1 - 2 * eta * (jnp.sum(x * w * w) - y) * x)

    # A sum and four steps at a time are the fastest of the layouts that were tried.
    many = jax.vmap(step, (0, 0, None, None))

    @partial(jax.jit, static_argnums=4)
    def run(w, eta, x, y, n):
        return jax.lax.fori_loop(0, n, lambda _, w: many(w, eta, x, y), w, unroll=4)

    @jax.jit
    def converge(w, eta, x, y):
        def is_done(w, eta):
            b = w * w
            s, r = (x * x) @ b, x @ b - y
            return 2 * eta * abs(r) * jnp.sqrt(s) <= TOLERANCE * (1 - abs(1 - 4 * eta * s)) * jnp.sqrt(b.sum())

        def body(state):
            w, taken, t = state
            done = taken > 0
            v = jax.lax.fori_loop(0, LOOK, lambda _, w: many(w, eta, x, y), w, unroll=4)
            w = jnp.where(done[:, None], w, v)
            taken = jnp.where(~done & jax.vmap(is_done)(w, eta), t + LOOK, taken)
            return w, taken, t + LOOK

        start = (w, jnp.zeros(eta.size, jnp.int64), 0)
        return jax.lax.while_loop(lambda s: jnp.any(s[1] == 0) & (s[2] < MOST), body, start)

    def steps():
        x, y, scale, eta = fixed()
        w = jnp.full((LANES, D), scale)
        return lambda n: run(w, eta, x, y, n).block_until_ready(), STEPS

    def sweep(path, out):
        x, y, eta = read(path)
        w, taken, _ = converge(jnp.full((COUNT, x.size), SCALE), eta, x, y)
        return x, y, eta, np.asarray(w), np.asarray(taken)

# --------------------------------------------------------------------------- torch
else:
    import torch

    torch.set_default_dtype(torch.float64)
    if MODE == "steps":
        torch.set_num_threads(1)

    def go(w, eta, x, y, n):
        for _ in range(n):
            r = (w * w) @ x - y
            w = w * (1 - (2 * eta * r)[:, None] * x)
        return w

    inner = torch.compile(lambda w, eta, x, y: go(w, eta, x, y, 8)) if PEER == "torch-compile" else None

    def advance(w, eta, x, y, n):
        if inner is None:
            return go(w, eta, x, y, n)
        for _ in range(n // 8):
            w = inner(w, eta, x, y)
        return w

    def steps():
        x, y, scale, eta = fixed()
        x, eta, w = torch.tensor(x), torch.tensor(eta), torch.full((LANES, D), scale)

        def go_on(n):
            with torch.no_grad():
                advance(w, eta, x, y, n)

        return go_on, STEPS // 10

    def sweep(path, out):
        x, y, eta = read(path)
        tx, te = torch.tensor(x), torch.tensor(eta)
        w, taken = torch.full((COUNT, x.size), SCALE), torch.zeros(COUNT, dtype=torch.int64)
        left = torch.arange(COUNT)
        with torch.no_grad():
            for t in range(0, MOST, LOOK):
                # Finished runs leave the array.
                v, h = advance(w[left], te[left], tx, y, LOOK), te[left]
                b = v * v
                s, r = b @ (tx * tx), b @ tx - y
                done = 2 * h * r.abs() * s.sqrt() <= TOLERANCE * (1 - (1 - 4 * h * s).abs()) * b.sum(1).sqrt()
                w[left] = v
                taken[left[done]] = t + LOOK
                left = left[~done]
                if len(left) == 0:
                    break
        return x, y, eta, w.numpy(), taken.numpy()


def whole(path, out):
    global write_y
    x, y, eta, w, taken = sweep(path, out)
    write_y = y
    table(out, x, eta, w, taken)


if MODE == "steps":
    follow, n = steps()
    follow(n)
    best = float("inf")
    for _ in range(7):
        begin = time.perf_counter()
        follow(n)
        best = min(best, time.perf_counter() - begin)
    print(f"{LANES * n / best:.4g}")
elif MODE == "sweep":
    whole(sys.argv[3], sys.argv[4])
else:
    whole(sys.argv[3], sys.argv[4])
    best = float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        whole(sys.argv[3], sys.argv[4])
        best = min(best, time.perf_counter() - begin)
    compute = float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        sweep(sys.argv[3], sys.argv[4])
        compute = min(compute, time.perf_counter() - begin)
    print(f"{best:.6f} {compute:.6f}")
