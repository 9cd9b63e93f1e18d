/* BMI2 and ADX: radix 2^64, one number after the other, eight words of a factor at once. */

#include "kernels.h"

#if defined(__x86_64__)

#include "bignum/side_by_side.h"

#include "targets/adx.h"

enum { ROWS = 8, AT_ONCE = ROWS };

#include "bignum/adx_products.h"
#include "bignum/radix64.h"

static uint64_t subtract(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t size) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < size; i += ROWS) borrow = subtract_rows(out + i, x + i, y + i, borrow);
    return borrow;
}

static void put(uint64_t *t, Window w) { memcpy(t, w.word, sizeof w.word); }

/* t += w + carry; 1 where that is more than ROWS words hold. */
static uint64_t add_window(uint64_t *t, Window w, uint64_t carry) {
    for (size_t r = 0; r < ROWS; r++) {
        const Wide sum = (Wide)t[r] + w.word[r] + carry;
        t[r] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    return carry;
}

/* out = t / 2^(64 limbs) mod n for t of 2 size words, below n 2^(64 limbs); t has one more word. */
static void reduce(const Residues *f, uint64_t *out, uint64_t *t) {
    uint64_t m[ROWS], carry = 0;
    for (size_t i = 0; i < f->size; i += ROWS) {
        Window w = divide(m, t + i, f->n, f->inverse, f->limbs - i);
        w = slide(t + i + ROWS, f->n + ROWS, f->size - ROWS, m, w);
        carry = add_window(t + i + f->size, w, carry);
    }
    t[2 * f->size] = carry;
    reduce_once(out, t + f->limbs, t[f->limbs + f->size], f->n, f->size);
}

static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    uint64_t t[2 * BIGNUM_LIMBS + 1], rows[ROWS];
    memset(t, 0, f->size * sizeof *t);
    for (size_t i = 0; i < f->size; i += ROWS) {
        memcpy(rows, y + i, sizeof rows);
        put(t + i + f->size, slide(t + i, x, f->size, rows, (Window){{0}}));
    }
    reduce(f, out, t);
}

/* The words of 2 x. */
static void doubled(uint64_t *rows, const uint64_t *x, uint64_t bit) {
    for (size_t r = 0; r < ROWS; r++) rows[r] = x[r] << 1 | (r ? x[r - 1] >> 63 : bit);
}

static Window times_bit(const uint64_t *x, uint64_t bit) {
    Window w;
    for (size_t r = 0; r < ROWS; r++) w.word[r] = x[r] & (0 - bit);
    return w;
}

/* The words of 2 x, eight at a time, times those above them, and the square of these eight. A bit that doubling moved up
 * into the next eight comes too late for these themselves: it is where their window begins. */
static void square(const Residues *f, uint64_t *out, const uint64_t *x) {
    uint64_t t[2 * BIGNUM_LIMBS + 1], rows[ROWS];
    memset(t, 0, f->size * sizeof *t);
    for (size_t i = 0; i < f->size; i += ROWS) {
        const uint64_t bit = i ? x[i - 1] >> 63 : 0;
        memcpy(rows, x + i, sizeof rows);
        const Window w = slide(t + 2 * i, x + i, ROWS, rows, times_bit(x + i, bit));
        doubled(rows, x + i, bit);
        put(t + i + f->size, slide(t + 2 * i + ROWS, x + i + ROWS, f->size - i - ROWS, rows, w));
    }
    reduce(f, out, t);
}

#include "bignum/ladders.h"

static const SideBySide one_by_one = SIDE_BY_SIDE;

static const SideBySide *next(size_t limbs, size_t left, size_t *lanes) {
    (void)limbs, (void)left;
    *lanes = 1;
    return &one_by_one;
}

#include "bignum/batches.h"

const BignumKernels bignum_adx = {
    OWN(mul) OWN(montgomery_mul) OWN(products_var) OWN(power) OWN(power_var) OWN(power_of_base)
};

#include "targets/end.h"

#endif
