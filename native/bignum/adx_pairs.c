/* Pairs modulo squares with BMI2 and ADX: radix 2^64, one after the other. */

#include "kernels.h"

#if defined(__x86_64__)

#include "bignum/pairs.h"

#include "targets/adx.h"

enum { ROWS = 8, AT_ONCE = ROWS };

#include "bignum/adx_products.h"
#include "bignum/radix64.h"

#include "bignum/adx_words.h"

static void multiply_add(uint64_t *t, const uint64_t *x, const uint64_t *y, size_t size) {
    uint64_t rows[ROWS], carry = 0;
    for (size_t i = 0; i < size; i += ROWS) {
        memcpy(rows, y + i, sizeof rows);
        carry = add_window(t + i + size, slide(t + i, x, size, rows, (Window){{0}}), carry);
    }
    t[2 * size] += carry;
}

static void decrease(uint64_t *x, uint64_t bit, size_t size) {
    static const uint64_t nothing[ROWS];
    for (size_t i = 0; i < size; i += ROWS) bit = subtract_rows(x + i, x + i, nothing, bit);
    x[size] -= bit;
}

#include "bignum/pairs64.h"

#include "bignum/ladders.h"

const SideBySide bignum_pairs_adx = {POWERS};

#include "targets/end.h"

#endif
