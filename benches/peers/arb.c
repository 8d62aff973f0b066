/* Gradient descent on one sample, x = (5, 2), y = 13/4, w = (1, 3/4), in arb's balls.
 *
 * Usage: arb MODE P/Q STEPS BITS, where eta = P/Q. Two modes:
 *
 *   scaled    the step that Tightrope makes: Y_i = 2 eta x_i w_i^2, rho = sum Y_i - t,
 *             g_i = 1 - x_i rho, Y_i <- (Y_i g_i) g_i. (Its factorised radius of rho is not
 *             computed, which would cost arb more.)
 *   textbook  r = sum x_i w_i^2 - y, w_i <- w_i (1 - 2 eta r x_i), with x and eta as balls.
 *
 * Printed: the steps per second of the best of many runs, and log2 of the width of beta_1
 * at the end. Balls multiplied step by step widen, so a run is kept short enough to stay of
 * use, and started again. */

#include <arb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define D 2

static const long X[D] = {5, 2};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void fraction(arb_t z, long p, long q, long bits) {
    arb_set_si(z, p);
    arb_div_si(z, z, q, bits);
}

static void scaled(arb_t beta, long p, long q, long steps, long bits) {
    arb_t y[D], t, rho, g;
    arb_init(t), arb_init(rho), arb_init(g);
    fraction(t, 2 * 13 * p, 4 * q, bits);
    for (int i = 0; i < D; i++) {
        arb_init(y[i]);
        /* w = 1 and 3/4 */
        fraction(y[i], 2 * X[i] * p * (i == 0 ? 16 : 9), 16 * q, bits);
    }
    for (long k = 0; k < steps; k++) {
        arb_add(rho, y[0], y[1], bits);
        arb_sub(rho, rho, t, bits);
        for (int i = 0; i < D; i++) {
            arb_mul_si(g, rho, -X[i], bits);
            arb_add_si(g, g, 1, bits);
            arb_mul(y[i], y[i], g, bits);
            arb_mul(y[i], y[i], g, bits);
        }
    }
    arb_mul_si(beta, y[0], q, bits);
    arb_div_si(beta, beta, 2 * X[0] * p, bits);
    for (int i = 0; i < D; i++) arb_clear(y[i]);
    arb_clear(t), arb_clear(rho), arb_clear(g);
}

static void textbook(arb_t beta, long p, long q, long steps, long bits) {
    arb_t x[D], w[D], y, twice_eta, r, a;
    arb_init(y), arb_init(twice_eta), arb_init(r), arb_init(a);
    fraction(y, 13, 4, bits);
    fraction(twice_eta, 2 * p, q, bits);
    for (int i = 0; i < D; i++) {
        arb_init(x[i]), arb_init(w[i]);
        arb_set_si(x[i], X[i]);
        fraction(w[i], i == 0 ? 4 : 3, 4, bits);
    }
    for (long k = 0; k < steps; k++) {
        arb_neg(r, y);
        for (int i = 0; i < D; i++) {
            arb_mul(a, w[i], w[i], bits);
            arb_addmul(r, a, x[i], bits);
        }
        arb_mul(r, r, twice_eta, bits);
        for (int i = 0; i < D; i++) {
            arb_mul(a, r, x[i], bits);
            arb_submul(w[i], a, w[i], bits);
        }
    }
    arb_mul(beta, w[0], w[0], bits);
    for (int i = 0; i < D; i++) arb_clear(x[i]), arb_clear(w[i]);
    arb_clear(y), arb_clear(twice_eta), arb_clear(r), arb_clear(a);
}

int main(int argc, char **argv) {
    long p, q;
    if (argc != 5 || sscanf(argv[2], "%ld/%ld", &p, &q) != 2 || p <= 0 || q <= 0) {
        fprintf(stderr, "usage: %s scaled|textbook P/Q STEPS BITS\n", argv[0]);
        return 2;
    }
    long steps = atol(argv[3]), bits = atol(argv[4]);
    if (steps <= 0 || bits < 2) return 2;
    void (*run)(arb_t, long, long, long, long) = strcmp(argv[1], "textbook") == 0 ? textbook : scaled;
    arb_t beta;
    arb_init(beta);
    double least = 1e300, end = now() + 0.5;
    do {
        double start = now();
        run(beta, p, q, steps, bits);
        double took = now() - start;
        if (took < least) least = took;
    } while (now() < end);
    /* The radius is below 2^exponent, the width below twice that. */
    fmpz_t exponent;
    fmpz_init(exponent);
    fmpz_set(exponent, MAG_EXPREF(arb_radref(beta)));
    printf("%.0f %ld\n", steps / least, fmpz_get_si(exponent) + 1);
    return 0;
}
