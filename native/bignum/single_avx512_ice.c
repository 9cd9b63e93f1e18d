/* One number, its digits along the lanes of registers. */

#include "bignum/avx512_ice.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "bignum/radix52.h"

#include "bignum/single_products.h"

/* `size` words: the digits, then zeros up to a multiple of eight. */
typedef struct {
    size_t size, digits, limbs;
    const uint64_t *n, *into, *shared_squared, *unit;
    uint64_t inverse;
} Residues;

#define PRODUCT(REGISTERS) almost_montgomery(out, x, y, f->n, f->inverse, f->digits, REGISTERS)
static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    WITH_REGISTERS(f->size / 8, PRODUCT)
}
#undef PRODUCT

static void square(const Residues *f, uint64_t *out, const uint64_t *x) { times(f, out, x, x); }

static void times_shared(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) { times(f, out, x, y); }

/* The words behind the number's last count as zeros. */
static uint64_t word_at(const uint64_t *words, size_t limbs, size_t i) { return i < limbs ? words[i] : 0; }

static void read_number(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    (void)step;
    memset(out, 0, f->size * sizeof *out);
    for (size_t i = 0; i < f->digits; i++) {
        const size_t word = i * DIGIT_BITS / 64, shift = i * DIGIT_BITS % 64;
        const uint64_t above = shift ? word_at(words, f->limbs, word + 1) << (64 - shift) : 0;
        out[i] = (word_at(words, f->limbs, word) >> shift | above) & DIGIT_MASK;
    }
}

static void read_numbers(const Residues *f, uint64_t *out, const uint64_t *const *numbers) {
    read_number(f, out, numbers[0], 0);
}

/* Writes x below n although it is only below 2 n. */
static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) {
    uint64_t reduced[MOST_DIGITS + 2] = {0}, borrow = 0;
    for (size_t i = 0; i < f->digits; i++) {
        const uint64_t difference = x[i] - f->n[i] - borrow;
        reduced[i] = difference & DIGIT_MASK;
        borrow = difference >> 63;
    }
    const uint64_t keep = 0 - borrow;
    for (size_t i = 0; i < f->digits; i++) reduced[i] = (x[i] & keep) | (reduced[i] & ~keep);
    for (size_t i = 0; i < f->limbs; i++) {
        const size_t digit = i * 64 / DIGIT_BITS, shift = i * 64 % DIGIT_BITS;
        const uint64_t lower = reduced[digit] >> shift | reduced[digit + 1] << (DIGIT_BITS - shift);
        words[i] = lower | (shift > 40 ? reduced[digit + 2] << (2 * DIGIT_BITS - shift) : 0);
    }
}

static Digit exponent_part(const Residues *f, const uint64_t *exponents, size_t step, size_t from, unsigned width) {
    (void)f, (void)step;
    const size_t word = from / 64, shift = from % 64;
    const uint64_t above = shift + width > 64 ? exponents[word + 1] << (64 - shift) : 0;
    return spread((exponents[word] >> shift | above) & (((uint64_t)1 << width) - 1));
}

static void choose(const Residues *f, uint64_t *out, const uint64_t *table, size_t entries, Digit index) {
    for (size_t i = 0; i < f->size; i += 8) {
        V chosen = zero();
        for (size_t e = 0; e < entries; e++) {
            const __mmask8 here = _mm512_cmpeq_epi64_mask(index, spread(e));
            chosen = _mm512_mask_loadu_epi64(chosen, here, table + e * f->size + i);
        }
        store(out + i, chosen);
    }
}

static void choose_power(const Residues *f, uint64_t *out, PowersOfBase powers, size_t row, Digit index) {
    uint64_t words[BIGNUM_LIMBS];
    for (size_t i = 0; i < f->limbs; i++) {
        const uint64_t *const entries = powers.table + ((row * f->limbs + i) << powers.width);
        words[i] = first_word(chosen_entry(entries, powers.width, index));
    }
    read_number(f, out, words, 0);
}

static Residues field(Moduli m, size_t lanes, uint64_t **space) {
    (void)lanes;
    const size_t digits = bignum_digits(m.limbs), size = (digits + 7) / 8 * 8;
    uint64_t *const n = reserve(space, size), *const into = reserve(space, size), *const unit = reserve(space, size);
    const Residues f = {size, digits, m.limbs, n, into, into, unit, m.rows[3 * m.limbs]};
    read_number(&f, n, m.rows, 0);
    read_number(&f, into, m.rows + 2 * m.limbs, 0);
    memset(unit, 0, size * sizeof *unit);
    unit[0] = 1;
    return f;
}

static void put_one(const Residues *f, uint64_t *out) { times(f, out, f->into, f->unit); }

#include "bignum/ladders.h"
#include "bignum/products.h"

const SideBySide bignum_single_avx512_ice = {PRODUCTS, POWERS};

#include "targets/end.h"

#endif
