/* Eight numbers in the lanes of registers, each with a modulus of its own. */

#include "bignum/avx512_ice.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "bignum/radix52.h"

#include "bignum/lanes_products.h"
#include "bignum/lanes_division.h"
#include "bignum/lanes_words.h"

/* Lanes that no number is in hold zeros, the modulus included. */
typedef struct {
    size_t size, limbs, lanes;
    Divisor n;
    const uint64_t *into, *shared_squared, *unit;
    uint64_t *t; /* 2 digits + 8 registers */
} Residues;

/* Below 2 n for x y < R n + 4 n^2: R > 4 n makes "almost Montgomery" products of numbers below 2 n stay there without a
 * comparison. Gueron, "Efficient software implementations of modular exponentiation", Journal of Cryptographic
 * Engineering 2012. */
static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    clear(f->t, 2 * f->n.digits + 1);
    multiply(f->t, x, y, f->n.digits);
    divide(&f->n, out, f->t);
}

static void square(const Residues *f, uint64_t *out, const uint64_t *x) {
    multiply_self(f->t, x, f->n.digits);
    divide(&f->n, out, f->t);
}

static void times_shared(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) { times(f, out, x, y); }

static void read_numbers(const Residues *f, uint64_t *out, const uint64_t *const *numbers) {
    gather_words(f->t, numbers, f->limbs, f->lanes);
    digits_from_words(out, f->t, f->n.digits);
}

static void read_number(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    const uint64_t *numbers[LANES] = {NULL};
    for (size_t lane = 0; lane < f->lanes; lane++) numbers[lane] = words + lane * step;
    read_numbers(f, out, numbers);
}

/* Writes x below n although it is only below 2 n. */
static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) {
    uint64_t *const reduced = f->t, *const out = f->t + LANES * (f->n.digits + 2);
    reduce_once(reduced, x, &f->n);
    clear(reduced + LANES * f->n.digits, 2);
    words_from_digits(out, reduced, f->limbs);
    scatter_words(words, out, f->limbs, f->lanes);
}

#include "bignum/lanes_choices.h"

static void choose_power(const Residues *f, uint64_t *out, PowersOfBase powers, size_t row, Digit index) {
    for (size_t i = 0; i < f->limbs; i++)
        put(f->t, i, chosen_entry(powers.table + ((row * f->limbs + i) << powers.width), powers.width, index));
    put(f->t, f->limbs, zero());
    put(f->t, f->limbs + 1, zero());
    digits_from_words(out, f->t, f->n.digits);
}

static Residues field(Moduli m, size_t lanes, uint64_t **space) {
    const size_t digits = bignum_digits(m.limbs), size = LANES * digits;
    uint64_t *const n = reserve(space, size), *const into = reserve(space, size), *const unit = reserve(space, size);
    const Divisor divisor = {n, digits, words_of_rows(m, 3 * m.limbs, lanes)};
    const Residues f = {size, m.limbs, lanes, divisor, into, into, unit, reserve(space, 2 * size + LANES * 8)};
    read_number(&f, n, m.rows, m.step);
    read_number(&f, into, m.rows + 2 * m.limbs, m.step);
    clear(unit, digits);
    put(unit, 0, spread(1));
    return f;
}

static void put_one(const Residues *f, uint64_t *out) { times(f, out, f->into, f->unit); }

#include "bignum/ladders.h"
#include "bignum/products.h"

const SideBySide bignum_lanes_avx512_ice = {PRODUCTS, POWERS};

#include "targets/end.h"

#endif
