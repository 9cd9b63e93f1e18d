/* Pairs modulo squares in the lanes of registers, eight side by side, each with a root of its own. */

#include "bignum/pairs.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "bignum/radix52.h"

#include "bignum/lanes_products.h"
#include "bignum/lanes_division.h"
#include "bignum/lanes_words.h"

/* For r of k words and R of d digits, 52 d - 64 k is 2 or more, and a multiple of 4: R >= 2^4 2^(64 k) > 16 r. The ranges
 * below rest on that. */
_Static_assert(DIGIT_BITS % 4 == 0, "digits and words have bits in multiples of 4");

/* A pair is `size` words: the digits of a, then those of b, both below 2 r. Lanes without a number hold zeros. */
typedef struct {
    size_t size, limbs, lanes;
    Divisor r;
    const uint64_t *into, *unit;
    uint64_t *t, *spare; /* 2 digits + 8 registers, 2 digits */
} Residues;

static size_t half_of(const Residues *f) { return f->size / 2; }

/* From t = a1 a2 the first half u, and t = m for the second. With a1, a2 < 2 r, u < 4 r^2 / R + r < 2 r. */
static void first_half(const Residues *f, uint64_t *out, uint64_t *t) {
    divide(&f->r, out, t);
    clear(t + half_of(f), f->r.digits + 1);
}

/* x / R mod r^2. Its second half is (a1 b2 + a2 b1 + m + m' r) / R < (8 r^2 + R + R r) / R < r / 2 + 1 + r, below 2 r. */
static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const size_t half = half_of(f), digits = f->r.digits;
    clear(f->t, 2 * digits + 1);
    multiply(f->t, x, y, digits);
    first_half(f, f->spare, f->t);
    multiply(f->t, x, y + half, digits);
    multiply(f->t, x + half, y, digits);
    divide(&f->r, out + half, f->t);
    memcpy(out, f->spare, half * sizeof *out);
}

/* out = 2 x, for an x that leaves a bit free. */
static void twice(uint64_t *out, const uint64_t *x, size_t digits) {
    V below = zero();
    for (size_t i = 0; i < digits; i++) {
        const V digit = at(x, i);
        put(out, i, low_digit(add(add(digit, digit), _mm512_srli_epi64(below, DIGIT_BITS - 1))));
        below = digit;
    }
}

static void square(const Residues *f, uint64_t *out, const uint64_t *x) {
    const size_t half = half_of(f), digits = f->r.digits;
    uint64_t *const doubled = f->spare + half;
    multiply_self(f->t, x, digits);
    first_half(f, f->spare, f->t);
    twice(doubled, x, digits);
    multiply(f->t, doubled, x + half, digits);
    divide(&f->r, out + half, f->t);
    memcpy(out, f->spare, half * sizeof *out);
}

/* The pair of x / R for any x of twice the words of r, so x < R^2 / 2^8: u < R / 2^8 + r and (m + m' r) / R <= r. Times a
 * pair below r that gives halves below 2 r: u a / R < r / 2^8 + r / 2^4. */
static void read_number(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    const uint64_t *numbers[LANES] = {NULL};
    for (size_t lane = 0; lane < f->lanes; lane++) numbers[lane] = words + lane * step;
    gather_words(f->t, numbers, f->limbs, f->lanes);
    digits_from_words(out, f->t, 2 * f->r.digits);
    memcpy(f->t, out, f->size * sizeof *out);
    clear(f->t + f->size, 1);
    first_half(f, out, f->t);
    divide(&f->r, out + half_of(f), f->t);
}

/* a - b r + r^2 = a + (r - b) r for a, b < r and b > 0, and a for b = 0. Where r is taken off a, 1 has to be off b. */
static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) {
    const size_t half = half_of(f), digits = f->r.digits;
    uint64_t *const negative = f->spare, *const difference = f->spare + half;
    const V less = reduce_once(f->t, x, &f->r);
    reduce_once(negative, x + half, &f->r);
    subtract(difference, f->r.n, negative, less, digits);
    reduce_once(negative, difference, &f->r);
    clear(f->t + half, digits + 2);
    multiply(f->t, negative, f->r.n, digits);
    carry_over(f->t, f->t, 2 * digits);
    words_from_digits(f->spare, f->t, f->limbs);
    scatter_words(words, f->spare, f->limbs, f->lanes);
}

static void put_one(const Residues *f, uint64_t *out) {
    times(f, out, f->into, f->unit);
    times(f, out, out, f->unit);
}

#include "bignum/lanes_choices.h"

/* What stands in the rows from word `place` on, of as many words as r. */
static void read_half(const Residues *f, uint64_t *out, Moduli m, size_t place) {
    const uint64_t *numbers[LANES] = {NULL};
    for (size_t lane = 0; lane < f->lanes; lane++) numbers[lane] = m.rows + lane * m.step + place;
    gather_words(f->t, numbers, m.root, f->lanes);
    digits_from_words(out, f->t, f->r.digits);
}

static Residues field(Moduli m, size_t lanes, uint64_t **space) {
    const size_t digits = bignum_digits(m.root), half = LANES * digits, at_root = bignum_root_row(m.limbs);
    const size_t at_pair = at_root + m.root + 1 + m.limbs;
    uint64_t *const r = reserve(space, half), *const into = reserve(space, 2 * half);
    uint64_t *const unit = reserve(space, 2 * half), *const t = reserve(space, 2 * half + LANES * 8);
    const Divisor divisor = {r, digits, words_of_rows(m, at_root + m.root, lanes)};
    const Residues f = {2 * half, m.limbs, lanes, divisor, into, unit, t, reserve(space, 2 * half)};
    read_half(&f, r, m, at_root);
    read_half(&f, into, m, at_pair);
    read_half(&f, into + half, m, at_pair + m.root);
    clear(unit, 2 * digits);
    put(unit, 0, spread(1));
    return f;
}

#include "bignum/ladders.h"

const SideBySide bignum_pairs_avx512_ice = {POWERS};

#include "targets/end.h"

#endif
