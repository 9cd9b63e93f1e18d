/* Eight numbers in the lanes of registers, each with a modulus of its own. */

#include "bignum/avx512_ice.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "bignum/radix52.h"

#include "bignum/lanes_products.h"
#include "bignum/lanes_words.h"

/* Lanes that no number is in hold zeros, the modulus included. */
typedef struct {
    size_t size, digits, limbs, lanes;
    const uint64_t *n, *into, *shared_squared, *unit;
    uint64_t *t; /* 2 digits + 8 registers */
    V inverse;
} Residues;

/* out = the upper half of t, its digits reduced to 52 bits. */
static void carry_over(const Residues *f, uint64_t *out) {
    V carry = zero();
    for (size_t i = 0; i < f->digits; i++) {
        const V sum = add(at(f->t, f->digits + i), carry);
        put(out, i, low_digit(sum));
        carry = above_digit(sum);
    }
}

/* out = t / R mod n, below 2 n for t < R n + 4 n^2: R > 4 n makes "almost Montgomery" products of numbers below 2 n
 * stay there without a comparison. Gueron, "Efficient software implementations of modular exponentiation", Journal of
 * Cryptographic Engineering 2012. */
static void reduce(const Residues *f, uint64_t *out) {
    for (size_t i = 0; i < f->digits; i += MOST_ROWS)
        reduce_block(f->t + LANES * i, f->n, f->inverse, f->digits, at_most(f->digits - i, MOST_ROWS));
    carry_over(f, out);
}

static void clear_product(const Residues *f) { memset(f->t, 0, LANES * (2 * f->digits + 1) * sizeof *f->t); }

static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    clear_product(f);
    for (size_t i = 0; i < f->digits; i += MOST_ROWS)
        multiply_block(f->t + LANES * i, x, y + LANES * i, f->digits, at_most(f->digits - i, MOST_ROWS));
    reduce(f, out);
}

static void square(const Residues *f, uint64_t *out, const uint64_t *x) {
    clear_product(f);
    for (size_t i = 0; i < f->digits; i += MOST_ROWS)
        square_block(f->t + LANES * 2 * i, x + LANES * i, f->digits - i, at_most(f->digits - i, MOST_ROWS));
    for (size_t i = 0; i < f->digits; i++) {
        const V digit = at(x, i), low = at(f->t, 2 * i), high = at(f->t, 2 * i + 1);
        put(f->t, 2 * i, add_low(add(low, low), digit, digit));
        put(f->t, 2 * i + 1, add_high(add(high, high), digit, digit));
    }
    reduce(f, out);
}

static void times_shared(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) { times(f, out, x, y); }

static void read_numbers(const Residues *f, uint64_t *out, const uint64_t *const *numbers) {
    gather_words(f->t, numbers, f->limbs, f->lanes);
    digits_from_words(out, f->t, f->digits);
}

static void read_number(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    const uint64_t *numbers[LANES] = {NULL};
    for (size_t lane = 0; lane < f->lanes; lane++) numbers[lane] = words + lane * step;
    read_numbers(f, out, numbers);
}

/* Writes x below n although it is only below 2 n. */
static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) {
    uint64_t *const reduced = f->t, *const out = f->t + LANES * (f->digits + 2);
    V borrow = zero();
    for (size_t i = 0; i < f->digits; i++) {
        const V difference = add(_mm512_sub_epi64(at(x, i), at(f->n, i)), borrow);
        put(reduced, i, low_digit(difference));
        borrow = _mm512_srai_epi64(difference, 63);
    }
    const __mmask8 keep = _mm512_movepi64_mask(borrow);
    for (size_t i = 0; i < f->digits; i++)
        put(reduced, i, _mm512_mask_mov_epi64(at(reduced, i), keep, at(x, i)));
    put(reduced, f->digits, zero());
    put(reduced, f->digits + 1, zero());
    words_from_digits(out, reduced, f->limbs);
    scatter_words(words, out, f->limbs, f->lanes);
}

static Digit exponent_part(const Residues *f, const uint64_t *exponents, size_t step, size_t from, unsigned width) {
    const size_t word = from / 64, shift = from % 64;
    uint64_t low[LANES] = {0}, above[LANES] = {0};
    for (size_t lane = 0; lane < f->lanes; lane++) {
        low[lane] = exponents[lane * step + word] >> shift;
        if (shift + width > 64) above[lane] = exponents[lane * step + word + 1] << (64 - shift);
    }
    return _mm512_and_si512(_mm512_or_si512(load(low), load(above)), spread(((uint64_t)1 << width) - 1));
}

static void choose(const Residues *f, uint64_t *out, const uint64_t *table, size_t entries, Digit index) {
    enum { BLOCK = 8 };
    for (size_t i = 0; i < f->digits; i += BLOCK) {
        V chosen[BLOCK] = {zero()};
        const size_t count = at_most(f->digits - i, BLOCK);
        for (size_t e = 0; e < entries; e++) {
            const __mmask8 here = _mm512_cmpeq_epi64_mask(index, spread(e));
            const uint64_t *const entry = table + e * f->size + LANES * i;
            UNROLL for (size_t k = 0; k < BLOCK; k++)
                if (k < count) chosen[k] = _mm512_mask_loadu_epi64(chosen[k], here, entry + LANES * k);
        }
        UNROLL for (size_t k = 0; k < BLOCK; k++)
            if (k < count) put(out, i + k, chosen[k]);
    }
}

static void choose_power(const Residues *f, uint64_t *out, PowersOfBase powers, size_t row, Digit index) {
    for (size_t i = 0; i < f->limbs; i++)
        put(f->t, i, chosen_entry(powers.table + ((row * f->limbs + i) << powers.width), powers.width, index));
    put(f->t, f->limbs, zero());
    put(f->t, f->limbs + 1, zero());
    digits_from_words(out, f->t, f->digits);
}

static Residues field(Moduli m, size_t lanes, uint64_t **space) {
    const size_t digits = bignum_digits(m.limbs), size = LANES * digits;
    uint64_t *const n = reserve(space, size), *const into = reserve(space, size), *const unit = reserve(space, size);
    Residues f = {size, digits, m.limbs, lanes, n, into, into, unit,
                  reserve(space, 2 * size + LANES * 8), zero()};
    uint64_t inverses[LANES] = {0};
    for (size_t lane = 0; lane < lanes; lane++) inverses[lane] = m.rows[lane * m.step + 3 * m.limbs];
    f.inverse = load(inverses);
    read_number(&f, n, m.rows, m.step);
    read_number(&f, into, m.rows + 2 * m.limbs, m.step);
    memset(unit, 0, size * sizeof *unit);
    put(unit, 0, spread(1));
    return f;
}

static void put_one(const Residues *f, uint64_t *out) { times(f, out, f->into, f->unit); }

#include "bignum/ladders.h"
#include "bignum/products.h"

const SideBySide bignum_lanes_avx512_ice = {PRODUCTS, POWERS};

#include "targets/end.h"

#endif
