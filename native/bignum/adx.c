/* BMI2 and ADX: radix 2^64, one number after the other, eight words of a factor at once. */

#include "kernels.h"

#if defined(__x86_64__)

#include "bignum/pairs.h"

#include "targets/adx.h"

enum { ROWS = 8, AT_ONCE = ROWS };

#include "bignum/adx_products.h"
#include "bignum/radix64.h"

#include "bignum/adx_words.h"
#include "bignum/numbers64.h"

/* out = t / 2^(64 limbs) mod n for t of 2 size words, below n 2^(64 limbs). */
static void reduce(const Residues *f, uint64_t *out, uint64_t *t) {
    const Divisor d = {f->n, f->size, f->limbs, f->inverse};
    uint64_t m[BIGNUM_LIMBS];
    divide_out(&d, m, t);
    reduce_once(out, t + f->limbs, t[f->limbs + f->size], f->n, f->size);
}

static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    uint64_t t[2 * BIGNUM_LIMBS + 1];
    memset(t, 0, f->size * sizeof *t);
    multiply(t, x, y, f->size);
    reduce(f, out, t);
}

static void square(const Residues *f, uint64_t *out, const uint64_t *x) {
    uint64_t t[2 * BIGNUM_LIMBS + 1];
    multiply_self(t, x, f->size);
    reduce(f, out, t);
}

#include "bignum/ladders.h"
#include "bignum/products.h"

static const SideBySide one_by_one = {PRODUCTS, POWERS};

static const SideBySide *next(Moduli m, size_t left, size_t *lanes) {
    (void)left;
    *lanes = 1;
    return m.root ? &bignum_pairs_adx : &one_by_one;
}

#include "bignum/batches.h"

const BignumKernels bignum_adx = {
    OWN(mul) OWN(montgomery_mul) OWN(products_var) OWN(power) OWN(power_var) OWN(power_of_base)
};

#include "targets/end.h"

#endif
