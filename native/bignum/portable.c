/* The slow, obvious reference: plain C for any machine, one number after the other, radix 2^64. */

#include "bignum/side_by_side.h"
#include "kernels.h"

typedef unsigned __int128 Wide;
typedef uint64_t Digit;

typedef struct {
    size_t size;
    const uint64_t *n, *squared, *shared_squared, *unit;
    uint64_t inverse;
} Residues;

/* out = x - y; 1 where it borrows. */
static uint64_t subtract(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t size) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < size; i++) {
        const Wide difference = (Wide)x[i] - y[i] - borrow;
        out[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return borrow;
}

/* Takes n off (top, x) < 2 n where that is not below n. */
static void reduce_once(uint64_t *out, const uint64_t *x, uint64_t top, const uint64_t *n, size_t size) {
    uint64_t reduced[BIGNUM_LIMBS];
    const uint64_t keep = 0 - (subtract(reduced, x, n, size) & (top ^ 1));
    for (size_t i = 0; i < size; i++) out[i] = (x[i] & keep) | (reduced[i] & ~keep);
}

/* x * y / 2^(64 size) mod n: Koc, Acar and Kaliski, "Analyzing and comparing Montgomery multiplication algorithms",
 * IEEE Micro 1996, section 5 (CIOS). */
static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const size_t size = f->size;
    uint64_t t[BIGNUM_LIMBS + 2] = {0};
    for (size_t i = 0; i < size; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < size; j++) {
            const Wide sum = (Wide)x[j] * y[i] + t[j] + carry;
            t[j] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
        const Wide top = (Wide)t[size] + carry;
        const uint64_t m = t[0] * f->inverse;
        carry = (uint64_t)(((Wide)m * f->n[0] + t[0]) >> 64);
        for (size_t j = 1; j < size; j++) {
            const Wide sum = (Wide)m * f->n[j] + t[j] + carry;
            t[j - 1] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
        const Wide last = top + carry;
        t[size - 1] = (uint64_t)last;
        t[size] = (uint64_t)(last >> 64);
    }
    reduce_once(out, t, t[size], f->n, size);
}

/* Another Montgomery step, by the bits that the contract's R has more than 2^(64 size). */
static void times_shared(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const unsigned bits = (unsigned)(52 * bignum_digits(f->size) - 64 * f->size);
    uint64_t t[BIGNUM_LIMBS + 1], carry = 0;
    times(f, t, x, y);
    const uint64_t m = t[0] * f->inverse & (((uint64_t)1 << bits) - 1);
    for (size_t j = 0; j < f->size; j++) {
        const Wide sum = (Wide)m * f->n[j] + t[j] + carry;
        t[j] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    t[f->size] = carry;
    for (size_t j = 0; j < f->size; j++) t[j] = t[j] >> bits | t[j + 1] << (64 - bits);
    reduce_once(out, t, carry >> bits, f->n, f->size);
}

static void square(const Residues *f, uint64_t *out, const uint64_t *x) { times(f, out, x, x); }

static void read_number(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    (void)step;
    memcpy(out, words, f->size * sizeof *out);
}

static void read_numbers(const Residues *f, uint64_t *out, const uint64_t *const *numbers) {
    read_number(f, out, numbers[0], 0);
}

static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) { memcpy(words, x, f->size * sizeof *x); }

static Digit exponent_part(const Residues *f, const uint64_t *exponents, size_t step, size_t from, unsigned width) {
    (void)f, (void)step;
    const size_t word = from / 64, shift = from % 64;
    const uint64_t above = shift + width > 64 ? exponents[word + 1] << (64 - shift) : 0;
    return (exponents[word] >> shift | above) & (((uint64_t)1 << width) - 1);
}

/* All ones where x == y; both below 2^63. */
static uint64_t equal(uint64_t x, uint64_t y) { return 0 - (((x ^ y) - 1) >> 63); }

static void choose(const Residues *f, uint64_t *out, const uint64_t *table, size_t entries, Digit index) {
    memset(out, 0, f->size * sizeof *out);
    for (size_t e = 0; e < entries; e++) {
        const uint64_t mask = equal(e, index);
        for (size_t i = 0; i < f->size; i++) out[i] |= table[e * f->size + i] & mask;
    }
}

static void choose_power(const Residues *f, uint64_t *out, PowersOfBase powers, size_t row, Digit index) {
    const size_t entries = (size_t)1 << powers.width;
    for (size_t i = 0; i < f->size; i++) {
        const uint64_t *const words = powers.table + (row * f->size + i) * entries;
        out[i] = 0;
        for (size_t e = 0; e < entries; e++) out[i] |= words[e] & equal(e, index);
    }
}

static Residues field(Moduli m, size_t lanes, uint64_t **space) {
    (void)lanes;
    uint64_t *const unit = reserve(space, m.limbs);
    memset(unit, 0, m.limbs * sizeof *unit);
    unit[0] = 1;
    return (Residues){m.limbs, m.rows, m.rows + m.limbs, m.rows + 2 * m.limbs, unit, m.rows[3 * m.limbs]};
}

enum { CORRECTION = 0 };

#include "bignum/ladders.h"

static const SideBySide one_by_one = SIDE_BY_SIDE;

static const SideBySide *next(size_t limbs, size_t left, size_t *lanes) {
    (void)limbs, (void)left;
    *lanes = 1;
    return &one_by_one;
}

#include "bignum/batches.h"

static void add(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli m, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t sum[BIGNUM_LIMBS], carry = 0;
        for (size_t w = 0; w < m.limbs; w++) {
            const Wide words = (Wide)x[i * m.limbs + w] + y[i * m.limbs + w] + carry;
            sum[w] = (uint64_t)words;
            carry = (uint64_t)(words >> 64);
        }
        reduce_once(out + i * m.limbs, sum, carry, m.rows + i * m.step, m.limbs);
    }
}

static void sub(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli m, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t *const difference = out + i * m.limbs;
        const uint64_t *const n = m.rows + i * m.step;
        const uint64_t mask = 0 - subtract(difference, x + i * m.limbs, y + i * m.limbs, m.limbs);
        uint64_t carry = 0;
        for (size_t w = 0; w < m.limbs; w++) {
            const Wide words = (Wide)difference[w] + (n[w] & mask) + carry;
            difference[w] = (uint64_t)words;
            carry = (uint64_t)(words >> 64);
        }
    }
}

const BignumKernels bignum_portable = {
    OWN(mul) OWN(montgomery_mul) OWN(products_var) OWN(add) OWN(sub) OWN(power) OWN(power_var) OWN(power_of_base)
};
