/* The slow, obvious reference: plain C for any machine, one number after the other, radix 2^64. */

#include "bignum/pairs.h"
#include "kernels.h"

enum { AT_ONCE = 1 };

#include "bignum/radix64.h"

#include "bignum/numbers64.h"
#include "bignum/portable_words.h"

/* x * y / 2^(64 limbs) mod n: Koc, Acar and Kaliski, "Analyzing and comparing Montgomery multiplication algorithms",
 * IEEE Micro 1996, section 5 (CIOS). */
static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const size_t size = f->size;
    uint64_t t[BIGNUM_LIMBS + 2] = {0};
    for (size_t i = 0; i < size; i++) {
        const Wide top = (Wide)t[size] + add_multiple(t, x, y[i], size);
        const uint64_t m = t[0] * f->inverse;
        uint64_t carry = (uint64_t)(((Wide)m * f->n[0] + t[0]) >> 64);
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

static void square(const Residues *f, uint64_t *out, const uint64_t *x) { times(f, out, x, x); }

#include "bignum/ladders.h"
#include "bignum/products.h"

static const SideBySide one_by_one = {PRODUCTS, POWERS};

static const SideBySide *next(Moduli m, size_t left, size_t *lanes) {
    (void)left;
    *lanes = 1;
    return m.root ? &bignum_pairs_portable : &one_by_one;
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
